//! What variables hold where that can be told: those that are given a value once.

use rustc_hash::FxHashMap;

use super::ast::{Expr, ExprKind, Operator, StatementKind};
use super::token::Extent;
use super::walk::{Scope, statements};

/// The variables of one scope.
pub(super) struct Variables<'t> {
    text: &'t str,
    known: FxHashMap<&'t str, Given<'t>>,
}

#[derive(Clone, Copy)]
enum Given<'t> {
    /// One assignment in the whole scope: wherever it has run, the variable holds this.
    Once(&'t Expr),
    /// More than one, a parameter, a loop's variable, or changed in part.
    Otherwise,
}

/// A text put together from literals, as far as it can be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Folded {
    pub(super) text: String,
    /// False where an unknown part follows.
    pub(super) whole: bool,
    /// The literal that it begins with, quotes included.
    pub(super) begins: Option<Extent>,
}

/// Longest text that is put together. URLs are shorter; doubling a variable forty times is not worth following.
const MOST_TEXT: usize = 2048;
/// Literals and variables looked at for one text.
const MOST_PARTS: u32 = 64;

impl<'t> Variables<'t> {
    pub(super) fn of(text: &'t str, scope: &Scope<'t>) -> Self {
        let mut variables = Variables { text, known: FxHashMap::default() };
        for parameter in scope.parameters {
            variables.known.insert(parameter.name.of(text), Given::Otherwise);
        }
        statements(scope.statements, &mut |statement| match &statement.kind {
            StatementKind::Assign { target, adds, value } => variables.assign(target, (adds.is_none()).then_some(value)),
            StatementKind::ForEach { variable, .. } => variables.give(*variable, None),
            StatementKind::Try { catches, .. } => {
                catches.iter().filter_map(|catch| catch.variable).for_each(|variable| variables.give(variable, None));
            }
            StatementKind::Function(_)
            | StatementKind::Info(_)
            | StatementKind::Return(_)
            | StatementKind::Throw(_)
            | StatementKind::If { .. }
            | StatementKind::Break
            | StatementKind::Continue
            | StatementKind::Expression(_)
            | StatementKind::Form(_)
            | StatementKind::Block(_) => {}
        });
        variables
    }

    fn assign(&mut self, target: &'t Expr, value: Option<&'t Expr>) {
        if target.kind == ExprKind::Name {
            self.give(target.span, value);
        } else if let ExprKind::Path { base, .. } = &target.kind
            && base.kind == ExprKind::Name
        {
            self.give(base.span, None);
        }
    }

    fn give(&mut self, name: Extent, value: Option<&'t Expr>) {
        let name = name.of(self.text);
        let given = match value {
            Some(value) if !self.known.contains_key(name) => Given::Once(value),
            Some(_) | None => Given::Otherwise,
        };
        self.known.insert(name, given);
    }

    /// Whether the scope gives this name a value anywhere.
    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// The expression that a variable stands for, through other variables; any other expression itself.
    pub(super) fn behind(&self, expr: &'t Expr) -> &'t Expr {
        let mut expr = expr;
        for _ in 0..MOST_PARTS {
            match self.step_behind(expr) {
                Some(next) => expr = next,
                None => break,
            }
        }
        expr
    }

    fn step_behind(&self, expr: &'t Expr) -> Option<&'t Expr> {
        if let ExprKind::Group(inner) = &expr.kind {
            return Some(inner);
        }
        if expr.kind != ExprKind::Name {
            return None;
        }
        match self.known.get(expr.span.of(self.text)) {
            // Used before it is given: then what it holds is not this.
            Some(Given::Once(value)) if value.span.end <= expr.span.start => Some(value),
            Some(Given::Once(_) | Given::Otherwise) | None => None,
        }
    }

    /// The text that an expression makes, as far as it is made of literals.
    pub(super) fn fold(&self, expr: &'t Expr) -> Folded {
        let mut folded = Folded { whole: true, ..Folded::default() };
        self.fold_into(expr, &mut folded, &mut { MOST_PARTS }, 0);
        folded
    }

    fn fold_into(&self, expr: &'t Expr, folded: &mut Folded, parts: &mut u32, depth: u32) {
        *parts = parts.saturating_sub(1);
        if *parts == 0 || depth > 16 || folded.text.len() > MOST_TEXT {
            folded.whole = false;
        }
        if !folded.whole {
            return;
        }
        let expr = self.behind(expr);
        if expr.is_text() {
            folded.text.push_str(&expr.span.unquoted(self.text));
            folded.begins = folded.begins.or(Some(expr.span));
        } else if expr.kind == ExprKind::Number {
            folded.text.push_str(expr.span.of(self.text));
        } else if let ExprKind::Chain { first, rest } = &expr.kind {
            self.fold_into(first, folded, parts, depth + 1);
            for (operator, operand) in rest.iter().take(MOST_PARTS as usize) {
                folded.whole &= *operator == Operator::Plus;
                self.fold_into(operand, folded, parts, depth + 1);
            }
            folded.whole &= rest.len() <= MOST_PARTS as usize;
        } else {
            folded.whole = false;
        }
    }
}

/// What stands between the quotes of a literal; one that is not closed ends with its line.
pub(super) fn inside(literal: Extent, text: &str) -> Extent {
    let written = literal.of(text);
    let quote = written.chars().next();
    let body = &written[1..];
    let backslashes = body.strip_suffix(['"', '\'']).map_or(0, |rest| rest.len() - rest.trim_end_matches('\\').len());
    let closed = body.chars().next_back() == quote && backslashes.is_multiple_of(2);
    Extent { start: literal.start + 1, end: literal.end - u32::from(closed) }
}
