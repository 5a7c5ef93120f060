//! What is known of a service's OAuth: endpoints, how clients and tokens behave there. Knows nothing of running a flow.

use crate::resource::{SignatureMethod, Tolerance};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// OAuth 2.0 as one service does it. URLs may hold `{variables}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2Facts {
    /// Absent for services of the client-credentials grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_parameters: BTreeMap<String, String>,
    pub token_url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_parameters: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_headers: BTreeMap<String, String>,
    #[serde(default)]
    pub token_request: TokenRequest,
    /// Where a refresh goes when not to `token_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_url: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refresh_parameters: BTreeMap<String, String>,
    /// Where there are no refresh tokens: how an access token is exchanged for one that lives longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<ExchangeFacts>,
    /// RFC 7662.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_url: Option<String>,
    /// The member of its answer that names the account for good; `sub` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_field: Option<String>,
    /// RFC 8628.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_url: Option<String>,
    /// RFC 9207.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    pub client_authentication: ClientProof,
    /// Under which name the client id is sent.
    #[serde(default = "client_id")]
    pub client_id_parameter: String,
    pub pkce: Pkce,
    pub scope_separator: Separator,
    /// A parameter of its own for the scopes of a person's token, where the application has a token too (Slack).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_scope_parameter: Option<String>,
    /// Off where scopes are chosen when the client is registered.
    #[serde(default = "on", skip_serializing_if = "Clone::clone")]
    pub scopes_in_request: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of_scopes: Option<String>,
    pub access_token: AccessToken,
    pub refresh_token: RefreshToken,
    pub revocation: Revocation,
    #[serde(default, skip_serializing_if = "Captures::is_empty")]
    pub captures: Captures,
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// How token answers depart from RFC 6749, each with the page that shows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tolerates: BTreeMap<Tolerance, String>,
}

fn client_id() -> String {
    "client_id".to_owned()
}

fn on() -> bool {
    true
}

/// The media type of a token request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenRequest {
    #[default]
    Form,
    Json,
}

/// How the client proves itself at the token endpoint (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientProof {
    Basic,
    Post,
}

/// What the service makes of a PKCE challenge (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    Required,
    Supported,
    /// Ignored, as RFC 6749 demands of parameters that a server does not know.
    Tolerated,
    Unknown,
    /// Known to cause trouble.
    Avoid,
    Unsupported,
    NotApplicable,
}

impl Pkce {
    /// Whether to send a challenge: unless the service is known to refuse it.
    pub fn send(self) -> bool {
        match self {
            Pkce::Required | Pkce::Supported | Pkce::Tolerated | Pkce::Unknown => true,
            Pkce::Avoid | Pkce::Unsupported | Pkce::NotApplicable => false,
        }
    }
}

/// What stands between scopes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    Comma,
    Space,
}

/// How long something lives, in seconds or in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", untagged)]
pub enum Lifetime {
    Seconds(u64),
    Word(LifetimeWord),
}

/// Lifetimes without a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifetimeWord {
    Never,
    Unknown,
}

/// What is known of access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessToken {
    pub lifetime: Lifetime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it stands in the token answer, first match first; dots lead into objects.
    #[serde(default = "access_token")]
    pub at: Vec<String>,
}

fn access_token() -> Vec<String> {
    vec!["access_token".to_owned()]
}

/// What is known of refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshToken {
    pub issued: Issued,
    /// Whether a refresh brings a new refresh token; absent where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotates: Option<bool>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// When the service issues refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issued {
    Always,
    /// Only when the consent asks for `access_type=offline`.
    WithOfflineAccess,
    Never,
    /// None: the access token itself is exchanged for a fresh one.
    Exchanged,
}

/// The two exchanges of a service without refresh tokens; each is a GET that carries the access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeFacts {
    /// Right after consent.
    pub first: ExchangeFact,
    /// Whenever the token gets old.
    pub again: ExchangeFact,
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeFact {
    pub url: String,
    pub parameters: BTreeMap<String, String>,
    /// The parameter that is the access token.
    pub token_as: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sends: Vec<ClientPart>,
}

/// A part of the client that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientPart {
    ClientId,
    ClientSecret,
}

/// How an authorisation is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case", deny_unknown_fields)]
pub enum Revocation {
    /// RFC 7009, with the client's authentication of the token endpoint.
    Rfc7009 { url: String },
    /// POST with the refresh token as the query parameter `token`; nothing else proves anything.
    QueryToken { url: String },
    /// A shape of the service's own.
    Declared { method: String, url: String, proof: RevocationProof, sends: RevocationSends },
    /// The service has no endpoint for it.
    None {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
    },
    /// No endpoint was found.
    Unknown,
}

impl Revocation {
    /// The endpoint that takes a token, as the platform's form means it.
    pub fn token_url(&self) -> Option<&str> {
        match self {
            Revocation::Rfc7009 { url } | Revocation::QueryToken { url } => Some(url),
            Revocation::Declared { .. } | Revocation::None { .. } | Revocation::Unknown => None,
        }
    }

    /// The endpoint, whatever it takes.
    pub fn url(&self) -> Option<&str> {
        match self {
            Revocation::Rfc7009 { url } | Revocation::QueryToken { url } | Revocation::Declared { url, .. } => Some(url),
            Revocation::None { .. } | Revocation::Unknown => None,
        }
    }
}

/// What proves that a revocation may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationProof {
    Nothing,
    ClientBasic,
    ClientInBody,
    /// `Authorization: Client <secret>` (Square).
    ClientScheme,
    AccessToken,
    /// The platform account's own secret key (Stripe).
    PlatformKey,
}

/// What a revocation of a service's own shape sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationSends {
    Nothing,
    /// The token is part of the URL's path.
    Path,
    QueryAccessToken,
    FormAccessToken,
    FormRefreshToken,
    FormClientAndAccount,
    JsonAccessToken,
    JsonClientAndAccessToken,
}

/// What has to be kept of an answer, under the name of a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captures {
    /// Parameter of the callback → variable.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub callback: BTreeMap<String, String>,
    /// Member of the token answer → variable.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token: BTreeMap<String, String>,
}

impl Captures {
    pub fn is_empty(&self) -> bool {
        *self == Captures::default()
    }
}

/// Numbers beyond which the service refuses or drops something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Refreshes of one refresh token in ten minutes; beyond, it is locked for the rest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshes_in_ten_minutes: Option<u32>,
    /// Access tokens alive for one refresh token; one more ends the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_tokens_alive: Option<u32>,
    /// Refresh tokens kept for one person and client; one more ends the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_tokens_kept: Option<u32>,
    /// Seconds within which the code of a consent has to be redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_lifetime: Option<u32>,
}

impl Limits {
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// OAuth 1.0a (RFC 5849) as one service does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth1Facts {
    pub request_token_url: String,
    pub authorize_url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_parameters: BTreeMap<String, String>,
    pub access_token_url: String,
    pub signature_method: SignatureMethod,
}
