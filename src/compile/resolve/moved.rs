//! `moved`: each entry leads from a former name to a declared resource of the same kind, and no two leave from one name. A
//! resource may have several: each environment has it under one of them.

use super::diags::{MoveFault, UnknownMoved};
use super::world::World;
use crate::compile::resolving::MovedEntry;
use crate::diag::Diagnostics;
use crate::resource::{Address, Moved};
use crate::text::Span;
use std::collections::BTreeMap;

/// Which end of an entry a fault is about.
#[derive(Clone, Copy)]
enum End {
    From,
    To,
}

/// Checks all entries; those that fit become the project's, as they are written: a later name after an earlier one.
pub(super) fn check(diags: &mut Diagnostics, world: &World<'_>, entries: &[MovedEntry]) -> Vec<Moved> {
    let moving = || entries.iter().filter(|entry| entry.from.value != entry.to.value);
    let leaving: BTreeMap<&Address, Span> = moving().map(|entry| (&entry.from.value, entry.from.span)).collect();
    let mut left: BTreeMap<&Address, Span> = BTreeMap::new();
    let mut fitting = Vec::new();
    for entry in entries {
        if entry.from.value == entry.to.value {
            diags.push(UnknownMoved { at: entry.to.span, address: entry.to.value.clone(), fault: MoveFault::Nothing });
            continue;
        }
        let mut faults = alone(world, entry, leaving.get(&entry.to.value).copied());
        match left.get(&entry.from.value) {
            Some(first) => faults.push((End::From, MoveFault::FromTwice { first: *first })),
            None => drop(left.insert(&entry.from.value, entry.from.span)),
        }
        if faults.is_empty() {
            fitting.push(Moved { from: entry.from.value.clone(), to: entry.to.value.clone() });
        }
        for (end, fault) in faults {
            let place = match end {
                End::From => &entry.from,
                End::To => &entry.to,
            };
            diags.push(UnknownMoved { at: place.span, address: place.value.clone(), fault });
        }
    }
    fitting
}

/// What is wrong with the two ends of one entry. `next` is where another entry leads on from `to`.
fn alone(world: &World<'_>, entry: &MovedEntry, next: Option<Span>) -> Vec<(End, MoveFault)> {
    let (from, to) = (&entry.from.value, &entry.to.value);
    let mut faults = Vec::new();
    if let Some(declaration) = world.declaration(from) {
        faults.push((End::From, MoveFault::StillThere { declared: declaration.key }));
    }
    if let Some(next) = next {
        faults.push((End::To, MoveFault::Chain { next }));
    } else if from.kind != to.kind {
        faults.push((End::To, MoveFault::OtherKind));
    } else if !world.names.knows(to.kind, to.name.as_str()) {
        faults.push((End::To, MoveFault::Nowhere { near: world.near_address(to) }));
    }
    faults
}
