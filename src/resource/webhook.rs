//! A webhook: an outgoing HTTP call of the application.

use super::value::{SecretPath, Value};
use super::{Address, Name};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A webhook as declared and as held. Text values may hold merge fields such as `${alarm.device}`, filled when it fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default)]
    pub method: Method,
    pub url: String,
    #[serde(default)]
    pub auth: WebhookAuth,
    /// Header name → value. Secret values are references.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Value>,
    /// Query parameter → value, added to those of the URL.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Value>,
    #[serde(default)]
    pub body: Body,
    /// Whether the receiver can check that a call came from here. Beside the authentication, not instead of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signing>,
    /// What must be there first although no reference says so. Bookkeeping: changing it touches nothing on the platform.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether Bowline refuses to delete or replace it. Bookkeeping too, and kept with the live object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

impl Webhook {
    /// The connection that signs the call, if one does.
    pub fn connection(&self) -> Option<&Name> {
        match &self.auth {
            WebhookAuth::General => None,
            WebhookAuth::Connection(name) => Some(name),
        }
    }

    pub(super) fn values(&self) -> BTreeMap<SecretPath, &Value> {
        let headers = self.headers.iter().map(|(key, value)| (SecretPath::of(["headers", key]), value));
        let query = self.query.iter().map(|(key, value)| (SecretPath::of(["query", key]), value));
        let signing = self.signing.iter().map(|signing| (SecretPath::of(["signing", "secret"]), &signing.secret));
        headers.chain(query).chain(signing).collect()
    }
}

/// How calls are signed: HMAC-SHA256 in the form of Standard Webhooks (standardwebhooks.com).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// The secret that the receiver holds too; always a reference. With `whsec_` in front the rest is base64 of the key,
    /// otherwise its bytes are the key.
    pub secret: Value,
}

/// HTTP methods of a webhook. The platform's form offers POST and GET (zoho.com, IoT help, "Configuring webhooks").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    #[default]
    Post,
    Get,
}

impl Method {
    pub fn word(self) -> &'static str {
        match self {
            Method::Post => "POST",
            Method::Get => "GET",
        }
    }
}

/// The platform's authentication types for webhooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookAuth {
    /// None, or secret header values of its own.
    #[default]
    General,
    /// The credential of a connection.
    Connection(Name),
}

/// What a webhook sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    #[default]
    None,
    /// `application/x-www-form-urlencoded`.
    Form(BTreeMap<String, String>),
    /// Any JSON value; merge fields inside its strings.
    Json(serde_json::Value),
    /// Text as it stands.
    Raw { format: RawFormat, content: String },
}

/// The raw formats of the platform's form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawFormat {
    Json,
    Xml,
    #[default]
    Text,
    Html,
}
