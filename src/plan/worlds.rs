//! The two worlds side by side: what is declared and what is live, and the questions that a planner has about both.

use super::model::Mode;
use super::options::{Fingerprints, PlanOptions};
use crate::resource::{
    Address, Auth, Connection, Deed, Etag, Fingerprint, Graph, Kind, Link, Live, Name, Observed, Project, Resource, SecretPath, Status,
    Traces, lifecycle,
};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) struct Worlds<'a> {
    pub(super) desired: &'a Project,
    pub(super) observed: &'a Observed,
    fingerprints: &'a Fingerprints,
    mode: Mode,
    traces: &'a Traces,
    /// Who refers to whom among what is live: made on first use, for most plans change little or nothing.
    live: OnceCell<Graph>,
    /// New address → old, of everything that moves now.
    pub(super) moves: BTreeMap<&'a Address, &'a Address>,
    /// Old address → new, of everything that moves now or was half moved before.
    pub(super) succession: BTreeMap<&'a Address, &'a Address>,
    /// Services of this project whose credentials will be of another kind.
    pub(super) reauthenticated: BTreeSet<&'a Address>,
}

/// Nothing is known of an object's secrets.
static NO_SECRETS: BTreeMap<SecretPath, Fingerprint> = BTreeMap::new();

impl<'a> Worlds<'a> {
    pub(super) fn new(desired: &'a Project, observed: &'a Observed, fingerprints: &'a Fingerprints, options: &'a PlanOptions) -> Self {
        let mut worlds = Worlds {
            desired,
            observed,
            fingerprints,
            mode: options.mode,
            traces: &options.traces,
            live: OnceCell::new(),
            moves: BTreeMap::new(),
            succession: BTreeMap::new(),
            reauthenticated: BTreeSet::new(),
        };
        worlds.find_moves();
        worlds.reauthenticated = worlds.find_reauthenticated();
        worlds
    }

    /// `moved` counts where the old object is live, ours and no longer declared; it is a move where the new one is not
    /// there yet. Of several names that a resource has had, an environment has one live; where a move was broken off it has
    /// two, and the latest moves.
    fn find_moves(&mut self) {
        for moved in &self.desired.moved {
            let leaves = self.owned(&moved.from).is_some() && self.wanted(&moved.from).is_none();
            let arrives = moved.from.kind == moved.to.kind && self.wanted(&moved.to).is_some();
            if leaves && arrives && !self.succession.contains_key(&moved.from) {
                self.succession.insert(&moved.from, &moved.to);
                if !self.observed.objects.contains_key(&moved.to) {
                    self.moves.insert(&moved.to, &moved.from);
                }
            }
        }
    }

    fn find_reauthenticated(&self) -> BTreeSet<&'a Address> {
        let services = self.declared().filter(|(address, _)| address.kind == Kind::Service);
        services
            .filter(|(address, wanted)| match (self.owned(address).map(|live| live.resource.as_ref()), wanted.as_ref()) {
                (Some(Resource::Service(live)), Resource::Service(wanted)) => !lifecycle::same_authentication(&live.auth, &wanted.auth),
                (_, _) => false,
            })
            .map(|(address, _)| address)
            .collect()
    }

    /// Everything that shall be there: nothing, where everything is to be destroyed.
    pub(super) fn declared(&self) -> impl Iterator<Item = (&'a Address, &'a Arc<Resource>)> + use<'a> {
        let there = self.mode == Mode::Apply;
        self.desired.resources.iter().filter(move |_| there)
    }

    pub(super) fn wanted(&self, address: &Address) -> Option<&'a Arc<Resource>> {
        match self.mode {
            Mode::Apply => self.desired.resources.get(address),
            Mode::Destroy => None,
        }
    }

    pub(super) fn live(&self, address: &Address) -> Option<&'a Live> {
        self.observed.objects.get(address)
    }

    /// The live object, where this project owns it or is about to.
    pub(super) fn owned(&self, address: &Address) -> Option<&'a Live> {
        self.live(address).filter(|live| self.owns(live) || self.adopts(address))
    }

    /// Whether a live object of nobody's, or of the project that is named, becomes this project's.
    pub(super) fn adopts(&self, address: &Address) -> bool {
        let (Some(from), Some(live)) = (self.desired.adopted.get(address), self.live(address)) else { return false };
        self.mode == Mode::Apply && !self.owns(live) && (live.owner.is_none() || live.owner == *from)
    }

    /// Whether an object of this project stays live and is nobody's afterwards.
    pub(super) fn forgets(&self, address: &Address) -> bool {
        self.mode == Mode::Apply && self.desired.forgotten.contains(address)
    }

    /// Whether an object that is not there was this project's until somebody else deleted it.
    pub(super) fn was_deleted(&self, address: &Address) -> bool {
        self.traces.get(address).is_some_and(|trace| trace.ours && trace.deed == Deed::Delete)
    }

    pub(super) fn owns(&self, live: &Live) -> bool {
        live.owner.as_deref() == Some(self.desired.name.as_str())
    }

    pub(super) fn destroys(&self) -> bool {
        self.mode == Mode::Destroy
    }

    /// What a declared resource needs, within the project.
    pub(super) fn needs(&self, address: &Address) -> BTreeSet<(&Address, Link)> {
        match self.mode {
            Mode::Apply => self.desired.graph.uses(address),
            Mode::Destroy => BTreeSet::new(),
        }
    }

    /// What refers to something, among what is live.
    pub(super) fn live_users(&self, address: &Address) -> BTreeSet<(&Address, Link)> {
        self.live.get_or_init(|| self.observed.graph()).used_by(address)
    }

    /// What refers to something, among the declarations.
    pub(super) fn declared_users(&self, address: &Address) -> BTreeSet<(&Address, Link)> {
        match self.mode {
            Mode::Apply => self.desired.graph.used_by(address),
            Mode::Destroy => BTreeSet::new(),
        }
    }

    /// How a connection will authenticate once everything is applied; `None` for a service that nobody describes.
    pub(super) fn auth(&self, connection: &Connection) -> Option<&'a Auth> {
        self.desired.service(&connection.service).map(|service| &service.auth)
    }

    /// How a live connection authenticates now.
    pub(super) fn live_auth(&self, connection: &Connection) -> Option<&'a Auth> {
        let service = self.live(&service_of(&connection.service)).map(|live| live.resource.as_ref());
        match service {
            Some(Resource::Service(service)) => Some(&service.auth),
            Some(_) | None => self.auth(connection),
        }
    }

    pub(super) fn fingerprints(&self, address: &Address) -> &'a BTreeMap<SecretPath, Fingerprint> {
        self.fingerprints.get(address).unwrap_or(&NO_SECRETS)
    }

    /// Whether a live object is a connection of a service whose credentials will be of another kind.
    pub(super) fn reauthenticates(&self, live: &Live) -> bool {
        match live.resource.as_ref() {
            Resource::Connection(connection) => self.reauthenticated.contains(&service_of(&connection.service)),
            Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => false,
        }
    }

    /// Whether a live object refers to another so that the platform would not delete that one.
    pub(super) fn stands_in_the_way(&self, dependent: &Address, link: Link) -> bool {
        let selects = match self.live(dependent).map(|live| &live.status) {
            Some(Status::Webhook(state)) => lifecycle::selects(*state),
            Some(Status::Service | Status::Connection(_) | Status::Function) | None => true,
        };
        lifecycle::holds(link) && selects
    }
}

pub(super) fn service_of(name: &Name) -> Address {
    Address { kind: Kind::Service, name: name.clone() }
}

pub(super) fn held(live: Option<&Live>) -> &BTreeMap<SecretPath, Fingerprint> {
    live.map_or(&NO_SECRETS, |live| &live.secrets)
}

pub(super) fn etag(live: &Live) -> Etag {
    live.etag.clone()
}
