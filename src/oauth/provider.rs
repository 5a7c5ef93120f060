//! Everything about one service's authorization server, as data. Where servers differ from the RFCs, the difference has
//! a name here, and holds for the services that declare it only.

use super::jwt::JwtKey;
use super::placement::Place;
use super::revoke::Revocation;
use crate::resource::{ClientAuthentication, OAuth2, Placement, Scope, ScopeDelimiter, Tolerance};
use crate::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::Url;

/// One authorization server, as one service uses it. Catalogue quirks are set with struct update on [`Provider::of`].
#[derive(Debug, Clone)]
pub struct Provider {
    pub client_id: String,
    pub proof: ClientProof,
    /// Absent for client credentials.
    pub authorize_url: Option<Url>,
    pub token_url: Url,
    /// Where a refresh goes when not to `token_url`.
    pub refresh_url: Option<Url>,
    pub revocation: Revocation,
    pub pkce: Challenge,
    /// `scope`, or what the service calls it.
    pub scope_parameter: String,
    pub scope_delimiter: ScopeDelimiter,
    /// Further parameters of the link, for example `access_type=offline`.
    pub authorize_parameters: BTreeMap<String, String>,
    /// Further parameters of the request for a token by code or by client credentials.
    pub token_parameters: BTreeMap<String, String>,
    pub refresh_parameters: BTreeMap<String, String>,
    /// Further headers of every token request.
    pub token_headers: BTreeMap<String, String>,
    /// Where the service has no refresh tokens: how an access token is exchanged for one that lives longer.
    pub exchanges: Option<Exchanges>,
    /// Renewals of one refresh token within ten minutes, beyond which the service locks it out.
    pub renewals_in_ten_minutes: Option<u32>,
    /// Whether a refresh names the granted scopes. It never names more.
    pub scopes_on_refresh: bool,
    pub token_body: TokenBody,
    /// Where an access token goes in a call.
    pub place: Place,
    /// Tells whose account a fresh grant is of.
    pub userinfo: Option<Userinfo>,
    /// Who must have answered (RFC 9207).
    pub issuer: Option<Issuer>,
    /// The documented life of an access token, for answers without `expires_in`.
    pub access_lifetime: Option<Duration>,
    /// The documented life of a refresh token that is not used.
    pub refresh_lifetime: Option<Duration>,
    pub rotation: Rotation,
    /// Scopes that are asked for and never repeated in the answer.
    pub unechoed: BTreeSet<Scope>,
    pub tolerates: BTreeSet<Tolerance>,
    /// Where the access token stands in the answer, as dotted paths, tried in order. Its siblings have the usual names.
    pub token_at: Vec<String>,
    /// Fields of the answer to keep with the token (`api_domain`): field → the name it is kept under.
    pub captures: BTreeMap<String, String>,
    /// Fields of the callback to keep (`realmId`).
    pub callback_fields: BTreeMap<String, CallbackField>,
    /// Whether the callback carries an `hmac` over its other fields, made with the client's secret (Shopify).
    pub signed_callback: bool,
    /// Values of captured fields that are believed; any other is left out. By the name that the field is kept under.
    pub believed: BTreeMap<String, BTreeSet<String>>,
    /// The callback may name another host of the same server (Zoho's data centres).
    pub moved: Option<MovedHost>,
    /// Error codes that end a grant beside `invalid_grant` (`invalid_code`, `bad_refresh_token`).
    pub fatal_codes: BTreeSet<String>,
    /// Error codes that mean "later" (`access_denied` where that is how the service throttles).
    pub transient_codes: BTreeSet<String>,
}

/// How the client proves itself at the token endpoint. One way, as declared: trying another would burn a one-time token.
#[derive(Debug, Clone)]
pub enum ClientProof {
    /// A public client: its id alone.
    Public,
    /// RFC 6749 section 2.3.1, id and secret form-encoded first.
    Basic(Secret<String>),
    /// In the request's body.
    Post(Secret<String>),
    /// RFC 7523 section 2.2.
    PrivateKeyJwt(JwtKey),
}

/// The form of a token request's body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenBody {
    #[default]
    Form,
    Json,
}

/// The issuer identifier of RFC 9207.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub identifier: String,
    /// The server says that it always sends `iss`, so an answer without is not its own.
    pub promised: bool,
}

/// Where an access token tells whose it is, and by which member of the answer (OpenID Connect Core section 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Userinfo {
    pub url: Url,
    /// As a dotted path.
    pub account: String,
}

/// The member of a userinfo answer that OpenID Connect names an account by.
pub const SUBJECT: &str = "sub";

/// Whether a refresh token may be used again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Each refresh spends it: a request that may have arrived must not be repeated carelessly.
    Rotates,
    /// It stays, so a refresh may be repeated.
    Keeps,
    /// Not documented, treated as rotating.
    #[default]
    Unknown,
}

/// A field of the callback that is kept with the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackField {
    pub keep_as: String,
    /// Where present, any other value refuses the callback.
    pub allowed: Option<BTreeSet<String>>,
    /// The value that fits how the connection is set up, and what people call every allowed one.
    pub fits: Option<Fits>,
}

/// The one value of a callback field that a connection was set up for, with names for people by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fits {
    pub value: String,
    pub names: BTreeMap<String, String>,
}

/// What is sent of a proof key (RFC 7636); always SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// The service is known to refuse it.
    Off,
    S256,
    /// The digest in hexadecimal, under the name `S256` (TikTok).
    S256Hex,
}

/// How a service without refresh tokens lets an access token live on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanges {
    /// Right after consent: the token of the code is short-lived.
    pub first: ExchangeStep,
    /// Whenever it is due.
    pub again: ExchangeStep,
}

/// One exchange: a GET that carries the token and, where `proves` says so, the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeStep {
    pub url: Url,
    pub parameters: BTreeMap<String, String>,
    /// The parameter that is the access token.
    pub token_as: String,
    pub sends_client_id: bool,
    pub sends_client_secret: bool,
}

/// The callback's field that may name another host for the token endpoint, and the only hosts it may name: whoever
/// is named receives the client's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedHost {
    pub field: String,
    pub hosts: BTreeSet<String>,
}

/// A service's client, its references fetched.
#[derive(Debug, Clone)]
pub struct ClientSecrets {
    pub id: String,
    pub secret: Option<Secret<String>>,
    /// PEM, PKCS#8.
    pub private_key: Option<Secret<String>>,
}

impl ClientSecrets {
    /// A client whose id was kept in the vault too: it is no secret, and travels in the link.
    pub fn of(id: &Secret<String>, secret: Option<Secret<String>>, private_key: Option<Secret<String>>) -> Self {
        ClientSecrets { id: id.expose().clone(), secret, private_key }
    }
}

/// The service cannot be used as declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    #[error("`{field}` is not a URL")]
    BadUrl { field: &'static str },
    #[error("`private_key_jwt` needs a private key")]
    NoPrivateKey,
    #[error("there is no authorization URL")]
    NoAuthorizeUrl,
}

impl Provider {
    /// A service as it is declared, and otherwise as the RFCs have it. A client without a secret is a public one.
    pub fn of(oauth2: &OAuth2, client: ClientSecrets) -> Result<Provider, ProviderError> {
        let optional = |field, text: &Option<String>| text.as_deref().map(|text| url(field, text)).transpose();
        Ok(Provider {
            client_id: client.id,
            proof: proof(oauth2.client_authentication, client.secret, client.private_key)?,
            authorize_url: optional("authorize_url", &oauth2.authorize_url)?,
            token_url: url("token_url", &oauth2.token_url)?,
            refresh_url: optional("refresh_url", &oauth2.refresh_url)?,
            revocation: match optional("revoke_url", &oauth2.revoke_url)? {
                Some(url) => Revocation::Rfc7009(url),
                None => Revocation::None { instead: None },
            },
            pkce: if oauth2.pkce { Challenge::S256 } else { Challenge::Off },
            scope_parameter: "scope".to_owned(),
            scope_delimiter: oauth2.scope_delimiter,
            authorize_parameters: BTreeMap::new(),
            token_parameters: BTreeMap::new(),
            refresh_parameters: BTreeMap::new(),
            token_headers: BTreeMap::new(),
            exchanges: None,
            renewals_in_ten_minutes: None,
            scopes_on_refresh: false,
            token_body: TokenBody::Form,
            place: place(oauth2.param_type),
            userinfo: optional("userinfo_url", &oauth2.userinfo_url)?
                .map(|url| Userinfo { url, account: oauth2.account_field.clone().unwrap_or_else(|| SUBJECT.to_owned()) }),
            issuer: oauth2.issuer.as_ref().map(|identifier| Issuer { identifier: identifier.clone(), promised: true }),
            access_lifetime: None,
            refresh_lifetime: None,
            rotation: Rotation::Unknown,
            unechoed: BTreeSet::from([Scope("offline_access".to_owned())]),
            tolerates: oauth2.tolerates.clone(),
            token_at: vec!["access_token".to_owned()],
            captures: BTreeMap::new(),
            callback_fields: BTreeMap::new(),
            signed_callback: false,
            believed: BTreeMap::new(),
            moved: None,
            fatal_codes: BTreeSet::new(),
            transient_codes: BTreeSet::new(),
        })
    }

    /// The URL on the host that a callback moved the grant to. A host that is no longer listed moves nothing.
    pub(super) fn on_host(&self, url: &Url, host: Option<&str>) -> Url {
        let mut url = url.clone();
        let listed = |host: &&str| self.moved.as_ref().is_some_and(|moved| moved.hosts.contains(*host));
        if let Some(host) = host.filter(listed) {
            url.set_host(Some(host)).expect("a listed host was the host of a URL before");
        }
        url
    }

    /// What may not stand in an error, however it got there.
    pub(super) fn secrets(&self) -> Vec<&str> {
        match &self.proof {
            ClientProof::Basic(secret) | ClientProof::Post(secret) => vec![secret.expose().as_str()],
            ClientProof::Public | ClientProof::PrivateKeyJwt(_) => Vec::new(),
        }
    }
}

fn url(field: &'static str, text: &str) -> Result<Url, ProviderError> {
    Url::parse(text).ok().filter(Url::has_host).ok_or(ProviderError::BadUrl { field })
}

fn proof(
    declared: ClientAuthentication,
    secret: Option<Secret<String>>,
    private_key: Option<Secret<String>>,
) -> Result<ClientProof, ProviderError> {
    Ok(match (declared, secret) {
        (ClientAuthentication::Basic, Some(secret)) => ClientProof::Basic(secret),
        (ClientAuthentication::Post, Some(secret)) => ClientProof::Post(secret),
        (ClientAuthentication::Basic | ClientAuthentication::Post, None) => ClientProof::Public,
        (ClientAuthentication::PrivateKeyJwt, _) => {
            let pem = private_key.ok_or(ProviderError::NoPrivateKey)?;
            ClientProof::PrivateKeyJwt(JwtKey { pem, key_id: None, audience: None })
        }
    })
}

/// RFC 6750: a header, or a parameter named `access_token`.
fn place(placement: Placement) -> Place {
    match placement {
        Placement::Header => Place::bearer(),
        Placement::Query => Place::Query { name: "access_token".to_owned() },
        Placement::Form => Place::Form { name: "access_token".to_owned() },
    }
}
