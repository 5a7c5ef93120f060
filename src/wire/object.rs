//! Objects as they are read and written, whatever their kind.

use super::form;
use super::secret::Clear;
use crate::resource::{Address, ConnectionState, Etag, Fingerprint, SecretPath, UserStatus, WebhookState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One live object: its body, and what the platform knows about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Live<B = Value> {
    #[schemars(schema_with = "form::address")]
    pub address: Address,
    /// Names this revision; also in the header `ETag`, in quotes.
    #[schemars(schema_with = "form::etag")]
    pub etag: Etag,
    /// The project that owns it; left out where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Of a connection or a webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Login users' own authorizations of a connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserStatus>,
    pub body: B,
    /// What the last apply wrote, where the body was moved away from it since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<B>,
    /// Fingerprints of the secrets that are held, by JSON pointer into the body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "form::prints")]
    pub secrets: BTreeMap<SecretPath, Fingerprint>,
}

/// How a connection or a webhook stands. The words of the two have nothing in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum State {
    Connection(ConnectionState),
    Webhook(WebhookState),
}

/// An object as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Written<B = Value> {
    /// The resource as its declaration has it.
    pub body: B,
    /// Values of the body's references, by JSON pointer into it (`/auth/client_secret`). What is left out stays as it is held.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, Clear>")]
    pub secrets: BTreeMap<SecretPath, Clear>,
    /// The text of a function's script; may be left out where the live one is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
}

/// What a change led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// The object's revision now; left out where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_etag")]
    pub etag: Option<Etag>,
    /// Where an authorization was asked for or taken away, or a webhook was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What to ask for as `cursor` to go on; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
