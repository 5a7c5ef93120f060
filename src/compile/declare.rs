//! Shaped entries → declarations: resources read from the tree. Total: what the schemas hold cannot fail here.

use super::shape::{Shaped, Unknown};
use super::syntax::{NodeId, Tree};
use crate::resource::{Address, Kind, Resource, SecretPath};
use crate::text::{FileId, Span};

/// One resource as declared, with the way back to its text.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub address: Address,
    pub resource: Resource,
    /// The link name.
    pub key: Span,
    pub body: Body,
    /// What is not known of it: its shape does not hold there, which was told.
    pub(super) unknown: Option<Box<Unknown>>,
}

/// Names the tree node that a declaration was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Body {
    pub file: FileId,
    pub node: NodeId,
}

impl Declaration {
    /// Whether the file says something that can be used at these keys, and above and below them. What is left out there is
    /// known to be left out.
    pub(super) fn knows(&self, keys: &[&str]) -> bool {
        self.unknown.as_ref().is_none_or(|unknown| !unknown.touches(&SecretPath::of(keys.iter().copied()).0))
    }

    /// Whether all is known that it may refer to, and it can be referred to itself.
    pub(super) fn knows_links(&self) -> bool {
        let reference: &[&str] = match self.address.kind {
            Kind::Service => &[],
            Kind::Connection => &["service"],
            Kind::Webhook => &["auth"],
            Kind::Function => &["script"],
        };
        let is_named = self.unknown.as_ref().is_none_or(|unknown| !unknown.is_name());
        is_named && self.knows(&["depends_on"]) && (reference.is_empty() || self.knows(reference))
    }
}

/// Reads every shaped entry of one file.
pub(super) fn declare(tree: &Tree, shaped: Vec<Shaped>) -> Vec<Declaration> {
    shaped.into_iter().map(|entry| declaration(tree, entry)).collect()
}

fn declaration(tree: &Tree, shaped: Shaped) -> Declaration {
    let (address, key) = (shaped.address().clone(), shaped.key());
    let body = Body { file: tree.file(), node: shaped.node() };
    let (resource, unknown) = match shaped.mended() {
        Some((resource, unknown)) => (resource, Some(Box::new(unknown))),
        None => (read(tree, &address, body.node), None),
    };
    Declaration { address, resource, key, body, unknown }
}

fn read(tree: &Tree, address: &Address, node: NodeId) -> Resource {
    Resource::deserialize(address.kind, tree.at(node))
        .unwrap_or_else(|error| panic!("the schema of a {} holds, and yet it cannot be read: {error}", address.kind.word()))
}
