//! What may stand in text for people: one rule for files and for requests. Knows nothing of either.

use crate::text::is_forbidden;

/// The first character that a name cannot hold: it stands on one line.
pub fn unfit_for_name(text: &str) -> Option<char> {
    text.chars().find(|character| is_forbidden(*character) || matches!(character, '\t' | '\n' | '\r'))
}

/// The first character that a description cannot hold.
pub fn unfit_for_text(text: &str) -> Option<char> {
    text.chars().find(|character| is_forbidden(*character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_shows_what_is_there() {
        for (text, found) in [("Zähler 7 ✓", None), ("a\u{202e}b", Some('\u{202e}')), ("a\nb", Some('\n')), ("a\u{1b}[2J", Some('\u{1b}'))]
        {
            assert_eq!(unfit_for_name(text), found, "{text:?}");
        }
        assert_eq!((unfit_for_text("a\n\tb"), unfit_for_text("a\u{feff}")), (None, Some('\u{feff}')));
    }
}
