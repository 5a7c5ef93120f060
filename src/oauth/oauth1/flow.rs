//! The three legs: a request token, the link for a person's browser, and the access token.

use super::signature::{Oauth1Credential, Stamp, sign};
use crate::oauth::outside::{Outside, SendError};
use crate::oauth::placement::{Body, Call, PlacementError};
use crate::oauth::provider::ProviderError;
use crate::oauth::shown;
use crate::oauth::token::BadBytes;
use crate::resource::{Name, OAuth1, Placement, SignatureMethod};
use crate::secret::Secret;
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// One service's OAuth 1 endpoints and client.
#[derive(Debug, Clone)]
pub struct Provider1 {
    pub consumer_key: String,
    pub consumer_secret: Secret<String>,
    pub request_token_url: Url,
    pub authorize_url: Url,
    pub access_token_url: Url,
    pub place: Placement,
    pub method: SignatureMethod,
}

/// A consent that is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked1 {
    pub redirect_uri: String,
    pub user: String,
    pub connection: Name,
    pub service: Name,
}

/// What is remembered between link and answer; sealed, spent once, stored under the request token's digest.
#[derive(Debug, Clone)]
pub struct Pending1 {
    pub token: Secret<String>,
    pub token_secret: Secret<String>,
    pub asked: Asked1,
    pub expires_at: SystemTime,
}

/// What came back to the redirect address, and who was signed in there.
#[derive(Debug, Clone)]
pub struct Callback1 {
    pub token: Secret<String>,
    pub verifier: Option<Secret<String>>,
    pub user: String,
}

/// An access token. It has no end that the protocol knows of.
#[derive(Debug, Clone)]
pub struct Token1 {
    pub token: Secret<String>,
    pub secret: Secret<String>,
    /// What else the service answered (`user_id`, `screen_name`).
    pub extra: BTreeMap<String, String>,
}

/// Why a leg came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flow1Error {
    #[error("the answer does not belong to this consent")]
    WrongToken,
    #[error("the consent was begun by another user")]
    OtherUser,
    #[error("the consent was not finished in time")]
    Expired,
    /// RFC 5849 section 2.2: without a verifier nobody consented.
    #[error("consent was denied")]
    Denied,
    #[error("the service could not be reached")]
    Unreachable(#[source] SendError),
    #[error("the service refused (status {status}): {said}")]
    Refused { status: u16, said: String },
    #[error("the service's answer has no token")]
    NoToken,
    /// A service of OAuth 1.0 without the `a` is open to session fixation and is not used.
    #[error("the service did not confirm the callback (`oauth_callback_confirmed`)")]
    NotConfirmed,
    #[error("the request cannot be signed")]
    Unsigned(#[from] PlacementError),
}

/// Fetches a request token and makes the link (sections 2.1 and 2.2).
pub fn begin(provider: &Provider1, asked: Asked1, outside: &Outside) -> Result<(Url, Pending1), Flow1Error> {
    let credential = provider.credential(None);
    let answer = post(&credential, &provider.request_token_url, &[("oauth_callback", &asked.redirect_uri)], outside)?;
    let (token, token_secret, rest) = tokens_of(answer)?;
    if rest.get("oauth_callback_confirmed").map(String::as_str) != Some("true") {
        return Err(Flow1Error::NotConfirmed);
    }
    let mut link = provider.authorize_url.clone();
    link.query_pairs_mut().append_pair("oauth_token", token.expose());
    Ok((link, Pending1 { token, token_secret, asked, expires_at: outside.now + PATIENCE }))
}

/// Checks the answer and fetches the access token (section 2.3).
pub fn redeem(provider: &Provider1, pending: Pending1, callback: &Callback1, outside: &Outside) -> Result<Token1, Flow1Error> {
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(callback.token.expose().as_bytes(), pending.token.expose().as_bytes());
    same.map_err(|_| Flow1Error::WrongToken)?;
    if callback.user != pending.asked.user {
        return Err(Flow1Error::OtherUser);
    }
    if outside.now >= pending.expires_at {
        return Err(Flow1Error::Expired);
    }
    let verifier = callback.verifier.as_ref().ok_or(Flow1Error::Denied)?;
    let credential = provider.credential(Some((pending.token, pending.token_secret)));
    let answer = post(&credential, &provider.access_token_url, &[("oauth_verifier", verifier.expose())], outside)?;
    let (token, secret, extra) = tokens_of(answer)?;
    Ok(Token1 { token, secret, extra })
}

impl Provider1 {
    /// A service as it is declared, its references fetched.
    pub fn of(oauth1: &OAuth1, consumer_key: String, consumer_secret: Secret<String>) -> Result<Provider1, ProviderError> {
        let url = |field, text: &str| Url::parse(text).ok().filter(Url::has_host).ok_or(ProviderError::BadUrl { field });
        Ok(Provider1 {
            consumer_key,
            consumer_secret,
            request_token_url: url("request_token_url", &oauth1.request_token_url)?,
            authorize_url: url("authorize_url", &oauth1.authorize_url)?,
            access_token_url: url("access_token_url", &oauth1.access_token_url)?,
            place: oauth1.param_type,
            method: oauth1.signature_method,
        })
    }

    fn credential(&self, token: Option<(Secret<String>, Secret<String>)>) -> Oauth1Credential {
        let (token, token_secret) = token.unzip();
        Oauth1Credential {
            consumer_key: self.consumer_key.clone(),
            consumer_secret: self.consumer_secret.clone(),
            token,
            token_secret,
            method: self.method,
            place: self.place,
        }
    }

    /// What calls are signed with.
    pub fn signs_with(&self, token: &Token1) -> Oauth1Credential {
        self.credential(Some((token.token.clone(), token.secret.clone())))
    }
}

fn post(credential: &Oauth1Credential, url: &Url, further: &[(&str, &str)], outside: &Outside) -> Result<String, Flow1Error> {
    let mut call = Call { method: Method::POST, url: url.clone(), headers: HeaderMap::new(), body: Body::Empty };
    sign(credential, &mut call, further, &Stamp::fresh(outside.random, outside.now))?;
    let response = (outside.send)(call.into_request()?).map_err(Flow1Error::Unreachable)?;
    let status = response.status().as_u16();
    let text = String::from_utf8_lossy(response.body()).into_owned();
    if (200..=299).contains(&status) {
        return Ok(text);
    }
    let secrets: Vec<&str> = credential.secrets().into_iter().chain(further.iter().map(|(_, value)| *value)).collect();
    Err(Flow1Error::Refused { status, said: crate::oauth::scrub(&shown(&text), &secrets) })
}

type Answered = (Secret<String>, Secret<String>, BTreeMap<String, String>);

/// Answers are forms, whatever their content type says.
fn tokens_of(answer: String) -> Result<Answered, Flow1Error> {
    let mut fields: BTreeMap<String, String> =
        url::form_urlencoded::parse(answer.trim().as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_empty()).map(Secret::new).ok_or(Flow1Error::NoToken);
    let (token, secret) = (take("oauth_token")?, take("oauth_token_secret")?);
    Ok((token, secret, fields))
}

#[derive(Serialize, Deserialize)]
struct StoredToken {
    version: u32,
    token: String,
    secret: String,
    extra: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct StoredPending {
    version: u32,
    token: String,
    token_secret: String,
    asked: Asked1,
    expires_at: u64,
}

impl Token1 {
    /// Everything, for the vault to seal.
    pub fn to_sealed_bytes(&self) -> Secret<Vec<u8>> {
        let (token, secret) = (self.token.expose().clone(), self.secret.expose().clone());
        sealed(&StoredToken { version: 1, token, secret, extra: self.extra.clone() })
    }

    /// As [`Token1::from_bytes`], of what the vault hands out.
    pub fn opened(bytes: &Secret<Vec<u8>>) -> Result<Token1, BadBytes> {
        Token1::from_bytes(bytes.expose())
    }

    /// What the vault opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Token1, BadBytes> {
        let stored: StoredToken = serde_json::from_slice(bytes).map_err(|_| BadBytes)?;
        if stored.version != 1 {
            return Err(BadBytes);
        }
        Ok(Token1 { token: Secret::new(stored.token), secret: Secret::new(stored.secret), extra: stored.extra })
    }
}

impl Pending1 {
    /// Everything, for the vault to seal.
    pub fn to_sealed_bytes(&self) -> Secret<Vec<u8>> {
        let expires_at = self.expires_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (token, token_secret) = (self.token.expose().clone(), self.token_secret.expose().clone());
        sealed(&StoredPending { version: 1, token, token_secret, asked: self.asked.clone(), expires_at })
    }

    /// As [`Pending1::from_bytes`], of what the vault hands out.
    pub fn opened(bytes: &Secret<Vec<u8>>) -> Result<Pending1, BadBytes> {
        Pending1::from_bytes(bytes.expose())
    }

    /// What the vault opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pending1, BadBytes> {
        let stored: StoredPending = serde_json::from_slice(bytes).map_err(|_| BadBytes)?;
        if stored.version != 1 {
            return Err(BadBytes);
        }
        Ok(Pending1 {
            token: Secret::new(stored.token),
            token_secret: Secret::new(stored.token_secret),
            asked: stored.asked,
            expires_at: crate::oauth::token::time(stored.expires_at)?,
        })
    }

    /// The key to store it under.
    pub fn token_digest(&self) -> String {
        crate::oauth::pkce::digest_of(self.token.expose())
    }
}

impl Callback1 {
    /// Reads an answer as it arrived at our redirect address; `None` where it names no token.
    pub fn arrived(url: &Url, user: &str) -> Option<Callback1> {
        let field = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| Secret::new(value.into_owned()));
        Some(Callback1 { token: field("oauth_token")?, verifier: field("oauth_verifier"), user: user.to_owned() })
    }

    /// The key to find its [`Pending1`] under.
    pub fn token_digest(&self) -> String {
        crate::oauth::pkce::digest_of(self.token.expose())
    }
}

fn sealed(stored: &impl Serialize) -> Secret<Vec<u8>> {
    Secret::new(serde_json::to_vec(stored).expect("strings and numbers can be written"))
}
