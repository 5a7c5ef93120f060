//! One object with what it refers to and who refers to it, as a small project: what a template needs to know of it.

use super::consult::{Origin, as_connection};
use super::{Broker, BrokerError};
use crate::resource::{Address, Graph, Kind, Project, Resource};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Broker {
    /// What is around an object; `None` where it is not there.
    pub fn around(&self, address: &Address) -> Result<Option<Project>, BrokerError> {
        let snapshot = self.store.read()?;
        let Some(object) = snapshot.object(address)? else { return Ok(None) };
        let mut project = Project { name: object.owner.clone().unwrap_or_default(), ..Project::default() };
        let mut near: Vec<Address> = object.resource.links().into_iter().map(|(address, _)| address).collect();
        near.extend(snapshot.referrers(address)?.into_iter().map(|(address, _)| address));
        if address.kind == Kind::Connection {
            let connection = as_connection(&object)?;
            if let Origin::Default(service) = self.service_of(&*snapshot, address, connection)? {
                project.default_services.insert(connection.service.clone(), Arc::new(service));
            }
        }
        let mut resources: BTreeMap<Address, Arc<Resource>> = BTreeMap::from([(address.clone(), object.resource)]);
        for address in near {
            if let Some(object) = snapshot.object(&address)? {
                resources.insert(address, object.resource);
            }
        }
        project.graph = Graph::of(resources.iter().map(|(address, resource)| (address, resource.as_ref())));
        Ok(Some(Project { resources, ..project }))
    }
}
