//! People and services come, change and go. One administrator always stays.

use super::tokens::{IssuedToken, TokenWanted};
use crate::broker::call::{Work, whole_seconds};
use crate::broker::grants::set_state;
use crate::broker::put::fits;
use crate::broker::{Actor, Broker, BrokerError, Invalid};
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use crate::resource::{Address, ConnectionState, Kind, Name, unfit_for_name};
use crate::store::{Snapshot, StoredUser, Transaction};
use std::time::SystemTime;

/// Whom the broker itself goes by in the audit: nobody else may.
const BROKER: &str = "broker";
pub const LONGEST_USER_NAME: usize = 128;

/// A person or a service as it is to be.
#[derive(Debug, Clone, Copy)]
pub struct UserWanted<'a> {
    pub name: &'a str,
    /// Never changes.
    pub kind: PrincipalKind,
    pub title: &'a str,
    pub role: Role,
    pub disabled: bool,
}

impl Broker {
    /// Makes the first administrator with a token; `None` where there are users already. To be called at every start.
    pub fn first_administrator(&self, name: &str) -> Result<Option<IssuedToken>, BrokerError> {
        if !self.users()?.is_empty() {
            return Ok(None);
        }
        let entry = self.entry(&Actor { name: BROKER.to_owned() }, "first-administrator", None);
        self.audited(entry, |tx, entry| {
            // Another replica may have been faster.
            if !tx.users()?.is_empty() {
                return Ok(Work::Before(None));
            }
            let made = self.make_administrator(tx, name, entry.at)?;
            entry.detail.extend([("user".to_owned(), name.to_owned()), ("token".to_owned(), made.token.id.clone())]);
            Ok(Work::New(Some(made)))
        })
    }

    /// Makes a token for an administrator of that name, who is made or enabled where that is needed: the way back in for
    /// whoever holds the data in the own hands and lost every token.
    pub fn recover_administrator(&self, actor: &Actor, name: &str) -> Result<IssuedToken, BrokerError> {
        let mut entry = self.entry(actor, "recover-administrator", None);
        entry.detail.insert("user".to_owned(), name.to_owned());
        self.audited(entry, |tx, entry| {
            let made = self.make_administrator(tx, name, entry.at)?;
            entry.detail.insert("token".to_owned(), made.token.id.clone());
            Ok(Work::New(made))
        })
    }

    /// All people and services, by name.
    pub fn users(&self) -> Result<Vec<StoredUser>, BrokerError> {
        Ok(self.store.read()?.users()?)
    }

    pub fn user(&self, name: &str) -> Result<Option<StoredUser>, BrokerError> {
        Ok(self.store.read()?.user(name)?)
    }

    /// Adds a person or a service, or changes one that is there.
    pub fn put_user(&self, actor: &Actor, wanted: UserWanted<'_>) -> Result<StoredUser, BrokerError> {
        let mut entry = self.entry(actor, "put-user", None);
        entry.detail.extend([("user".to_owned(), wanted.name.to_owned()), ("role".to_owned(), wanted.role.to_string())]);
        if wanted.disabled {
            entry.detail.insert("disabled".to_owned(), "yes".to_owned());
        }
        self.audited(entry, |tx, entry| {
            fits("/title", unfit_for_name(wanted.title))?;
            if wanted.disabled {
                tx.drop_consents_of(wanted.name)?;
            }
            write_user(tx, wanted, entry.at).map(Work::New)
        })
    }

    /// Removes a person or a service, with all tokens. What was held for the login user of that name is taken away, here and
    /// at the services.
    pub fn delete_user(&self, actor: &Actor, name: &str) -> Result<(), BrokerError> {
        let mut entry = self.entry(actor, "delete-user", None);
        entry.detail.insert("user".to_owned(), name.to_owned());
        self.audited(entry, |tx, entry| {
            let user = there(tx, name)?;
            keep_an_administrator(tx, &user)?;
            let ended = self.end_authorizations(tx, name, entry.at)?;
            // Nobody who is given the name later inherits what is under way.
            tx.drop_consents_of(name)?;
            entry.detail.insert("authorizations".to_owned(), ended.to_string());
            Ok(Work::New(tx.delete_user(name)?))
        })?;
        // What is queued stays queued; that a service cannot be told now is no failure of this.
        let _ = self.tell_services(None);
        Ok(())
    }

    fn make_administrator(&self, tx: &mut dyn Transaction, name: &str, now: SystemTime) -> Result<IssuedToken, BrokerError> {
        let before = tx.user(name)?;
        let kind = before.as_ref().map_or(PrincipalKind::Person, |user| user.kind);
        let title = before.map(|user| user.title).unwrap_or_default();
        write_user(tx, UserWanted { name, kind, title: &title, role: Role::Administrator, disabled: false }, now)?;
        let scopes = TokenScope::ALL.into_iter().filter(|scope| *scope != TokenScope::Impersonate).collect();
        self.issue(tx, TokenWanted { user: name, title: "first token", scopes, projects: None, life: None }, None, now)
    }

    fn end_authorizations(&self, tx: &mut dyn Transaction, user: &str, now: SystemTime) -> Result<usize, BrokerError> {
        let all = tx.all_authorizations()?;
        let connections: Vec<Name> =
            all.into_iter().filter(|(_, users)| users.iter().any(|one| one.user == user)).map(|(name, _)| name).collect();
        for name in &connections {
            self.queue_grant(tx, name, user, now)?;
            let address = Address { kind: Kind::Connection, name: name.clone() };
            set_state(tx, &address, user, (ConnectionState::Revoked, "the user was removed".to_owned()), now)?;
        }
        Ok(connections.len())
    }
}

/// The user of that name.
pub(super) fn there(snapshot: &dyn Snapshot, name: &str) -> Result<StoredUser, BrokerError> {
    snapshot.user(name)?.ok_or_else(|| BrokerError::NoSuch { what: "user", name: name.to_owned() })
}

fn write_user(tx: &mut dyn Transaction, wanted: UserWanted<'_>, now: SystemTime) -> Result<StoredUser, BrokerError> {
    let UserWanted { name, kind, title, role, disabled } = wanted;
    let now = whole_seconds(now);
    let before = tx.user(name)?;
    match &before {
        None => check_name(tx, name)?,
        Some(user) if user.kind != kind => {
            let is_person = user.kind == PrincipalKind::Person;
            return Err(BrokerError::Invalid(Invalid::UserKind { name: name.to_owned(), is_person }));
        }
        Some(user) if disabled || role != Role::Administrator => keep_an_administrator(tx, user)?,
        Some(_) => {}
    }
    let since = before.as_ref().and_then(|user| user.disabled).unwrap_or(now);
    let user = StoredUser {
        name: name.to_owned(),
        kind,
        title: title.to_owned(),
        role,
        created: before.map_or(now, |user| user.created),
        updated: now,
        disabled: disabled.then_some(since),
    };
    tx.put_user(&user)?;
    Ok(user)
}

/// Names are told apart without regard to capitals, so that nobody passes for another.
fn check_name(tx: &dyn Transaction, name: &str) -> Result<(), BrokerError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
    let is_formed =
        name.len() <= LONGEST_USER_NAME && name.bytes().all(is_plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !is_formed || name.eq_ignore_ascii_case(BROKER) {
        return Err(BrokerError::Invalid(Invalid::UserName { name: name.to_owned() }));
    }
    match tx.users()?.into_iter().find(|user| user.name.eq_ignore_ascii_case(name)) {
        Some(other) => Err(BrokerError::Invalid(Invalid::UserTaken { name: name.to_owned(), other: other.name })),
        None => Ok(()),
    }
}

/// Refuses to lose this user as an administrator where no other is left.
fn keep_an_administrator(tx: &dyn Transaction, user: &StoredUser) -> Result<(), BrokerError> {
    let is_one = |one: &StoredUser| one.role == Role::Administrator && one.disabled.is_none();
    if !is_one(user) || tx.users()?.iter().any(|one| is_one(one) && one.name != user.name) {
        return Ok(());
    }
    Err(BrokerError::LastAdministrator { name: user.name.clone() })
}
