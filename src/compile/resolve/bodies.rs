//! The values of a webhook's body: merge fields in one piece, and no secret in clear. Depth and number, aliases written out,
//! are bounded by what is read at all.

use super::diags::SecretInBody;
use super::merge_fields;
use crate::compile::syntax::{NodeId, Tree, Value as Node};
use crate::diag::Diagnostics;
use crate::text::{is_literal_secret, is_secret_number, named_values, secrets_within};

/// How many values of one body are complained about.
const FAULTY_VALUES: usize = 50;

/// Every value at or below a node.
pub(super) fn check(diags: &mut Diagnostics, tree: &Tree, node: NodeId) {
    let mut left = FAULTY_VALUES;
    below(diags, tree, node, "", &mut left);
}

/// Items of a list stand under the list's name. Until `left` of the values were faulty.
fn below(diags: &mut Diagnostics, tree: &Tree, node: NodeId, name: &str, left: &mut usize) {
    match tree.value(node) {
        Node::String(text) if *left > 0 => {
            let is_sound = merge_fields::check(diags, text, || tree.span(node)) & !tell_secret(diags, tree, node, name, text);
            *left -= usize::from(!is_sound);
        }
        Node::Integer(number) if *left > 0 && is_secret_number(name, &number.into()) => {
            diags.push(SecretInBody { at: tree.span(node), what: name.to_owned() });
            *left -= 1;
        }
        Node::Sequence(items) => items.iter().for_each(|item| below(diags, tree, *item, name, left)),
        Node::Mapping(entries) => entries.iter().for_each(|entry| below(diags, tree, entry.value, tree.key(entry), left)),
        Node::String(_) | Node::Null | Node::Bool(_) | Node::Integer(_) | Node::Unsigned(_) | Node::Float(_) | Node::Missing => {}
    }
}

fn tell_secret(diags: &mut Diagnostics, tree: &Tree, node: NodeId, name: &str, text: &str) -> bool {
    let inside = || named_values(text).into_iter().find(|(name, value)| is_literal_secret(name, &text[value.clone()]));
    let what = match inside() {
        Some((name, _)) => name,
        None if is_literal_secret(name, text) || !secrets_within(text).is_empty() => name,
        None => return false,
    };
    diags.push(SecretInBody { at: tree.span(node), what: what.to_owned() });
    true
}
