//! What a grant gave: tokens with their times and scopes. Written to bytes for the vault only; no Serialize, no printing.

use super::exchange::Granted;
use super::provider::Provider;
use crate::resource::Scope;
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroize;

/// Longest time before its end at which a token counts as due.
const EARLIEST: Duration = Duration::from_secs(5 * 60);

/// An access token and what belongs to it. Times are whole seconds.
#[derive(Debug, Clone)]
pub struct TokenSet {
    pub access: Secret<String>,
    pub refresh: Option<Secret<String>>,
    /// Since when this refresh token is held, or was last used: services that let one lapse count from there.
    pub refresh_since: SystemTime,
    /// As the service spelt it, or `Bearer`.
    pub token_type: String,
    pub obtained_at: SystemTime,
    /// `None` where neither the answer nor the service's documents say: then only a refused call tells.
    pub expires_at: Option<SystemTime>,
    /// What the service says it granted; what was asked for where it says nothing (RFC 6749 section 5.1).
    pub granted: BTreeSet<Scope>,
    /// Captured fields: `api_domain`, `instance_url`, an account's id.
    pub extra: BTreeMap<String, String>,
    pub issued_by: IssuedBy,
}

/// Who gave a grant. It is shown to nobody else, ever (security rule R7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedBy {
    pub token_url: String,
    pub client_id: String,
    /// The host of a data centre that the callback named, out of the service's list.
    pub host: Option<String>,
}

impl IssuedBy {
    pub(super) fn of(provider: &Provider, host: Option<String>) -> Self {
        IssuedBy { token_url: provider.token_url.to_string(), client_id: provider.client_id.clone(), host }
    }

    /// Whether the service still has the endpoint and client that this grant belongs to.
    pub fn is_still(&self, provider: &Provider) -> bool {
        self.token_url == provider.token_url.as_str() && self.client_id == provider.client_id
    }
}

/// The bytes are not a token set of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored authorisation cannot be read")]
pub struct BadBytes;

impl TokenSet {
    /// Whether it is time to renew: within the last 20 % of its life, at most five minutes early. A clock that
    /// was set back before the token was obtained makes it due once.
    pub fn due(&self, now: SystemTime) -> bool {
        let Some(expires_at) = self.expires_at else { return false };
        let lifetime = expires_at.duration_since(self.obtained_at).unwrap_or_default();
        let early = EARLIEST.min(lifetime / 5);
        let set_back = self.obtained_at.duration_since(now).is_ok_and(|behind| behind > EARLIEST);
        set_back || now + early >= expires_at
    }

    /// Whether the refresh token would lapse from disuse unless it is used soon: half of its documented life is over.
    pub fn lapses(&self, provider: &Provider, now: SystemTime) -> bool {
        let held = now.duration_since(self.refresh_since).unwrap_or_default();
        self.refresh.is_some() && provider.refresh_lifetime.is_some_and(|lifetime| held >= lifetime / 2)
    }

    /// Whether the token is over, so that serving it while renewal fails is useless.
    pub fn expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }

    /// What may not stand in a log or an error about a call made with these tokens.
    pub fn scrub(&self, text: &str) -> String {
        let refresh = self.refresh.as_ref().map(|token| token.expose().as_str());
        super::scrub(text, &[Some(self.access.expose().as_str()), refresh].into_iter().flatten().collect::<Vec<_>>())
    }

    /// Everything, for the vault to seal.
    pub fn to_sealed_bytes(&self) -> Secret<Vec<u8>> {
        let mut stored = Stored {
            version: 1,
            access: self.access.expose().clone(),
            refresh: self.refresh.as_ref().map(|token| token.expose().clone()),
            refresh_since: seconds(self.refresh_since),
            token_type: self.token_type.clone(),
            obtained_at: seconds(self.obtained_at),
            expires_at: self.expires_at.map(seconds),
            granted: self.granted.clone(),
            extra: self.extra.clone(),
            issued_by: self.issued_by.clone(),
        };
        let bytes = serde_json::to_vec(&stored).expect("strings and numbers can be written");
        stored.access.zeroize();
        stored.refresh.zeroize();
        Secret::new(bytes)
    }

    /// What the vault opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<TokenSet, BadBytes> {
        let stored: Stored = serde_json::from_slice(bytes).map_err(|_| BadBytes)?;
        if stored.version != 1 {
            return Err(BadBytes);
        }
        Ok(TokenSet {
            access: Secret::new(stored.access),
            refresh: stored.refresh.map(Secret::new),
            refresh_since: time(stored.refresh_since)?,
            token_type: stored.token_type,
            obtained_at: time(stored.obtained_at)?,
            expires_at: stored.expires_at.map(time).transpose()?,
            granted: stored.granted,
            extra: stored.extra,
            issued_by: stored.issued_by,
        })
    }

    /// As [`TokenSet::from_bytes`], of what the vault hands out.
    pub fn opened(bytes: &Secret<Vec<u8>>) -> Result<TokenSet, BadBytes> {
        TokenSet::from_bytes(bytes.expose())
    }

    /// Takes a checked answer. `before` is what stands where the answer is silent.
    pub(super) fn accept(granted: Granted, provider: &Provider, before: Before, now: SystemTime) -> TokenSet {
        let obtained_at = UNIX_EPOCH + Duration::from_secs(seconds(now));
        let lifetime = granted.lifetime().or(provider.access_lifetime);
        let mut extra = before.extra;
        extra.extend(granted.captured.clone());
        TokenSet {
            access: granted.access(),
            // Many servers leave the refresh token out of a renewal: then the old one stands (RFC 6749 section 6).
            refresh: granted.refresh().or(before.refresh),
            refresh_since: obtained_at,
            token_type: granted.type_word().to_owned(),
            obtained_at,
            expires_at: lifetime.and_then(|lifetime| obtained_at.checked_add(lifetime)),
            granted: granted.scopes_granted().unwrap_or(before.scopes),
            extra,
            issued_by: before.issued_by,
        }
    }
}

/// What a token set has where an answer says nothing.
pub(super) struct Before {
    pub(super) refresh: Option<Secret<String>>,
    pub(super) scopes: BTreeSet<Scope>,
    pub(super) extra: BTreeMap<String, String>,
    pub(super) issued_by: IssuedBy,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    access: String,
    refresh: Option<String>,
    refresh_since: u64,
    token_type: String,
    obtained_at: u64,
    expires_at: Option<u64>,
    granted: BTreeSet<Scope>,
    extra: BTreeMap<String, String>,
    issued_by: IssuedBy,
}

pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

pub(super) fn time(seconds: u64) -> Result<SystemTime, BadBytes> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(BadBytes)
}
