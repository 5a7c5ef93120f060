//! The first half of a consent: the link for a person's browser, and what must be remembered until they come back.

use super::errors::FlowError;
use super::pkce::{digest_of, unguessable};
use super::provider::{Challenge, Provider, ProviderError};
use super::scopes::joined;
use super::token::{BadBytes, IssuedBy, seconds, time};
use crate::clock::Random;
use crate::resource::{Name, Scope, ScopeDelimiter};
use crate::secret::Secret;
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, AuthorizationRequest, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};
use url::Url;

/// How long a person may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A consent that is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub scopes: BTreeSet<Scope>,
    /// A constant of our own configuration, with a path of its own per service; never taken from a request.
    pub redirect_uri: Url,
    /// Who begins, and so who alone may finish.
    pub user: String,
    pub connection: Name,
    pub service: Name,
}

/// What is remembered between link and answer. Store it sealed under [`Pending::state_digest`], and take it away in the
/// same transaction in which it is read: it may be spent once.
#[derive(Debug, Clone)]
pub struct Pending {
    pub state_digest: String,
    pub verifier: Option<Secret<String>>,
    pub asked: Asked,
    /// At most ten minutes after it was begun.
    pub expires_at: SystemTime,
    pub issued_by: IssuedBy,
}

/// Makes the link of RFC 6749 section 4.1.1, with a fresh state and, unless the service refuses it, a fresh proof key.
pub fn begin(provider: &Provider, asked: Asked, random: &dyn Random, now: SystemTime) -> Result<(Url, Pending), FlowError> {
    let authorize_url = provider.authorize_url.clone().ok_or(ProviderError::NoAuthorizeUrl)?;
    let state = unguessable(random);
    let verifier = (provider.pkce != Challenge::Off).then(|| unguessable(random));
    let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(authorize_url))
        .set_redirect_uri(RedirectUrl::from_url(asked.redirect_uri.clone()));
    let mut link = client.authorize_url(|| CsrfToken::new(state.expose().clone()));
    if let Some(verifier) = &verifier {
        link = challenged(link, provider.pkce, verifier);
    }
    if !asked.scopes.is_empty() {
        link = link.add_extra_param(provider.scope_parameter.clone(), joined(&asked.scopes, provider.scope_delimiter));
    }
    for (name, value) in &provider.authorize_parameters {
        link = link.add_extra_param(name.clone(), value.clone());
    }
    let pending = Pending {
        state_digest: digest_of(state.expose()),
        verifier,
        asked,
        expires_at: now + PATIENCE,
        issued_by: IssuedBy::of(provider, None),
    };
    Ok((spaces_spelt_out(link.url().0, provider.scope_delimiter), pending))
}

fn challenged<'a>(link: AuthorizationRequest<'a>, form: Challenge, verifier: &Secret<String>) -> AuthorizationRequest<'a> {
    match form {
        Challenge::Off => link,
        Challenge::S256 => {
            let verifier = PkceCodeVerifier::new(verifier.expose().clone());
            link.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        }
        Challenge::S256Hex => {
            link.add_extra_param("code_challenge", digest_of(verifier.expose())).add_extra_param("code_challenge_method", "S256")
        }
    }
}

/// A form writes a space as `+`, which some consent pages read as a plus sign; `%20` means a space to all of them. A
/// literal plus is `%2B` by now, so nothing else is touched.
fn spaces_spelt_out(mut url: Url, delimiter: ScopeDelimiter) -> Url {
    if delimiter != ScopeDelimiter::Plus {
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
    }
    url
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    state_digest: String,
    verifier: Option<String>,
    scopes: BTreeSet<Scope>,
    redirect_uri: String,
    user: String,
    connection: Name,
    service: Name,
    expires_at: u64,
    issued_by: IssuedBy,
}

impl Pending {
    /// Everything, for the vault to seal: the verifier is worth as much as the code.
    pub fn to_sealed_bytes(&self) -> Secret<Vec<u8>> {
        let stored = Stored {
            version: 1,
            state_digest: self.state_digest.clone(),
            verifier: self.verifier.as_ref().map(|verifier| verifier.expose().clone()),
            scopes: self.asked.scopes.clone(),
            redirect_uri: self.asked.redirect_uri.to_string(),
            user: self.asked.user.clone(),
            connection: self.asked.connection.clone(),
            service: self.asked.service.clone(),
            expires_at: seconds(self.expires_at),
            issued_by: self.issued_by.clone(),
        };
        let bytes = serde_json::to_vec(&stored).expect("strings and numbers can be written");
        drop(stored.verifier.map(Secret::new));
        Secret::new(bytes)
    }

    /// As [`Pending::from_bytes`], of what the vault hands out.
    pub fn opened(bytes: &Secret<Vec<u8>>) -> Result<Pending, BadBytes> {
        Pending::from_bytes(bytes.expose())
    }

    /// What the vault opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pending, BadBytes> {
        let stored: Stored = serde_json::from_slice(bytes).map_err(|_| BadBytes)?;
        if stored.version != 1 {
            return Err(BadBytes);
        }
        Ok(Pending {
            state_digest: stored.state_digest,
            verifier: stored.verifier.map(Secret::new),
            asked: Asked {
                scopes: stored.scopes,
                redirect_uri: Url::parse(&stored.redirect_uri).map_err(|_| BadBytes)?,
                user: stored.user,
                connection: stored.connection,
                service: stored.service,
            },
            expires_at: time(stored.expires_at)?,
            issued_by: stored.issued_by,
        })
    }
}
