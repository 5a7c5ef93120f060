//! What becomes of each object: the first cut, before anything is compared field by field.

use super::worlds::Worlds;
use crate::resource::lifecycle::{Refusal, update_connection};
use crate::resource::{Address, Live, Resource};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Clone, Copy)]
pub(super) enum Fate<'a> {
    Create(&'a Arc<Resource>),
    /// Declared here, live, and somebody else's.
    Foreign(&'a Live, &'a Arc<Resource>),
    /// Stays, perhaps with differences.
    Keep(&'a Live, &'a Arc<Resource>),
    /// Cannot be made as wanted in place.
    Replace(&'a Live, &'a Arc<Resource>),
    Move(&'a Address, &'a Live, &'a Arc<Resource>),
    Delete(&'a Live),
    /// Stays, and is ours no more.
    Forget(&'a Live),
}

pub(super) type Fates<'a> = BTreeMap<&'a Address, Fate<'a>>;

pub(super) fn fates<'a>(worlds: &Worlds<'a>) -> Fates<'a> {
    let moving: BTreeSet<&Address> = worlds.moves.values().copied().collect();
    let declared = worlds.declared().map(|(address, wanted)| (address, fate(worlds, address, wanted)));
    let gone = worlds
        .observed
        .objects
        .iter()
        .filter(|(address, live)| worlds.owns(live) && worlds.wanted(address).is_none() && !moving.contains(*address));
    declared
        .chain(gone.map(|(address, live)| (address, if worlds.forgets(address) { Fate::Forget(live) } else { Fate::Delete(live) })))
        .collect()
}

fn fate<'a>(worlds: &Worlds<'a>, address: &'a Address, wanted: &'a Arc<Resource>) -> Fate<'a> {
    match (worlds.live(address), worlds.moves.get(address)) {
        (None, Some(from)) => Fate::Move(from, worlds.live(from).expect("what moves is live"), wanted),
        (None, None) => Fate::Create(wanted),
        (Some(live), _) if !worlds.owns(live) && !worlds.adopts(address) => Fate::Foreign(live, wanted),
        (Some(live), _) if made_from_another_service(live, wanted) => Fate::Replace(live, wanted),
        (Some(live), _) => Fate::Keep(live, wanted),
    }
}

/// Asks the platform's rule rather than compare: what cannot be updated even when revoked has to be made anew.
fn made_from_another_service(live: &Live, wanted: &Resource) -> bool {
    let (Resource::Connection(before), Resource::Connection(after), Some(status)) =
        (live.resource.as_ref(), wanted, live.connection_status())
    else {
        return false;
    };
    update_connection(before, after, status, &BTreeSet::new()) == Err(Refusal::ServiceOfConnection)
}
