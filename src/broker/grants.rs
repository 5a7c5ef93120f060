//! Tokens in the store: sealed, under a generation that only moves on, and the states that follow from them.

use super::call::rewrite;
use super::consult::as_connection;
use super::party::Party;
use super::{Broker, BrokerError};
use crate::oauth::oauth1::Token1;
use crate::oauth::{BadBytes, Provider, TokenSet};
use crate::resource::{Address, ConnectionState, Name};
use crate::secret::Secret;
use crate::store::{Authorization, Snapshot, StoreError, StoredGrant, Transaction};
use crate::vault::{self, Owner, Sealed};
use std::time::SystemTime;

impl Broker {
    /// What is held of a party's grant, were it only that there is nothing yet.
    pub(super) fn grant_of(&self, snapshot: &dyn Snapshot, party: &Party) -> Result<StoredGrant, BrokerError> {
        Ok(snapshot.grant(party.name(), &party.user)?.unwrap_or_else(|| StoredGrant::new(party.name(), &party.user)))
    }

    /// The tokens of a grant of OAuth 2.
    pub(super) fn open_tokens(&self, grant: &StoredGrant) -> Result<Option<TokenSet>, BrokerError> {
        self.open_grant(grant)?.map(|bytes| TokenSet::opened(&bytes).map_err(unreadable)).transpose()
    }

    /// The token of a grant of OAuth 1.
    pub(super) fn open_token1(&self, grant: &StoredGrant) -> Result<Option<Token1>, BrokerError> {
        self.open_grant(grant)?.map(|bytes| Token1::opened(&bytes).map_err(unreadable)).transpose()
    }

    fn open_grant(&self, grant: &StoredGrant) -> Result<Option<Secret<Vec<u8>>>, BrokerError> {
        let owner = grant_owner(&grant.connection, &grant.user);
        let open = |sealed: &Sealed| vault::open(&self.keyring, &owner, sealed).map_err(BrokerError::ForeignKey);
        grant.sealed.as_ref().map(open).transpose()
    }

    /// Puts new tokens into a grant: another generation, and everything that was wrong with the old one is over.
    pub(super) fn fill(&self, tx: &dyn Transaction, grant: &mut StoredGrant, bytes: &Secret<Vec<u8>>) -> Result<(), BrokerError> {
        self.may_seal(tx)?;
        grant.sealed = Some(vault::seal(&self.keyring, &grant_owner(&grant.connection, &grant.user), bytes));
        grant.generation += 1;
        (grant.spending, grant.lease, grant.failures, grant.retry_at) = (false, None, 0, None);
        grant.last_error.clear();
        Ok(())
    }

    /// Nothing is sealed with a key that was rotated away while this process ran: nobody could open it later.
    pub(super) fn may_seal(&self, tx: &dyn Snapshot) -> Result<(), BrokerError> {
        let current = tx.vault_check()?.and_then(|sealed| sealed.key_id());
        if current.is_some_and(|id| id != self.keyring.newest_id()) { Err(BrokerError::KeyMoved) } else { Ok(()) }
    }
}

/// When a person has to connect again: when the refresh token lapses from disuse, or the access that cannot be renewed ends.
pub(super) fn ends(provider: &Provider, tokens: &TokenSet) -> Option<SystemTime> {
    match &tokens.refresh {
        Some(_) => provider.refresh_lifetime.and_then(|life| tokens.refresh_since.checked_add(life)),
        None => tokens.expires_at,
    }
}

/// Takes the tokens out of a grant: another generation, so that nobody who still holds them can put them back.
pub(super) fn empty(grant: &mut StoredGrant) -> Option<Sealed> {
    grant.generation += 1;
    (grant.spending, grant.lease, grant.failures, grant.retry_at) = (false, None, 0, None);
    (grant.expires, grant.ends) = (None, None);
    grant.granted.clear();
    grant.sealed.take()
}

pub(super) fn grant_owner(connection: &Name, user: &str) -> Owner {
    Owner { kind: "connections".to_owned(), name: connection.to_string(), field: format!("grant/{user}") }
}

pub(super) fn consent_owner(connection: &Name, digest: &str) -> Owner {
    Owner { kind: "connections".to_owned(), name: connection.to_string(), field: format!("consent/{digest}") }
}

pub(super) fn revocation_owner(connection: &Name, id: &str) -> Owner {
    Owner { kind: "connections".to_owned(), name: connection.to_string(), field: format!("revocation/{id}") }
}

pub(super) fn unreadable(_: BadBytes) -> BrokerError {
    BrokerError::Store(StoreError::Damaged { what: "a stored authorization cannot be read".to_owned() })
}

/// Writes a state and its message where they differ from what stands there, and moves the connection's revision on.
/// With login users' credentials the connection as a whole follows its users.
pub(super) fn set_state(
    tx: &mut dyn Transaction,
    address: &Address,
    user: &str,
    (state, message): (ConnectionState, String),
    now: SystemTime,
) -> Result<(), BrokerError> {
    let before = tx.authorizations(&address.name)?;
    let same = |one: &&Authorization| one.user == user && one.state == state && one.message == message;
    if before.iter().find(same).is_some() {
        return Ok(());
    }
    let application = before.into_iter().find(|one| one.user == user).and_then(|one| one.application);
    let (connection, user) = (address.name.clone(), user.to_owned());
    tx.put_authorization(&Authorization { connection, user, state, message, application, updated: now })?;
    let Some(mut object) = tx.object(address)? else { return Err(BrokerError::NotFound { address: address.clone() }) };
    if as_connection(&object)?.use_login_user_credentials {
        follow_users(tx, address, now)?;
    }
    rewrite(tx, &mut object, now)
}

/// The state of a connection of login users: connected while anybody is.
fn follow_users(tx: &mut dyn Transaction, address: &Address, now: SystemTime) -> Result<(), BrokerError> {
    let all = tx.authorizations(&address.name)?;
    let anybody = all.iter().any(|one| !one.user.is_empty() && one.state == ConnectionState::Connected);
    let owner = all.iter().find(|one| one.user.is_empty());
    let state = match owner.map(|owner| owner.state) {
        _ if anybody => ConnectionState::Connected,
        Some(ConnectionState::Connected) | None => ConnectionState::AwaitingConsent,
        Some(other) => other,
    };
    let message = "each user connects an own account".to_owned();
    if owner.is_some_and(|owner| owner.state == state) {
        return Ok(());
    }
    let application = owner.and_then(|owner| owner.application.clone());
    let (connection, user) = (address.name.clone(), String::new());
    Ok(tx.put_authorization(&Authorization { connection, user, state, message, application, updated: now })?)
}
