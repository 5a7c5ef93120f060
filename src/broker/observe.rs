//! Everything that is live, for a planner.

use super::consult::{doubt, status, status_of, webhook_state};
use super::{Broker, BrokerError};
use crate::resource::{Address, ConnectionStatus, Fingerprint, Kind, Link, Live, Name, Observed, Resource, SecretPath, Status};
use crate::store::{Authorization, Object, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::SystemTime;

/// Objects of a list that are read at once.
const AT_ONCE: usize = 128;

impl Broker {
    /// Everything that is live, whoever owns it, as of one moment.
    pub fn observe(&self) -> Result<Observed, BrokerError> {
        let snapshot = self.store.read()?;
        let authorizations = standing(&*snapshot, self.clock.now())?;
        let mut held = snapshot.all_held()?;
        let mut observed = Observed { revision: snapshot.revision()?, ..Observed::default() };
        for (address, object) in snapshot.objects()? {
            let secrets = held.remove(&address).unwrap_or_default();
            observed.objects.insert(address, live(object, secrets, &authorizations)?);
        }
        Ok(observed)
    }

    /// One object that is live; `None` where it is not there.
    pub fn live(&self, address: &Address) -> Result<Option<Live>, BrokerError> {
        let snapshot = self.store.read()?;
        let object = snapshot.object(address)?;
        object.map(|object| self.live_of(&*snapshot, object)).transpose()
    }

    /// An object that the snapshot has shown, with how it stands.
    pub(super) fn live_of(&self, snapshot: &dyn Snapshot, object: Object) -> Result<Live, BrokerError> {
        let now = self.clock.now();
        let status = match &*object.resource {
            Resource::Service(_) => Status::Service,
            Resource::Connection(_) => Status::Connection(status(snapshot, &object.address.name, now)?),
            Resource::Webhook(webhook) => Status::Webhook(webhook_state(&object, webhook, |name| status(snapshot, name, now))?),
            Resource::Function(_) => Status::Function,
        };
        let (etag, secrets) = (object.etag(), snapshot.held(&object.address)?);
        Ok(Live { etag, resource: object.resource, owner: object.owner, status, applied: object.applied, secrets })
    }

    /// Shows objects of a kind whose names come after one, by name, until `look` has seen enough.
    pub(super) fn each_after(
        &self,
        snapshot: &dyn Snapshot,
        kind: Kind,
        after: Option<&str>,
        mut look: impl FnMut(Object) -> Result<ControlFlow<()>, BrokerError>,
    ) -> Result<(), BrokerError> {
        let mut after = after.unwrap_or_default().to_owned();
        loop {
            let objects = snapshot.objects_after(kind, &after, AT_ONCE)?;
            let Some(last) = objects.last() else { return Ok(()) };
            after = last.address.name.to_string();
            let is_last = objects.len() < AT_ONCE;
            for object in objects {
                if look(object)?.is_break() {
                    return Ok(());
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// The text of a function's script; `None` where it is not there.
    pub fn script(&self, address: &Address) -> Result<Option<String>, BrokerError> {
        Ok(self.store.read()?.script(address)?)
    }

    /// Who refers to an object, and why.
    pub fn dependents(&self, address: &Address) -> Result<BTreeSet<(Address, Link)>, BrokerError> {
        Ok(self.store.read()?.referrers(address)?)
    }
}

/// Every authorization as it stands now: one whose renewal was left behind is in doubt.
pub(super) fn standing(snapshot: &dyn Snapshot, now: SystemTime) -> Result<BTreeMap<Name, Vec<Authorization>>, BrokerError> {
    let mut all = snapshot.all_authorizations()?;
    for grant in snapshot.grants()?.iter().filter(|grant| grant.spending) {
        let users = all.get_mut(&grant.connection).into_iter().flatten();
        if let Some(one) = users.into_iter().find(|one| one.user == grant.user) {
            doubt(one, grant, now);
        }
    }
    Ok(all)
}

fn live(
    object: Object,
    secrets: BTreeMap<SecretPath, Fingerprint>,
    authorizations: &BTreeMap<Name, Vec<Authorization>>,
) -> Result<Live, BrokerError> {
    let status = |name: &Name| status_among(authorizations, name);
    let status = match &*object.resource {
        Resource::Service(_) => Status::Service,
        Resource::Connection(_) => Status::Connection(status(&object.address.name)),
        Resource::Webhook(webhook) => Status::Webhook(webhook_state(&object, webhook, |name| Ok(status(name)))?),
        Resource::Function(_) => Status::Function,
    };
    Ok(Live { etag: object.etag(), resource: object.resource, owner: object.owner, status, applied: object.applied, secrets })
}

pub(super) fn status_among(authorizations: &BTreeMap<Name, Vec<Authorization>>, name: &Name) -> ConnectionStatus {
    status_of(authorizations.get(name).map(Vec::as_slice).unwrap_or_default())
}
