//! Takes authorizations away: here first, so that nothing is used any more whatever the service says, then at the service.

use super::call::{answer, rewrite, there};
use super::consult::{as_connection, status};
use super::grants::{empty, grant_owner, revocation_owner, set_state, unreadable};
use super::party::Server;
use super::{Broker, BrokerError, Call, Invalid};
use crate::oauth::{self, RevokeOutcome, TokenSet};
use crate::resource::{Address, ConnectionState, Fingerprint, Name};
use crate::store::{Answer, Authorization, Outcome, StoredRevocation, Transaction};
use crate::vault;
use std::time::{Duration, SystemTime};

/// How often a service is told at most.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of telling a service that a grant is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub connection: Name,
    /// Empty for the owner.
    pub user: String,
    pub outcome: ToldOutcome,
}

/// At the service; here the grant is over in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToldOutcome {
    Revoked,
    /// It cannot be told; `instead` says what a person can do there.
    NoEndpoint {
        instead: Option<String>,
    },
    /// It is told again after that time: by a served broker itself, by an embedded one when a command that writes opens it.
    Queued {
        why: String,
        again: SystemTime,
    },
    /// Given up: a person has to end it there.
    Failed {
        why: String,
    },
}

impl ToldOutcome {
    /// The outcome in words, as they stand with the connection.
    pub fn words(&self) -> String {
        match self {
            ToldOutcome::Revoked => "revoked at the service too".to_owned(),
            ToldOutcome::NoEndpoint { instead: None } => {
                "the service cannot be told to forget it: remove the application in the settings of the account there".to_owned()
            }
            ToldOutcome::NoEndpoint { instead: Some(instead) } => format!("the service cannot be told to forget it: {instead}"),
            ToldOutcome::Queued { why, .. } => format!("the service could not be told ({why}); it is queued for another try"),
            ToldOutcome::Failed { why } => {
                format!("the service refused to forget it ({why}): remove the application in the settings there")
            }
        }
    }
}

impl Broker {
    /// Revokes the owner's authorization and every user's. Declared credentials stay sealed: they belong to the body, and a
    /// connection that is revoked does not use them. One that nobody connected stays as it is.
    pub fn revoke(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.revoke_and_tell(call, address, None).map(|(answer, _)| answer)
    }

    /// As [`Broker::revoke`], of one user only where one is named, and says what the services made of it.
    pub fn revoke_and_tell(&self, call: &Call<'_>, address: &Address, user: Option<&str>) -> Result<(Answer, Vec<Told>), BrokerError> {
        let mut any = false;
        let answer = self.undertake(call, ("revoke", &user), address, |tx, entry| {
            let mut object = there(tx, call, address)?;
            let each_own = as_connection(&object)?.use_login_user_credentials;
            let mut taken = tx.authorizations(&address.name)?;
            if let Some(user) = user {
                if !each_own {
                    return Err(BrokerError::Invalid(Invalid::NoLoginUsers { address: address.clone() }));
                }
                taken.retain(|one| one.user == user);
                if taken.is_empty() {
                    return Err(BrokerError::NoSuch { what: "authorization of the login user", name: user.to_owned() });
                }
            }
            taken.retain(|one| can_lose(one.state));
            for one in &taken {
                self.queue_grant(tx, &address.name, &one.user, entry.at)?;
                match user {
                    Some(_) => set_state(tx, address, &one.user, (ConnectionState::Revoked, String::new()), entry.at)?,
                    None => tx.put_authorization(&Authorization {
                        state: ConnectionState::Revoked,
                        message: String::new(),
                        updated: entry.at,
                        ..one.clone()
                    })?,
                }
            }
            any = tx.revocations()?.iter().any(|one| one.connection == address.name);
            if let Some(user) = user {
                entry.detail.insert("user".to_owned(), user.to_owned());
            }
            if !taken.is_empty() {
                rewrite(tx, &mut object, entry.at)?;
            }
            entry.detail.insert("authorizations".to_owned(), taken.len().to_string());
            Ok(answer(&object, Outcome::Connection(status(tx, &address.name, entry.at)?.state)))
        })?;
        // A failure from here on takes nothing back: what is queued stays queued.
        if !any {
            return Ok((answer, Vec::new()));
        }
        let waiting = self.still_queued(&address.name, user).unwrap_or_default();
        let mut told = self.tell_services(Some(&address.name)).unwrap_or_default();
        told.extend(waiting);
        Ok((answer, told))
    }

    /// Moves the tokens of a grant to the queue of what services have to be told, where there are any. From here on nobody
    /// can use them.
    pub(super) fn queue_grant(
        &self,
        tx: &mut dyn Transaction,
        connection: &Name,
        user: &str,
        now: SystemTime,
    ) -> Result<bool, BrokerError> {
        let Some(mut grant) = tx.grant(connection, user)? else { return Ok(false) };
        // What went wrong with it is over with it.
        let had_trouble = !std::mem::take(&mut grant.last_error).is_empty();
        let Some(sealed) = empty(&mut grant) else {
            if had_trouble {
                tx.put_grant(&grant)?;
            }
            return Ok(false);
        };
        let bytes = vault::open(&self.keyring, &grant_owner(connection, user), &sealed).map_err(BrokerError::ForeignKey)?;
        self.may_seal(tx)?;
        let id = self.unique();
        let sealed = vault::seal(&self.keyring, &revocation_owner(connection, &id), &bytes);
        let (connection, user, account) = (connection.clone(), user.to_owned(), grant.account.clone());
        tx.put_revocation(&StoredRevocation { id, connection, user, sealed, due: now, tries: 0, account })?;
        tx.put_grant(&grant)?;
        Ok(true)
    }

    /// Takes out of the queue what was held of a party before, and says how much that was: some services end an account's
    /// whole access with one token of it, and with it the access that was just given. What is known to be another account's
    /// stays.
    pub(super) fn unqueue(
        &self,
        tx: &mut dyn Transaction,
        connection: &Name,
        user: &str,
        account: Option<&Fingerprint>,
    ) -> Result<usize, BrokerError> {
        let is_other = |one: &StoredRevocation| one.account.is_some() && account.is_some() && one.account.as_ref() != account;
        let mut queued = tx.revocations()?;
        queued.retain(|one| one.connection == *connection && one.user == user && !is_other(one));
        for one in &queued {
            tx.delete_revocation(&one.id)?;
        }
        Ok(queued.len())
    }

    /// What of a connection is told its service only later, as it was put off before: of one user where one is named.
    fn still_queued(&self, connection: &Name, user: Option<&str>) -> Result<Vec<Told>, BrokerError> {
        let now = self.clock.now();
        let mut queued = self.store.read()?.revocations()?;
        queued.retain(|one| one.connection == *connection && one.due > now && user.is_none_or(|user| user == one.user));
        let told = |one: StoredRevocation| {
            let why = format!("{} in vain so far", if one.tries == 1 { "1 try".to_owned() } else { format!("{} tries", one.tries) });
            Told { connection: one.connection, user: one.user, outcome: ToldOutcome::Queued { why, again: one.due } }
        };
        Ok(queued.into_iter().map(told).collect())
    }

    /// Whether any service has still to be told of anything, be it only later.
    pub fn has_untold(&self) -> Result<bool, BrokerError> {
        Ok(!self.store.read()?.revocations()?.is_empty())
    }

    /// Tells services what is due to be told: of one connection, or of all.
    pub fn tell_services(&self, connection: Option<&Name>) -> Result<Vec<Told>, BrokerError> {
        let now = self.clock.now();
        let queued = self.store.read()?.revocations()?;
        let is_due = |one: &StoredRevocation| one.due <= now && connection.is_none_or(|name| *name == one.connection);
        queued.into_iter().filter(is_due).filter_map(|one| self.tell(one).transpose()).collect()
    }

    /// `None` where it was taken out of the queue meanwhile.
    fn tell(&self, queued: StoredRevocation) -> Result<Option<Told>, BrokerError> {
        let now = super::call::whole_seconds(self.clock.now());
        let Some(asked) = self.ask_to_forget(&queued)? else { return Ok(None) };
        let outcome = match asked {
            RevokeOutcome::Revoked => ToldOutcome::Revoked,
            RevokeOutcome::NoEndpoint { instead } => ToldOutcome::NoEndpoint { instead },
            RevokeOutcome::Failed { why, again: true, retry_after } if queued.tries + 1 < TRIES => {
                let doubled = FIRST_WAIT.saturating_mul(1 << queued.tries.min(10)).min(LONGEST_WAIT);
                ToldOutcome::Queued { why, again: now + retry_after.unwrap_or_default().max(doubled) }
            }
            RevokeOutcome::Failed { why, .. } => ToldOutcome::Failed { why },
        };
        self.write_told(&queued, &outcome)?;
        Ok(Some(Told { connection: queued.connection, user: queued.user, outcome }))
    }

    fn ask_to_forget(&self, queued: &StoredRevocation) -> Result<Option<RevokeOutcome>, BrokerError> {
        let (server, bytes) = {
            let snapshot = self.store.read()?;
            if snapshot.revocations()?.iter().all(|one| one.id != queued.id) {
                return Ok(None);
            }
            let user = Some(queued.user.as_str()).filter(|user| !user.is_empty());
            let server = self.party(&*snapshot, &queued.connection, user).and_then(|party| self.server(&*snapshot, &party));
            let owner = revocation_owner(&queued.connection, &queued.id);
            (server, vault::open(&self.keyring, &owner, &queued.sealed).map_err(BrokerError::ForeignKey)?)
        };
        Ok(Some(match server {
            Ok(Server::Oauth2 { provider, .. }) => {
                let tokens = TokenSet::opened(&bytes).map_err(unreadable)?;
                self.outside(|outside| oauth::revoke(&provider, &tokens, outside))
            }
            Ok(Server::Oauth1(_) | Server::Declared) => RevokeOutcome::NoEndpoint { instead: None },
            Err(error) => RevokeOutcome::Failed { why: error.to_string(), again: true, retry_after: None },
        }))
    }

    fn write_told(&self, queued: &StoredRevocation, outcome: &ToldOutcome) -> Result<(), BrokerError> {
        let address = Address { kind: crate::resource::Kind::Connection, name: queued.connection.clone() };
        let now = super::call::whole_seconds(self.clock.now());
        let mut entry = self.entry(&super::Actor { name: "broker".to_owned() }, "tell-service", Some(&address));
        entry.outcome = outcome.words();
        entry.detail.insert("user".to_owned(), queued.user.clone());
        let mut tx = self.store.begin()?;
        match outcome {
            ToldOutcome::Queued { again, .. } => {
                // It may be gone by now, with its connection.
                if tx.revocations()?.iter().any(|one| one.id == queued.id) {
                    tx.put_revocation(&StoredRevocation { due: *again, tries: queued.tries + 1, ..queued.clone() })?;
                }
            }
            ToldOutcome::Revoked | ToldOutcome::NoEndpoint { .. } | ToldOutcome::Failed { .. } => tx.delete_revocation(&queued.id)?,
        }
        let standing = tx.authorizations(&queued.connection)?.into_iter().find(|one| one.user == queued.user);
        if let Some(one) = standing.filter(|one| one.state == ConnectionState::Revoked) {
            // No revision: it is revoked either way, and a plan that was made before is as good as it was.
            tx.put_authorization(&Authorization { message: outcome.words(), updated: now, ..one })?;
        }
        tx.append_audit(&entry)?;
        Ok(tx.commit()?)
    }

    /// Before a connection goes with all that is held of it: the last chance to tell its service. Best effort.
    pub(super) fn tell_before_deletion(&self, address: &Address) -> Result<(), BrokerError> {
        let queued = self.store.read()?.revocations()?;
        for one in queued.into_iter().filter(|one| one.connection == address.name) {
            let _ = self.tell(one);
        }
        Ok(())
    }
}

/// Whether there is anything to take away, be it only a question that waits for its answer.
fn can_lose(state: ConnectionState) -> bool {
    match state {
        ConnectionState::Connected | ConnectionState::AwaitingConsent | ConnectionState::Expired | ConnectionState::Error => true,
        ConnectionState::NotConnected | ConnectionState::Revoked => false,
    }
}
