//! Text of providers made fit for people and logs: short, without control or bidi characters, without our secrets.

const LONGEST: usize = 300;

/// Escapes what could move a cursor, reorder or hide text, and cuts after 300 characters.
pub fn shown(text: &str) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == LONGEST {
            out.push('…');
            break;
        }
        if misleads(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Replaces every secret in a text, also in its form- and percent-encoded spellings. Secrets shorter than four
/// characters are left: replacing them would shred the text and tell what they are.
pub fn scrub(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        for spelling in spellings(secret) {
            if text.contains(&spelling) {
                text = text.replace(&spelling, "•••");
            }
        }
    }
    text
}

fn spellings(secret: &str) -> [String; 3] {
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    [secret.to_owned(), form.replace('+', "%20"), form]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_a_cursor_is_spelt_out() {
        assert_eq!(shown("no\u{1b}[31m \u{202e}evil\r\n"), "no\\u{1b}[31m \\u{202e}evil\\u{d}\\u{a}");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn secrets_go_in_every_spelling() {
        let text = "code a/b+c d, a%2Fb%2Bc+d and a%2Fb%2Bc%20d; ab";
        assert_eq!(scrub(text, &["a/b+c d", "ab"]), "code •••, ••• and •••; ab");
    }
}
