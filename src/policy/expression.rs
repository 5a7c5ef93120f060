//! One CEL expression: read, its names checked, evaluated within bounds.

use super::cost;
use super::inspect::{self, Stranger};
use cel::parser::{Expression as Node, PrattParser};
use cel::{Context, Env, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The longest expression that is read, in bytes.
const LONGEST: usize = 2_048;
/// How deep an expression may be nested: brackets, signs, choices. Reading and judging take stack for each.
const DEEPEST: u16 = 24;
/// How many parts an expression may have, macros written out. A chain of operators is as deep as it is long.
const PARTS: usize = 256;
/// Bytes of stack for the deepest expression that is read.
const STACK: usize = 64 << 20;

/// What an expression may name.
pub const ROOTS: [&str; 6] = ["change", "plan", "environment", "project", "api", "labels"];

/// The names of CEL's types, which stand for themselves.
const TYPES: [&str; 10] = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// The standard functions and macros, and nothing that reads a clock.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// An expression that was read.
#[derive(Clone)]
pub struct Expression {
    text: String,
    node: Arc<Node>,
    roots: BTreeSet<String>,
}

/// Why an expression cannot be used, and the byte of it at which that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadExpression {
    Syntax {
        at: usize,
        message: String,
    },
    UnknownName {
        at: usize,
        name: String,
    },
    UnknownFunction {
        at: usize,
        name: String,
    },
    /// Something is asked for a field that it never has.
    UnknownField {
        at: usize,
        of: String,
        name: String,
        known: Vec<String>,
    },
    /// A condition that is neither true nor false, whatever the plan.
    NotTruth,
    BadPattern {
        at: usize,
        message: String,
    },
    TooLong {
        limit: usize,
    },
}

/// Why an expression has no value: for people, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoValue(pub(super) String);

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({})", self.text)
    }
}

impl Expression {
    /// Reads an expression that is true or false, and checks its names.
    pub fn parse_condition(text: &str) -> Result<Expression, BadExpression> {
        Expression::parse_as(text, true)
    }

    /// Reads an expression of any value, and checks its names.
    pub fn parse(text: &str) -> Result<Expression, BadExpression> {
        Expression::parse_as(text, false)
    }

    fn parse_as(text: &str, is_condition: bool) -> Result<Expression, BadExpression> {
        if text.len() > LONGEST {
            return Err(BadExpression::TooLong { limit: LONGEST });
        }
        if let Some(at) = too_deep(text) {
            return Err(BadExpression::Syntax { at, message: "it is nested too deep".to_owned() });
        }
        on_a_deep_stack(|| Expression::read(text, is_condition))
    }

    fn read(text: &str, is_condition: bool) -> Result<Expression, BadExpression> {
        let parser = PrattParser::default().max_recursion_depth(DEEPEST).max_expression_node_count(PARTS);
        let node = parser.parse(text).map_err(|errors| syntax(text, &errors))?;
        let roots = cost::free_names(&node);
        let known = |name: &&String| ROOTS.contains(&name.as_str()) || TYPES.contains(&name.as_str());
        if let Some(name) = roots.iter().find(|name| !known(name)) {
            return Err(BadExpression::UnknownName { at: word_at(text, name), name: name.clone() });
        }
        if let Some(name) = cost::functions(&node).into_iter().find(|name| !is_function(name)) {
            return Err(BadExpression::UnknownFunction { at: word_at(text, &name), name });
        }
        if let Some(Stranger { of, field, known }) = inspect::unknown_field(&node) {
            return Err(BadExpression::UnknownField { at: member_at(text, &field), of, name: field, known });
        }
        if let Some((pattern, message)) = inspect::bad_pattern(&node) {
            return Err(BadExpression::BadPattern { at: text.find(&pattern).unwrap_or(0), message });
        }
        if is_condition && inspect::is_never_truth(&node) {
            return Err(BadExpression::NotTruth);
        }
        Ok(Expression { text: text.to_owned(), node: Arc::new(node), roots })
    }

    /// Whether it names one of [`ROOTS`].
    pub fn names(&self, root: &str) -> bool {
        self.roots.contains(root)
    }

    /// Its value over facts. `budget` is what may still be spent, and is lowered by what this may take.
    pub(super) fn value(&self, facts: &BTreeMap<&str, Json>, budget: &mut u64) -> Result<Value, NoValue> {
        let bound = cost::bound(&self.node, facts);
        if bound > cost::LIMIT || bound > *budget {
            return Err(NoValue("it would take too long".to_owned()));
        }
        *budget -= bound;
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for root in self.roots.iter().filter(|root| ROOTS.contains(&root.as_str())) {
            let fact = facts.get(root.as_str()).unwrap_or(&Json::Null);
            context.add_variable(root.as_str(), fact).map_err(|error| NoValue(error.to_string()))?;
        }
        context.resolve(&self.node).map_err(|error| NoValue(said(&error)))
    }
}

/// Does work whose depth follows from what somebody wrote, bounded above, with stack enough for that bound.
pub(super) fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread can be started");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The evaluator's words, without whole values in them.
fn said(error: &cel::ExecutionError) -> String {
    let text = match error {
        cel::ExecutionError::NoSuchKey(key) => format!("there is no `{key}`"),
        other => other.to_string(),
    };
    let mut line: String = text.lines().next().unwrap_or_default().chars().take(200).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}

/// Where a text nests deeper than is read, if it does. Quoted text counts too: it says no less than is there.
fn too_deep(text: &str) -> Option<usize> {
    let (mut open, mut signs, mut choices) = (0_u16, 0_u16, 0_u16);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '?' => choices += 1,
            _ => {}
        }
        signs = match character {
            '!' | '-' => signs + 1,
            character if character.is_whitespace() => signs,
            _ => 0,
        };
        if open > DEEPEST || signs > DEEPEST || choices > DEEPEST {
            return Some(at);
        }
    }
    None
}

fn syntax(text: &str, errors: &cel::ParseErrors) -> BadExpression {
    let Some(first) = errors.errors.first() else { return BadExpression::Syntax { at: 0, message: "it cannot be read".to_owned() } };
    let (line, column) = first.pos;
    let line = usize::try_from(line).unwrap_or(1).max(1) - 1;
    let column = usize::try_from(column).unwrap_or(1).max(1) - 1;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut at = (start + column).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let message = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
    BadExpression::Syntax { at, message: message.lines().next().unwrap_or_default().to_owned() }
}

/// Functions and macros of the standard, as the evaluator calls them. Operators are no words.
fn is_function(name: &str) -> bool {
    const FUNCTIONS: [&str; 15] = [
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "string",
        "int",
        "uint",
        "double",
        "bool",
        "bytes",
        "dyn",
        "type",
        "max",
        "min",
    ];
    FUNCTIONS.contains(&name) || !name.starts_with(|first: char| first.is_alphabetic())
}

/// Where a word first stands in a text, not as part of a longer one.
fn word_at(text: &str, word: &str) -> usize {
    let is_part = |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
    let stands_alone = |at: &usize| {
        let before = text[..*at].chars().next_back();
        !is_part(before) && before != Some('.') && !is_part(text[*at + word.len()..].chars().next())
    };
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(stands_alone).or_else(|| text.find(word)).unwrap_or(0)
}

/// Where a word first stands in a text as a member: behind a dot, or in quotes behind a bracket.
fn member_at(text: &str, word: &str) -> usize {
    let is_member = |at: &usize| {
        let before = text[..*at].trim_end().chars().next_back();
        let after = text[*at + word.len()..].chars().next();
        matches!(before, Some('.' | '\'' | '"')) && !after.is_some_and(|after| after.is_alphanumeric() || after == '_')
    };
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(is_member).or_else(|| text.find(word)).unwrap_or(0)
}
