//! Where the parser stands, what it may still say, and how it finds its feet after a mistake.

use super::super::diags;
use super::super::script::{MOST_ERRORS, SyntaxError};
use super::super::token::{Extent, Mark, Token, TokenKind, Word};

/// Values, blocks and calls inside each other. Scripts of people stay below ten; the stack of a thread holds this many
/// ten times over.
pub(super) const MOST_NESTING: usize = 100;

/// What is missing where an operand should stand.
pub(super) const A_VALUE: &str = "a value";

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    errors: Vec<SyntaxError>,
    /// A mistake was reported and the parser has not found its feet: what follows is likely its echo.
    lost: bool,
    /// The nesting was too deep: nothing more is read or said.
    stopped: bool,
    /// Braces of maps and lists that the current statement has open.
    pub(super) open_braces: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, tokens: Vec<Token>) -> Self {
        Parser { text, tokens, at: 0, depth: 0, errors: Vec::new(), lost: false, stopped: false, open_braces: 0 }
    }

    pub(super) fn into_errors(self) -> Vec<SyntaxError> {
        self.errors
    }

    pub(super) fn peek(&self) -> Token {
        self.ahead(0)
    }

    /// The token so many places further; the end, past it.
    pub(super) fn ahead(&self, places: usize) -> Token {
        let last = self.tokens.len() - 1;
        self.tokens[(self.at + places).min(last)]
    }

    pub(super) fn previous(&self) -> Extent {
        self.at.checked_sub(1).map_or(Extent::new(0, 0), |before| self.tokens[before].span)
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    pub(super) fn is_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    pub(super) fn sees(&self, mark: Mark) -> bool {
        self.peek().kind == TokenKind::Mark(mark)
    }

    pub(super) fn sees_word(&self, word: Word) -> bool {
        self.peek().kind == TokenKind::Word(word)
    }

    pub(super) fn takes(&mut self, mark: Mark) -> Option<Extent> {
        self.sees(mark).then(|| self.bump().span)
    }

    pub(super) fn takes_word(&mut self, word: Word) -> bool {
        let there = self.sees_word(word);
        if there {
            self.bump();
        }
        there
    }

    /// Any word, steering ones too.
    pub(super) fn takes_name(&mut self) -> Option<Extent> {
        matches!(self.peek().kind, TokenKind::Word(_)).then(|| self.bump().span)
    }

    pub(super) fn needs(&mut self, mark: Mark) -> bool {
        let there = self.takes(mark).is_some();
        if !there {
            self.complain_expected(&format!("`{}`", mark.text()));
        }
        there
    }

    pub(super) fn needs_name(&mut self, what: &str) -> Extent {
        self.takes_name().unwrap_or_else(|| {
            self.complain_expected(what);
            Extent { start: self.previous().end, end: self.previous().end }
        })
    }

    /// The bracket that closes `open`, which stands at `at`.
    pub(super) fn needs_close(&mut self, open: Mark, at: Extent, close: Mark) -> bool {
        let there = self.takes(close).is_some();
        if !there && self.is_end() {
            self.complain(diags::unclosed(at, open));
        } else if !there {
            self.complain_expected(&format!("`{}`", close.text()));
        }
        there
    }

    /// Reports a mistake from which the parser goes on as if it were none.
    pub(super) fn note(&mut self, error: SyntaxError) {
        if !self.lost && !self.stopped && self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// Reports a mistake and leaves the parser lost until it finds its feet.
    pub(super) fn complain(&mut self, error: SyntaxError) {
        self.note(error);
        self.lost = true;
    }

    pub(super) fn complain_expected(&mut self, wanted: &str) {
        let token = self.peek();
        let assigns = token.kind == TokenKind::Mark(Mark::Becomes) && wanted != A_VALUE;
        self.complain(match assigns {
            true => diags::assignment_in_expression(token.span),
            false => diags::expected(token.span, wanted, &self.shown(token)),
        });
    }

    /// A token as named in a message. A text is not quoted: it may be a secret.
    fn shown(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Text | TokenKind::Quoted => "a text".to_owned(),
            TokenKind::End => "the end of the script".to_owned(),
            TokenKind::Word(_) | TokenKind::Number | TokenKind::Mark(_) => {
                let text = token.span.of(self.text);
                if text.len() > 40 { format!("`{}…`", &text[..40]) } else { format!("`{text}`") }
            }
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Reads something one level deeper, or gives up on the script where that is too deep.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MOST_NESTING {
            let at = self.peek().span;
            self.lost = false;
            self.note(diags::nested_too_deep(at, MOST_NESTING));
            self.stopped = true;
            self.at = self.tokens.len() - 1;
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Some(value)
    }

    /// Passes over the rest of a statement that could not be read: up to and over its `;`, or up to the end of the
    /// block, to a block of its own, or to a line that begins a statement. The statement began at `begun`.
    pub(super) fn find_feet(&mut self, begun: usize) {
        let mut open = self.open_braces;
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End => break,
                TokenKind::Mark(Mark::Semicolon) => {
                    self.bump();
                    break;
                }
                TokenKind::Mark(Mark::BraceClose) if open == 0 => break,
                TokenKind::Mark(Mark::BraceClose) => open -= 1,
                TokenKind::Mark(Mark::BraceOpen) if !self.opens_value() => break,
                TokenKind::Mark(Mark::BraceOpen) => open += 1,
                TokenKind::Word(word) if token.new_line && begins_statement(word) && self.at > begun => break,
                TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::Mark(_) => {}
            }
            self.bump();
        }
        self.lost = false;
    }

    /// Says that the parser stands at something that it can go on with.
    pub(super) fn found_feet(&mut self, open_braces: usize) {
        self.lost = false;
        self.open_braces = open_braces;
    }

    /// Whether this word, on a new line, is the next statement rather than a value: the one before was left unfinished.
    pub(super) fn begins_next_statement(&self, word: Word) -> bool {
        let begins = self.peek().new_line && word != Word::If && begins_statement(word);
        // `return return;`: these are never values.
        (begins || matches!(word, Word::Return | Word::Break | Word::Continue)) && !self.is_used_as_name()
    }

    /// Passes over the rest of a head (`if (…`) to its block, if one comes before the statement ends.
    pub(super) fn find_block(&mut self) -> bool {
        while !matches!(self.peek().kind, TokenKind::End | TokenKind::Mark(Mark::Semicolon | Mark::BraceOpen | Mark::BraceClose)) {
            self.bump();
        }
        let found = self.sees(Mark::BraceOpen);
        self.lost &= !found;
        found
    }

    /// Tells a map or a list from a block by what stands after its `{`.
    pub(super) fn opens_value(&self) -> bool {
        match self.ahead(1).kind {
            TokenKind::Text | TokenKind::Quoted | TokenKind::Number | TokenKind::Mark(Mark::BraceOpen) => true,
            TokenKind::Mark(Mark::BraceClose) => {
                matches!(self.ahead(2).kind, TokenKind::Mark(Mark::Semicolon | Mark::Comma | Mark::ParenClose))
            }
            TokenKind::Word(_) => matches!(self.ahead(2).kind, TokenKind::Mark(Mark::Comma | Mark::BraceClose)),
            TokenKind::Mark(_) | TokenKind::End => false,
        }
    }
}

fn begins_statement(word: Word) -> bool {
    match word {
        Word::If
        | Word::For
        | Word::While
        | Word::Try
        | Word::Info
        | Word::Return
        | Word::Break
        | Word::Continue
        | Word::Throw
        | Word::Else => true,
        Word::Plain | Word::Each | Word::Index | Word::In | Word::Catch | Word::Finally | Word::True | Word::False | Word::Null => false,
    }
}
