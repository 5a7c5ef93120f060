//! What the rules have to know about the rest of the world: who uses what, and how it stands.

use super::{Broker, BrokerError, Invalid};
use crate::resource::lifecycle;
use crate::resource::{
    Address, Connection, ConnectionState, ConnectionStatus, Kind, Link, Name, Resource, Service, UserStatus, Webhook, WebhookState,
};
use crate::store::{Authorization, Object, Snapshot, StoredGrant};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// A service, and whether somebody declared it.
pub(super) enum Origin {
    Custom(Service),
    Default(Service),
}

impl Origin {
    pub(super) fn service(&self) -> &Service {
        match self {
            Origin::Custom(service) | Origin::Default(service) => service,
        }
    }
}

impl Broker {
    /// The service of a connection: a custom one wins over a default one of the same name.
    pub(super) fn service_of(&self, snapshot: &dyn Snapshot, address: &Address, connection: &Connection) -> Result<Origin, BrokerError> {
        let custom = Address { kind: Kind::Service, name: connection.service.clone() };
        if let Some(Resource::Service(service)) = snapshot.object(&custom)?.as_ref().map(|object| &*object.resource) {
            return Ok(Origin::Custom(service.clone()));
        }
        let default = self.services.service(connection.service.as_str(), &connection.parameters);
        default.map(Origin::Default).ok_or_else(|| {
            BrokerError::Invalid(Invalid::UnknownService { address: address.clone(), service: connection.service.to_string() })
        })
    }
}

pub(super) fn status(snapshot: &dyn Snapshot, connection: &Name, now: SystemTime) -> Result<ConnectionStatus, BrokerError> {
    let mut authorizations = snapshot.authorizations(connection)?;
    for one in &mut authorizations {
        if let Some(grant) = snapshot.grant(connection, &one.user)? {
            doubt(one, &grant, now);
        }
    }
    Ok(status_of(&authorizations))
}

/// Whether a grant's tokens may be spent is nobody's to write down once its process died, so it is seen from the intent that
/// was left behind.
pub(super) fn doubt(authorization: &mut Authorization, grant: &StoredGrant, now: SystemTime) {
    if authorization.state == ConnectionState::Connected && grant.is_uncertain(now) {
        authorization.state = ConnectionState::Error;
        authorization.message = match grant.last_error.as_str() {
            "" => "uncertain: it is not known whether the last renewal of the access went through; the next use tries again".to_owned(),
            why => format!("uncertain: {why}; the next use tries again"),
        };
    }
}

/// A connection nobody asked an authorization for is not connected.
pub(super) fn status_of(authorizations: &[Authorization]) -> ConnectionStatus {
    let (owner, users): (Vec<_>, Vec<_>) = authorizations.iter().partition(|authorization| authorization.user.is_empty());
    ConnectionStatus {
        state: owner.first().map_or(ConnectionState::NotConnected, |authorization| authorization.state),
        users: users.into_iter().map(|one| UserStatus { user: one.user.clone(), state: one.state }).collect(),
    }
}

/// The webhooks that a connection signs. One that an apply has set aside does not select it for now.
pub(super) fn webhooks_of(snapshot: &dyn Snapshot, connection: &Address) -> Result<BTreeSet<Address>, BrokerError> {
    let mut webhooks = BTreeSet::new();
    for (address, link) in snapshot.referrers(connection)? {
        let selects = link == Link::SignedBy && snapshot.object(&address)?.is_some_and(|object| !object.detached);
        if selects {
            webhooks.insert(address);
        }
    }
    Ok(webhooks)
}

pub(super) fn connections_of(snapshot: &dyn Snapshot, service: &Address) -> Result<BTreeSet<Address>, BrokerError> {
    let referrers = snapshot.referrers(service)?;
    Ok(referrers.into_iter().filter(|(_, link)| *link == Link::Service).map(|(address, _)| address).collect())
}

pub(super) fn names(addresses: &BTreeSet<Address>) -> BTreeSet<Name> {
    addresses.iter().map(|address| address.name.clone()).collect()
}

/// L5, derived and never stored. A webhook whose connection is gone waits as for one that is not connected.
pub(super) fn webhook_state(
    object: &Object,
    webhook: &Webhook,
    status: impl Fn(&Name) -> Result<ConnectionStatus, BrokerError>,
) -> Result<WebhookState, BrokerError> {
    if object.detached {
        return Ok(WebhookState::Detached);
    }
    let status = webhook.connection().map(status).transpose()?;
    Ok(lifecycle::webhook_state(status.as_ref()))
}

/// The connection at an address.
pub(super) fn as_connection(object: &Object) -> Result<&Connection, BrokerError> {
    match &*object.resource {
        Resource::Connection(connection) => Ok(connection),
        Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => Err(not_a(Kind::Connection, &object.address)),
    }
}

/// The webhook at an address.
pub(super) fn as_webhook(object: &Object) -> Result<&Webhook, BrokerError> {
    match &*object.resource {
        Resource::Webhook(webhook) => Ok(webhook),
        Resource::Service(_) | Resource::Connection(_) | Resource::Function(_) => Err(not_a(Kind::Webhook, &object.address)),
    }
}

pub(super) fn not_a(wanted: Kind, address: &Address) -> BrokerError {
    BrokerError::Invalid(Invalid::Kind { address: address.clone(), wanted })
}
