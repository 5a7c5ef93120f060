//! What shows the API who asks: a token, or a client that gets tokens from an authorization server (RFC 6749 section 4.4).

use super::error::CallError;
use crate::clock::{Clock, Random};
use crate::oauth::{self, Outside, Provider, TokenSet};
use crate::secret::Secret;
use crate::upstream::Upstream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long before its end a token is not used any more: a request takes a while to arrive.
const MARGIN: Duration = Duration::from_secs(30);

/// What shows who asks. Comes from the environment or a file, never from a project's files.
pub enum Credential {
    Token(Secret<String>),
    /// A token is asked for when one is needed, and kept until it ends.
    Client(Box<TokenClient>),
    /// What is open to everybody can be asked for.
    Nothing,
}

/// A client of an authorization server.
pub struct TokenClient {
    provider: Provider,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    held: Mutex<Option<TokenSet>>,
}

impl Credential {
    /// A client that shows id and secret as `provider` says.
    pub fn client(provider: Provider, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Credential::Client(Box::new(TokenClient { provider, clock, random, held: Mutex::new(None) }))
    }

    /// The token for the next request.
    pub(super) fn token(&self, api: &str, upstream: &Upstream) -> Result<Secret<String>, CallError> {
        match self {
            Credential::Token(token) => Ok(token.clone()),
            Credential::Client(client) => client.token(api, upstream),
            Credential::Nothing => Err(CallError::NoCredential { api: api.to_owned() }),
        }
    }

    /// The API takes the token no longer: the next request gets another one. `false` where there is no other.
    pub(super) fn forget(&self) -> bool {
        match self {
            Credential::Client(client) => client.held().take().is_some(),
            Credential::Token(_) | Credential::Nothing => false,
        }
    }
}

impl TokenClient {
    fn held(&self) -> std::sync::MutexGuard<'_, Option<TokenSet>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request for a token at a time: the others wait for it and share it.
    fn token(&self, api: &str, upstream: &Upstream) -> Result<Secret<String>, CallError> {
        let now = self.clock.now();
        let mut held = self.held();
        if let Some(set) = held.as_ref().filter(|set| lasts(set, now)) {
            return Ok(set.access.clone());
        }
        let send = |request| upstream.send_token_call(request);
        let outside = Outside { now, random: &*self.random, send: &send };
        let set = oauth::client_credentials(&self.provider, &Default::default(), &outside)
            .map_err(|error| CallError::NoToken { api: api.to_owned(), why: error.to_string() })?;
        Ok(held.insert(set).access.clone())
    }
}

fn lasts(set: &TokenSet, now: SystemTime) -> bool {
    set.expires_at.is_none_or(|end| now + MARGIN < end)
}
