//! Shows the tree to the schema validator as JSON, in place: nothing is copied.

use super::tree::{Entry, NodeId, Tree, Value};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use serde_json::{Number, Value as JsonValue};
use std::borrow::Cow;

/// The arena as a representation of JSON.
pub struct ArenaJson;

/// One value: a node, or a key that is looked at as a value.
#[derive(Clone, Copy)]
pub enum ArenaNode<'t> {
    In(&'t Tree, NodeId),
    Key(&'t str),
}

impl Json for ArenaJson {
    type Node<'t> = ArenaNode<'t>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(ArenaNode<'_>) -> T) -> T {
        f(ArenaNode::Key(string))
    }
}

impl<'t> ArenaNode<'t> {
    fn value(&self) -> Value<'t> {
        match self {
            ArenaNode::In(tree, node) => tree.value(*node),
            ArenaNode::Key(text) => Value::String(text),
        }
    }

    /// The value as serde's, for comparing with constants of a schema.
    fn owned(&self) -> JsonValue {
        match *self {
            ArenaNode::Key(text) => JsonValue::String(text.to_owned()),
            ArenaNode::In(tree, node) => serde::Deserialize::deserialize(tree.at(node)).unwrap_or(JsonValue::Null),
        }
    }
}

impl<'t> Node<'t, ArenaJson> for ArenaNode<'t> {
    type Object = Members<'t>;
    type Array = Elements<'t>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'t>> {
        match (self, self.value()) {
            (ArenaNode::In(tree, _), Value::Mapping(entries)) => Some(Members { tree, entries }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Elements<'t>> {
        match (self, self.value()) {
            (ArenaNode::In(tree, _), Value::Sequence(items)) => Some(Elements { tree, items }),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'t, str>> {
        match self.value() {
            Value::String(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        match self.value() {
            Value::Integer(value) => Some(value.into()),
            Value::Unsigned(value) => Some(value.into()),
            Value::Float(value) => Number::from_f64(value),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn is_number(&self) -> bool {
        self.json_type() == JsonType::Number
    }

    fn json_type(&self) -> JsonType {
        match self.value() {
            Value::Null | Value::Missing => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Sequence(_) => JsonType::Array,
            Value::Mapping(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &JsonValue) -> bool {
        match (self.value(), expected) {
            (Value::String(text), JsonValue::String(expected)) => text == expected,
            (Value::String(_), _) | (_, JsonValue::String(_)) => false,
            (Value::Bool(value), JsonValue::Bool(expected)) => value == *expected,
            _ => jsonschema::json::cmp::equal(&self.owned(), expected),
        }
    }

    /// Blank but for keys: errors are told by place, and a value may be a secret.
    fn to_value(&self) -> Cow<'t, JsonValue> {
        Cow::Owned(match self {
            ArenaNode::In(..) => JsonValue::Null,
            ArenaNode::Key(text) => JsonValue::String((*text).to_owned()),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            ArenaNode::In(tree, node) => Some(NodeIdentity::tagged(std::ptr::from_ref(*tree) as usize, node.0)),
            ArenaNode::Key(text) => Some(NodeIdentity::new(text.as_ptr() as usize)),
        }
    }
}

/// The entries of a mapping.
pub struct Members<'t> {
    tree: &'t Tree,
    entries: &'t [Entry],
}

impl<'t> Object<'t, ArenaJson> for Members<'t> {
    type Node = ArenaNode<'t>;
    type MemberName = &'t str;
    type MembersIter = MembersIter<'t>;

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &Box<str>) -> Option<ArenaNode<'t>> {
        let entry = self.entries.iter().find(|entry| self.tree.key(entry) == &**key)?;
        Some(ArenaNode::In(self.tree, entry.value))
    }

    fn members(&self) -> MembersIter<'t> {
        MembersIter { tree: self.tree, entries: self.entries.iter() }
    }
}

pub struct MembersIter<'t> {
    tree: &'t Tree,
    entries: std::slice::Iter<'t, Entry>,
}

impl<'t> Iterator for MembersIter<'t> {
    type Item = (&'t str, ArenaNode<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        Some((self.tree.key(entry), ArenaNode::In(self.tree, entry.value)))
    }
}

/// The items of a sequence.
pub struct Elements<'t> {
    tree: &'t Tree,
    items: &'t [NodeId],
}

impl<'t> Array<'t, ArenaJson> for Elements<'t> {
    type Node = ArenaNode<'t>;
    type ElementsIter = ElementsIter<'t>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ElementsIter<'t> {
        ElementsIter { tree: self.tree, items: self.items.iter() }
    }

    /// Among texts alone: no list of ours that must be a set holds anything else.
    fn is_unique(&self) -> bool {
        let mut texts: Vec<&str> = self.items.iter().filter_map(|item| self.tree.string(*item)).collect();
        texts.sort_unstable();
        texts.windows(2).all(|pair| pair[0] != pair[1])
    }
}

pub struct ElementsIter<'t> {
    tree: &'t Tree,
    items: std::slice::Iter<'t, NodeId>,
}

impl<'t> Iterator for ElementsIter<'t> {
    type Item = ArenaNode<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        self.items.next().map(|item| ArenaNode::In(self.tree, *item))
    }
}
