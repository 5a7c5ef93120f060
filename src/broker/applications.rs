//! Applications of the portal: a connection is associated with one when somebody authorizes it.

use super::call::{Work, whole_seconds};
use super::put::fits;
use super::{Actor, Broker, BrokerError, Invalid};
use crate::resource::{Address, Kind, Name, unfit_for_name};
use crate::store::{Authorization, Snapshot, StoredApplication, Transaction};
use std::collections::BTreeSet;

/// An application, and what is connected for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationUse {
    pub application: StoredApplication,
    pub connections: BTreeSet<Address>,
}

impl Broker {
    /// All applications, by name.
    pub fn applications(&self) -> Result<Vec<ApplicationUse>, BrokerError> {
        let snapshot = self.store.read()?;
        let used =
            |application: StoredApplication| Ok(ApplicationUse { connections: connected_for(&*snapshot, &application.name)?, application });
        snapshot.applications()?.into_iter().map(used).collect()
    }

    /// Adds an application, or gives one another display name.
    pub fn put_application(&self, actor: &Actor, name: &Name, title: &str) -> Result<StoredApplication, BrokerError> {
        let mut entry = self.entry(actor, "put-application", None);
        entry.detail.insert("application".to_owned(), name.to_string());
        self.audited(entry, |tx, entry| {
            fits("/title", unfit_for_name(title))?;
            let before = tx.applications()?.into_iter().find(|one| one.name == *name);
            let made = || StoredApplication {
                name: name.clone(),
                title: String::new(),
                maker: actor.name.clone(),
                created: whole_seconds(entry.at),
            };
            let application = StoredApplication { title: title.to_owned(), ..before.unwrap_or_else(made) };
            tx.put_application(&application)?;
            Ok(Work::New(application))
        })
    }

    /// Removes an application that nothing is connected for.
    pub fn delete_application(&self, actor: &Actor, name: &Name) -> Result<(), BrokerError> {
        let mut entry = self.entry(actor, "delete-application", None);
        entry.detail.insert("application".to_owned(), name.to_string());
        self.audited(entry, |tx, _| {
            if tx.applications()?.iter().all(|one| one.name != *name) {
                return Err(BrokerError::NoSuch { what: "application", name: name.to_string() });
            }
            let connections = connected_for(tx, name)?;
            if !connections.is_empty() {
                return Err(BrokerError::ApplicationInUse { name: name.clone(), connections });
            }
            Ok(Work::New(tx.delete_application(name)?))
        })
    }
}

/// The application that an authorization is for: who names none gets the one that it was for before, or the only one that
/// there is. Where there are several one has to be named; where there is none, none is.
pub(super) fn choose(
    snapshot: &dyn Snapshot,
    address: &Address,
    named: Option<&Name>,
    before: Option<&Name>,
) -> Result<Option<Name>, BrokerError> {
    let known: BTreeSet<Name> = snapshot.applications()?.into_iter().map(|application| application.name).collect();
    if let Some(name) = named {
        let unknown = || BrokerError::Invalid(Invalid::UnknownApplication { name: name.clone() });
        return known.get(name).cloned().map(Some).ok_or_else(unknown);
    }
    match before.filter(|name| known.contains(*name)) {
        Some(before) => Ok(Some(before.clone())),
        None if known.len() > 1 => Err(BrokerError::NeedsApplication { address: address.clone(), known }),
        None => Ok(known.into_iter().next()),
    }
}

/// Notes which application an authorization is for.
pub(super) fn associate(tx: &mut dyn Transaction, address: &Address, user: &str, application: Option<&Name>) -> Result<(), BrokerError> {
    let standing = tx.authorizations(&address.name)?.into_iter().find(|one| one.user == user);
    match standing.filter(|one| one.application.as_ref() != application) {
        Some(one) => Ok(tx.put_authorization(&Authorization { application: application.cloned(), ..one })?),
        None => Ok(()),
    }
}

fn connected_for(snapshot: &dyn Snapshot, name: &Name) -> Result<BTreeSet<Address>, BrokerError> {
    let all = snapshot.all_authorizations()?.into_iter();
    let is_for = |one: &Authorization| one.application.as_ref() == Some(name);
    let connections = all.filter(|(_, users)| users.iter().any(is_for)).map(|(name, _)| name);
    Ok(connections.map(|name| Address { kind: Kind::Connection, name }).collect())
}
