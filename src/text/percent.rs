//! Percent-encoding (RFC 3986 section 2.1). What may stay as it is is the caller's to say.

use std::fmt::Write as _;

/// The text with every byte that `keeps` does not keep as `%2F`, in upper-case hexadecimal.
pub fn percent_encoded(text: &str, keeps: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if keeps(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Whether a byte stands for itself everywhere in a URI (RFC 3986 section 2.3): a letter, a digit, `-`, `.`, `_` or `~`.
pub fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_encoded_one_by_one() {
        assert_eq!(percent_encoded("a-z_/é %", is_unreserved), "a-z_%2F%C3%A9%20%25");
    }
}
