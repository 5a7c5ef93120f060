//! The validator's findings → diagnostics. Finds the place in the file and what the schema wanted there.

use super::diags::{Allowed, Form, Limit, LiteralSecret, MissingKey, NotListed, Shape, UnknownKey, WrongType};
use crate::compile::syntax::{Entry, Located, NodeId, Tree, Value};
use crate::diag::{Code, Diagnostic};
use crate::text::Span;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as JsonValue;

/// One finding of the validator as diagnostics; none where it only follows from something that was told before.
pub(super) fn translate(
    tree: &Tree,
    root: NodeId,
    entry: Option<&Entry>,
    schema: &JsonValue,
    error: &ValidationError<'_>,
) -> Vec<Diagnostic> {
    let pointer = error.instance_path().as_str();
    let Some(node) = tree.find(root, pointer) else { return Vec::new() };
    let is_about_keys = matches!(error.kind(), Kind::AdditionalProperties { .. } | Kind::PropertyNames { .. });
    if matches!(tree.value(node), Value::Missing) || (tree.is_cut_off(node) && !is_about_keys) {
        return Vec::new();
    }
    let at = place(tree, root, entry, pointer);
    let wanted = Wanted::at(schema, error.schema_path().as_str());
    let name = field(tree, entry, pointer);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => unknown_keys(tree, node, unexpected, &wanted),
        Kind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            vec![MissingKey { span: at.key_or_value(), key, description: wanted.description_of(key) }.into()]
        }
        Kind::Type { kind } => vec![wrong_type(tree, node, &at, &name, kind, &wanted)],
        Kind::Enum { options } => not_listed(tree, node, &at, &name, options),
        Kind::Constant { expected_value } => not_listed(tree, node, &at, &name, &JsonValue::Array(vec![(**expected_value).clone()])),
        Kind::Pattern { .. } => vec![Form { span: visible(&at), name: &name, code: wanted.code(), form: wanted.form() }.into()],
        Kind::PropertyNames { error } => bad_key(tree, node, error, &wanted).into_iter().collect(),
        kind => vec![Limit { span: visible(&at), name: &name, limit: limit(kind) }.into()],
    }
}

/// Where a finding about a value stands: below the root by its pointer, for the root itself its entry.
fn place(tree: &Tree, root: NodeId, entry: Option<&Entry>, pointer: &str) -> Located {
    let mut at = tree.locate(root, pointer).unwrap_or(Located { key: None, value: tree.span(root) });
    if pointer.is_empty() {
        at.key = entry.map(|entry| tree.key_span(entry));
        if entry.is_none() {
            // A complaint about the file as a whole stands at its beginning, not all over it.
            at.value.end = at.value.start;
        }
    }
    at
}

/// The value, or where nothing is written for it, its key.
fn visible(at: &Located) -> Span {
    if at.value.start == at.value.end { at.key_or_value() } else { at.value }
}

/// The name of the field that a finding is about: the last key on the way to it.
fn field(tree: &Tree, entry: Option<&Entry>, pointer: &str) -> String {
    let last = pointer.rsplit('/').find(|step| !step.is_empty() && step.parse::<usize>().is_err());
    match (last, entry) {
        (Some(step), _) => step.replace("~1", "/").replace("~0", "~"),
        (None, Some(entry)) => tree.key(entry).to_owned(),
        (None, None) => String::new(),
    }
}

fn unknown_keys(tree: &Tree, node: NodeId, unexpected: &[String], wanted: &Wanted<'_>) -> Vec<Diagnostic> {
    let known = wanted.properties();
    // Walked once, not once a key: a hostile file may hold very many.
    let unexpected: std::collections::BTreeSet<&str> = unexpected.iter().map(String::as_str).collect();
    let entries = tree.entries(node).iter().filter(|entry| unexpected.contains(tree.key(entry)) && !tree.is_cut_off(entry.value));
    entries.take(200).map(|entry| UnknownKey { span: tree.key_span(entry), key: tree.key(entry), known: &known }.into()).collect()
}

fn wrong_type(tree: &Tree, node: NodeId, at: &Located, name: &str, kind: &TypeKind, wanted: &Wanted<'_>) -> Diagnostic {
    let span = visible(at);
    let found = Shape::of(tree.value(node));
    if wanted.code() == Some(Code::LiteralSecret) && found.is_scalar() {
        return LiteralSecret { span, name }.into();
    }
    let mut shapes: Vec<Shape> = match kind {
        TypeKind::Single(one) => vec![shape(*one)],
        TypeKind::Multiple(many) => many.iter().map(shape).collect(),
    };
    shapes.sort();
    WrongType { span, name, wanted: shapes, found }.into()
}

fn shape(kind: JsonType) -> Shape {
    match kind {
        JsonType::Array => Shape::List,
        JsonType::Boolean => Shape::Truth,
        JsonType::Integer | JsonType::Number => Shape::Number,
        JsonType::Null => Shape::Nothing,
        JsonType::Object => Shape::Mapping,
        JsonType::String => Shape::Text,
    }
}

fn not_listed(tree: &Tree, node: NodeId, at: &Located, name: &str, options: &JsonValue) -> Vec<Diagnostic> {
    let value = tree.value(node);
    if matches!(value, Value::Sequence(_) | Value::Mapping(_)) {
        // Its type was complained about.
        return Vec::new();
    }
    let allowed: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
    let value = tree.source(tree.span(node)).to_owned();
    vec![NotListed { span: visible(at), name, value: &value, allowed: Allowed(&allowed) }.into()]
}

fn plain(value: &JsonValue) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn bad_key(tree: &Tree, node: NodeId, error: &ValidationError<'_>, wanted: &Wanted<'_>) -> Option<Diagnostic> {
    // Keys are handed to the validator as values of their own, and no key is a secret.
    let key = error.instance().as_str()?;
    let entry = tree.entry(node, key).filter(|entry| !tree.is_cut_off(entry.value))?;
    let form = match error.kind() {
        Kind::Pattern { .. } => wanted.form(),
        kind => limit(kind),
    };
    Some(Form { span: tree.key_span(entry), name: key, code: wanted.code(), form }.into())
}

/// A bound that does not hold, in words.
fn limit(kind: &Kind) -> String {
    match kind {
        Kind::MaxLength { limit } => format!("it is at most {limit} characters long"),
        Kind::MinLength { limit: 1 } | Kind::MinItems { limit: 1 } => "it is not empty".to_owned(),
        Kind::MinLength { limit } => format!("it is at least {limit} characters long"),
        Kind::MaxProperties { limit: 1 } => "it holds exactly one key".to_owned(),
        Kind::MinProperties { limit: 1 } => "it holds at least one key".to_owned(),
        Kind::MaxProperties { limit } => format!("it holds at most {limit} keys"),
        Kind::MaxItems { limit } => format!("it holds at most {limit} items"),
        other => format!("see `{}` in its schema", other.keyword()),
    }
}

/// The part of a schema that did not hold.
pub(super) struct Wanted<'s> {
    schema: Option<&'s JsonValue>,
}

impl<'s> Wanted<'s> {
    /// `path` ends in the keyword; what is around it is wanted.
    pub(super) fn at(schema: &'s JsonValue, path: &str) -> Self {
        let path = path.split_once('#').map_or(path, |(_, path)| path);
        let around = path.rfind('/').map_or("", |at| &path[..at]);
        Wanted { schema: schema.pointer(around) }
    }

    fn text(&self, key: &str) -> Option<&'s str> {
        self.schema?.get(key)?.as_str()
    }

    fn code(&self) -> Option<Code> {
        self.text("x-code").and_then(Code::from_id)
    }

    fn form(&self) -> String {
        self.text("patternErrorMessage").unwrap_or("see its schema").to_owned()
    }

    pub(super) fn properties(&self) -> Vec<&'s str> {
        let properties = self.schema.and_then(|schema| schema.get("properties")).and_then(JsonValue::as_object);
        properties.into_iter().flatten().map(|(key, _)| key.as_str()).collect()
    }

    fn description_of(&self, key: &str) -> Option<&'s str> {
        self.schema?.get("properties")?.get(key)?.get("description")?.as_str()
    }

    /// The first of the examples that a property has; a test holds that each has one.
    pub(super) fn example_of(&self, key: &str) -> Option<&'s JsonValue> {
        self.schema?.get("properties")?.get(key)?.get("examples")?.get(0)
    }
}
