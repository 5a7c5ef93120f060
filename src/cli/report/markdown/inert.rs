//! Foreign text in Markdown, HTML, diffs and shell words, such that it is seen and does nothing.

use crate::cli::report::page::visible;
use crate::text::is_hidden;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Bytes of a name that are shown at most.
pub(super) const NAME: usize = 160;
/// Bytes of a value in a diff that are shown at most.
pub(super) const VALUE: usize = 2_000;
/// Names in a sentence beside others at most.
pub(super) const FEW: usize = 8;
/// Names in a sentence of their own at most.
pub(super) const MANY: usize = 20;

/// A code span. References, links, HTML and emphasis are not looked for inside.
pub(super) fn code(text: &str) -> String {
    let (text, rest) = shortened(text, NAME);
    // A span ends at the first run of just as many backticks. Readers know runs up to 80, and a short text cannot hold a
    // run of every length up to that.
    let runs: BTreeSet<usize> = text.split(|c| c != '`').map(str::len).collect();
    let fence = "`".repeat((1..=text.len() + 1).find(|length| !runs.contains(length)).expect("a text has fewer runs than bytes"));
    // One space at both ends is taken away, so that a text may begin or end with a backtick.
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}{rest}")
}

/// `a`, `b` and 3 more.
pub(super) fn codes<T: ToString>(texts: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let count = texts.len();
    let shown: Vec<String> = texts.take(most).map(|text| code(&text.to_string())).collect();
    let more = count - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(", "))
}

/// Words of ours as they are; anything else that may have come in their place is code.
pub(super) fn words(text: &str) -> String {
    let word =
        |word: &str| word.chars().all(|c| c.is_ascii_lowercase()) && !(word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit()));
    if text.len() <= NAME && text.split([' ', '-']).all(word) { text.to_owned() } else { code(text) }
}

/// `<code>` for the inside of a line of HTML, where Markdown is not read.
pub(super) fn html_code(text: &str) -> String {
    let (text, rest) = shortened(text, NAME / 2);
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/ ".contains(c);
    let inside: String = text.chars().map(|c| if plain(c) { c.to_string() } else { format!("&#{};", u32::from(c)) }).collect();
    format!("<code>{inside}</code>{rest}")
}

/// A fenced block; no line of it can end it.
pub(super) fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut text = format!("{fence}{language}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text + &fence + "\n"
}

/// The rest of a line in a fence.
pub(super) fn line(text: &str) -> String {
    let (text, rest) = shortened(text, VALUE);
    format!("{text}{rest}")
}

/// A word of a command that a POSIX shell takes as it stands.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=@".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Whether a text can be put into a command as it is: nothing in it is hidden.
pub(super) fn can_be_typed(text: &str) -> bool {
    !text.chars().any(is_hidden)
}

/// A part of a marker inside a comment of HTML: signs other than letters, digits, `_`, `.` and single hyphens as `%2F`.
pub(super) fn marker_part(text: &str) -> String {
    let mut part = String::new();
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"_.".contains(&byte) || (byte == b'-' && !part.ends_with('-'));
        if plain {
            part.push(char::from(byte));
        } else {
            let _ = write!(part, "%{byte:02X}");
        }
    }
    part
}

/// The visible text within a number of bytes, and a note on what was cut off.
fn shortened(text: &str, limit: usize) -> (String, String) {
    let mut shown = visible(text).into_owned();
    if shown.len() <= limit {
        return (shown, String::new());
    }
    let cut = (0..=limit).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
    let more = shown[cut..].chars().count();
    shown.truncate(cut);
    (shown, format!(" … {more} more characters"))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_span_holds_any_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a``b"), "``` `a``b ```");
        assert_eq!(code("a\n@b\u{202e}"), "`a\\u{a}@b\\u{202e}`");
    }

    #[test]
    fn only_words_of_ours_stand_outside_code() {
        assert_eq!(words("scope added"), "scope added");
        assert_eq!(words("depends-on-refused"), "depends-on-refused");
        for other in ["@zoe", "deadbeef", "GH-1", "a\nb", "www.example.com", "#1"] {
            assert!(words(other).starts_with('`'), "{other}");
        }
    }

    #[test]
    fn a_marker_cannot_be_ended_from_inside_and_tells_texts_apart() {
        assert_eq!(marker_part("cold-chain"), "cold-chain");
        assert_eq!(marker_part("a-->b"), "a-%2D%3Eb");
        assert_ne!(marker_part("a--b"), marker_part("a-%2Db"));
    }

    #[test]
    fn a_shell_takes_a_word_as_it_is() {
        assert_eq!(shell_word("prod"), "prod");
        assert_eq!(shell_word("a; rm -rf 'x'"), "'a; rm -rf '\\''x'\\'''");
    }
}
