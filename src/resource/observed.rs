//! What is live: the objects of a broker as a planner sees them. Holds no secret, only fingerprints.

use super::{Address, Graph, Resource, SecretPath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Names one revision of one object. Opaque: only equality means something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Etag(pub String);

/// A keyed digest of a secret's value, made by the broker with a key that never leaves it: two values can be told apart,
/// none can be guessed from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The life-cycle of a connection's authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Nobody asked for an authorisation yet.
    NotConnected,
    /// A person has to consent in a browser.
    AwaitingConsent,
    /// It holds a usable authorisation.
    Connected,
    /// The refresh was refused for good.
    Expired,
    /// The authorisation was taken away on purpose.
    Revoked,
    /// The last attempt failed; see its message.
    Error,
}

impl ConnectionState {
    /// The state in words: `awaiting consent`.
    pub fn words(self) -> &'static str {
        match self {
            ConnectionState::NotConnected => "not connected",
            ConnectionState::AwaitingConsent => "awaiting consent",
            ConnectionState::Connected => "connected",
            ConnectionState::Expired => "expired",
            ConnectionState::Revoked => "revoked",
            ConnectionState::Error => "error",
        }
    }
}

/// One person's authorisation of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserStatus {
    pub user: String,
    pub state: ConnectionState,
}

/// How a connection stands. With login-user credentials `users` has one entry a person; otherwise the owner's alone
/// counts and `users` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionStatus {
    pub state: ConnectionState,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserStatus>,
}

impl ConnectionStatus {
    /// Whether anybody's authorisation would be lost with it.
    pub fn is_connected(&self) -> bool {
        self.state == ConnectionState::Connected || self.users.iter().any(|user| user.state == ConnectionState::Connected)
    }

    /// The people whose authorisation would be lost with it, beside the owner.
    pub fn connected_users(&self) -> impl Iterator<Item = &str> {
        self.users.iter().filter(|user| user.state == ConnectionState::Connected).map(|user| user.user.as_str())
    }
}

/// Whether a webhook can fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    Active,
    /// Its connection is not connected (rule L5); it becomes active by itself once it is.
    Blocked,
    /// Set aside by an apply while its connection is being replaced.
    Detached,
}

/// What a broker knows about an object beside its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Service,
    Connection(ConnectionStatus),
    Webhook(WebhookState),
    Function,
}

/// One live object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    pub resource: Arc<Resource>,
    pub etag: Etag,
    /// The project that owns it; `None` for what nobody manages.
    pub owner: Option<String>,
    pub status: Status,
    /// What the last apply wrote, where the live body has moved away from it since (drift); `None` where it has not.
    pub applied: Option<Arc<Resource>>,
    /// Fingerprints of the secrets that it holds.
    pub secrets: BTreeMap<SecretPath, Fingerprint>,
}

impl Live {
    pub fn connection_status(&self) -> Option<&ConnectionStatus> {
        match &self.status {
            Status::Connection(status) => Some(status),
            Status::Service | Status::Webhook(_) | Status::Function => None,
        }
    }
}

/// Everything that is live, whoever owns it.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub objects: BTreeMap<Address, Live>,
    /// Moves on with every change of anything. Identifies what a plan was made against; never compared for staleness.
    pub revision: u64,
}

impl Observed {
    pub fn graph(&self) -> Graph {
        Graph::of(self.objects.iter().map(|(address, live)| (address, live.resource.as_ref())))
    }
}

/// What a platform's audit says of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Who did something to it last.
    pub by: String,
    /// When; RFC 3339, UTC.
    pub at: String,
    pub deed: Deed,
    /// Whether the project that asks wrote it or took it over, and did not delete it or let go of it since.
    pub ours: bool,
    /// Who took its authorisations away last, and when.
    pub revoked: Option<(String, String)>,
}

/// What is done to an object as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Put,
    Delete,
    Adopt,
    Forget,
}

/// By address.
pub type Traces = BTreeMap<Address, Trace>;
