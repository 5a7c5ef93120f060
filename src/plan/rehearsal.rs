//! Plays steps on a copy of what is live, under the platform's rules. Knows the rules by asking
//! [`lifecycle`](crate::resource::lifecycle); knows nothing of plans, so that it can judge them.

use super::model::Do;
use super::worlds::service_of;
use crate::resource::lifecycle::{self, Refusal};
use crate::resource::{
    Address, Auth, Connection, ConnectionState, ConnectionStatus, Kind, Name, Observed, Project, Resource, Service, Status, Webhook,
    WebhookState,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One object of the copy.
#[derive(Debug, Clone, PartialEq)]
pub struct Prop {
    pub resource: Arc<Resource>,
    pub owner: Option<String>,
    /// Of a webhook only whether it is set aside counts: [`Rehearsal::webhook_state`] says how it stands.
    pub status: Status,
}

/// A copy of what is live on which steps are played.
#[derive(Debug, Clone)]
pub struct Rehearsal<'a> {
    project: &'a Project,
    objects: BTreeMap<Address, Prop>,
    /// Who refers to an object so that it cannot be deleted.
    holders: BTreeMap<Address, BTreeSet<Address>>,
}

/// The platform would not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mishap {
    #[error("{0}")]
    Refused(Refusal),
    #[error("it is not there")]
    NotThere,
    #[error("it is there already")]
    AlreadyThere,
    #[error("it refers to `{0}`, which is not there")]
    Dangling(Address),
    #[error("the step does not fit the object")]
    DoesNotFit,
}

impl<'a> Rehearsal<'a> {
    pub fn new(project: &'a Project, observed: &Observed) -> Self {
        let mut rehearsal = Rehearsal { project, objects: BTreeMap::new(), holders: BTreeMap::new() };
        for (address, live) in &observed.objects {
            let prop = Prop { resource: live.resource.clone(), owner: live.owner.clone(), status: live.status.clone() };
            rehearsal.put(address, prop);
        }
        rehearsal
    }

    pub fn objects(&self) -> &BTreeMap<Address, Prop> {
        &self.objects
    }

    /// Plays one step.
    pub fn play(&mut self, action: Do, address: &Address, body: Option<&Arc<Resource>>) -> Result<(), Mishap> {
        match (action, body) {
            (Do::Create, Some(body)) => self.create(address, body),
            (Do::Update, Some(body)) => self.update(address, body),
            (Do::Create | Do::Update, None) => Err(Mishap::DoesNotFit),
            (Do::Delete, _) => self.delete(address),
            (Do::Revoke, _) => self.revoke(address),
            (Do::Authorize, _) => self.authorize(address),
            (Do::Detach, _) => self.set_aside(address, WebhookState::Detached),
            (Do::Attach, _) => self.attach(address),
            (Do::Adopt, _) => self.hand_over(address, Some(self.project.name.clone())),
            (Do::Forget, _) => self.owned(address).map(drop).and_then(|()| self.hand_over(address, None)),
        }
    }

    /// L5: how a webhook stands follows from its connection.
    pub fn webhook_state(&self, address: &Address) -> Option<WebhookState> {
        let prop = self.objects.get(address)?;
        let (Resource::Webhook(webhook), Status::Webhook(state)) = (prop.resource.as_ref(), &prop.status) else { return None };
        Some(if lifecycle::selects(*state) { self.derived_state(webhook) } else { *state })
    }

    fn derived_state(&self, webhook: &Webhook) -> WebhookState {
        let not_there = ConnectionStatus { state: ConnectionState::NotConnected, users: Vec::new() };
        let status = webhook.connection().map(|name| self.status(name).unwrap_or(&not_there));
        lifecycle::webhook_state(status)
    }

    fn create(&mut self, address: &Address, body: &Arc<Resource>) -> Result<(), Mishap> {
        if self.objects.contains_key(address) {
            return Err(Mishap::AlreadyThere);
        }
        self.fits(address, body)?;
        let status = match address.kind {
            Kind::Service => Status::Service,
            Kind::Connection => Status::Connection(ConnectionStatus { state: ConnectionState::NotConnected, users: Vec::new() }),
            Kind::Webhook => Status::Webhook(WebhookState::Active),
            Kind::Function => Status::Function,
        };
        self.put(address, Prop { resource: body.clone(), owner: Some(self.project.name.clone()), status });
        Ok(())
    }

    fn update(&mut self, address: &Address, body: &Arc<Resource>) -> Result<(), Mishap> {
        let mut prop = self.owned(address)?.clone();
        self.fits(address, body)?;
        match (prop.resource.as_ref(), body.as_ref(), &prop.status) {
            (Resource::Service(live), Resource::Service(wanted), _) => {
                lifecycle::update_service(live, wanted, &self.connected_through(address)).map_err(Mishap::Refused)?;
            }
            (Resource::Connection(live), Resource::Connection(wanted), Status::Connection(status)) => {
                let webhooks = self.selecting(address).into_iter().map(|webhook| webhook.name).collect();
                lifecycle::update_connection(live, wanted, status, &webhooks).map_err(Mishap::Refused)?;
            }
            (Resource::Webhook(_), Resource::Webhook(_), _) | (Resource::Function(_), Resource::Function(_), _) => {}
            (Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_), _, _) => {
                return Err(Mishap::DoesNotFit);
            }
        }
        if let Status::Connection(status) = &mut prop.status {
            status.state = lifecycle::state_when_updated(status.state);
        }
        self.put(address, Prop { resource: body.clone(), ..prop });
        Ok(())
    }

    fn delete(&mut self, address: &Address) -> Result<(), Mishap> {
        lifecycle::delete_protected(&self.owned(address)?.resource).map_err(Mishap::Refused)?;
        match address.kind {
            Kind::Service => lifecycle::delete_service(&self.holding(address)),
            Kind::Connection => lifecycle::delete_connection(&self.selecting(address)),
            Kind::Webhook | Kind::Function => Ok(()),
        }
        .map_err(Mishap::Refused)?;
        self.take(address);
        Ok(())
    }

    fn revoke(&mut self, address: &Address) -> Result<(), Mishap> {
        self.set_state(address, |_| Some(ConnectionStatus { state: ConnectionState::Revoked, users: Vec::new() }))
    }

    fn authorize(&mut self, address: &Address) -> Result<(), Mishap> {
        let Resource::Connection(connection) = self.owned(address)?.resource.clone().as_ref().clone() else {
            return Err(Mishap::DoesNotFit);
        };
        let asked = self.auth(&connection).map(lifecycle::state_when_asked).ok_or(Mishap::Dangling(service_of(&connection.service)))?;
        self.set_state(address, |status| Some(ConnectionStatus { state: asked, users: status.users }))
    }

    fn attach(&mut self, address: &Address) -> Result<(), Mishap> {
        let body = self.owned(address)?.resource.clone();
        self.fits(address, &body)?;
        self.set_aside(address, WebhookState::Active)
    }

    fn set_aside(&mut self, address: &Address, state: WebhookState) -> Result<(), Mishap> {
        let prop = self.owned(address)?.clone();
        match prop.status {
            Status::Webhook(_) => self.put(address, Prop { status: Status::Webhook(state), ..prop }),
            Status::Service | Status::Connection(_) | Status::Function => return Err(Mishap::DoesNotFit),
        }
        Ok(())
    }

    fn hand_over(&mut self, address: &Address, owner: Option<String>) -> Result<(), Mishap> {
        self.objects.get_mut(address).ok_or(Mishap::NotThere)?.owner = owner;
        Ok(())
    }

    fn set_state(&mut self, address: &Address, to: impl Fn(ConnectionStatus) -> Option<ConnectionStatus>) -> Result<(), Mishap> {
        let prop = self.owned(address)?.clone();
        let Status::Connection(status) = prop.status.clone() else { return Err(Mishap::DoesNotFit) };
        let status = Status::Connection(to(status).ok_or(Mishap::DoesNotFit)?);
        self.put(address, Prop { status, ..prop });
        Ok(())
    }

    /// Ownership: the platform lets a project touch only what is its own.
    fn owned(&self, address: &Address) -> Result<&Prop, Mishap> {
        let prop = self.objects.get(address).ok_or(Mishap::NotThere)?;
        lifecycle::owned_by(prop.owner.as_deref(), &self.project.name).map_err(Mishap::Refused)?;
        Ok(prop)
    }

    /// Whether a body is of its address's kind and what it refers to is there.
    fn fits(&self, address: &Address, body: &Resource) -> Result<(), Mishap> {
        if body.kind() != address.kind {
            return Err(Mishap::DoesNotFit);
        }
        let there = |address: &Address| {
            self.objects.contains_key(address)
                || (address.kind == Kind::Service && self.project.default_services.contains_key(&address.name))
        };
        match body.links().into_iter().find(|(needed, link)| lifecycle::holds(*link) && !there(needed)) {
            Some((needed, _)) => Err(Mishap::Dangling(needed)),
            None => Ok(()),
        }
    }

    fn auth(&self, connection: &Connection) -> Option<&Auth> {
        match self.objects.get(&service_of(&connection.service)).map(|prop| prop.resource.as_ref()) {
            Some(Resource::Service(service)) => Some(&service.auth),
            Some(_) | None => self.project.default_services.get(&connection.service).map(|service: &Arc<Service>| &service.auth),
        }
    }

    fn status(&self, connection: &Name) -> Option<&ConnectionStatus> {
        let address = Address { kind: Kind::Connection, name: connection.clone() };
        match &self.objects.get(&address)?.status {
            Status::Connection(status) => Some(status),
            Status::Service | Status::Webhook(_) | Status::Function => None,
        }
    }

    fn holding(&self, address: &Address) -> BTreeSet<Address> {
        self.holders.get(address).cloned().unwrap_or_default()
    }

    /// The webhooks that select a connection: those set aside do not.
    fn selecting(&self, address: &Address) -> BTreeSet<Address> {
        let mut webhooks = self.holding(address);
        webhooks.retain(|webhook| match self.objects.get(webhook).map(|prop| &prop.status) {
            Some(Status::Webhook(state)) => lifecycle::selects(*state),
            Some(Status::Service | Status::Connection(_) | Status::Function) | None => false,
        });
        webhooks
    }

    fn connected_through(&self, service: &Address) -> BTreeSet<Name> {
        let connected = |connection: &Address| self.status(&connection.name).is_some_and(ConnectionStatus::is_connected);
        self.holding(service).into_iter().filter(connected).map(|connection| connection.name).collect()
    }

    fn put(&mut self, address: &Address, prop: Prop) {
        self.take(address);
        for (needed, _) in prop.resource.links().into_iter().filter(|(_, link)| lifecycle::holds(*link)) {
            self.holders.entry(needed).or_default().insert(address.clone());
        }
        self.objects.insert(address.clone(), prop);
    }

    fn take(&mut self, address: &Address) {
        let Some(prop) = self.objects.remove(address) else { return };
        for (needed, _) in prop.resource.links() {
            if let Some(holders) = self.holders.get_mut(&needed) {
                holders.remove(address);
            }
        }
    }
}
