//! What a plan and an apply need: everything at once, fingerprints, plans that are spent, leases.

use super::form;
use super::object::Live;
use super::secret::Clear;
use crate::resource::{Address, Deed, Fingerprint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is live and that whoever asks may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estate<B = Value> {
    /// Moves on with every change of anything.
    pub revision: u64,
    /// By address.
    pub objects: Vec<Live<B>>,
}

/// Values of one request for fingerprints, at most.
pub const FINGERPRINTS_AT_ONCE: usize = 10_000;

/// Values that are to be compared with what is held.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToFingerprint {
    #[schemars(length(max = FINGERPRINTS_AT_ONCE))]
    pub values: Vec<Clear>,
}

/// Fingerprints in the order in which the values were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fingerprinted {
    #[schemars(schema_with = "form::print_list")]
    pub fingerprints: Vec<Fingerprint>,
}

/// Whether a plan was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spent {
    pub plan_id: String,
    /// When it was; left out where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub spent_at: Option<String>,
}

/// The right to apply one project, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lease {
    pub project: String,
    pub holder: String,
    /// Sent as `Bowline-Fence` with every write; an older one is refused.
    pub fence: u64,
    #[schemars(schema_with = "form::time")]
    pub started_at: String,
    #[schemars(schema_with = "form::time")]
    pub expires_at: String,
}

/// A lease that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseAsked {
    /// Unless it is renewed.
    #[schemars(range(min = 5, max = 3600))]
    pub ttl_seconds: u64,
    /// Of the holder's own choice, and the same for every try: asking again after a lost answer is told from a second apply of
    /// the same person by it.
    #[schemars(length(min = 8, max = 100), regex(pattern = "^[A-Za-z0-9._-]+$"))]
    pub claim: String,
}

/// How much longer a lease is to last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRenewed {
    /// From now.
    #[schemars(range(min = 5, max = 3600))]
    pub ttl_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leases {
    pub items: Vec<Lease>,
}

/// The last deeds of a project's objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Traces {
    pub items: Vec<Trace>,
}

/// Who did what last to one object that is the project's, as far as that one knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    #[schemars(schema_with = "form::address")]
    pub address: Address,
    pub by: String,
    #[schemars(schema_with = "form::time")]
    pub at: String,
    pub deed: Deed,
    /// Who took its authorisations away last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<TakenAway>,
}

/// Who took authorisations away, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenAway {
    pub by: String,
    #[schemars(schema_with = "form::time")]
    pub at: String,
}

/// What answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerInfo {
    /// `bowline`
    pub name: String,
    pub version: String,
}
