//! Request tokens, access tokens and the nonces that were used.

use super::signature::Signed;
use crate::sandbox::known::Account;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// How far a timestamp may be from now; as long as nonces are remembered (section 3.3).
const WINDOW: Duration = Duration::from_secs(300);
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Default)]
pub(in crate::sandbox) struct Ledger1 {
    requests: BTreeMap<String, RequestToken>,
    access: BTreeMap<String, (String, &'static Account)>,
    nonces: BTreeMap<String, SystemTime>,
}

#[derive(Debug, Clone)]
pub(super) struct RequestToken {
    pub(super) secret: String,
    pub(super) callback: String,
    /// Once a person has agreed.
    pub(super) agreed: Option<(String, &'static Account)>,
    pub(super) expires_at: SystemTime,
}

impl Ledger1 {
    pub(super) fn note_request(&mut self, token: String, secret: String, callback: String, now: SystemTime) {
        self.requests.retain(|_, request| request.expires_at > now);
        self.requests.insert(token, RequestToken { secret, callback, agreed: None, expires_at: now + PATIENCE });
    }

    pub(super) fn request(&mut self, token: &str, now: SystemTime) -> Option<&mut RequestToken> {
        self.requests.get_mut(token).filter(|request| request.expires_at > now)
    }

    pub(super) fn forget_request(&mut self, token: &str) {
        self.requests.remove(token);
    }

    pub(super) fn note_access(&mut self, token: String, secret: String, account: &'static Account) {
        self.access.insert(token, (secret, account));
    }

    /// The account and secret of an access token.
    pub(super) fn access(&self, token: &str) -> Option<(&'static Account, String)> {
        self.access.get(token).map(|(secret, account)| (*account, secret.clone()))
    }

    /// Takes away every access token.
    pub(in crate::sandbox) fn withdraw(&mut self) -> usize {
        std::mem::take(&mut self.access).len()
    }

    /// Notes a nonce, after the signature was found right: nobody else may use it up.
    pub(super) fn first_use(&mut self, signed: &Signed, now: SystemTime) -> Result<(), &'static str> {
        let stamp = SystemTime::UNIX_EPOCH + Duration::from_secs(signed.timestamp().ok_or("oauth_timestamp is missing")?);
        if stamp + WINDOW < now || stamp > now + WINDOW {
            return Err("the timestamp is too far from now");
        }
        self.nonces.retain(|_, until| *until > now);
        let key = format!("{} {}", signed.token(), signed.nonce().ok_or("oauth_nonce is missing")?);
        match self.nonces.insert(key, stamp + WINDOW) {
            None => Ok(()),
            Some(_) => Err("the nonce was used before"),
        }
    }
}
