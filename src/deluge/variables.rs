//! What variables hold where that can be told: those that are given a value once.

use rustc_hash::FxHashMap;

use super::ast::{Expr, ExprKind, Operator, StatementKind, Step, StepKind};
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
    /// One assignment, and after it only `x = x + …` and `x += …`: its text begins with this.
    Begins(&'t Expr),
    /// More than one, a parameter, a loop's variable, or changed in part.
    Otherwise,
}

/// What an assignment does to a variable.
enum Gift<'t> {
    Value(&'t Expr),
    /// `x = x + …`, `x += …`
    More,
    /// Changed in part, or at run time.
    Change,
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
/// Choices of one text whose arms are all looked at.
const MOST_CHOICES: u32 = 3;

impl<'t> Variables<'t> {
    pub(super) fn of(text: &'t str, scope: &Scope<'t>) -> Self {
        let mut variables = Variables { text, known: FxHashMap::default() };
        for parameter in scope.parameters {
            variables.known.insert(parameter.name.of(text), Given::Otherwise);
        }
        statements(scope.statements, &mut |statement| match &statement.kind {
            StatementKind::Assign { target, adds, value } => variables.assign(target, *adds, value),
            StatementKind::ForEach { variable, .. } => variables.give(*variable, Gift::Change),
            StatementKind::Try { catches, .. } => {
                catches.iter().filter_map(|catch| catch.variable).for_each(|variable| variables.give(variable, Gift::Change));
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

    fn assign(&mut self, target: &'t Expr, adds: Option<Extent>, value: &'t Expr) {
        if target.kind == ExprKind::Name {
            let gift = match adds {
                Some(sign) if sign.of(self.text) == "+=" => Gift::More,
                Some(_) => Gift::Change,
                None if self.begins_with(value, target.span.of(self.text)) => Gift::More,
                None => Gift::Value(value),
            };
            self.give(target.span, gift);
        } else if let ExprKind::Path { base, .. } = &target.kind
            && base.kind == ExprKind::Name
        {
            self.give(base.span, Gift::Change);
        }
    }

    /// `x + …`, where only texts are put together.
    fn begins_with(&self, value: &Expr, name: &str) -> bool {
        match &value.kind {
            ExprKind::Group(inner) => self.begins_with(inner, name),
            ExprKind::Chain { first, rest } => {
                let is_it = first.kind == ExprKind::Name && first.span.of(self.text) == name;
                rest.iter().all(|(operator, _)| *operator == Operator::Plus) && (is_it || self.begins_with(first, name))
            }
            _ => false,
        }
    }

    fn give(&mut self, name: Extent, gift: Gift<'t>) {
        let name = name.of(self.text);
        let given = match (self.known.get(name), gift) {
            (None, Gift::Value(value)) => Given::Once(value),
            (Some(Given::Once(first) | Given::Begins(first)), Gift::More) => Given::Begins(first),
            (_, Gift::Value(_) | Gift::More | Gift::Change) => Given::Otherwise,
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
            Some(Given::Once(_) | Given::Begins(_) | Given::Otherwise) | None => None,
        }
    }

    /// The text that an expression makes, as far as it is made of literals; one that is chosen when the script runs ends it.
    pub(super) fn fold(&self, expr: &'t Expr) -> Folded {
        self.fold_with(expr, None).folded
    }

    /// Every text that an expression may make: one for each arm of the first few `if(…, …, …)` in it.
    pub(super) fn folds(&self, expr: &'t Expr) -> Vec<Folded> {
        let first = self.fold_with(expr, Some(0));
        let others = (1..1 << first.choices.min(MOST_CHOICES)).map(|arms| self.fold_with(expr, Some(arms)).folded);
        std::iter::once(first.folded).chain(others).collect()
    }

    fn fold_with(&self, expr: &'t Expr, arms: Option<u32>) -> Folding<'_, 't> {
        let folded = Folded { whole: true, ..Folded::default() };
        let mut folding = Folding { variables: self, folded, parts: MOST_PARTS, arms, choices: 0 };
        folding.add(expr, 0);
        folding
    }
}

/// A text in the making.
struct Folding<'a, 't> {
    variables: &'a Variables<'t>,
    folded: Folded,
    parts: u32,
    /// Which arm each choice takes, a bit a choice.
    arms: Option<u32>,
    /// Choices met.
    choices: u32,
}

impl<'t> Folding<'_, 't> {
    fn add(&mut self, expr: &'t Expr, depth: u32) {
        self.parts = self.parts.saturating_sub(1);
        if self.parts == 0 || depth > 16 || self.folded.text.len() > MOST_TEXT {
            self.folded.whole = false;
        }
        if !self.folded.whole {
            return;
        }
        let (expr, text) = (self.variables.behind(expr), self.variables.text);
        match &expr.kind {
            ExprKind::Text | ExprKind::Quoted => {
                self.folded.text.push_str(&expr.span.unquoted(text));
                self.folded.begins = self.folded.begins.or(Some(expr.span));
            }
            ExprKind::Number => self.folded.text.push_str(expr.span.of(text)),
            ExprKind::Chain { first, rest } => self.chain(first, rest, depth),
            ExprKind::Path { base, steps } => self.path(base, steps, depth),
            ExprKind::Name => self.beginning(expr, depth),
            _ => self.folded.whole = false,
        }
    }

    fn chain(&mut self, first: &'t Expr, rest: &'t [(Operator, Expr)], depth: u32) {
        self.add(first, depth + 1);
        for (operator, operand) in rest.iter().take(MOST_PARTS as usize) {
            self.folded.whole &= *operator == Operator::Plus;
            self.add(operand, depth + 1);
        }
        self.folded.whole &= rest.len() <= MOST_PARTS as usize;
    }

    /// A variable of which only the beginning is known.
    fn beginning(&mut self, name: &'t Expr, depth: u32) {
        match self.variables.known.get(name.span.of(self.variables.text)) {
            Some(Given::Begins(value)) if value.span.end <= name.span.start => self.add(value, depth + 1),
            Some(Given::Once(_) | Given::Begins(_) | Given::Otherwise) | None => {}
        }
        self.folded.whole = false;
    }

    /// Calls that hand a text on: `….toString()`, `encodeUrl(…)`, and those that choose one.
    fn path(&mut self, base: &'t Expr, steps: &'t [Step], depth: u32) {
        let text = self.variables.text;
        let hands_on = |pair: &[Step]| {
            let same = ["toString", "toText", "trim"].iter().any(|name| name.eq_ignore_ascii_case(pair[0].span.of(text)));
            pair[0].kind == StepKind::Member && same && matches!(&pair[1].kind, StepKind::Call(arguments) if arguments.is_empty())
        };
        let mut steps = steps;
        while let [before @ .., _, _] = steps
            && hands_on(&steps[before.len()..])
        {
            steps = before;
        }
        match steps {
            [] => self.add(base, depth + 1),
            [Step { kind: StepKind::Call(arguments), .. }] if base.kind == ExprKind::Name => {
                self.call(base.span.of(text), arguments, depth);
            }
            _ => self.folded.whole = false,
        }
    }

    fn call(&mut self, name: &str, arguments: &'t [Expr], depth: u32) {
        match arguments {
            [_, then, otherwise] if name.eq_ignore_ascii_case("if") => self.choice(then, otherwise, depth),
            [first, instead] if name.eq_ignore_ascii_case("ifnull") => self.choice(first, instead, depth),
            // What is encoded in the middle of a text is another one than is written.
            [inner] if name.eq_ignore_ascii_case("encodeUrl") && self.folded.text.is_empty() => {
                self.add(inner, depth + 1);
                self.folded.whole = false;
            }
            _ => self.folded.whole = false,
        }
    }

    fn choice(&mut self, first: &'t Expr, second: &'t Expr, depth: u32) {
        let place = self.choices;
        self.choices += 1;
        match self.arms.filter(|_| place < MOST_CHOICES) {
            Some(arms) if arms >> place & 1 == 0 => self.add(first, depth + 1),
            Some(_) => self.add(second, depth + 1),
            None => self.folded.whole = false,
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
