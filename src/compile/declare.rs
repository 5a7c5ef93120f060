//! Shaped entries → declarations: resources read from the tree. Total: what the schemas hold cannot fail here.

use super::shape::Shaped;
use super::syntax::{NodeId, ReadError, Tree};
use crate::resource::{Address, Resource};
use crate::text::{FileId, Span};
use serde::Deserialize as _;
use serde::de::Error as _;

/// One resource as declared, with the way back to its text.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub address: Address,
    pub resource: Resource,
    /// The link name.
    pub key: Span,
    pub body: Body,
}

/// Names the tree node that a declaration was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Body {
    pub file: FileId,
    pub node: NodeId,
}

/// Reads every shaped entry of one file.
pub(super) fn declare(tree: &Tree, shaped: &[Shaped]) -> Vec<Declaration> {
    shaped.iter().map(|entry| declaration(tree, entry)).collect()
}

fn declaration(tree: &Tree, shaped: &Shaped) -> Declaration {
    let address = shaped.address().clone();
    let body = Body { file: tree.file(), node: shaped.node() };
    let resource = read(tree, shaped)
        .unwrap_or_else(|error| panic!("the schema of a {} holds, and yet it cannot be read: {error}", address.kind.word()));
    Declaration { address, resource, key: shaped.key(), body }
}

fn read(tree: &Tree, shaped: &Shaped) -> Result<Resource, ReadError> {
    let (kind, at) = (shaped.address().kind, tree.at(shaped.node()));
    if shaped.without().is_empty() {
        return Resource::deserialize(kind, at);
    }
    let mut value = serde_json::Value::deserialize(at)?;
    if let Some(keys) = value.as_object_mut() {
        keys.retain(|key, _| !shaped.without().contains(&key.as_str()));
    }
    Resource::deserialize(kind, value).map_err(ReadError::custom)
}
