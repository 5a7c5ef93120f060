//! A project: everything that its files declare for one environment.

use super::{Address, Graph, Kind, Name, Resource, Scope, ScopeClass, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The compiled declarations of one project in one environment.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The project's name: the owner of what it declares.
    pub name: String,
    /// The application of the portal that connections are authorised for.
    pub application: Option<String>,
    pub resources: BTreeMap<Address, Arc<Resource>>,
    /// The default services that connections of this project name, as the catalogue describes them.
    pub default_services: BTreeMap<Name, Arc<Service>>,
    /// How far scopes of default services reach, as the catalogue says; of others their names tell.
    pub scope_classes: BTreeMap<Name, BTreeMap<Scope, ScopeClass>>,
    pub graph: Graph,
    /// In the order of the files. Several may lead to one resource: the names it has had, the latest last.
    pub moved: Vec<Moved>,
    /// `adopt`: what becomes this project's although it is live already, and whose it is until then; `None` is nobody's.
    pub adopted: BTreeMap<Address, Option<String>>,
    /// `forget`: what stays live and is this project's no more.
    pub forgotten: BTreeSet<Address>,
}

impl Project {
    /// How far a scope of a service reaches.
    pub fn scope_class(&self, service: &Name, scope: &Scope) -> ScopeClass {
        let known = self.scope_classes.get(service).and_then(|scopes| scopes.get(scope));
        known.copied().unwrap_or_else(|| scope.class())
    }

    /// The service of a connection, declared here or a default one.
    pub fn service(&self, name: &Name) -> Option<&Service> {
        match self.resources.get(&Address { kind: Kind::Service, name: name.clone() }).map(Arc::as_ref) {
            Some(Resource::Service(service)) => Some(service),
            Some(_) | None => self.default_services.get(name).map(Arc::as_ref),
        }
    }
}

/// `moved`: what is declared at `to` was declared at `from` before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    pub from: Address,
    pub to: Address,
}
