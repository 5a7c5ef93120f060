//! Whether two texts say the same: keys, values and kinds; the order of a mapping's entries says nothing.

use crate::compile::syntax::{NodeId, Tree, Value};

/// Compares two trees, aliases and merges written out.
pub(super) fn same(a: &Tree, b: &Tree) -> bool {
    node(a, a.root(), b, b.root())
}

fn node(a: &Tree, at_a: NodeId, b: &Tree, at_b: NodeId) -> bool {
    match (a.value(at_a), b.value(at_b)) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::Integer(x), Value::Integer(y)) => x == y,
        (Value::Unsigned(x), Value::Unsigned(y)) => x == y,
        (Value::Float(x), Value::Float(y)) => x.to_bits() == y.to_bits(),
        (Value::String(x), Value::String(y)) => x == y,
        (Value::Sequence(x), Value::Sequence(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| node(a, *x, b, *y)),
        (Value::Mapping(_), Value::Mapping(_)) => {
            let (x, y) = (entries(a, at_a), entries(b, at_b));
            x.len() == y.len() && x.iter().zip(&y).all(|((k, x), (l, y))| k == l && node(a, *x, b, *y))
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Unsigned(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Missing,
            _,
        ) => false,
    }
}

fn entries(tree: &Tree, node: NodeId) -> Vec<(&str, NodeId)> {
    let mut entries: Vec<(&str, NodeId)> = tree.entries(node).iter().map(|entry| (tree.key(entry), entry.value)).collect();
    entries.sort_unstable();
    entries
}
