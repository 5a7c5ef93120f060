//! Expressions: operators by precedence, and what values may be followed by.

use super::super::ast::{Expr, ExprKind, Operator, Step, StepKind};
use super::super::diags;
use super::super::token::{Extent, Mark, TokenKind, Word, is_type};
use super::cursor::{A_VALUE, Parser};

/// From the loosest to the tightest.
const LEVELS: [&[(Mark, Operator)]; 5] = [
    &[(Mark::Or, Operator::Or)],
    &[(Mark::And, Operator::And)],
    &[
        (Mark::Same, Operator::Same),
        (Mark::Differs, Operator::Differs),
        (Mark::AtMost, Operator::AtMost),
        (Mark::AtLeast, Operator::AtLeast),
        (Mark::Less, Operator::Less),
        (Mark::More, Operator::More),
    ],
    &[(Mark::Plus, Operator::Plus), (Mark::Minus, Operator::Minus)],
    &[(Mark::Times, Operator::Times), (Mark::Over, Operator::Over), (Mark::Modulo, Operator::Modulo)],
];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.peek().span;
        self.deeper(|parser| parser.level(0)).unwrap_or(missing(start))
    }

    fn level(&mut self, level: usize) -> Expr {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let first = self.level(level + 1);
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(operators) {
            if self.is_step_operator() {
                break;
            }
            self.bump();
            rest.push((operator, self.level(level + 1)));
            if self.is_lost() {
                break;
            }
        }
        if rest.is_empty() {
            return first;
        }
        Expr { span: first.span.to(self.previous()), kind: ExprKind::Chain { first: Box::new(first), rest } }
    }

    fn operator(&self, among: &[(Mark, Operator)]) -> Option<Operator> {
        let TokenKind::Mark(mark) = self.peek().kind else { return None };
        among.iter().find(|(candidate, _)| *candidate == mark).map(|(_, operator)| *operator)
    }

    /// `i++;` is another language's.
    fn is_step_operator(&mut self) -> bool {
        let (first, second, third) = (self.peek(), self.ahead(1), self.ahead(2));
        let doubled = first.kind == second.kind
            && matches!(first.kind, TokenKind::Mark(Mark::Plus | Mark::Minus))
            && matches!(third.kind, TokenKind::Mark(Mark::Semicolon | Mark::ParenClose));
        if doubled {
            self.note(diags::step_operator(first.span.to(second.span), first.span.of(self.text)));
            self.bump();
            self.bump();
        }
        doubled
    }

    fn unary(&mut self) -> Expr {
        let start = self.peek().span;
        let mut signs = 0;
        while matches!(self.peek().kind, TokenKind::Mark(Mark::Not | Mark::Minus | Mark::Plus)) {
            self.bump();
            signs += 1;
        }
        let operand = self.postfix();
        if signs == 0 {
            return operand;
        }
        Expr { span: start.to(self.previous()), kind: ExprKind::Unary(Box::new(operand)) }
    }

    /// A value with the members, calls and indices that follow it, over line breaks too.
    fn postfix(&mut self) -> Expr {
        let base = self.primary();
        let mut steps = Vec::new();
        while !self.is_lost() {
            match self.peek().kind {
                TokenKind::Mark(Mark::Dot) => {
                    self.bump();
                    let span = self.needs_name("a name after `.`");
                    steps.push(Step { span, kind: StepKind::Member });
                }
                TokenKind::Mark(Mark::ParenOpen) if callable(&base, &steps) => {
                    let keyed = self.takes_pairs(&base, steps.last());
                    steps.push(self.arguments(keyed));
                }
                TokenKind::Mark(Mark::BracketOpen) => steps.push(self.index()),
                TokenKind::Mark(_) | TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::End => break,
            }
        }
        if steps.is_empty() {
            return base;
        }
        if !self.is_lost() {
            self.fetched(&mut steps);
        }
        Expr { span: base.span.to(self.previous()), kind: ExprKind::Path { base: Box::new(base), steps } }
    }

    /// `Collection("a": 1)`, `values.insert("b": 2)`: the calls whose arguments may have keys.
    fn takes_pairs(&self, base: &Expr, member: Option<&Step>) -> bool {
        let (callee, names) = match member {
            None => (base.span, ["collection", "map"]),
            Some(step) => (step.span, ["insert", "update"]),
        };
        names.iter().any(|name| name.eq_ignore_ascii_case(callee.of(self.text)))
    }

    fn arguments(&mut self, keyed: bool) -> Step {
        let open = self.bump().span;
        let arguments = if keyed { self.pairs() } else { self.listed(Mark::ParenClose) };
        self.needs_close(Mark::ParenOpen, open, Mark::ParenClose);
        Step { span: open.to(self.previous()), kind: StepKind::Call(arguments) }
    }

    fn pairs(&mut self) -> Vec<Expr> {
        let mut values = Vec::new();
        while !self.sees(Mark::ParenClose) && !self.is_end() && !self.is_lost() {
            let value = self.expression();
            values.push(value);
            if !self.is_lost() && self.takes(Mark::Colon).is_some() {
                let key = values.pop().expect("it was pushed three lines ago");
                let value = self.expression();
                values.push(Expr { span: key.span.to(value.span), kind: ExprKind::Map(vec![(key, value)]) });
            }
            if self.takes(Mark::Comma).is_none() {
                break;
            }
        }
        values
    }

    fn index(&mut self) -> Step {
        let open = self.bump().span;
        let inside = self.listed(Mark::BracketClose);
        self.needs_close(Mark::BracketOpen, open, Mark::BracketClose);
        Step { span: open.to(self.previous()), kind: StepKind::Index(inside) }
    }

    /// Values separated by commas up to a closing bracket, which is left standing.
    fn listed(&mut self, close: Mark) -> Vec<Expr> {
        let mut values = Vec::new();
        while !self.sees(close) && !self.is_end() && !self.is_lost() {
            values.push(self.expression());
            if self.takes(Mark::Comma).is_none() {
                break;
            }
            if self.sees(close) {
                self.complain_expected(A_VALUE);
            }
        }
        values
    }

    fn primary(&mut self) -> Expr {
        let token = self.peek();
        let kind = match token.kind {
            TokenKind::Text => ExprKind::Text,
            TokenKind::Quoted => ExprKind::Quoted,
            TokenKind::Number => ExprKind::Number,
            TokenKind::Word(word) => return self.word(word),
            TokenKind::Mark(Mark::ParenOpen) => return self.group(),
            TokenKind::Mark(Mark::BracketOpen) => return self.bracket_list(),
            TokenKind::Mark(Mark::BraceOpen) => return self.braces(),
            TokenKind::Mark(_) | TokenKind::End => {
                self.complain_expected(A_VALUE);
                return missing(token.span);
            }
        };
        self.bump();
        Expr { span: token.span, kind }
    }

    fn word(&mut self, word: Word) -> Expr {
        if self.begins_task() {
            return self.task();
        }
        if self.begins_insert() {
            return self.insert();
        }
        if self.begins_next_statement(word) {
            self.complain_expected(A_VALUE);
            return missing(self.peek().span);
        }
        let span = self.bump().span;
        let kind = match word {
            Word::True => ExprKind::Bool(true),
            Word::False => ExprKind::Bool(false),
            Word::Null => ExprKind::Null,
            Word::Plain
            | Word::If
            | Word::Else
            | Word::For
            | Word::Each
            | Word::Index
            | Word::In
            | Word::While
            | Word::Try
            | Word::Catch
            | Word::Finally
            | Word::Throw
            | Word::Info
            | Word::Return
            | Word::Break
            | Word::Continue => return Expr { span: self.with_element_type(span), kind: ExprKind::Name },
        };
        Expr { span, kind }
    }

    /// `List:String(…)`: the type of the values belongs to the constructor's name.
    fn with_element_type(&mut self, name: Extent) -> Extent {
        let element = self.ahead(1);
        let typed = self.sees(Mark::Colon)
            && is_type(name.of(self.text))
            && matches!(element.kind, TokenKind::Word(_))
            && is_type(element.span.of(self.text))
            && self.ahead(2).kind == TokenKind::Mark(Mark::ParenOpen);
        if !typed {
            return name;
        }
        self.bump();
        self.bump();
        name.to(element.span)
    }

    fn group(&mut self) -> Expr {
        let open = self.bump().span;
        let inside = self.expression();
        self.needs_close(Mark::ParenOpen, open, Mark::ParenClose);
        Expr { span: open.to(self.previous()), kind: ExprKind::Group(Box::new(inside)) }
    }

    fn bracket_list(&mut self) -> Expr {
        let open = self.bump().span;
        let values = self.listed(Mark::BracketClose);
        self.needs_close(Mark::BracketOpen, open, Mark::BracketClose);
        Expr { span: open.to(self.previous()), kind: ExprKind::List(values) }
    }

    /// `{"a": 1}` is a map, `{1, 2}` a list, `{}` an empty map.
    fn braces(&mut self) -> Expr {
        let open = self.bump().span;
        self.open_braces += 1;
        let kind = self.inside_braces();
        if self.needs_close(Mark::BraceOpen, open, Mark::BraceClose) {
            self.open_braces -= 1;
        }
        Expr { span: open.to(self.previous()), kind }
    }

    fn inside_braces(&mut self) -> ExprKind {
        if self.sees(Mark::BraceClose) {
            return ExprKind::Map(Vec::new());
        }
        let first = self.expression();
        if self.is_lost() || !self.sees(Mark::Colon) {
            return self.list_after(first);
        }
        self.map_after(first)
    }

    fn list_after(&mut self, first: Expr) -> ExprKind {
        let mut values = vec![first];
        while !self.is_lost() && self.takes(Mark::Comma).is_some() {
            values.push(self.expression());
            if self.sees(Mark::Colon) && !self.is_lost() {
                self.complain(diags::mixed_map(self.peek().span));
            }
        }
        ExprKind::List(values)
    }

    fn map_after(&mut self, first: Expr) -> ExprKind {
        let mut entries = Vec::new();
        let mut key = first;
        loop {
            self.needs(Mark::Colon);
            let value = if self.is_lost() { missing(self.peek().span) } else { self.expression() };
            entries.push((key, value));
            if self.is_lost() || self.takes(Mark::Comma).is_none() {
                return ExprKind::Map(entries);
            }
            key = self.expression();
            if !self.is_lost() && matches!(self.peek().kind, TokenKind::Mark(Mark::Comma | Mark::BraceClose)) {
                self.complain(diags::mixed_map(key.span));
            }
        }
    }
}

/// Only names are called, and members; a second call needs a member between.
fn callable(base: &Expr, steps: &[Step]) -> bool {
    match steps.last() {
        Some(step) => step.kind == StepKind::Member,
        None => base.kind == ExprKind::Name,
    }
}

fn missing(at: Extent) -> Expr {
    Expr { span: Extent { start: at.start, end: at.start }, kind: ExprKind::Missing }
}
