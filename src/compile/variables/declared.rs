//! What the project file declares: variables and environments. Lenient: what is not of the right shape is left out, and
//! told by its schema.

use crate::compile::syntax::{Expanded, NodeId, Tree, Value};
use crate::text::{Span, Spanned};
use std::collections::BTreeMap;

/// The variables and environments of a project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared {
    pub variables: BTreeMap<String, Variable>,
    pub environments: BTreeMap<String, EnvironmentSection>,
}

/// A declared variable.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    pub key: Span,
    pub default: Option<Spanned<Scalar>>,
    /// Empty where anything is allowed.
    pub allowed: Vec<Scalar>,
}

/// A declared environment.
#[derive(Debug, Clone)]
pub(crate) struct EnvironmentSection {
    pub api: Option<String>,
    pub application: Option<String>,
    /// With the place of each value.
    pub values: BTreeMap<String, Set>,
}

/// A variable's value in an environment.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub key: Span,
    pub value: Spanned<Scalar>,
}

/// A scalar: what it is, and how it is spelt, for use inside other text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    pub value: Expanded,
    pub text: String,
}

impl Scalar {
    fn of(tree: &Tree, node: NodeId) -> Option<Scalar> {
        let written = || tree.source(tree.span(node)).to_owned();
        let (value, text) = match tree.value(node) {
            Value::Bool(value) => (Expanded::Bool(value), value.to_string()),
            Value::Integer(value) => (Expanded::Integer(value), written()),
            Value::Unsigned(value) => (Expanded::Unsigned(value), written()),
            Value::Float(value) => (Expanded::Float(value), written()),
            Value::String(text) => (Expanded::Text(text.to_owned()), text.to_owned()),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Missing => return None,
        };
        Some(Scalar { value, text })
    }

    /// Text of the command line as the type that a like value has.
    pub(super) fn from_text(text: &str, like: Option<&Scalar>) -> Scalar {
        let value = match like.map(|like| &like.value) {
            Some(Expanded::Bool(_)) => text.parse().ok().map(Expanded::Bool),
            Some(Expanded::Integer(_) | Expanded::Unsigned(_) | Expanded::Float(_)) => {
                text.parse().map(Expanded::Integer).ok().or_else(|| text.parse().ok().filter(|n: &f64| n.is_finite()).map(Expanded::Float))
            }
            _ => None,
        };
        Scalar { value: value.unwrap_or_else(|| Expanded::Text(text.to_owned())), text: text.to_owned() }
    }
}

/// Reads both sections of the project file.
pub(crate) fn declared(tree: &Tree) -> Declared {
    let section = |key: &str| tree.entry(tree.root(), key).map(|entry| entry.value);
    let variables = section("variables").map(|node| named(tree, node, variable)).unwrap_or_default();
    let environments = section("environments").map(|node| named(tree, node, environment)).unwrap_or_default();
    Declared { variables, environments }
}

fn named<T>(tree: &Tree, node: NodeId, read: impl Fn(&Tree, Span, NodeId) -> T) -> BTreeMap<String, T> {
    let entries = tree.entries(node).iter();
    entries.map(|entry| (tree.key(entry).to_owned(), read(tree, tree.key_span(entry), entry.value))).collect()
}

fn variable(tree: &Tree, key: Span, node: NodeId) -> Variable {
    let default = tree.entry(node, "default").and_then(|entry| spanned(tree, entry.value));
    let allowed = tree.entry(node, "enum").map(|entry| tree.items(entry.value)).unwrap_or_default();
    let allowed = allowed.iter().filter_map(|item| Scalar::of(tree, *item)).collect();
    Variable { key, default, allowed }
}

fn environment(tree: &Tree, _: Span, node: NodeId) -> EnvironmentSection {
    let text = |name: &str| tree.entry(node, name).and_then(|entry| tree.string(entry.value)).map(str::to_owned);
    let values = tree.entry(node, "variables").map(|entry| tree.entries(entry.value)).unwrap_or_default();
    let values = values.iter().filter_map(|entry| {
        let value = spanned(tree, entry.value)?;
        Some((tree.key(entry).to_owned(), Set { key: tree.key_span(entry), value }))
    });
    EnvironmentSection { api: text("api"), application: text("application"), values: values.collect() }
}

fn spanned(tree: &Tree, node: NodeId) -> Option<Spanned<Scalar>> {
    Some(Spanned { value: Scalar::of(tree, node)?, span: tree.span(node) })
}
