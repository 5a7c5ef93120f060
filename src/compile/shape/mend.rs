//! What can be read of an entry whose shape does not hold: what does not fit is left out, what cannot be done without is
//! lent from the schema's examples. Both are remembered as not known, so that the rest is judged and nothing is concluded
//! from them.

use super::schemas::Schema;
use super::translate::Wanted;
use crate::compile::syntax::{Located, NodeId, Tree, Value};
use crate::diag::nearest;
use crate::resource::{Kind, Resource, SecretPath};
use crate::text::Span;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Number, Value as Json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How often what was left is looked at again: leaving one thing out may show another.
const ROUNDS: usize = 6;
/// How many faults an entry may have. One with more is known by its name alone.
const FAULTS: usize = 200;

/// An entry as far as it can be read.
#[derive(Debug, Clone)]
pub(super) struct Mended {
    pub(super) resource: Resource,
    pub(super) unknown: Unknown,
}

/// Places of a declaration at which the file says nothing that can be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::compile) struct Unknown {
    /// JSON pointers.
    places: BTreeSet<String>,
    /// What stands there instead, and was complained about.
    spans: Vec<Span>,
    /// Whether the link name itself is none.
    pub(super) name: bool,
}

impl Unknown {
    /// Whether anything at, above or below a place is not known.
    pub(in crate::compile) fn touches(&self, pointer: &str) -> bool {
        let leads = |above: &str, below: &str| below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.places.iter().any(|place| leads(place, pointer) || leads(pointer, place))
    }

    /// Whether a place in the file was complained about already.
    pub(in crate::compile) fn covers(&self, place: Span) -> bool {
        self.spans.iter().any(|span| span.file == place.file && span.start <= place.start && place.end <= span.end)
    }

    /// Whether the link name is none.
    pub(in crate::compile) fn is_name(&self) -> bool {
        self.name
    }
}

/// Reads what can be read; `None` where that is nothing.
pub(super) fn mend(tree: &Tree, node: NodeId, kind: Kind, schema: &Schema) -> Option<Mended> {
    let mut unknown = Unknown::default();
    let mut body = json(tree, node, &mut Vec::new(), &mut unknown);
    for _ in 0..ROUNDS {
        let faults: Vec<Fault> = schema.of_json().iter_errors(&body).take(FAULTS + 1).map(|error| Fault::of(schema, &error)).collect();
        if faults.is_empty() {
            return Some(Mended { resource: Resource::deserialize(kind, body).ok()?, unknown });
        }
        if faults.iter().map(Fault::weight).sum::<usize>() > FAULTS {
            return None;
        }
        Mending { tree, node, body: &mut body, unknown: &mut unknown }.settle(faults)?;
    }
    None
}

/// The tree as JSON, without what could not be had. `at` is the way to the node.
fn json<'t>(tree: &'t Tree, node: NodeId, at: &mut Vec<Cow<'t, str>>, unknown: &mut Unknown) -> Json {
    match tree.value(node) {
        Value::Null | Value::Missing => Json::Null,
        Value::Bool(truth) => Json::Bool(truth),
        Value::Integer(number) => number.into(),
        Value::Unsigned(number) => number.into(),
        Value::Float(number) => Number::from_f64(number).map_or(Json::Null, Json::Number),
        Value::String(text) => text.into(),
        Value::Sequence(items) => {
            let mut all = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                at.push(index.to_string().into());
                // One that could not be had keeps its place, so that the others keep theirs.
                all.push(json(tree, *item, at, unknown));
                at.pop();
            }
            Json::Array(all)
        }
        Value::Mapping(entries) => {
            let mut members = Map::new();
            for entry in entries {
                at.push(tree.key(entry).into());
                if matches!(tree.value(entry.value), Value::Missing) {
                    unknown.places.insert(SecretPath::of(at.iter().map(Cow::as_ref)).0);
                } else {
                    let value = json(tree, entry.value, at, unknown);
                    members.entry(tree.key(entry)).or_insert(value);
                }
                at.pop();
            }
            Json::Object(members)
        }
    }
}

fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// One finding of the validator, as what is to be done about it.
enum Fault {
    /// The value does not fit.
    Value { at: String },
    /// These keys do not belong there; those might.
    Keys { at: String, keys: Vec<String>, known: Vec<String> },
    /// A key is needed; the schema's example of it.
    Lacks { at: String, key: String, example: Option<Json> },
}

impl Fault {
    fn of(schema: &Schema, error: &ValidationError<'_>) -> Fault {
        let at = error.instance_path().as_str().to_owned();
        let wanted = Wanted::at(&schema.document, error.schema_path().as_str());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                Fault::Keys { at, keys: unexpected.clone(), known: wanted.properties().into_iter().map(str::to_owned).collect() }
            }
            ValidationErrorKind::PropertyNames { error } => {
                Fault::Keys { at, keys: error.instance().as_str().map(str::to_owned).into_iter().collect(), known: Vec::new() }
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default().to_owned();
                Fault::Lacks { at, example: wanted.example_of(&key).cloned(), key }
            }
            _ => Fault::Value { at },
        }
    }

    /// How many places it is about.
    fn weight(&self) -> usize {
        match self {
            Fault::Keys { keys, .. } => keys.len(),
            Fault::Value { .. } | Fault::Lacks { .. } => 1,
        }
    }
}

struct Mending<'a> {
    tree: &'a Tree,
    node: NodeId,
    body: &'a mut Json,
    unknown: &'a mut Unknown,
}

impl Mending<'_> {
    /// Leaves out what does not fit and lends what is needed; `None` where nothing would be left.
    fn settle(&mut self, faults: Vec<Fault>) -> Option<()> {
        let mut gone: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut lent = Vec::new();
        for fault in faults {
            match fault {
                Fault::Value { at } => {
                    let (parent, key) = at.rsplit_once('/')?;
                    gone.entry(parent.to_owned()).or_default().insert(key.replace("~1", "/").replace("~0", "~"));
                    self.remember(&at, |located| Some(located.value).filter(|span| span.start < span.end).or(located.key));
                }
                Fault::Keys { at, keys, known } => {
                    self.remember_meant(&at, &keys, &known);
                    for key in keys {
                        self.remember(&below(&at, &key), |located| Some(Span { end: located.value.end, ..located.key? }));
                        gone.entry(at.clone()).or_default().insert(key);
                    }
                }
                Fault::Lacks { at, key, example } => lent.push((at, key, example?)),
            }
        }
        // What is deeper first: positions in a list are those before anything left it.
        gone.into_iter().rev().for_each(|(parent, keys)| self.leave_out(&parent, &keys));
        for (at, key, example) in lent {
            self.unknown.places.insert(below(&at, &key));
            if let Some(Json::Object(members)) = self.body.pointer_mut(&at) {
                members.insert(key, example);
            }
        }
        Some(())
    }

    fn remember(&mut self, pointer: &str, span: impl Fn(Located) -> Option<Span>) {
        self.unknown.spans.extend(self.tree.locate(self.node, pointer).and_then(span));
        self.unknown.places.insert(pointer.to_owned());
    }

    /// A key that does not belong there was meant for another one: the nearest that is not there, or any of those.
    fn remember_meant(&mut self, at: &str, keys: &[String], known: &[String]) {
        let Some(Json::Object(members)) = self.body.pointer(at) else { return };
        let absent: Vec<&str> = known.iter().map(String::as_str).filter(|key| !members.contains_key(*key)).collect();
        for key in keys {
            match nearest(key, absent.iter().copied()) {
                Some(near) => drop(self.unknown.places.insert(below(at, near))),
                None => self.unknown.places.extend(absent.iter().map(|key| below(at, key))),
            }
        }
    }

    fn leave_out(&mut self, parent: &str, keys: &BTreeSet<String>) {
        match self.body.pointer_mut(parent) {
            Some(Json::Object(members)) => members.retain(|key, _| !keys.contains(key)),
            Some(Json::Array(items)) => {
                let mut at = 0;
                items.retain(|_| {
                    at += 1;
                    !keys.contains(&(at - 1).to_string())
                });
            }
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) | None => {}
        }
    }
}
