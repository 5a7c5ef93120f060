//! The tree of a script. Nodes hold places, not text: the words are read from the script.
//!
//! Chains that people write long (`a + b + …`, `a.b().c()…`, `else if …`) are flat lists, so that the tree's depth is
//! bounded by the parser's limit and walking it cannot exhaust the stack.

use super::token::Extent;

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub span: Extent,
    pub kind: StatementKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `string button.demo(String id) { … }`
    Function(Function),
    /// `target = value;` and `target += value;` (then `adds` holds the sign).
    Assign {
        target: Expr,
        adds: Option<Extent>,
        value: Expr,
    },
    Info(Expr),
    Return(Option<Expr>),
    Throw(Option<Expr>),
    If {
        branches: Vec<(Expr, Block)>,
        otherwise: Option<Block>,
    },
    ForEach {
        index: bool,
        variable: Extent,
        list: Expr,
        body: Block,
    },
    Try {
        body: Block,
        catches: Vec<Catch>,
    },
    Break,
    Continue,
    Expression(Expr),
    /// `hide Amount;`, `cancel submit;`: acts on fields of a form, which are named here.
    Form(Extent),
    /// Not of the language: what is left of a statement that could not be read.
    Block(Block),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub span: Extent,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Catch {
    pub variable: Option<Extent>,
    pub body: Block,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub returns: Extent,
    /// With its namespace: `button.demo`.
    pub name: Extent,
    pub parameters: Vec<Parameter>,
    pub body: Block,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub of: Extent,
    pub name: Extent,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub span: Extent,
    pub kind: ExprKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `"…"`, quotes included in the span.
    Text,
    /// `'…'`: a date, a time or plain text.
    Quoted,
    Number,
    Bool(bool),
    Null,
    /// A variable, a namespace, a built-in, or `List:String`.
    Name,
    /// Operands of one precedence, from left to right.
    Chain {
        first: Box<Expr>,
        rest: Vec<(Operator, Expr)>,
    },
    Unary(Box<Expr>),
    Group(Box<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// What follows a value: members, calls, indices.
    Path {
        base: Box<Expr>,
        steps: Vec<Step>,
    },
    /// `invokeurl [ … ]`
    Task(Task),
    /// Could not be read; reported.
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Same,
    Differs,
    Less,
    More,
    AtMost,
    AtLeast,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub span: Extent,
    pub kind: StepKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// The span is the name's, without the dot.
    Member,
    Call(Vec<Expr>),
    /// `[ … ]`: one index, or a condition.
    Index(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// `invokeurl`, as written.
    pub name: Extent,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// May hold `-`: `response-format`.
    pub key: Extent,
    /// One, except in a mail's addresses and attachments.
    pub values: Vec<Expr>,
}

impl Task {
    pub fn is(&self, text: &str, name: &str) -> bool {
        self.name.of(text).eq_ignore_ascii_case(name)
    }

    /// The value of a key, whatever its case.
    pub fn entry(&self, text: &str, key: &str) -> Option<&Expr> {
        self.entries.iter().find(|entry| entry.key.of(text).eq_ignore_ascii_case(key)).and_then(|entry| entry.values.first())
    }
}

/// A call as written: its dotted name and arguments, where the base is a name and every step before it a member.
pub(super) struct Call<'t> {
    pub(super) name: Vec<&'t str>,
    pub(super) arguments: &'t [Expr],
    pub(super) span: Extent,
}

impl Expr {
    /// A literal in either kind of quotes.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, ExprKind::Text | ExprKind::Quoted)
    }

    /// What a literal says; none of other expressions.
    pub fn said(&self, text: &str) -> Option<String> {
        self.is_text().then(|| self.span.unquoted(text))
    }

    /// The calls of a path that are told by names alone: of `a.b(1).c(2)` the first; of `f(1)` the only one.
    pub(super) fn named_call<'t>(&'t self, text: &'t str) -> Option<Call<'t>> {
        let ExprKind::Path { base, steps } = &self.kind else { return None };
        if base.kind != ExprKind::Name {
            return None;
        }
        let mut name = vec![base.span.of(text)];
        for step in steps {
            match &step.kind {
                StepKind::Member => name.push(step.span.of(text)),
                StepKind::Call(arguments) => return Some(Call { name, arguments, span: base.span.to(step.span) }),
                StepKind::Index(_) => return None,
            }
        }
        None
    }
}
