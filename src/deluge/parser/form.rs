//! What only the scripts of Creator's forms hold: records put in, fetched and deleted, and fields that are shown, hidden
//! and filled. <https://www.zoho.com/creator/help/script/client-side-functions.html>,
//! <http://www.zoho.com/creator/help/script/fetch-records.html> and the pages beside them.

use super::super::ast::{Entry, Expr, ExprKind, StatementKind, Step, StepKind, Task};
use super::super::token::{Extent, Mark, TokenKind};
use super::cursor::Parser;

/// Statements of a word and the fields that it is about: `hide Amount;`, `cancel submit;`, `hide add row of Items;`.
const OF_FIELDS: [&str; 9] = ["hide", "show", "enable", "disable", "clear", "cancel", "reload", "expand", "collapse"];

impl Parser<'_> {
    /// A statement that acts on a form, if one begins here.
    pub(super) fn form_statement(&mut self) -> Option<StatementKind> {
        let follows = self.ahead(1);
        let word = self.peek().span.of(self.text);
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        if follows.new_line || matches!(follows.kind, TokenKind::Mark(_) | TokenKind::End) {
            return None;
        }
        if is("alert") {
            self.bump();
            return Some(StatementKind::Info(self.expression()));
        }
        if is("delete") && self.is_word(1, "from") {
            self.bump();
            self.bump();
            return Some(StatementKind::Expression(self.expression()));
        }
        if OF_FIELDS.iter().any(|verb| is(verb)) && matches!(follows.kind, TokenKind::Word(_)) {
            self.bump();
            return Some(StatementKind::Form(self.fields()));
        }
        None
    }

    /// `add row of Items`, `row.Amount`, `Amount, Name`.
    fn fields(&mut self) -> Extent {
        let start = self.peek().span;
        while matches!(self.peek().kind, TokenKind::Word(_) | TokenKind::Mark(Mark::Dot | Mark::Comma)) && !self.is_next_line() {
            self.bump();
        }
        start.to(self.previous())
    }

    fn is_next_line(&self) -> bool {
        self.peek().new_line && matches!(self.peek().kind, TokenKind::Word(_))
    }

    fn is_word(&self, places: usize, word: &str) -> bool {
        let token = self.ahead(places);
        matches!(token.kind, TokenKind::Word(_)) && token.span.of(self.text).eq_ignore_ascii_case(word)
    }

    /// `insert into Form [ field = value … ]`.
    pub(super) fn begins_insert(&self) -> bool {
        self.is_word(0, "insert") && self.is_word(1, "into") && matches!(self.ahead(2).kind, TokenKind::Word(_))
    }

    pub(super) fn insert(&mut self) -> Expr {
        let name = self.bump().span;
        self.bump();
        while matches!(self.peek().kind, TokenKind::Word(_) | TokenKind::Mark(Mark::Dot)) {
            self.bump();
        }
        let open = self.peek().span;
        let mut entries = Vec::new();
        if self.needs(Mark::BracketOpen) {
            while !self.is_end() && !self.sees(Mark::BracketClose) && !self.is_lost() {
                entries.push(self.field());
            }
            self.needs_close(Mark::BracketOpen, open, Mark::BracketClose);
        }
        Expr { span: name.to(self.previous()), kind: ExprKind::Task(Task { name, entries }) }
    }

    /// `Name = input.Name`; a name of several parts has dots. A comma may follow.
    fn field(&mut self) -> Entry {
        let start = self.needs_name("the name of a field or `]`");
        while self.takes(Mark::Dot).is_some() {
            self.needs_name("a name after `.`");
        }
        let key = start.to(self.previous());
        self.needs(Mark::Becomes);
        let value = self.expression();
        self.takes(Mark::Comma);
        Entry { key, values: vec![value] }
    }

    /// `Orders[Status == "Open"] sort by Amount desc range from 1 to 10`: what may follow the records of a form.
    pub(super) fn fetched(&mut self, steps: &mut Vec<Step>) {
        let is_fetch = steps.last().is_some_and(|step| matches!(step.kind, StepKind::Index(_)));
        if is_fetch && self.is_word(0, "sort") && self.is_word(1, "by") {
            let start = self.bump().span;
            self.bump();
            while matches!(self.peek().kind, TokenKind::Word(_) | TokenKind::Mark(Mark::Dot | Mark::Comma)) && !self.is_range() {
                self.bump();
            }
            steps.push(Step { span: start.to(self.previous()), kind: StepKind::Index(Vec::new()) });
        }
        if is_fetch && self.is_range() {
            let start = self.bump().span;
            self.bump();
            let mut ends = vec![self.expression()];
            if self.is_word(0, "to") {
                self.bump();
                ends.push(self.expression());
            }
            steps.push(Step { span: start.to(self.previous()), kind: StepKind::Index(ends) });
        }
    }

    fn is_range(&self) -> bool {
        self.is_word(0, "range") && self.is_word(1, "from")
    }

    /// `Country:ui.add("Norway")`: the choices of a field.
    pub(super) fn is_choice(&self) -> bool {
        self.sees(Mark::Colon) && self.is_word(1, "ui") && self.ahead(2).kind == TokenKind::Mark(Mark::Dot)
    }
}
