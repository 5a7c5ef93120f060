//! What must not be shown as it is: one rule for terminals, pages, files and Markdown.

/// Whether a character steers a terminal, turns the direction of text, or cannot be seen.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether no file of a project may hold a character, as it is or escaped.
///
/// Control characters except tab and line breaks; characters that change direction (Unicode Bidirectional_Control),
/// separate lines invisibly, or mark a byte order inside the text.
pub fn is_forbidden(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_cannot_be_seen_is_hidden_and_writing_is_not() {
        for hidden in ['\u{1b}', '\n', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{e0041}', '\u{85}'] {
            assert!(is_hidden(hidden), "{:?}", hidden.escape_unicode());
        }
        for shown in ['a', ' ', 'é', '日', '\u{a0}', '…', '😀'] {
            assert!(!is_hidden(shown), "{shown}");
        }
    }
}
