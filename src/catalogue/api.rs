//! How a service's API is called: where the credential goes, which headers always stand, what an expired token looks like.
//! Knows nothing of how calls are made.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What every call of the service's API has in common. URLs and header values may hold `{variables}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    pub base_urls: Vec<String>,
    pub credential: CredentialRule,
    /// Headers that every call carries beside the credential.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Where a call names the organisation it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// A harmless call that succeeds when the credential is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Call>,
    pub expired: Expired,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

/// Where a credential goes and how it is spelled: `Zoho-oauthtoken {token}`, `Basic base64({username}:{password})`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialRule {
    #[serde(rename = "in")]
    pub place: CredentialPlace,
    pub name: String,
    /// `{token}` is the access token; other names are those of the entry's fields.
    pub format: String,
}

/// The part of a request that carries the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialPlace {
    Header,
    Query,
    /// A part of the URL's path, to be masked wherever the URL is written down.
    Path,
    /// The credential never travels: it signs the request.
    Signature,
}

/// Where the organisation of a call is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Organisation {
    Header(String),
    Parameter(String),
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// `GET` or `POST`.
    pub method: String,
    pub url: String,
}

/// What tells that an access token is no longer good: one of the statuses, and where words are given one of them in the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expired {
    pub status: Vec<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
}

/// How the service says that it is called too often: statuses, and the names of the headers that tell more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    pub status: Vec<u16>,
    /// Seconds or a date to wait for (RFC 9110 section 10.2.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<String>,
    /// The end of the window as seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_epoch: Option<String>,
    /// The end of the window in seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_seconds: Option<String>,
    /// The end of the window as a duration such as `6m0s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_duration: Option<String>,
}
