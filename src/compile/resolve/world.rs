//! All that the rules may look up: declarations by name, services custom or default, near names.

use super::defaults::Defaults;
use super::names::{Names, Standing};
use super::offered::Offered;
use super::site::Site;
use super::suggest::Suggest;
use crate::catalogue::Shelf;
use crate::compile::declare::Declaration;
use crate::compile::resolving::Trees;
use crate::resource::{Address, Connection, HostPattern, Kind, Name, Resource};
use std::collections::BTreeSet;

pub(super) struct World<'a> {
    pub(super) declarations: &'a [Declaration],
    pub(super) names: &'a Names,
    pub(super) defaults: &'a Defaults,
    pub(super) shelf: &'a Shelf,
    pub(super) trees: &'a Trees,
    pub(super) suggest: &'a Suggest,
}

impl<'a> World<'a> {
    pub(super) fn site(&self, declaration: &'a Declaration) -> Site<'a> {
        Site { declaration, trees: self.trees }
    }

    /// A declared connection of which it is known what it is of.
    pub(super) fn connection(&self, name: &str) -> Option<&'a Connection> {
        let declaration = self.declared(Kind::Connection, name).filter(|one| one.knows(&["service"]) && one.knows(&["parameters"]))?;
        match &declaration.resource {
            Resource::Connection(connection) => Some(connection),
            Resource::Service(_) | Resource::Webhook(_) | Resource::Function(_) => None,
        }
    }

    /// A service by the canonical name: a declared one first, then a default one.
    pub(super) fn service(&self, name: &str) -> Option<Offered<'a>> {
        if self.names.knows(Kind::Service, name) {
            let declaration = self.declared(Kind::Service, name)?;
            return match &declaration.resource {
                Resource::Service(service) => Some(Offered::Custom(service, declaration.unknown.as_deref())),
                Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_) => None,
            };
        }
        self.defaults.get(name).map(Offered::Default)
    }

    pub(super) fn declaration(&self, address: &Address) -> Option<&'a Declaration> {
        self.declared(address.kind, address.name.as_str())
    }

    /// The service of a connection, and where its credential may go; `None` where one of them is not known.
    pub(super) fn hosts_of_connection(&self, name: &str) -> Option<(&'a Name, BTreeSet<HostPattern>)> {
        let connection = self.connection(name)?;
        let hosts = self.service(connection.service.as_str())?.hosts(connection)?;
        Some((&connection.service, hosts))
    }

    fn declared(&self, kind: Kind, name: &str) -> Option<&'a Declaration> {
        match self.names.standing(kind, name)? {
            Standing::Declared(at) => Some(&self.declarations[at]),
            Standing::Failed => None,
        }
    }

    /// The nearest link name of a kind; of services, the default ones too.
    pub(super) fn near(&self, kind: Kind, word: &str) -> Option<String> {
        let defaults = if kind == Kind::Service { self.shelf.keys() } else { Vec::new() };
        self.suggest.near(word, self.names.all(kind).chain(defaults))
    }

    /// The nearest address of the same kind.
    pub(super) fn near_address(&self, address: &Address) -> Option<String> {
        let name = self.suggest.near(address.name.as_str(), self.names.all(address.kind))?;
        Some(Address::new(address.kind, name).to_string())
    }
}
