//! Statements and blocks.

use super::super::ast::{Block, Catch, Expr, ExprKind, Statement, StatementKind, StepKind};
use super::super::diags;
use super::super::token::{Extent, Mark, TokenKind, Word, is_type};
use super::cursor::Parser;

impl Parser<'_> {
    /// The whole script. A `}` that closes nothing is reported and passed over.
    pub(super) fn script(&mut self) -> Vec<Statement> {
        let mut all = Vec::new();
        while !self.is_end() {
            self.statements(&mut all);
            if let Some(stray) = self.takes(Mark::BraceClose) {
                self.note(diags::closes_nothing(stray, Mark::BraceClose));
            }
        }
        all
    }

    /// Statements up to a `}` or the end.
    fn statements(&mut self, into: &mut Vec<Statement>) {
        while !self.is_end() && !self.sees(Mark::BraceClose) {
            let begun = self.position();
            let outer = std::mem::take(&mut self.open_braces);
            into.extend(self.statement());
            if self.is_lost() {
                self.find_feet(begun);
                into.extend(self.stranded_block());
            }
            self.open_braces = outer;
            if self.position() == begun && !self.sees(Mark::BraceClose) {
                self.bump();
            }
        }
    }

    /// The block after a statement that could not be read: its statements still count.
    fn stranded_block(&mut self) -> Option<Statement> {
        if !self.sees(Mark::BraceOpen) {
            return None;
        }
        let block = self.block()?;
        Some(Statement { span: block.span, kind: StatementKind::Block(block) })
    }

    fn statement(&mut self) -> Option<Statement> {
        if self.takes(Mark::Semicolon).is_some() {
            return None;
        }
        let start = self.peek().span;
        let kind = self.statement_kind()?;
        Some(Statement { span: start.to(self.previous()), kind })
    }

    fn statement_kind(&mut self) -> Option<StatementKind> {
        let TokenKind::Word(word) = self.peek().kind else { return self.wordless() };
        if self.is_used_as_name() {
            return self.simple();
        }
        match word {
            Word::If => self.if_else(),
            Word::For => self.for_each(),
            Word::While => self.unknown_loop(),
            Word::Try => self.try_catch(),
            Word::Else => self.stray_else(),
            Word::Catch | Word::Finally => self.stray_catch(),
            Word::Info => self.keyword(|parser| StatementKind::Info(parser.expression())),
            Word::Return => self.keyword(|parser| StatementKind::Return(parser.optional_expression())),
            Word::Throw => self.keyword(|parser| StatementKind::Throw(parser.optional_expression())),
            Word::Break => self.keyword(|_| StatementKind::Break),
            Word::Continue => self.keyword(|_| StatementKind::Continue),
            Word::Plain if self.begins_signature() => self.function(),
            Word::Plain if let Some(kind) = self.form_statement() => {
                self.end_of_statement(None);
                Some(kind)
            }
            Word::Plain | Word::Each | Word::Index | Word::In | Word::True | Word::False | Word::Null => self.simple(),
        }
    }

    /// A statement that begins with a mark or a literal. A block of its own is not Deluge, but what it holds is.
    fn wordless(&mut self) -> Option<StatementKind> {
        if !self.sees(Mark::BraceOpen) || self.opens_value() {
            return self.simple();
        }
        self.note(diags::lone_block(self.peek().span));
        self.block().map(StatementKind::Block)
    }

    /// `info = 1;`, `info.put(…);`: a steering word in the place of a variable.
    pub(super) fn is_used_as_name(&self) -> bool {
        match self.ahead(1).kind {
            TokenKind::Mark(Mark::Dot) => true,
            TokenKind::Mark(mark) => mark.assigns(),
            TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::End => false,
        }
    }

    fn keyword(&mut self, read: impl FnOnce(&mut Self) -> StatementKind) -> Option<StatementKind> {
        self.bump();
        let kind = read(self);
        self.end_of_statement(None);
        Some(kind)
    }

    fn optional_expression(&mut self) -> Option<Expr> {
        let nothing = matches!(self.peek().kind, TokenKind::End | TokenKind::Mark(Mark::Semicolon | Mark::BraceClose));
        (!nothing).then(|| self.expression())
    }

    /// An assignment or an expression.
    fn simple(&mut self) -> Option<StatementKind> {
        self.pass_over_declared_type();
        let mut target = self.expression();
        if self.is_choice() && !self.is_lost() {
            self.bump();
            target = self.expression();
        }
        let assigns = matches!(self.peek().kind, TokenKind::Mark(mark) if mark.assigns());
        if !assigns || self.is_lost() {
            self.end_of_statement(Some(&target));
            return Some(StatementKind::Expression(target));
        }
        if !is_assignable(&target) {
            self.note(diags::not_assignable(target.span));
        }
        let sign = self.bump();
        let value = self.expression();
        self.end_of_statement(Some(&value).filter(|value| matches!(value.kind, ExprKind::Task(_))));
        let adds = (sign.kind != TokenKind::Mark(Mark::Becomes)).then_some(sign.span);
        Some(StatementKind::Assign { target, adds, value })
    }

    /// `int x = 5;` is another language's.
    fn pass_over_declared_type(&mut self) {
        let (first, second) = (self.peek(), self.ahead(1));
        let both_words = matches!((first.kind, second.kind), (TokenKind::Word(Word::Plain), TokenKind::Word(_)));
        let first_word = first.span.of(self.text);
        if both_words && !second.new_line && (is_type(first_word) || matches!(first_word, "var" | "let" | "const")) {
            self.note(diags::declared_type(first.span, first_word));
            self.bump();
        }
    }

    /// `;`, told kindly where it is missing. A mail's block may go without; `task` is what the statement ends with.
    fn end_of_statement(&mut self, last: Option<&Expr>) {
        if self.is_lost() || self.takes(Mark::Semicolon).is_some() {
            return;
        }
        let end = Extent { start: self.previous().end, end: self.previous().end };
        let task = last.and_then(|expr| if let ExprKind::Task(task) = &expr.kind { Some(task) } else { None });
        if let Some(task) = task {
            let name = task.name.of(self.text);
            if name.get(..6).is_some_and(|begin| begin.eq_ignore_ascii_case("invoke")) {
                self.note(diags::missing_semicolon_after_task(end, name));
            }
            return;
        }
        let next = self.peek();
        if next.new_line || matches!(next.kind, TokenKind::End | TokenKind::Mark(Mark::BraceClose)) {
            return self.note(diags::missing_semicolon(end));
        }
        self.complain_unexpected_rest();
    }

    fn complain_unexpected_rest(&mut self) {
        let token = self.peek();
        match token.kind {
            TokenKind::Mark(mark @ (Mark::ParenClose | Mark::BracketClose)) => self.complain(diags::closes_nothing(token.span, mark)),
            TokenKind::Mark(_) | TokenKind::Word(_) | TokenKind::Number | TokenKind::Text | TokenKind::Quoted | TokenKind::End => {
                self.complain_expected("an operator or `;`");
            }
        }
    }

    pub(super) fn block(&mut self) -> Option<Block> {
        let open = self.bump().span;
        let mut statements = Vec::new();
        self.deeper(|parser| parser.statements(&mut statements))?;
        self.needs_close(Mark::BraceOpen, open, Mark::BraceClose);
        Some(Block { span: open.to(self.previous()), statements })
    }

    /// The block of `word`. Where the head could not be read, the block is looked for behind it.
    fn body(&mut self, word: &str) -> Option<Block> {
        if (self.is_lost() && self.find_block()) || self.sees(Mark::BraceOpen) {
            return self.block();
        }
        if self.is_lost() || self.is_end() || self.sees(Mark::BraceClose) {
            self.complain_expected("`{`");
            return None;
        }
        let start = self.peek().span;
        self.note(diags::body_without_braces(start, word));
        let statement = self.deeper(Self::statement)?;
        Some(Block { span: start.to(self.previous()), statements: statement.into_iter().collect() })
    }

    fn condition(&mut self) -> Expr {
        let open = self.peek().span;
        if !self.needs(Mark::ParenOpen) {
            return Expr { span: open, kind: ExprKind::Missing };
        }
        let condition = self.expression();
        self.needs_close(Mark::ParenOpen, open, Mark::ParenClose);
        condition
    }

    fn if_else(&mut self) -> Option<StatementKind> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            self.bump();
            let condition = self.condition();
            let Some(body) = self.body("if") else { break };
            branches.push((condition, body));
            if !self.takes_word(Word::Else) {
                break;
            }
            if !self.sees_word(Word::If) {
                otherwise = self.body("else");
                break;
            }
        }
        Some(StatementKind::If { branches, otherwise })
    }

    fn for_each(&mut self) -> Option<StatementKind> {
        let start = self.bump().span;
        if !self.takes_word(Word::Each) {
            self.complain(diags::for_without_each(start));
            self.pass_over_head();
            return self.body("for each").map(StatementKind::Block);
        }
        let follows = self.ahead(1).kind;
        let index = self.sees_word(Word::Index) && matches!(follows, TokenKind::Word(word) if word != Word::In);
        if index {
            self.bump();
        }
        let variable = self.needs_name("the name of a variable");
        if !self.takes_word(Word::In) {
            self.complain_expected("`in`");
        }
        let list = self.expression();
        let body = self.body("for each")?;
        Some(StatementKind::ForEach { index, variable, list, body })
    }

    /// `(i = 0; i < 5; …)` is another language's: its `;` end no statements.
    fn pass_over_head(&mut self) {
        if !self.sees(Mark::ParenOpen) {
            return;
        }
        while !matches!(self.peek().kind, TokenKind::End | TokenKind::Mark(Mark::BraceOpen | Mark::BraceClose)) {
            self.bump();
        }
    }

    fn unknown_loop(&mut self) -> Option<StatementKind> {
        let word = self.bump().span;
        self.complain(diags::unknown_statement(word, word.of(self.text), "loop over a list: `for each item in items { … }`"));
        self.body("while").map(StatementKind::Block)
    }

    fn try_catch(&mut self) -> Option<StatementKind> {
        let word = self.bump().span;
        let body = self.body("try")?;
        let mut catches = Vec::new();
        while self.takes_word(Word::Catch) {
            let variable = self.caught();
            let body = self.body("catch")?;
            catches.push(Catch { variable, body });
        }
        let finally = self.takes_word(Word::Finally);
        if finally {
            let body = self.body("finally")?;
            catches.push(Catch { variable: None, body });
        }
        if catches.is_empty() {
            self.note(diags::try_without_catch(word));
        }
        Some(StatementKind::Try { body, catches })
    }

    /// `(e)`; a kind of mistake may stand before the name.
    fn caught(&mut self) -> Option<Extent> {
        let open = self.peek().span;
        if !self.needs(Mark::ParenOpen) {
            return None;
        }
        let first = self.needs_name("the name of a variable");
        let name = self.takes_name().unwrap_or(first);
        self.needs_close(Mark::ParenOpen, open, Mark::ParenClose);
        Some(name)
    }

    fn stray_else(&mut self) -> Option<StatementKind> {
        let word = self.bump().span;
        self.note(diags::else_without_if(word));
        if self.takes_word(Word::If) {
            self.condition();
        }
        self.body("else").map(StatementKind::Block)
    }

    fn stray_catch(&mut self) -> Option<StatementKind> {
        let word = self.bump().span;
        self.note(diags::catch_without_try(word));
        if self.sees(Mark::ParenOpen) {
            self.caught();
        }
        self.body("catch").map(StatementKind::Block)
    }
}

fn is_assignable(target: &Expr) -> bool {
    match &target.kind {
        ExprKind::Name | ExprKind::Missing => true,
        ExprKind::Path { steps, .. } => steps.last().is_some_and(|step| matches!(step.kind, StepKind::Member | StepKind::Index(_))),
        ExprKind::Text
        | ExprKind::Quoted
        | ExprKind::Number
        | ExprKind::Bool(_)
        | ExprKind::Null
        | ExprKind::Chain { .. }
        | ExprKind::Unary(_)
        | ExprKind::Group(_)
        | ExprKind::List(_)
        | ExprKind::Map(_)
        | ExprKind::Task(_) => false,
    }
}
