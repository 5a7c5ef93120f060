//! `adopt` and `forget`: what is taken over is declared, what is let go of is not, and each is said once.

use super::diags::{BadOwnership, OwnershipFault};
use super::world::World;
use crate::compile::resolving::AdoptedEntry;
use crate::diag::Diagnostics;
use crate::resource::{Address, Moved};
use crate::text::{Span, Spanned};
use std::collections::{BTreeMap, BTreeSet};

/// Checks `adopt`; what fits becomes the project's.
pub(super) fn adopted(diags: &mut Diagnostics, world: &World<'_>, entries: &[AdoptedEntry]) -> BTreeMap<Address, Option<String>> {
    let mut seen = BTreeMap::new();
    let mut fitting = BTreeMap::new();
    for AdoptedEntry { address, from } in entries {
        let known = world.names.knows(address.value.kind, address.value.name.as_str());
        let near = || OwnershipFault::NotDeclared { near: world.near_address(&address.value) };
        match repeated(&mut seen, address).or_else(|| (!known).then(near)) {
            Some(fault) => diags.push(BadOwnership { at: address.span, address: address.value.clone(), fault }),
            None => drop(fitting.insert(address.value.clone(), from.clone())),
        }
    }
    fitting
}

/// Checks `forget`; what fits is let go of.
pub(super) fn forgotten(diags: &mut Diagnostics, world: &World<'_>, moved: &[Moved], entries: &[Spanned<Address>]) -> BTreeSet<Address> {
    let mut seen = BTreeMap::new();
    let mut fitting = BTreeSet::new();
    for address in entries {
        let declared = || Some(OwnershipFault::StillThere { declared: world.declaration(&address.value)?.key });
        let moves = || moved.iter().find(|one| one.from == address.value).map(|one| OwnershipFault::Moved { to: one.to.clone() });
        match repeated(&mut seen, address).or_else(declared).or_else(moves) {
            Some(fault) => diags.push(BadOwnership { at: address.span, address: address.value.clone(), fault }),
            None => drop(fitting.insert(address.value.clone())),
        }
    }
    fitting
}

fn repeated<'e>(seen: &mut BTreeMap<&'e Address, Span>, address: &'e Spanned<Address>) -> Option<OwnershipFault> {
    let first = *seen.entry(&address.value).or_insert(address.span);
    (first != address.span).then_some(OwnershipFault::Twice { first })
}
