//! How every connection stands, for people.

use super::consult::{as_connection, as_webhook, doubt, status_of, webhook_state};
use super::observe::{standing, status_among};
use super::{Broker, BrokerError};
use crate::resource::{Address, Auth, Connection, ConnectionState, Fingerprint, Grant, Kind, Link, Name, Resource, Scope, WebhookState};
use crate::store::{Authorization, Object, Snapshot, StoredGrant};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// How one connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub address: Address,
    pub name: String,
    pub service: Name,
    pub scopes: BTreeSet<Scope>,
    /// The project that owns it.
    pub owner: Option<String>,
    /// Who made it; `None` where that was before makers were noted.
    pub maker: Option<String>,
    pub use_login_user_credentials: bool,
    /// The application of the portal that the owner chose.
    pub application: Option<Name>,
    pub state: ConnectionState,
    /// What a person should know about the state; empty where there is nothing to say.
    pub message: String,
    /// When the state was reached, in whole seconds; `None` where nobody asked for an authorization yet.
    pub since: Option<SystemTime>,
    /// What is held for the owner.
    pub held: HeldReport,
    pub users: Vec<UserReport>,
    /// The webhooks that it signs, and whether they can fire.
    pub webhooks: BTreeMap<Address, WebhookState>,
}

/// How one person's authorization stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserReport {
    pub user: String,
    pub state: ConnectionState,
    pub message: String,
    pub since: SystemTime,
    /// The application of the portal that the user chose.
    pub application: Option<Name>,
    pub held: HeldReport,
}

/// What is held of one person's grant, as far as it may be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldReport {
    /// Scopes as the service granted them; empty where nothing is held or the service has none.
    pub granted: BTreeSet<Scope>,
    /// When the access ends, unless it is renewed.
    pub expires: Option<SystemTime>,
    /// When a person has to connect again, as far as that is known beforehand.
    pub ends: Option<SystemTime>,
    /// Tells the account at the service apart, where the service says whose it is. The same account has the same one in
    /// every connection.
    pub account: Option<Fingerprint>,
    /// Whether a person consented and the service does not say whose account it is: another one would not be noticed.
    pub account_untold: bool,
    pub last_used: Option<SystemTime>,
    /// Empty where the last renewal and the last use were fine.
    pub last_error: String,
    pub retry_at: Option<SystemTime>,
}

impl Report {
    /// The webhooks that cannot fire because of it (rule L5).
    pub fn blocked(&self) -> impl Iterator<Item = &Address> {
        self.webhooks.iter().filter(|(_, state)| **state == WebhookState::Blocked).map(|(address, _)| address)
    }
}

impl Broker {
    /// How every connection stands, by address.
    pub fn status(&self) -> Result<Vec<Report>, BrokerError> {
        let snapshot = self.store.read()?;
        let authorizations = standing(&*snapshot, self.clock.now())?;
        let grants: BTreeMap<(Name, String), StoredGrant> =
            snapshot.grants()?.into_iter().map(|grant| ((grant.connection.clone(), grant.user.clone()), grant)).collect();
        let objects = snapshot.objects()?;
        let mut webhooks: BTreeMap<Name, BTreeMap<Address, WebhookState>> = BTreeMap::new();
        for object in objects.values() {
            let Resource::Webhook(webhook) = &*object.resource else { continue };
            let Some(connection) = webhook.connection() else { continue };
            let state = webhook_state(object, webhook, |name| Ok(status_among(&authorizations, name)))?;
            webhooks.entry(connection.clone()).or_default().insert(object.address.clone(), state);
        }
        let connections = objects.values().filter_map(|object| match &*object.resource {
            Resource::Connection(connection) => Some((object, connection)),
            Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => None,
        });
        Ok(connections
            .map(|(object, connection)| {
                let name = &object.address.name;
                let asked = authorizations.get(name).map(Vec::as_slice).unwrap_or_default();
                let tells = || self.is_consented(&*snapshot, &object.address, connection);
                let held = |user: &str| match grants.get(&(name.clone(), user.to_owned())) {
                    Some(grant) => held(grant, &tells),
                    None => HeldReport::default(),
                };
                report(object, connection, asked, &held, webhooks.remove(name).unwrap_or_default())
            })
            .collect())
    }
}

impl Broker {
    /// Whether a person consents to connections of its service, so that they are somebody's account.
    fn is_consented(&self, snapshot: &dyn Snapshot, address: &Address, connection: &Connection) -> bool {
        match self.service_of(snapshot, address, connection).map(|origin| origin.service().auth.clone()) {
            Ok(Auth::Oauth2(oauth2)) => oauth2.grant == Grant::AuthorizationCode,
            Ok(Auth::Oauth1(_)) => true,
            Ok(Auth::ApiKey(_) | Auth::Basic) | Err(_) => false,
        }
    }

    /// How one connection stands; `None` where it is not there.
    pub fn status_of(&self, name: &Name) -> Result<Option<Report>, BrokerError> {
        let snapshot = self.store.read()?;
        let object = snapshot.object(&Address { kind: Kind::Connection, name: name.clone() })?;
        object.map(|object| self.report_of(&*snapshot, &object)).transpose()
    }

    /// How a connection stands that the snapshot has shown.
    pub(super) fn report_of(&self, snapshot: &dyn Snapshot, object: &Object) -> Result<Report, BrokerError> {
        let now = self.clock.now();
        let (address, name, connection) = (&object.address, &object.address.name, as_connection(object)?);
        let mut asked = snapshot.authorizations(name)?;
        let mut grants = BTreeMap::new();
        for one in &mut asked {
            if let Some(grant) = snapshot.grant(name, &one.user)? {
                doubt(one, &grant, now);
                grants.insert(one.user.clone(), held(&grant, &|| self.is_consented(snapshot, address, connection)));
            }
        }
        let mut webhooks = BTreeMap::new();
        for (referrer, link) in snapshot.referrers(address)? {
            let Some(object) = snapshot.object(&referrer)?.filter(|_| link == Link::SignedBy) else { continue };
            let state = webhook_state(&object, as_webhook(&object)?, |_| Ok(status_of(&asked)))?;
            webhooks.insert(referrer, state);
        }
        let held = |user: &str| grants.get(user).cloned().unwrap_or_default();
        Ok(report(object, connection, &asked, &held, webhooks))
    }
}

fn report(
    object: &Object,
    connection: &Connection,
    authorizations: &[Authorization],
    held: &dyn Fn(&str) -> HeldReport,
    webhooks: BTreeMap<Address, WebhookState>,
) -> Report {
    let owner = authorizations.iter().find(|one| one.user.is_empty());
    let users = authorizations.iter().filter(|one| !one.user.is_empty());
    Report {
        address: object.address.clone(),
        name: connection.name.clone(),
        service: connection.service.clone(),
        scopes: connection.scopes.clone(),
        owner: object.owner.clone(),
        maker: object.maker.clone(),
        application: owner.and_then(|owner| owner.application.clone()),
        use_login_user_credentials: connection.use_login_user_credentials,
        state: owner.map_or(ConnectionState::NotConnected, |owner| owner.state),
        message: owner.map(|owner| owner.message.clone()).unwrap_or_default(),
        since: owner.map(|owner| owner.updated),
        held: held(""),
        users: users
            .map(|one| UserReport {
                user: one.user.clone(),
                state: one.state,
                message: one.message.clone(),
                since: one.updated,
                application: one.application.clone(),
                held: held(&one.user),
            })
            .collect(),
        webhooks,
    }
}

/// What is held, where `is_consented` says whether a person gave it.
fn held(grant: &StoredGrant, is_consented: &dyn Fn() -> bool) -> HeldReport {
    HeldReport {
        granted: grant.granted.clone(),
        expires: grant.expires,
        ends: grant.ends,
        account: grant.account.clone(),
        account_untold: grant.account.is_none() && grant.sealed.is_some() && is_consented(),
        last_used: grant.last_used,
        last_error: grant.last_error.clone(),
        retry_at: grant.retry_at,
    }
}
