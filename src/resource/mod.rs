//! The nouns: what a project declares and a broker holds, in one JSON shape.
//!
//! A resource reads and writes the same JSON that its YAML declaration has, with defaults filled in and sets in order,
//! so that desired and observed compare with `==`. That shape is described in `schemas/`; it is also what plans carry
//! and what the broker stores. No value of a secret can stand in it: only references do ([`ValueFrom`]).
//! Knows nothing of YAML, spans, HTTP or database ids.
//!
//! Adding a kind: a file here, a schema, `compile/resolve`, `plan/diff`, the broker's use-cases, templates, one case per
//! verb, one example. `Kind` is matched without a catch-all, so the compiler points at each place.

pub mod access;
mod connection;
mod free_text;
mod function;
mod graph;
pub mod lifecycle;
mod merge;
mod name;
mod observed;
mod project;
mod scope_class;
mod service;
mod tolerance;
mod value;
mod webhook;

pub use connection::{Connection, Scope, ScopeClass};
pub use free_text::{unfit_for_name, unfit_for_text};
pub use function::{Category, Function, Language, Script};
pub use graph::{Graph, Link};
pub use merge::{MergeFault, Piece, merge_decides_host, merge_pieces};
pub use name::{Address, BadAddress, Kind, NAME_PATTERN, Name};
pub use observed::{
    ConnectionState, ConnectionStatus, Deed, Etag, Fingerprint, Live, Observed, Status, Trace, Traces, UserStatus, WebhookState,
};
pub use project::{Moved, Project};
pub use service::{
    ApiKey, Auth, ClientAuthentication, Grant, HostPattern, OAuth1, OAuth2, Placement, ScopeDelimiter, Service, SignatureMethod,
};
pub use tolerance::Tolerance;
pub use value::{SecretPath, Value, ValueFrom};
pub use webhook::{Body, Method, RawFormat, Signing, Webhook, WebhookAuth};

use serde::{Deserialize as _, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One declared or live object. Serialised as its body alone; the address says which kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Resource {
    Service(Service),
    Connection(Connection),
    Webhook(Webhook),
    Function(Function),
}

impl Resource {
    /// Reads a body of a known kind.
    pub fn deserialize<'de, D: serde::Deserializer<'de>>(kind: Kind, body: D) -> Result<Self, D::Error> {
        match kind {
            Kind::Service => Service::deserialize(body).map(Resource::Service),
            Kind::Connection => Connection::deserialize(body).map(Resource::Connection),
            Kind::Webhook => Webhook::deserialize(body).map(Resource::Webhook),
            Kind::Function => Function::deserialize(body).map(Resource::Function),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Resource::Service(_) => Kind::Service,
            Resource::Connection(_) => Kind::Connection,
            Resource::Webhook(_) => Kind::Webhook,
            Resource::Function(_) => Kind::Function,
        }
    }

    /// The display name, for people.
    pub fn display_name(&self) -> &str {
        match self {
            Resource::Service(service) => &service.name,
            Resource::Connection(connection) => &connection.name,
            Resource::Webhook(webhook) => &webhook.name,
            Resource::Function(function) => &function.name,
        }
    }

    /// What it is for, for people; empty where nobody said.
    pub fn description(&self) -> &str {
        match self {
            Resource::Service(service) => &service.description,
            Resource::Connection(connection) => &connection.description,
            Resource::Webhook(webhook) => &webhook.description,
            Resource::Function(function) => &function.description,
        }
    }

    /// What must be there first although no reference says so.
    pub fn depends_on(&self) -> &BTreeSet<Address> {
        match self {
            Resource::Service(service) => &service.depends_on,
            Resource::Connection(connection) => &connection.depends_on,
            Resource::Webhook(webhook) => &webhook.depends_on,
            Resource::Function(function) => &function.depends_on,
        }
    }

    /// Whether Bowline refuses to delete or replace it.
    pub fn protect(&self) -> bool {
        match self {
            Resource::Service(service) => service.protect,
            Resource::Connection(connection) => connection.protect,
            Resource::Webhook(webhook) => webhook.protect,
            Resource::Function(function) => function.protect,
        }
    }

    /// Every value of this resource that may come from outside, by its JSON pointer in the body.
    pub fn values(&self) -> BTreeMap<SecretPath, &Value> {
        match self {
            Resource::Service(service) => service.values(),
            Resource::Connection(connection) => connection.values(),
            Resource::Webhook(webhook) => webhook.values(),
            Resource::Function(_) => BTreeMap::new(),
        }
    }

    /// The references to secrets among [`Resource::values`].
    pub fn secrets(&self) -> BTreeMap<SecretPath, &ValueFrom> {
        self.values().into_iter().filter_map(|(path, value)| Some((path, value.reference()?))).collect()
    }
}
