//! What the tables hold, in the words of the nouns.

use crate::resource::{Address, ConnectionState, Etag, Name, Resource, WebhookState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;

/// One live object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    pub address: Address,
    pub resource: Arc<Resource>,
    /// The project that owns it; `None` for what nobody manages.
    pub owner: Option<String>,
    /// Who made it; `None` where that was before makers were noted.
    pub maker: Option<String>,
    pub revision: u64,
    /// What the last apply wrote, where somebody moved the body away from it since.
    pub applied: Option<Arc<Resource>>,
    /// Whether an apply set this webhook aside.
    pub detached: bool,
    /// Whole seconds.
    pub created: SystemTime,
    /// Whole seconds.
    pub updated: SystemTime,
}

impl Object {
    pub fn etag(&self) -> Etag {
        Etag(self.revision.to_string())
    }
}

/// One person's authorization of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    pub connection: Name,
    /// Empty for the connection's owner.
    pub user: String,
    pub state: ConnectionState,
    /// What a person should know about the state; empty where there is nothing to say.
    pub message: String,
    /// The application of the portal that was chosen with it.
    pub application: Option<Name>,
    /// Whole seconds.
    pub updated: SystemTime,
}

/// What a use-case answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The object's new revision; `None` where it is gone.
    pub etag: Option<Etag>,
    pub outcome: Outcome,
}

/// What a use-case led to, in the object's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Connection(ConnectionState),
    Webhook(WebhookState),
}

/// An answer under its idempotency key, with what had been asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub action: String,
    pub address: Address,
    /// A digest of all that was asked for; `None` where that was before it was noted.
    pub asked: Option<String>,
    pub answer: Answer,
    /// Whole seconds.
    pub at: SystemTime,
}
