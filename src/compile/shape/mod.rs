//! Tree → shaped entries: what the schemas in `schemas/` hold. They own shape; no rule of theirs stands in Rust.

use super::syntax::NodeId;
use crate::resource::Address;
use crate::text::Span;

/// A resource whose shape holds. Only this room makes one.
#[derive(Debug, Clone)]
pub(super) struct Shaped {
    address: Address,
    key: Span,
    node: NodeId,
}

impl Shaped {
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The link name, in the file.
    pub(super) fn key(&self) -> Span {
        self.key
    }

    pub(super) fn node(&self) -> NodeId {
        self.node
    }
}
