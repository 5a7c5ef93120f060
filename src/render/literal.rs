//! Text as a literal of each language that snippets are written in. Whatever goes in, the reader of that language reads
//! back the same text, or, where it has no literals (comments, Markdown), sees it and is not steered by it.

use crate::text::is_hidden;
use std::fmt::Write as _;

/// JSON on one line. What could steer a terminal or an editor is written as `\u…`, which reads back the same.
pub(super) fn json(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_string(value)?;
    if !plain.chars().any(is_hidden) {
        return Ok(plain);
    }
    let mut text = String::with_capacity(plain.len());
    for c in plain.chars() {
        if is_hidden(c) {
            // Outside ASCII these stand inside strings only, and all of them are in the basic plane.
            write!(text, "\\u{:04x}", u32::from(c)).expect("writing into a string cannot fail");
        } else {
            text.push(c);
        }
    }
    Ok(text)
}

/// The rest of a line comment: one line, visible.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect()
}

/// A Markdown code span: mentions, links, HTML and emphasis inside it are inert. The fence is longer than any run of
/// backticks inside.
pub(super) fn markdown(text: &str) -> String {
    let text = comment(text);
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // CommonMark strips one space at both ends, so that text may begin or end with a backtick.
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A YAML scalar: plain where it is a plain word, otherwise double-quoted as JSON is, which YAML 1.2 reads alike.
pub(super) fn yaml(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_- ".contains(c));
    let special = matches!(text, "true" | "false" | "null") || text.ends_with(' ');
    if word && !special { text.to_owned() } else { json(&text).expect("a string is always JSON") }
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|c| c != wanted).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_hides_what_steers_and_reads_back() {
        let text = json(&"a\u{202e}b\u{7f}\"").expect("a string is always JSON");
        assert_eq!(text, r#""a\u202eb\u007f\"""#);
        assert_eq!(serde_json::from_str::<String>(&text).ok().as_deref(), Some("a\u{202e}b\u{7f}\""));
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(comment("a\r\nb\u{2028}c"), "a  b c");
    }

    #[test]
    fn a_code_span_outlasts_the_backticks_inside() {
        assert_eq!(markdown("a``b"), "```a``b```");
        assert_eq!(markdown("`"), "`` ` ``");
        assert_eq!(markdown("@all <b>"), "`@all <b>`");
    }

    #[test]
    fn yaml_quotes_what_is_not_a_plain_word() {
        assert_eq!(yaml("cold_chain"), "cold_chain");
        assert_eq!(yaml("true"), "\"true\"");
        assert_eq!(yaml("a: b # c"), "\"a: b # c\"");
        assert_eq!(yaml("1"), "\"1\"");
    }
}
