//! People, services, their tokens, and the applications of the portal.

use super::form;
use super::secret::Clear;
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use crate::resource::{Address, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who asks, and what may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    pub name: String,
    #[schemars(schema_with = "form::principal_kind")]
    pub kind: PrincipalKind,
    #[schemars(schema_with = "form::role")]
    pub role: Role,
    #[schemars(schema_with = "form::scopes")]
    pub scopes: BTreeSet<TokenScope>,
    /// The projects that the token is good for; left out where it is good for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<BTreeSet<String>>,
}

/// A person or a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    #[schemars(regex(pattern = form::ACTOR))]
    pub name: String,
    #[schemars(schema_with = "form::principal_kind")]
    pub kind: PrincipalKind,
    /// For people to read.
    pub title: String,
    #[schemars(schema_with = "form::role")]
    pub role: Role,
    #[schemars(schema_with = "form::time")]
    pub created: String,
    /// Since when none of its tokens is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub disabled: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Users {
    pub items: Vec<User>,
}

/// A person or a service as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserWritten {
    /// It never changes.
    #[schemars(schema_with = "form::principal_kind")]
    pub kind: PrincipalKind,
    #[schemars(schema_with = "form::role")]
    pub role: Role,
    /// For people to read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 100))]
    pub title: String,
    /// Whether its tokens are good for nothing from now on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A token as it may be known: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Stands in the token itself; no secret.
    pub id: String,
    pub user: String,
    /// What it is for, in its maker's words.
    pub title: String,
    #[schemars(schema_with = "form::scopes")]
    pub scopes: BTreeSet<TokenScope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<BTreeSet<String>>,
    #[schemars(schema_with = "form::time")]
    pub created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub last_used: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub revoked: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tokens {
    pub items: Vec<Token>,
}

/// A token that is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 100))]
    pub title: String,
    #[schemars(schema_with = "form::wanted_scopes")]
    pub scopes: BTreeSet<TokenScope>,
    /// The projects that it is good for; all, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100))]
    pub projects: Option<BTreeSet<String>>,
    /// How long it is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 31_622_400))]
    pub ttl_seconds: Option<u64>,
}

/// How a token is put in another one's place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRotated {
    /// How long the old one is good yet; 0 for no longer.
    #[serde(default)]
    #[schemars(range(max = 604_800))]
    pub grace_seconds: u64,
}

/// A new token: shown this once and never again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenMade {
    pub token: Clear,
    pub about: Token,
}

/// An application of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Application {
    #[schemars(schema_with = "form::name")]
    pub name: Name,
    /// The display name.
    pub title: String,
    /// Who made it.
    pub maker: String,
    #[schemars(schema_with = "form::time")]
    pub created: String,
    /// What is connected for it, as far as whoever asks may know.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(schema_with = "form::addresses")]
    pub connections: BTreeSet<Address>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Applications {
    pub items: Vec<Application>,
}

/// An application as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationWritten {
    #[schemars(length(min = 1, max = 100))]
    pub title: String,
}
