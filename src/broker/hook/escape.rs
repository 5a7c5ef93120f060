//! Values made fit for the place where they are put, so that they stay values there.

use crate::text::{is_unreserved, percent_encoded};

/// For a path, query or fragment of a URL: everything but RFC 3986's unreserved characters is percent-encoded.
pub(super) fn url(text: &str) -> String {
    percent_encoded(text, is_unreserved)
}

/// For a header (RFC 9110 section 5.5 allows no control characters, and not everybody reads more than ASCII): what is not
/// printable ASCII is percent-encoded.
pub(super) fn header(text: &str) -> String {
    percent_encoded(text, |byte| matches!(byte, b' '..=b'~'))
}

/// For the inside of a JSON string.
pub(super) fn json_string(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// For text and attributes of XML and HTML. What XML 1.0 has no way to write becomes U+FFFD.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            plain => escaped.push(plain),
        }
    }
    escaped
}
