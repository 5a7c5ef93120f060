//! A service: something that can be connected to. The fields are those of the platform's form (zoho.com, Deluge help,
//! "Connections": custom services), under RFC 6749's words.

use super::value::{SecretPath, Value};
use super::{Address, Scope, Tolerance};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A custom service as declared, or a default one as the catalogue describes it for a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Display name, up to 50 characters.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub auth: Auth,
    /// Where a credential of this service may be sent. Empty means: the hosts of the service's own endpoints.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hosts: BTreeSet<HostPattern>,
    /// What must be there first although no reference says so. Bookkeeping: changing it touches nothing on the platform.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether Bowline refuses to delete or replace it. Bookkeeping too, and kept with the live object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

impl Service {
    pub(super) fn values(&self) -> BTreeMap<SecretPath, &Value> {
        let at = |key: &str| SecretPath::of(["auth", key]);
        match &self.auth {
            Auth::Oauth2(oauth2) => {
                [("client_id", &oauth2.client_id), ("client_secret", &oauth2.client_secret), ("private_key", &oauth2.private_key)]
                    .into_iter()
                    .filter_map(|(key, value)| Some((at(key), value.as_ref()?)))
                    .collect()
            }
            Auth::Oauth1(oauth1) => [("consumer_key", &oauth1.consumer_key), ("consumer_secret", &oauth1.consumer_secret)]
                .into_iter()
                .filter_map(|(key, value)| Some((at(key), value.as_ref()?)))
                .collect(),
            Auth::ApiKey(_) | Auth::Basic => BTreeMap::new(),
        }
    }
}

/// How a service authenticates calls: the four types of the platform's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Auth {
    Oauth2(Box<OAuth2>),
    Oauth1(Box<OAuth1>),
    ApiKey(ApiKey),
    /// User name and password (RFC 7617); both are given by the connection.
    Basic,
}

impl Auth {
    /// The word in files: `oauth2`, `oauth1`, `api_key`, `basic`.
    pub fn word(&self) -> &'static str {
        match self {
            Auth::Oauth2(_) => "oauth2",
            Auth::Oauth1(_) => "oauth1",
            Auth::ApiKey(_) => "api_key",
            Auth::Basic => "basic",
        }
    }

    /// Whether a person must consent in a browser before a connection of this service is usable (rule L8).
    pub fn needs_consent(&self) -> bool {
        match self {
            Auth::Oauth2(oauth2) => oauth2.grant == Grant::AuthorizationCode,
            Auth::Oauth1(_) => true,
            Auth::ApiKey(_) | Auth::Basic => false,
        }
    }
}

/// OAuth 2.0 (RFC 6749).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuth2 {
    #[serde(default)]
    pub grant: Grant,
    /// Where the access token goes in a call: header or query, never form data.
    #[serde(default)]
    pub param_type: Placement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    pub token_url: String,
    /// Where a refresh goes when not to `token_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_url: Option<String>,
    /// Absent for a default service whose client the broker's operator registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Value>,
    /// Always a reference. Absent for public clients and for `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Value>,
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// PEM key for `private_key_jwt` (RFC 7523); always a reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Value>,
    /// Whether to send a PKCE challenge, S256 (RFC 7636). On unless the service is known to refuse it.
    #[serde(default = "on")]
    pub pkce: bool,
    /// Scopes that connections choose from, each with its display name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scopes: BTreeMap<Scope, String>,
    #[serde(default)]
    pub scope_delimiter: ScopeDelimiter,
    /// Who must have answered a consent (RFC 9207). Who declares it says that the server always names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Tells whose account an access token is of (OpenID Connect Core section 5.3), asked once when somebody connects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    /// The member of that answer which names the account for good; `sub` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_field: Option<String>,
    /// How its token answers depart from RFC 6749.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tolerates: BTreeSet<Tolerance>,
}

fn on() -> bool {
    true
}

/// How an access token is obtained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// RFC 6749 section 4.1: a person consents in a browser.
    #[default]
    AuthorizationCode,
    /// RFC 6749 section 4.4: the application speaks for itself, nobody consents.
    ClientCredentials,
}

/// How the client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// RFC 6749 section 2.3.1, HTTP Basic.
    Basic,
    /// RFC 6749 section 2.3.1, in the request body; what the platform's form does.
    #[default]
    Post,
    /// RFC 7523 section 2.2.
    PrivateKeyJwt,
}

/// Where a credential goes in a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    #[default]
    Header,
    Query,
    Form,
}

/// What stands between scopes in a request. RFC 6749 says a space; the platform's form offers three and uses a comma
/// when none is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeDelimiter {
    #[default]
    Comma,
    Space,
    Plus,
}

/// OAuth 1.0a (RFC 5849), three-legged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuth1 {
    /// Absent for a default service whose client the broker's operator registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_key: Option<Value>,
    /// Always a reference. Absent where the key is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_secret: Option<Value>,
    pub request_token_url: String,
    pub authorize_url: String,
    pub access_token_url: String,
    #[serde(default)]
    pub param_type: Placement,
    #[serde(default)]
    pub signature_method: SignatureMethod,
}

/// RFC 5849 section 3.4.2, and its SHA-256 form that servers have adopted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureMethod {
    #[default]
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

/// One or more keys, sent as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    #[serde(default)]
    pub param_type: Placement,
    /// Parameter key (`X-Api-Key`) → display name: what a person is asked for when connecting.
    pub parameters: BTreeMap<String, String>,
}

/// A host that may receive a credential: an exact name, or `*.` and a name for everything one or more labels below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostPattern(pub String);

impl HostPattern {
    /// Whether the pattern covers a host name as a URL parser gives it (lower case, no port).
    pub fn covers(&self, host: &str) -> bool {
        let pattern = self.0.to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => host == pattern,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_labels_below_it_and_never_a_lookalike() {
        let pattern = HostPattern("*.zohoiot.com".to_owned());
        assert!(pattern.covers("app1.zohoiot.com"));
        assert!(!pattern.covers("zohoiot.com"));
        assert!(!pattern.covers("evilzohoiot.com"));
        assert!(!pattern.covers(".zohoiot.com"));
        assert!(HostPattern("slack.com".to_owned()).covers("slack.com"));
        assert!(!HostPattern("slack.com".to_owned()).covers("slack.com.evil.example"));
    }
}
