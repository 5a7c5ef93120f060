//! The canonical order of keys: that of the properties in `schemas/`. Names that the user chose keep their order.

use super::sheet::{Body, Group, Node};
use crate::compile::shape::document;
use crate::resource::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ROOT: LazyLock<Shape> = LazyLock::new(root);

/// What may stand at one place, as far as order is concerned.
#[derive(Debug, Clone, Default)]
struct Shape {
    keys: Vec<(String, Shape)>,
    /// Further keys for one value of one key.
    cases: Vec<Case>,
    /// What stands below a key that the user named.
    named: Option<Box<Shape>>,
    items: Option<Box<Shape>>,
}

#[derive(Debug, Clone)]
struct Case {
    key: String,
    is: String,
    then: Shape,
}

/// Puts the keys of a whole file in canonical order, but for mappings whose order decides what an alias stands for.
pub(super) fn arrange(root: &mut Node<'_>) {
    arrange_below(root, Some(&ROOT));
}

fn arrange_below(node: &mut Node<'_>, shape: Option<&Shape>) {
    match &mut node.body {
        Body::Mapping(group) => arrange_entries(group, shape),
        Body::Sequence(group) => {
            let items = shape.and_then(|shape| shape.items.as_deref());
            group.items.iter_mut().for_each(|item| arrange_below(&mut item.value, items));
        }
        Body::Alias(_) | Body::Scalar(_) | Body::Block(_) => {}
    }
}

fn arrange_entries(group: &mut Group<'_>, shape: Option<&Shape>) {
    let Some(shape) = shape else { return };
    let known = shape.known(group);
    for item in &mut group.items {
        let below = item.key.as_ref().and_then(Node::text).and_then(|key| known.get(key)).map(|(_, shape)| *shape);
        arrange_below(&mut item.value, below.or(shape.named.as_deref()));
    }
    if !known.is_empty() && !group.is_pinned {
        let rank = |key: Option<&str>| match key {
            Some("<<") => 0,
            Some(key) => known.get(key).map_or(usize::MAX, |(rank, _)| rank + 1),
            None => usize::MAX,
        };
        group.items.sort_by_key(|item| rank(item.key.as_ref().and_then(Node::text)));
    }
}

impl Shape {
    /// The keys that a mapping of this shape may hold, each with its rank and what stands below it.
    fn known(&self, group: &Group<'_>) -> BTreeMap<&str, (usize, &Shape)> {
        let fits = |case: &&Case| {
            let values = group.items.iter().filter(|item| item.key.as_ref().and_then(Node::text) == Some(&case.key));
            values.filter_map(|item| item.value.text()).any(|value| value == case.is)
        };
        let cases: Vec<&Case> = self.cases.iter().filter(fits).collect();
        let cases = if cases.is_empty() { self.cases.iter().collect() } else { cases };
        let mut known = BTreeMap::new();
        for (key, shape) in self.keys.iter().chain(cases.iter().flat_map(|case| &case.then.keys)) {
            let rank = known.len();
            known.entry(key.as_str()).or_insert((rank, shape));
        }
        known
    }
}

fn root() -> Shape {
    let mut root = read(None);
    for kind in Kind::ALL {
        if let Some((_, shape)) = root.keys.iter_mut().find(|(key, _)| key == kind.plural()) {
            shape.named = Some(Box::new(read(Some(kind))));
        }
    }
    root
}

fn read(kind: Option<Kind>) -> Shape {
    let document = document(kind);
    shape(&document, &document)
}

fn shape(schema: &Value, document: &Value) -> Shape {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|path| document.pointer(path.trim_start_matches('#')));
    // No definition in the schemas refers to itself, directly or not.
    let mut found = reference.map_or_else(Shape::default, |target| shape(target, document));
    let below = |name: &str| schema.get(name).filter(|value| value.is_object()).map(|value| Box::new(shape(value, document)));
    found.named = below("additionalProperties").or(found.named);
    found.items = below("items").or(found.items);
    found.keys.extend(properties(schema).map(|(key, value)| (key.clone(), shape(value, document))));
    for branch in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        let Some(then) = branch.get("then") else { continue };
        let condition = branch.get("if").into_iter().flat_map(properties);
        let case = condition.filter_map(|(key, value)| Some((key.clone(), value.get("const")?.as_str()?.to_owned()))).next();
        if let Some((key, is)) = case {
            found.cases.push(Case { key, is, then: shape(then, document) });
        }
    }
    found
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
