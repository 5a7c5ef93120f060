//! Text → tokens, each with its bytes. Never fails and never looks back: what is not Deluge is reported and passed over.

use super::diags;
use super::script::{MOST_ERRORS, SyntaxError};
use super::token::{Extent, Mark, Token, TokenKind, Word};

/// A script in pieces.
pub(super) struct Lexed {
    /// Closed by one [`TokenKind::End`].
    pub(super) tokens: Vec<Token>,
    /// What could not be read.
    pub(super) errors: Vec<SyntaxError>,
    /// What is passed over, `//` and `/*` included.
    pub(super) comments: Vec<Extent>,
}

/// Divides a script. Linear in the text.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        new_line: true,
        tokens: Vec::new(),
        errors: Vec::new(),
        comments: Vec::new(),
        barred: [0; 2],
        line_end: 0,
    };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.push(TokenKind::End, text.len());
    Lexed { tokens: lexer.tokens, errors: lexer.errors, comments: lexer.comments }
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    new_line: bool,
    tokens: Vec<Token>,
    errors: Vec<SyntaxError>,
    comments: Vec<Extent>,
    /// Per kind of quote: a text that starts before this byte is known to have no end of its own, so it is not looked
    /// for again. Keeps hostile quoting linear.
    barred: [usize; 2],
    /// The next line break, once looked for: a long line is not searched again for each of its texts.
    line_end: usize,
}

impl<'t> Lexer<'t> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        let next = self.bytes.get(self.at + 1).copied();
        match byte {
            b'\n' | b'\r' => {
                self.new_line = true;
                self.at += 1;
            }
            b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
            b'/' if next == Some(b'/') => {
                let end = self.line_end(self.at);
                self.comment(end);
            }
            b'/' if next == Some(b'*') => self.block_comment(),
            b'"' | b'\'' => self.quoted(byte),
            b'0'..=b'9' => self.number(),
            b'.' if next.is_some_and(|digit| digit.is_ascii_digit()) => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            _ => self.mark(),
        }
    }

    fn complain(&mut self, error: SyntaxError) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// Closes the token that began at `self.at`.
    fn push(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token { kind, span: Extent::new(self.at, end), new_line: self.new_line });
        self.new_line = false;
        self.at = end;
    }

    fn line_end(&mut self, from: usize) -> usize {
        if self.line_end <= from {
            let rest = &self.bytes[from..];
            let found = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.line_end = found.map_or(self.bytes.len(), |found| from + found);
        }
        self.line_end
    }

    fn block_comment(&mut self) {
        let body = self.at + 2;
        let length = self.text[body..].find("*/");
        let end = length.map_or(self.bytes.len(), |found| body + found + 2);
        if length.is_none() {
            self.complain(diags::open_comment(Extent::new(self.at, body)));
        }
        self.new_line |= self.bytes[self.at..end].contains(&b'\n');
        self.comment(end);
    }

    fn comment(&mut self, end: usize) {
        self.comments.push(Extent::new(self.at, end));
        self.at = end;
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(rest.len());
        let end = self.at + length;
        self.push(TokenKind::Word(Word::of(&self.text[self.at..end])), end);
    }

    /// `12`, `12.5`, `12.`, `.5`. In `12.toString()` the dot is the call's.
    fn number(&mut self) {
        let mut end = self.digits(self.at);
        if self.bytes.get(end) == Some(&b'.') {
            let after = self.bytes.get(end + 1).copied().unwrap_or(b' ');
            if !after.is_ascii_alphabetic() && after != b'_' {
                end = self.digits(end + 1);
            }
        }
        self.push(TokenKind::Number, end);
    }

    fn digits(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    }

    /// A text may go over several lines; one whose end cannot be believed ends with its line and is reported.
    fn quoted(&mut self, quote: u8) {
        let kind = if quote == b'"' { TokenKind::Text } else { TokenKind::Quoted };
        let line_end = self.line_end(self.at);
        if let Some(end) = self.closing(quote, self.at + 1, line_end) {
            return self.push(kind, end);
        }
        if let Some(end) = self.closing_on_a_later_line(quote) {
            return self.push(kind, end);
        }
        self.complain(diags::open_text(Extent::new(self.at, line_end), quote));
        self.push(kind, line_end);
    }

    /// Where the text that is open at `from` ends, its quote included, if it does before `until`.
    fn closing(&self, quote: u8, from: usize, until: usize) -> Option<usize> {
        let mut at = from;
        while at < until {
            match self.bytes[at] {
                b'\\' => at += 2,
                byte if byte == quote => return Some(at + 1),
                _ => at += 1,
            }
        }
        None
    }

    /// A quote on a later line closes the text only where what follows it can follow a text: otherwise it more likely
    /// opens the next one, and the text was left open.
    fn closing_on_a_later_line(&mut self, quote: u8) -> Option<usize> {
        let barred = &self.barred[usize::from(quote == b'"')];
        if self.at < *barred {
            return None;
        }
        let end = self.closing(quote, self.at + 1, self.bytes.len());
        let believable = end.filter(|end| {
            let after = self.bytes[*end..].iter().find(|byte| !matches!(byte, b' ' | b'\t'));
            after.is_none_or(|byte| b";,)]}+.:\r\n".contains(byte))
        });
        if believable.is_none() {
            self.barred[usize::from(quote == b'"')] = end.map_or(usize::MAX, |end| end - 1);
        }
        believable
    }

    fn mark(&mut self) {
        let rest: &'t str = &self.text[self.at..];
        if let Some(mark) = Mark::ALL.iter().copied().find(|mark| rest.starts_with(mark.text())) {
            return self.push(TokenKind::Mark(mark), self.at + mark.text().len());
        }
        let length = rest.find(|character: char| character.is_ascii()).unwrap_or(rest.len());
        let length = if length == 0 { 1 } else { length };
        let span = Extent::new(self.at, self.at + length);
        self.complain(diags::foreign_characters(span, &rest[..length]));
        self.at = span.end as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let Lexed { tokens, errors, .. } = lex(text);
        assert_eq!(errors, []);
        tokens.iter().filter(|token| token.kind != TokenKind::End).map(|token| token.span.of(text)).collect()
    }

    #[test]
    fn comments_are_passed_over_and_urls_in_texts_are_not_comments() {
        assert_eq!(words("a // b \"c\n/* 'd */ \"https://e//f\" // g"), ["a", "\"https://e//f\""]);
    }

    #[test]
    fn a_dot_after_a_number_is_the_number_s_unless_a_name_follows() {
        assert_eq!(
            words("1.5 2. .5 12.toString() 1.2.round()"),
            ["1.5", "2.", ".5", "12", ".", "toString", "(", ")", "1.2", ".", "round", "(", ")"]
        );
    }

    #[test]
    fn a_text_over_lines_ends_where_its_quote_can_be_believed() {
        assert_eq!(words("x = \"a\nb\";"), ["x", "=", "\"a\nb\"", ";"]);
        let Lexed { tokens, errors, .. } = lex("x = \"a;\ny = \"b\";");
        assert_eq!((tokens.len(), errors.len()), (8, 1));
        assert_eq!(errors[0].span, 4..7);
    }

    #[test]
    fn the_tokens_and_what_was_passed_over_are_the_whole_text() {
        let text = "\u{feff}a\r\n+ 'é' \u{0}; \"";
        let Lexed { tokens, errors, .. } = lex(text);
        assert_eq!(tokens.last().map(|token| token.span.range()), Some(text.len()..text.len()));
        assert_eq!(errors.len(), 2);
    }
}
