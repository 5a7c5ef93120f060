//! Connections and custom services that nothing names. Silent where not all is known that might name them.

use super::diags::{UnusedConnection, UnusedService};
use super::scripts::Scripts;
use super::world::World;
use crate::compile::declare::Declaration;
use crate::diag::Diagnostics;
use crate::resource::{Address, Kind};
use rustc_hash::FxHashSet;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, scripts: &Scripts) {
    // Whatever failed may have named anything, in its `depends_on` at least.
    if world.names.any_failed() || !world.declarations.iter().all(Declaration::knows_links) {
        return;
    }
    let used: FxHashSet<Address> = world.declarations.iter().flat_map(|user| user.resource.links()).map(|(target, _)| target).collect();
    for declaration in world.declarations.iter().filter(|declaration| !used.contains(&declaration.address)) {
        let (at, name) = (declaration.key, || declaration.address.name.to_string());
        match declaration.address.kind {
            Kind::Service => diags.push(UnusedService { at, name: name() }),
            Kind::Connection if scripts.may_name_others() => {}
            Kind::Connection => diags.push(UnusedConnection { at, name: name() }),
            Kind::Webhook | Kind::Function => {}
        }
    }
}
