//! A function with its signature: `string button.demo(String routeId) { … }`.

use super::super::ast::{Function, Parameter, StatementKind};
use super::super::token::{Extent, Mark, TokenKind, Word, is_type};
use super::cursor::Parser;

impl Parser<'_> {
    /// A type, then a name that may be dotted, then `(`. No expression looks like that.
    pub(super) fn begins_signature(&self) -> bool {
        if !is_type(self.peek().span.of(self.text)) || !matches!(self.ahead(1).kind, TokenKind::Word(_)) {
            return false;
        }
        let mut places = 2;
        while self.ahead(places).kind == TokenKind::Mark(Mark::Dot) && matches!(self.ahead(places + 1).kind, TokenKind::Word(_)) {
            places += 2;
        }
        self.ahead(places).kind == TokenKind::Mark(Mark::ParenOpen)
    }

    pub(super) fn function(&mut self) -> Option<StatementKind> {
        let returns = self.bump().span;
        let start = self.bump().span;
        while self.takes(Mark::Dot).is_some() {
            self.needs_name("the function's name");
        }
        let name = start.to(self.previous());
        let open = self.bump().span;
        let parameters = self.parameters();
        self.needs_close(Mark::ParenOpen, open, Mark::ParenClose);
        if self.is_lost() && !self.find_block() || !self.sees(Mark::BraceOpen) {
            self.complain_expected("`{`");
            return None;
        }
        let body = self.block()?;
        Some(StatementKind::Function(Function { returns, name, parameters, body }))
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        while !self.sees(Mark::ParenClose) && !self.is_lost() && !self.is_end() {
            let of = self.parameter_type();
            let name = self.needs_name("the parameter's name");
            parameters.push(Parameter { of, name });
            if self.takes(Mark::Comma).is_none() {
                break;
            }
        }
        parameters
    }

    /// `list` or `list:string`.
    fn parameter_type(&mut self) -> Extent {
        if !matches!(self.peek().kind, TokenKind::Word(Word::Plain)) {
            self.complain_expected("the parameter's type");
        }
        let start = self.needs_name("the parameter's type");
        if self.takes(Mark::Colon).is_some() {
            self.needs_name("the type of the list's values");
        }
        start.to(self.previous())
    }
}
