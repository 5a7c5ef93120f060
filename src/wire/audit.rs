//! The audit, the vault's keys and the server's own health.

use super::form;
use crate::resource::Address;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lines of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditPage {
    pub items: Vec<AuditLine>,
    /// What to ask for as `cursor` to go on; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where the audit ends now.
    pub head: AuditEnd,
}

/// One line: who did what, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditLine {
    /// From 1, without a gap.
    pub seq: u64,
    #[schemars(schema_with = "form::time")]
    pub at: String,
    pub actor: String,
    pub action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_address")]
    pub address: Option<Address>,
    /// `done`, or `refused: ` and a code.
    pub outcome: String,
    pub detail: BTreeMap<String, String>,
    /// SHA-256 of the line and of the digest before, in hex.
    pub digest: String,
}

/// Where a chain of lines ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditEnd {
    pub seq: u64,
    pub digest: String,
}

/// Whether the audit holds together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditVerdict {
    pub holds: bool,
    /// Where it ends; left out where it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<AuditEnd>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The vault's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Keys {
    pub items: Vec<Key>,
}

/// One key, by its id: never the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    pub id: String,
    pub is_newest: bool,
    /// Whether this server has it.
    pub is_at_hand: bool,
    /// How many records it seals.
    pub records: u64,
}

/// What sealing anew came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resealed {
    pub records: u64,
    /// The key that seals everything now.
    pub key: String,
}

/// The process lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// `ok`
    pub status: String,
}

/// Whether it can serve, and what stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ready {
    pub ready: bool,
    /// `database`, `key`, `audit` → `ok`, or what is wrong.
    pub checks: BTreeMap<String, String>,
}
