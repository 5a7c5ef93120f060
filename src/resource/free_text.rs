//! What may stand in text for people: one rule for files and for requests. Knows nothing of either.

/// Whether a character steers a terminal or turns the direction of writing, so that what is shown is not what is there. Tabs
/// and ends of lines are none of them.
pub fn is_unshowable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => false,
    }
}

/// The first character that a name cannot hold: it stands on one line.
pub fn unfit_for_name(text: &str) -> Option<char> {
    text.chars().find(|character| is_unshowable(*character) || matches!(character, '\t' | '\n' | '\r'))
}

/// The first character that a description cannot hold.
pub fn unfit_for_text(text: &str) -> Option<char> {
    text.chars().find(|character| is_unshowable(*character))
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
