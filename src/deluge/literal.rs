//! Texts as Deluge writes them: quoting and reading back.

/// Text as a Deluge literal in double quotes. Reading it back gives the same text.
pub fn literal(text: &str) -> String {
    format!("\"{}\"", escaped(text, '"'))
}

/// Text as it stands between quotes.
pub(super) fn escaped(text: &str, quote: char) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        match character {
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if character == quote => written.extend(['\\', quote]),
            _ => written.push(character),
        }
    }
    written
}

/// What a literal says, given what stands between its quotes. An escape that Deluge does not know stands for itself
/// (`\d` of a pattern).
pub(super) fn unescaped(inside: &str) -> String {
    let mut read = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            read.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => read.push('\n'),
            Some('r') => read.push('\r'),
            Some('t') => read.push('\t'),
            Some(same @ ('"' | '\'' | '\\')) => read.push(same),
            Some(other) => read.extend(['\\', other]),
            None => read.push('\\'),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deluge::parse;

    #[test]
    fn quotes_backslashes_and_breaks_are_escaped() {
        assert_eq!(literal("a \"b\" \\ c\nd"), r#""a \"b\" \\ c\nd""#);
        assert_eq!(unescaped(r"\d+ \' \\n"), "\\d+ ' \\n");
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_reads_back_the_same(text in "\\PC*|[\\\\\"'nrt\n\r\t]{0,12}") {
            let quoted = literal(&text);
            proptest::prop_assert_eq!(unescaped(&quoted[1..quoted.len() - 1]), text.clone());
            let script = parse(&format!("x = {quoted};"));
            proptest::prop_assert_eq!(script.errors(), &[]);
            proptest::prop_assert_eq!(script.texts(), vec![text]);
        }
    }
}
