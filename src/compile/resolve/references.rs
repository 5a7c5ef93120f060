//! `depends_on`: the addresses in it are those of declared resources. (Their form is a matter of the schemas.)

use super::diags::UnknownDependency;
use super::site::Site;
use super::world::World;
use crate::diag::Diagnostics;
use crate::resource::Address;

pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, site: Site<'_>) {
    let known = |address: &Address| world.names.knows(address.kind, address.name.as_str());
    if site.declaration.resource.depends_on().iter().all(known) {
        return;
    }
    for (text, at) in site.items(&["depends_on"]) {
        let Ok(address) = text.parse::<Address>() else { continue };
        if !known(&address) {
            diags.push(UnknownDependency { at, address: text.to_owned(), near: world.near_address(&address) });
        }
    }
}
