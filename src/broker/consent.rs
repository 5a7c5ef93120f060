//! A person's consent begins: the link for a browser, and what is kept until it is answered. The state is bound to who began,
//! the service, the connection and the redirect address.

use super::applications::choose;
use super::call::Work;
use super::grants::{consent_owner, set_state};
use super::party::{Party, Server};
use super::{Actor, Broker, BrokerError};
use crate::oauth::oauth1::{self, Asked1, Callback1};
use crate::oauth::{self, Asked, Callback, FlowError};
use crate::resource::{ConnectionState, Grant, Name};
use crate::secret::Secret;
use crate::store::{ConsentEnd, ConsentState, StoredConsent, Transaction};
use crate::vault;
use std::collections::BTreeSet;
use std::time::SystemTime;
use url::Url;

/// A consent that is to be begun.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// Who is signed in, begins, and so alone may finish.
    pub actor: &'a Actor,
    pub connection: &'a Name,
    /// The login user who connects an own account; without effect where the owner's counts.
    pub user: Option<&'a str>,
    /// The application of the portal that it is for. Where several are known, one has to be named, or was before.
    pub application: Option<&'a Name>,
    /// A constant of our own, with a path of its own per service.
    pub redirect_uri: &'a Url,
}

/// A consent that was begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// For a browser. Not a secret by itself: the answer is good for who began only.
    pub link: Url,
    /// Tells the consent, see [`Broker::consent_of`]. No secret.
    pub consent: String,
    pub expires_at: SystemTime,
    /// What is odd about the service that a person should know first.
    pub before: Vec<String>,
}

/// A link, and what is kept until it is answered.
struct Question {
    link: Url,
    digest: String,
    bytes: Secret<Vec<u8>>,
    expires_at: SystemTime,
}

impl Broker {
    /// Begins a consent. A connection that is connected stays so until another grant takes the old one's place.
    pub fn begin_consent(&self, consent: Consent<'_>) -> Result<Begun, BrokerError> {
        let (party, server) = {
            let snapshot = self.store.read()?;
            let party = self.party(&*snapshot, consent.connection, consent.user)?;
            let server = self.server(&*snapshot, &party)?;
            (party, server)
        };
        let Question { link, digest, bytes, expires_at } = self.asked(&party, &server, consent)?;
        let begun = Begun { link, consent: digest.clone(), expires_at, before: party.rules.before_consent.clone() };
        let mut entry = self.entry(consent.actor, "ask-consent", Some(&party.address));
        entry.detail.insert("user".to_owned(), party.user.clone());
        self.audited(entry, |tx, entry| {
            self.may_seal(tx)?;
            let sealed = vault::seal(&self.keyring, &consent_owner(party.name(), &digest), &bytes);
            tx.drop_consents(entry.at)?;
            let standing = tx.authorizations(party.name())?.into_iter().find(|one| one.user == party.user);
            let before = standing.as_ref().and_then(|one| one.application.as_ref());
            let application = choose(tx, &party.address, consent.application, before)?;
            let (connection, user) = (party.name().clone(), party.user.clone());
            let actor = consent.actor.name.clone();
            let consent = StoredConsent { actor, digest, connection, user, application, sealed, expires: expires_at };
            put_end(tx, &consent, ConsentState::Pending, String::new())?;
            tx.put_consent(&consent)?;
            if standing.is_none_or(|one| one.state != ConnectionState::Connected) {
                let state = (ConnectionState::AwaitingConsent, "a person has to consent in a browser".to_owned());
                set_state(tx, &party.address, &party.user, state, entry.at)?;
            }
            Ok(Work::New(()))
        })?;
        Ok(begun)
    }

    fn asked(&self, party: &Party, server: &Server, consent: Consent<'_>) -> Result<Question, BrokerError> {
        let (user, connection, service) = (consent.actor.name.clone(), party.name().clone(), party.connection.service.clone());
        match server {
            Server::Oauth2 { grant: Grant::AuthorizationCode, .. } if party.rules.redirect_is_a_name => {
                let why = "its service sends people back to a registered name instead of an address, which Bowline cannot do";
                Err(BrokerError::Unready { address: party.address.clone(), why: why.to_owned() })
            }
            Server::Oauth2 { provider, grant: Grant::AuthorizationCode } => {
                let scopes = if party.rules.asks_scopes { party.connection.scopes.clone() } else { BTreeSet::new() };
                let asked = Asked { scopes, redirect_uri: consent.redirect_uri.clone(), user, connection, service };
                let (link, pending) = oauth::begin(provider, asked, &*self.random, self.clock.now()).map_err(flow(party))?;
                let (digest, bytes) = (pending.state_digest.clone(), pending.to_sealed_bytes());
                Ok(Question { link, digest, bytes, expires_at: pending.expires_at })
            }
            Server::Oauth1(provider) => {
                let asked = Asked1 { redirect_uri: consent.redirect_uri.to_string(), user, connection, service };
                let begun = self.outside(|outside| oauth1::begin(provider, asked, outside));
                let (link, pending) = begun.map_err(|error| BrokerError::Flow1 { address: party.address.clone(), error })?;
                let (digest, bytes) = (pending.token_digest(), pending.to_sealed_bytes());
                Ok(Question { link, digest, bytes, expires_at: pending.expires_at })
            }
            Server::Oauth2 { grant: Grant::ClientCredentials, .. } | Server::Declared => {
                Err(BrokerError::NothingToConsent { address: party.address.clone() })
            }
        }
    }

    /// Which consent an answer belongs to, whether that is waited for or not; `None` where it names none.
    pub fn consent_of(&self, url: &Url) -> Option<String> {
        let state = Callback::arrived(url, "").ok()?.state_digest();
        state.or_else(|| Callback1::arrived(url, "").as_ref().map(Callback1::token_digest))
    }

    /// What became of a consent, by the id that it was begun with; `None` where there was none, or too long ago. One that
    /// nobody answered in time has failed.
    pub fn consent_end(&self, connection: &Name, consent: &str) -> Result<Option<ConsentEnd>, BrokerError> {
        let end = self.store.read()?.consent_end(consent)?.filter(|end| end.connection == *connection);
        Ok(end.map(|end| match end.state {
            ConsentState::Pending if end.expires <= self.clock.now() => {
                ConsentEnd { state: ConsentState::Failed, message: "nobody consented in time".to_owned(), ..end }
            }
            ConsentState::Pending | ConsentState::Connected | ConsentState::Failed => end,
        }))
    }
}

pub(super) fn put_end(tx: &mut dyn Transaction, consent: &StoredConsent, state: ConsentState, message: String) -> Result<(), BrokerError> {
    let StoredConsent { digest, connection, user, expires, .. } = consent.clone();
    Ok(tx.put_consent_end(&ConsentEnd { digest, connection, user, state, message, expires })?)
}

pub(super) fn flow(party: &Party) -> impl Fn(FlowError) -> BrokerError {
    let address = party.address.clone();
    move |error| BrokerError::Flow { address: address.clone(), error: Box::new(error) }
}
