//! The port to a platform. Declared here, where it is used; answered by the embedded broker or by the HTTP client.

use crate::plan::{Actor, Do};
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, ConnectionState, Etag, Fingerprint, Observed, Resource, SecretPath, ValueFrom, WebhookState};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::error::Error;

/// A platform that holds connections. Every write is conditional and idempotent: an order that was carried out before
/// under the same key answers as it did then and changes nothing.
pub trait Remote: Sync {
    /// Everything that is live, whoever owns it.
    fn observe(&self) -> Result<Observed, RemoteError>;

    /// Fingerprints of values, in the order given, under the platform's own key; `None` where it holds nothing yet and so
    /// has no key.
    fn fingerprint(&self, values: &[Secret<String>]) -> Result<Option<Vec<Fingerprint>>, RemoteError>;

    /// Records that a plan is about to be applied. Refused where it was before: a plan is good for one apply. The same apply
    /// may ask again where the answer was lost. Moves the
    /// platform's revision on, so that a plan made afterwards has another run id even where nothing else has changed.
    fn spend(&self, run_id: &str) -> Result<(), RemoteError>;

    /// Does one step.
    fn carry_out(&self, order: &Order<'_>, key: &IdempotencyKey) -> Result<Done, RemoteError>;
}

/// One step with everything that it needs, nothing left to decide.
#[derive(Debug)]
pub struct Order<'a> {
    /// The project that will own, or owns, the object.
    pub project: &'a str,
    pub action: Do,
    /// The object that is called upon.
    pub address: &'a Address,
    /// The body, for `create` and `update`.
    pub body: Option<&'a Resource>,
    /// The values of every reference in the body, for `create` and `update`. Where one is missing the platform keeps
    /// what it holds.
    pub secrets: BTreeMap<SecretPath, Secret<String>>,
    /// The text of a function's script, for `create` and `update`.
    pub script: Option<String>,
    pub actor: Option<Actor>,
    /// The revision that must be live; `None` where nothing may be there yet.
    pub if_match: Option<Etag>,
}

/// Run id and step id: the same for every try of one step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(pub String);

/// What a carried-out step led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The object's new revision; `None` where it is gone.
    pub etag: Option<Etag>,
    pub outcome: Outcome,
}

/// What a carried-out step led to, in the object's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Where an authorization was asked for. `AwaitingConsent` is no failure (rule L8).
    Connection(ConnectionState),
    /// Where a webhook was written. `Blocked` is no failure (rule L5).
    Webhook(WebhookState),
}

/// The platform did not do it.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("{address} was changed by somebody else")]
    Stale { address: Address },
    #[error("{address} is not there")]
    NotFound { address: Address },
    #[error("{0}")]
    Refused(Refusal),
    #[error("an apply of this plan was begun before, at {at}")]
    Spent { at: String },
    #[error("{0}")]
    Invalid(String),
    #[error("not permitted: {0}")]
    NotPermitted(String),
    /// Another apply is at work.
    #[error("`{project}` is being applied by `{holder}`, who holds it until {until} at least")]
    LeaseHeld { project: String, holder: String, until: String },
    /// Another apply may be at work by now: nothing more is to be sent.
    #[error("the lease of `{project}` was lost: it ran out and somebody else took it, or it was taken away")]
    LeaseLost { project: String },
    /// It may or may not have been done: the same order may be sent again under the same key.
    #[error("could not reach the platform")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Where bodies get what does not stand in them: secrets and scripts. Answered by the project's folder and environment.
pub trait Material: Sync {
    fn secret(&self, from: &ValueFrom) -> Result<Secret<String>, MaterialError>;

    /// The text of a script below the project's root.
    fn script(&self, path: &str) -> Result<String, MaterialError>;
}

/// A secret or script could not be had.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    #[error("the environment variable `{name}` is not set")]
    NotSet { name: String },
    #[error("could not read `{path}`")]
    Unreadable {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{path}` leads out of the project's folder")]
    Escapes { path: String },
}
