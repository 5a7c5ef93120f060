//! The default services that the project's connections name: looked up once, made once for each set of parameters.

use super::names::Names;
use crate::catalogue::{Entry, Issued, ParameterProblem, Shelf};
use crate::compile::declare::Declaration;
use crate::resource::{Kind, Name, Resource, Scope, ScopeClass, Service};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

type Parameters = BTreeMap<String, String>;
type Made = Result<Arc<Service>, Vec<ParameterProblem>>;

/// The default services in use, by the catalogue's key.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    by_name: FxHashMap<Name, DefaultService>,
}

/// One entry of the catalogue, and what it makes of the parameters that connections give.
#[derive(Debug)]
pub(super) struct DefaultService {
    pub(super) entry: Arc<Entry>,
    /// Scopes that nothing is to be said about.
    current: FxHashSet<String>,
    made: BTreeMap<Parameters, Made>,
}

impl Defaults {
    /// Looks up the services of all connections that no declaration answers, and puts the catalogue's key in place of
    /// another spelling (`zoho_crm` for `zoho-crm`).
    pub(super) fn name(declarations: &mut [Declaration], names: &Names, shelf: &Shelf) -> Defaults {
        let mut defaults = Defaults::default();
        let mut spelt: FxHashMap<Name, Option<Name>> = FxHashMap::default();
        for declaration in declarations {
            let Resource::Connection(connection) = &mut declaration.resource else { continue };
            if names.knows(Kind::Service, connection.service.as_str()) {
                continue;
            }
            let key = spelt.entry(connection.service.clone()).or_insert_with_key(|name| defaults.look_up(shelf, name));
            if let Some(key) = key {
                connection.service = key.clone();
                defaults.by_name.get_mut(key).expect("it was looked up above").make(&connection.parameters);
            }
        }
        defaults
    }

    fn look_up(&mut self, shelf: &Shelf, name: &Name) -> Option<Name> {
        let entry = shelf.find(name.as_str())?;
        let key = Name::new(entry.key.as_str());
        self.by_name.entry(key.clone()).or_insert_with(|| DefaultService::of(entry));
        Some(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&DefaultService> {
        self.by_name.get(key)
    }

    /// How far the scopes reach that connections ask of each service.
    pub(super) fn scope_classes(&self, declarations: &[Declaration]) -> BTreeMap<Name, BTreeMap<Scope, ScopeClass>> {
        let mut classes: BTreeMap<Name, BTreeMap<Scope, ScopeClass>> = BTreeMap::new();
        for declaration in declarations {
            let Resource::Connection(connection) = &declaration.resource else { continue };
            let Some(default) = self.get(connection.service.as_str()) else { continue };
            let known = |scope: &Scope| (scope.clone(), default.entry.scopes.class(&scope.0));
            classes.entry(connection.service.clone()).or_default().extend(connection.scopes.iter().map(known));
        }
        classes
    }

    /// Each service in use as the catalogue describes it: with the parameters of the first connection for which it can
    /// be made. (Addresses of a service may differ between its connections; its authentication never does.)
    pub(super) fn services(&self) -> BTreeMap<Name, Arc<Service>> {
        let mut services = BTreeMap::new();
        for key in self.by_name.keys().collect::<std::collections::BTreeSet<_>>() {
            if let Some(service) = self.by_name[key].made.values().find_map(|made| made.as_ref().ok()) {
                services.insert(key.clone(), Arc::clone(service));
            }
        }
        services
    }
}

impl DefaultService {
    fn of(entry: Arc<Entry>) -> DefaultService {
        let outdated = |scope: &str| entry.scopes.known.get(scope).is_some_and(|known| known.deprecated.is_some());
        let current = entry.scopes.offered.iter().filter(|scope| !outdated(scope)).map(str::to_owned).collect();
        DefaultService { entry, current, made: BTreeMap::new() }
    }

    fn make(&mut self, parameters: &Parameters) {
        if self.made.contains_key(parameters) {
            return;
        }
        let problems = self.entry.problems(parameters);
        let made =
            if problems.is_empty() { self.entry.service(parameters).map(Arc::new).map_err(|problem| vec![problem]) } else { Err(problems) };
        self.made.insert(parameters.clone(), made);
    }

    /// The service for a connection that gives these parameters; `None` where they do not make one, which is said elsewhere.
    pub(super) fn service(&self, parameters: &Parameters) -> Option<&Service> {
        self.made.get(parameters)?.as_ref().ok().map(Arc::as_ref)
    }

    pub(super) fn problems(&self, parameters: &Parameters) -> &[ParameterProblem] {
        match self.made.get(parameters) {
            Some(Err(problems)) => problems,
            Some(Ok(_)) | None => &[],
        }
    }

    /// Whether a scope is known and not on its way out.
    pub(super) fn is_current_scope(&self, scope: &str) -> bool {
        self.current.contains(scope) || self.entry.scope(scope).is_some_and(|info| info.deprecated.is_none())
    }

    /// The scope that asks for a refresh token, where the service has one.
    pub(super) fn offline_scope(&self) -> Option<&str> {
        let refreshes = self.entry.oauth2.as_ref().is_some_and(|oauth2| oauth2.refresh_token.issued != Issued::Never);
        self.entry.scopes.offered.iter().filter(|_| refreshes).find(|scope| super::scopes::asks_for_refresh(scope))
    }
}
