//! Task blocks: `invokeurl [ key : value … ]`.

use super::super::ast::{Entry, Expr, ExprKind, Task};
use super::super::diags;
use super::super::token::{Extent, Mark, TokenKind};
use super::cursor::Parser;

impl Parser<'_> {
    /// A name and `[`: a task where we know the name, or where a key and `:` follow.
    pub(super) fn begins_task(&self) -> bool {
        const TASKS: [&str; 4] = ["invokeurl", "invokeapi", "sendmail", "sendsms"];
        if self.ahead(1).kind != TokenKind::Mark(Mark::BracketOpen) {
            return false;
        }
        let name = self.peek().span.of(self.text);
        TASKS.iter().any(|task| task.eq_ignore_ascii_case(name)) || self.entry_begins(2)
    }

    /// Whether a key and its `:` stand so many places further. Passes over words and `-` only, so each token is looked
    /// at by one call at most.
    fn entry_begins(&self, mut places: usize) -> bool {
        if self.is_two_word_key(places) {
            return self.ahead(places + 2).kind == TokenKind::Mark(Mark::Colon);
        }
        while matches!(self.ahead(places).kind, TokenKind::Word(_)) {
            match self.ahead(places + 1).kind {
                TokenKind::Mark(Mark::Colon) => return true,
                TokenKind::Mark(Mark::Minus) => places += 2,
                TokenKind::Mark(_) | TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::End => {
                    return false;
                }
            }
        }
        false
    }

    pub(super) fn task(&mut self) -> Expr {
        let name = self.bump().span;
        let open = self.bump().span;
        let mut entries = Vec::new();
        while !self.is_end() && !self.sees(Mark::BracketClose) && !self.is_lost() {
            let braces = self.open_braces;
            entries.push(self.entry(name));
            if self.is_lost() && self.find_entry() {
                self.found_feet(braces);
            }
        }
        self.needs_close(Mark::BracketOpen, open, Mark::BracketClose);
        Expr { span: name.to(self.previous()), kind: ExprKind::Task(Task { name, entries }) }
    }

    fn entry(&mut self, task: Extent) -> Entry {
        let key = self.key();
        self.needs(Mark::Colon);
        let mut values = Vec::new();
        if self.sees(Mark::BracketClose) || (self.entry_begins(0) && !self.begins_prefix()) {
            self.note(diags::entry_without_value(key, key.of(self.text)));
            return Entry { key, values };
        }
        values.push(self.value());
        while let Some(comma) = self.takes(Mark::Comma) {
            if self.sees(Mark::BracketClose) || (self.entry_begins(0) && !self.begins_prefix()) {
                self.note(diags::comma_between_entries(comma));
                break;
            }
            if task.of(self.text).get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("invoke")) {
                self.note(diags::several_values(comma, key.of(self.text)));
            }
            values.push(self.value());
        }
        Entry { key, values }
    }

    /// A mail's `reply to` and `content type`: the only keys with a space.
    fn is_two_word_key(&self, places: usize) -> bool {
        let word = |places: usize| self.ahead(places).span.of(self.text);
        [("reply", "to"), ("content", "type")]
            .iter()
            .any(|(first, second)| word(places).eq_ignore_ascii_case(first) && word(places + 1).eq_ignore_ascii_case(second))
    }

    fn key(&mut self) -> Extent {
        if self.is_two_word_key(0) {
            let start = self.bump().span;
            return start.to(self.bump().span);
        }
        let start = self.needs_name("a key or `]`");
        while self.sees(Mark::Minus) && !self.is_lost() {
            self.bump();
            self.needs_name("the rest of the key");
        }
        start.to(self.previous())
    }

    /// `file: report`, `template: Invoice`: a mail's attachment says what it is.
    fn begins_prefix(&self) -> bool {
        const PREFIXES: [&str; 5] = ["file", "template", "view", "report", "text"];
        let word = self.peek().span.of(self.text);
        self.ahead(1).kind == TokenKind::Mark(Mark::Colon) && PREFIXES.iter().any(|prefix| prefix.eq_ignore_ascii_case(word))
    }

    fn value(&mut self) -> Expr {
        if self.begins_prefix() {
            self.bump();
            self.bump();
        }
        self.expression()
    }

    /// After a mistake: on to the next entry or to the block's end, if they come before the statement's.
    fn find_entry(&mut self) -> bool {
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End | TokenKind::Mark(Mark::Semicolon) => return false,
                TokenKind::Mark(Mark::BracketClose) => return true,
                TokenKind::Word(_) if self.entry_begins(0) => return true,
                TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::Mark(_) => {
                    self.bump();
                }
            }
        }
    }
}
