//! What is made of the answer that comes back from a consent page. Its state is spent in the transaction that reads it.

use super::applications::associate;
use super::call::Work;
use super::consent::{flow, put_end};
use super::consult::as_connection;
use super::grants::{consent_owner, ends, set_state, unreadable};
use super::party::{Party, Server};
use super::{Actor, Broker, BrokerError};
use crate::oauth::oauth1::{self, Callback1, Pending1, Provider1, Token1};
use crate::oauth::{self, Callback, ID_TOKEN, Pending, Provider, ScopeReport, TokenSet};
use crate::resource::access::{Denied, ObjectFacts, Principal, Right, allowed};
use crate::resource::{Address, ConnectionState, Kind, Name};
use crate::secret::Secret;
use crate::store::{ConsentState, StoreError, StoredConsent, StoredGrant, Transaction};
use crate::vault;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};
use url::Url;

/// Tries to write a new grant down: its code is spent.
const WRITES: u32 = 4;

/// An answer of a consent page.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Who is signed in where it arrived.
    pub actor: &'a Actor,
    /// Whether that is somebody whom this broker knows, whose right to connect has to hold still; it need not where somebody
    /// holds the data in the own hands.
    pub is_user: bool,
    /// Our own configured base with the path and query that were asked for.
    pub url: &'a Url,
    /// Whether another account than before may take its place.
    pub allow_other_account: bool,
}

/// A connection that is connected now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub address: Address,
    /// Empty for the owner.
    pub user: String,
    pub scopes: ScopeReport,
    pub expires: Option<SystemTime>,
    /// Whether the service says whose account it is, so that another one would be noticed next time.
    pub knows_account: bool,
    pub replaced: Replaced,
}

/// What becomes, at the service, of the access that a connection had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// There was none.
    Nothing,
    /// It was another account's, and the service is told that it is over.
    Ended,
    /// It may be the same account's: some services would end the new access with it.
    Left,
}

impl Replaced {
    /// A sentence for people without its full stop; empty where there is nothing to say.
    pub fn words(self) -> &'static str {
        match self {
            Replaced::Nothing => "",
            Replaced::Ended => "it took another account's place, whose access is ended at the service too",
            Replaced::Left => {
                "the access from before was not ended at the service: as it may be the same account's, the new one could end with it"
            }
        }
    }
}

/// A fresh grant of either kind, not yet written down.
struct Fresh {
    bytes: Secret<Vec<u8>>,
    granted: BTreeSet<crate::resource::Scope>,
    scopes: ScopeReport,
    expires: Option<SystemTime>,
    account: Option<Secret<String>>,
    message: String,
    tokens: Option<(Box<Provider>, TokenSet)>,
}

impl Broker {
    /// Finishes a consent. Whatever comes of it, its state is spent.
    pub fn redeem(&self, arrival: Arrival<'_>) -> Result<Connected, BrokerError> {
        let callback = Callback::arrived(arrival.url, &arrival.actor.name).map_err(|_| BrokerError::UnknownConsent)?;
        let callback1 = Callback1::arrived(arrival.url, &arrival.actor.name);
        let digest = callback.state_digest().or_else(|| callback1.as_ref().map(Callback1::token_digest));
        let consent = self.spend_consent(arrival, digest.ok_or(BrokerError::UnknownConsent)?)?;
        let (party, server) = {
            let snapshot = self.store.read()?;
            let user = Some(consent.user.as_str()).filter(|user| !user.is_empty());
            let party = self.party(&*snapshot, &consent.connection, user)?;
            let server = self.server(&*snapshot, &party)?;
            (party, server)
        };
        let owner = consent_owner(&consent.connection, &consent.digest);
        let bytes = vault::open(&self.keyring, &owner, &consent.sealed).map_err(BrokerError::ForeignKey)?;
        let fresh = match (server, callback1) {
            (Server::Oauth2 { provider, .. }, _) => self.fresh(&party, provider, &bytes, &callback),
            (Server::Oauth1(provider), Some(callback1)) => self.fresh1(&party, &provider, &bytes, &callback1),
            (Server::Oauth1(_) | Server::Declared, _) => Err(BrokerError::UnknownConsent),
        };
        let connected = fresh.and_then(|fresh| self.connect(arrival, &party, &consent, fresh));
        match &connected {
            Ok(Connected { replaced: Replaced::Ended, .. }) => {
                // It is queued, whatever comes of this try.
                let _ = self.tell_services(Some(party.name()));
            }
            Ok(_) => {}
            Err(error) => self.not_connected_because(arrival.actor, &party, &consent, error)?,
        }
        connected
    }

    fn spend_consent(&self, arrival: Arrival<'_>, digest: String) -> Result<StoredConsent, BrokerError> {
        let entry = self.entry(arrival.actor, "answer-consent", None);
        self.audited(entry, |tx, entry| {
            let consent = tx.take_consent(&digest)?.ok_or(BrokerError::UnknownConsent)?;
            entry.detail.extend([("connection".to_owned(), consent.connection.to_string()), ("user".to_owned(), consent.user.clone())]);
            let Err(error) = still_may(tx, arrival, &consent.connection, &consent.user) else { return Ok(Work::New(Ok(consent))) };
            // Refused, and spent all the same: what was taken is not put back.
            let Some(code) = error.code() else { return Err(error) };
            entry.outcome = format!("refused: {code}");
            put_end(tx, &consent, ConsentState::Failed, error.to_string())?;
            Ok(Work::New(Err(error)))
        })?
    }

    fn fresh(
        &self,
        party: &Party,
        mut provider: Box<Provider>,
        bytes: &Secret<Vec<u8>>,
        callback: &Callback,
    ) -> Result<Fresh, BrokerError> {
        let pending = Pending::opened(bytes).map_err(unreadable)?;
        provider.captures.insert(ID_TOKEN.to_owned(), ID_TOKEN.to_owned());
        let redeemed = self.outside(|outside| oauth::redeem(&provider, pending, callback, outside));
        let mut tokens = redeemed.map_err(flow(party))?;
        let account = oauth::account(&mut tokens).or_else(|| self.outside(|outside| oauth::ask_account(&provider, &tokens, outside)));
        let scopes = if party.rules.asks_scopes {
            oauth::compare(&party.connection.scopes, &tokens.granted, &provider.unechoed)
        } else {
            ScopeReport::default()
        };
        Ok(Fresh {
            bytes: tokens.to_sealed_bytes(),
            granted: tokens.granted.clone(),
            scopes,
            expires: tokens.expires_at,
            account,
            message: self.narrowness(party, &provider, &tokens),
            tokens: Some((provider, tokens)),
        })
    }

    fn fresh1(&self, party: &Party, provider: &Provider1, bytes: &Secret<Vec<u8>>, callback: &Callback1) -> Result<Fresh, BrokerError> {
        let pending = Pending1::opened(bytes).map_err(unreadable)?;
        let redeemed = self.outside(|outside| oauth1::redeem(provider, pending, callback, outside));
        let token: Token1 = redeemed.map_err(|error| BrokerError::Flow1 { address: party.address.clone(), error })?;
        Ok(Fresh {
            bytes: token.to_sealed_bytes(),
            granted: BTreeSet::new(),
            scopes: ScopeReport::default(),
            expires: None,
            account: oauth::account1(&token),
            message: String::new(),
            tokens: None,
        })
    }

    /// Writes the grant down, again where the store fails, and refuses an account that took another's place unasked.
    fn connect(&self, arrival: Arrival<'_>, party: &Party, consent: &StoredConsent, fresh: Fresh) -> Result<Connected, BrokerError> {
        let mut tries = 1;
        loop {
            match self.try_connect(arrival, party, consent, &fresh) {
                Err(BrokerError::Store(error)) if tries < WRITES && !matches!(error, StoreError::ReadOnly) => {
                    std::thread::sleep(Duration::from_millis(20) * tries);
                    tries += 1;
                }
                Err(error) => {
                    // A grant that nobody keeps is given back. What comes of that changes nothing here. One of perhaps the
                    // same account stays: some servers would end the grant that is in use with it.
                    let is_perhaps_ours = matches!(error, BrokerError::AccountUntold { .. });
                    if let Some((provider, tokens)) = fresh.tokens.as_ref().filter(|_| !is_perhaps_ours) {
                        let _ = self.outside(|outside| oauth::revoke(provider, tokens, outside));
                    }
                    return Err(error);
                }
                connected => return connected,
            }
        }
    }

    fn try_connect(&self, arrival: Arrival<'_>, party: &Party, consent: &StoredConsent, fresh: &Fresh) -> Result<Connected, BrokerError> {
        let entry = self.entry(arrival.actor, "connect", Some(&party.address));
        let account = fresh.account.as_ref().map(|account| self.fingerprints.fingerprint(account));
        self.audited(entry, |tx, entry| {
            // The service was asked meanwhile.
            still_may(tx, arrival, party.name(), &party.user)?;
            let mut grant: StoredGrant = self.grant_of(tx, party)?;
            let is_other = grant.account.is_some() && grant.account != account;
            if is_other && !arrival.allow_other_account {
                let (address, user) = (party.address.clone(), party.user.clone());
                let stays = stands(tx, party)? == Some(ConnectionState::Connected);
                return Err(match account {
                    Some(_) => BrokerError::OtherAccount { address, user, stays },
                    None => BrokerError::AccountUntold { address, user, stays },
                });
            }
            let replaced = match grant.sealed {
                None => Replaced::Nothing,
                Some(_) if is_other && account.is_some() => {
                    self.queue_grant(tx, party.name(), &party.user, entry.at)?;
                    grant = self.grant_of(tx, party)?;
                    Replaced::Ended
                }
                Some(_) => Replaced::Left,
            };
            let untold = self.unqueue(tx, party.name(), &party.user, account.as_ref())?;
            let replaced = if untold > 0 && replaced == Replaced::Nothing { Replaced::Left } else { replaced };
            self.fill(tx, &mut grant, &fresh.bytes)?;
            (grant.granted, grant.expires) = (fresh.granted.clone(), fresh.expires);
            grant.ends = fresh.tokens.as_ref().and_then(|(provider, tokens)| ends(provider, tokens));
            grant.account = account.clone();
            // The tokens of a consent count as the first of their refresh token's.
            grant.renewals = vec![entry.at];
            set_state(tx, &party.address, &party.user, (ConnectionState::Connected, fresh.message.clone()), entry.at)?;
            associate(tx, &party.address, &party.user, consent.application.as_ref())?;
            tx.put_grant(&grant)?;
            put_end(tx, consent, ConsentState::Connected, replaced.words().to_owned())?;
            let granted: Vec<&str> = fresh.granted.iter().map(|scope| scope.0.as_str()).collect();
            entry.detail.extend([("user".to_owned(), party.user.clone()), ("granted".to_owned(), granted.join(" "))]);
            if untold > 0 {
                entry.detail.insert("untold".to_owned(), untold.to_string());
            }
            if is_other {
                let words = if account.is_some() { "another one than before" } else { "not told, unlike before" };
                entry.detail.insert("account".to_owned(), words.to_owned());
            }
            Ok(Work::New(Connected {
                address: party.address.clone(),
                user: party.user.clone(),
                scopes: fresh.scopes.clone(),
                expires: fresh.expires,
                knows_account: account.is_some(),
                replaced,
            }))
        })
    }

    /// Says why with the consent, and with the connection unless it has a grant that still works.
    fn not_connected_because(&self, actor: &Actor, party: &Party, consent: &StoredConsent, error: &BrokerError) -> Result<(), BrokerError> {
        let message = match error {
            BrokerError::Flow { error, .. } => error.to_string(),
            BrokerError::Flow1 { error, .. } => error.to_string(),
            other => other.to_string(),
        };
        let note = |tx: &mut dyn Transaction, now: SystemTime| -> Result<(), BrokerError> {
            put_end(tx, consent, ConsentState::Failed, message.clone())?;
            if stands(tx, party)? != Some(ConnectionState::Connected) {
                let state = (ConnectionState::AwaitingConsent, format!("the last try came to nothing: {message}"));
                set_state(tx, &party.address, &party.user, state, now)?;
            }
            Ok(())
        };
        let mut entry = self.entry(actor, "connect", Some(&party.address));
        if let BrokerError::OtherAccount { .. } | BrokerError::AccountUntold { .. } = error {
            // Its line stands in the audit since it was refused.
            let mut tx = self.store.begin()?;
            note(&mut *tx, entry.at)?;
            return Ok(tx.commit()?);
        }
        entry.outcome = format!("refused: {}", error.code().unwrap_or("failed"));
        self.audited(entry, |tx, entry| note(tx, entry.at).map(Work::New))
    }
}

/// Whether whoever finishes a consent is still there and may connect this connection for that user. What was true when it was
/// begun may be ten minutes old.
fn still_may(tx: &dyn Transaction, arrival: Arrival<'_>, connection: &Name, user: &str) -> Result<(), BrokerError> {
    if !arrival.is_user {
        return Ok(());
    }
    let kept = tx.user(&arrival.actor.name)?.filter(|kept| kept.disabled.is_none()).ok_or(BrokerError::UnknownConsent)?;
    let address = Address { kind: Kind::Connection, name: connection.clone() };
    let object = tx.object(&address)?.ok_or_else(|| BrokerError::NotFound { address: address.clone() })?;
    let shared = as_connection(&object)?.use_login_user_credentials;
    // The token's scopes were judged when it was begun, and so was whether it speaks for others.
    let principal = Principal { kind: kept.kind, role: kept.role, ..Principal::operator(&kept.name) };
    let user = Some(user).filter(|user| !user.is_empty());
    let facts = ObjectFacts { project: object.owner.as_deref(), shared, user };
    allowed(&principal, Right::Connect, Some(&facts)).map_err(|denied| match denied {
        Denied::Hidden => BrokerError::NotFound { address },
        denied => BrokerError::Forbidden(denied),
    })
}

fn stands(tx: &dyn Transaction, party: &Party) -> Result<Option<ConnectionState>, BrokerError> {
    Ok(tx.authorizations(party.name())?.into_iter().find(|one| one.user == party.user).map(|one| one.state))
}
