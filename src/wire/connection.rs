//! Connections: consent, revocation, how they stand, calls through them, snippets; and who refers to an object.

use super::form;
use super::object::State;
use crate::resource::{Address, ConnectionState, Etag, Fingerprint, Name, Scope, WebhookState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Who refers to an object directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dependents {
    pub items: Vec<Dependent>,
}

/// One that refers to an object, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Dependent {
    #[schemars(schema_with = "form::address")]
    pub address: Address,
    /// The words between the two: `is of`, `is signed by`, `names`, `depends on`.
    pub link: String,
}

/// The text of a function's script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Script {
    pub script: String,
}

/// Whose consent is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentAsked {
    /// The login user who connects an own account; whoever asks, where it is left out. Counts only where the connection
    /// uses login users' credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = form::ACTOR))]
    pub user: Option<String>,
    /// The application of the portal that the connection is authorised for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_name")]
    pub application: Option<Name>,
    /// Whether another account of the service may take the place of the one before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_other_account: bool,
}

/// A consent that a person can give now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Begun {
    /// A page of this server, for the browser of the person who asked.
    #[schemars(url)]
    pub link: String,
    /// Tells the consent, for whoever waits for what becomes of it.
    #[schemars(regex(pattern = form::CONSENT))]
    pub consent: String,
    #[schemars(schema_with = "form::time")]
    pub expires_at: String,
}

/// What became of a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentEnd {
    pub state: ConsentState,
    /// Why it failed, or what there is to know of the connection that was made; empty where there is nothing to say.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Nobody answered yet.
    Pending,
    Connected,
    Failed,
}

/// Whose authorization is taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeAsked {
    /// Only this login user's; everybody's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = form::ACTOR))]
    pub user: Option<String>,
}

/// What a revocation led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Revoked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_etag")]
    pub etag: Option<Etag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// What the service made of it, for each grant that it had given.
    pub told: Vec<Told>,
}

/// What the service made of one revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// Empty for the owner.
    pub user: String,
    pub outcome: ToldOutcome,
    /// A sentence for people.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToldOutcome {
    Revoked,
    /// The service cannot be told.
    NoEndpoint,
    /// It is told again later.
    Queued,
    Failed,
}

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    #[schemars(schema_with = "form::address")]
    pub address: Address,
    /// The display name.
    pub name: String,
    #[schemars(schema_with = "form::name")]
    pub service: Name,
    #[schemars(schema_with = "form::texts")]
    pub scopes: BTreeSet<Scope>,
    /// The project that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    pub use_login_user_credentials: bool,
    /// The application of the portal that it was connected for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_name")]
    pub application: Option<Name>,
    pub state: ConnectionState,
    /// What a person should know about the state; empty where there is nothing to say.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub since: Option<String>,
    /// What is held for the owner.
    pub held: Held,
    pub users: Vec<UserReport>,
    /// The webhooks that it signs, by address.
    #[schemars(schema_with = "form::webhook_states")]
    pub webhooks: BTreeMap<Address, WebhookState>,
}

/// How one login user's authorization stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserReport {
    pub user: String,
    pub state: ConnectionState,
    pub message: String,
    #[schemars(schema_with = "form::time")]
    pub since: String,
    /// The application of the portal that it was connected for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_name")]
    pub application: Option<Name>,
    pub held: Held,
}

/// What is held of a grant, as far as it may be known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// Tells the account at the service apart, where the service says whose it is. Nothing can be guessed from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub account: Option<Fingerprint>,
    /// Whether a person consented and the service does not say whose account it is: another one would not be noticed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub account_untold: bool,
    /// Scopes as the service granted them.
    #[schemars(schema_with = "form::texts")]
    pub granted: BTreeSet<Scope>,
    /// When the access ends, unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub expires: Option<String>,
    /// When a person has to connect again, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub ends: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub last_used: Option<String>,
    /// Empty where the last renewal and the last use were fine.
    pub last_error: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub retry_at: Option<String>,
}

/// A call that is to be made with a connection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invocation {
    #[schemars(regex(pattern = "^(GET|POST|PUT|PATCH|DELETE)$"))]
    pub method: String,
    /// The whole URL, at a host of the connection's service.
    #[schemars(length(min = 1, max = 8192), regex(pattern = "^[hH][tT][tT][pP][sS]?://[^\\s/?#]+\\S*$"))]
    pub url: String,
    /// Headers of the call. None of the request's own goes out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<CallBody>,
    /// The login user on whose behalf it is made; whoever asks, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = form::ACTOR))]
    pub user: Option<String>,
    /// Bytes that the answer may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 5_242_880))]
    pub max_bytes: Option<u64>,
    /// Seconds that it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 40))]
    pub timeout_seconds: Option<u64>,
}

/// What a call sends.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallBody {
    Json(Value),
    /// Fields in their order; a name may stand more than once.
    Form(Vec<FormField>),
    /// Its media type is among the call's headers.
    Text(String),
    /// Bytes; their media type is among the call's headers.
    Base64(String),
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    pub name: String,
    pub value: String,
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invoked {
    #[schemars(range(min = 100, max = 999))]
    pub status: u16,
    /// By name in lower case; without what speaks to one hop or to a browser.
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: AnsweredBody,
    /// Whether the access was renewed on the way.
    pub renewed: bool,
    /// Why the service may refuse access that is fresh; left out where it did not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBody {
    Text(String),
    /// Where it is not UTF-8.
    Base64(String),
}

/// Texts that use a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snippets {
    pub items: Vec<Snippet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snippet {
    /// `connections/crm_read.ds`
    pub path: String,
    pub text: String,
}
