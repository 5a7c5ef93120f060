//! A connection: a named, authorised link to one service.

use super::scope_class::class_of;
use super::value::{SecretPath, Value};
use super::{Address, Name};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A scope token (RFC 6749 section 3.3), as the service spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(pub String);

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scope {
    /// How far the scope reaches, as its name tells: services spell it `ZohoCRM.modules.READ`, `chat:write`,
    /// `gmail.readonly`, `User.Read.All`. What the name does not tell counts as writing.
    pub fn class(&self) -> ScopeClass {
        class_of(&self.0)
    }
}

impl std::borrow::Borrow<str> for Scope {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// How far a scope reaches, told from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeClass {
    Read,
    Write,
    Delete,
    Admin,
}

/// A connection as declared and as held. Its link name is its address and never changes (rule L4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Display name; it may change, the link name may not.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The key of a custom service of the project, or of a default service.
    pub service: Name,
    /// A set (rule L6): order and repetition mean nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scopes: BTreeSet<Scope>,
    /// On: every user authorises with an own account. Off: calls run with the owner's.
    #[serde(default)]
    pub use_login_user_credentials: bool,
    /// What a person would be asked for when connecting: the keys of an API-key service, or `username` and `password`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, Value>,
    /// Values for the named variables of a default service (data centre, subdomain).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What must be there first although no reference says so. Bookkeeping: changing it touches nothing on the platform.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether Bowline refuses to delete or replace it. Bookkeeping too, and kept with the live object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

impl Connection {
    pub(super) fn values(&self) -> BTreeMap<SecretPath, &Value> {
        self.credentials.iter().map(|(key, value)| (SecretPath::of(["credentials", key]), value)).collect()
    }
}
