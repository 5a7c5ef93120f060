//! A declaration with the way back to its text. Places are looked up only when there is something to say.
//!
//! What may be long (scopes, headers, a JSON body) is walked in the tree, where each part knows its place: looking parts
//! up one by one would take quadratic time on a hostile file.

use crate::compile::declare::Declaration;
use crate::compile::resolving::Trees;
use crate::compile::syntax::{NodeId, Tree};
use crate::resource::{Address, SecretPath};
use crate::text::Span;

#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) declaration: &'a Declaration,
    pub(super) trees: &'a Trees,
}

/// One entry of a mapping: where its key and its value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) key: Span,
    pub(super) value: Span,
}

impl<'a> Site<'a> {
    pub(super) fn address(&self) -> &'a Address {
        &self.declaration.address
    }

    /// The link name.
    pub(super) fn name(&self) -> Span {
        self.declaration.key
    }

    /// Whether the file says something that can be used at these keys, and above and below them.
    pub(super) fn knows(&self, keys: &[&str]) -> bool {
        self.declaration.knows(keys)
    }

    /// The value at these keys; where the file leaves it out, the link name.
    pub(super) fn value(&self, keys: &[&str]) -> Span {
        self.trees.locate(self.declaration.body, &pointer(keys)).map_or(self.name(), |located| located.value)
    }

    /// The last of these keys; where the file leaves it out, the key before it, and at last the link name.
    pub(super) fn entry(&self, keys: &[&str]) -> Span {
        let found = (1..=keys.len()).rev().find_map(|len| self.trees.locate(self.declaration.body, &pointer(&keys[..len])));
        found.map_or(self.name(), |located| located.key_or_value())
    }

    /// The entries of the mapping at these keys, in the order of the file.
    pub(super) fn entries(&self, keys: &[&str]) -> Vec<(&'a str, Place)> {
        let tree = self.tree();
        let Some(mapping) = self.node(keys) else { return Vec::new() };
        let place = |key, value| Place { key, value: tree.span(value) };
        tree.entries(mapping).iter().map(|entry| (tree.key(entry), place(tree.key_span(entry), entry.value))).collect()
    }

    /// The texts of the list at these keys, in the order of the file.
    pub(super) fn items(&self, keys: &[&str]) -> Vec<(&'a str, Span)> {
        let tree = self.tree();
        let Some(list) = self.node(keys) else { return Vec::new() };
        tree.items(list).iter().filter_map(|item| Some((tree.string(*item)?, tree.span(*item)))).collect()
    }

    pub(super) fn tree(&self) -> &'a Tree {
        self.trees.of(self.declaration.body)
    }

    pub(super) fn node(&self, keys: &[&str]) -> Option<NodeId> {
        self.tree().find(self.declaration.body.node, &pointer(keys))
    }
}

fn pointer(keys: &[&str]) -> String {
    SecretPath::of(keys.iter().copied()).0
}
