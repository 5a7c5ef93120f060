//! Narrows a plan to what was asked for and what that needs, however far.

use super::fate::{Fate, Fates};
use super::options::PlanError;
use super::worlds::Worlds;
use crate::resource::{Address, Link};
use std::collections::BTreeSet;

/// Refuses an address that means nothing: a slip in it would otherwise read as "no changes".
pub(super) fn known(worlds: &Worlds<'_>, targets: &BTreeSet<Address>) -> Result<(), PlanError> {
    let means_something = |target: &Address| worlds.desired.resources.contains_key(target) || worlds.owned(target).is_some();
    match targets.iter().find(|target| !means_something(target)) {
        None => Ok(()),
        Some(target) => {
            let owned = worlds.observed.objects.iter().filter(|(_, live)| worlds.owns(live)).map(|(address, _)| address);
            let known: BTreeSet<&Address> = worlds.desired.resources.keys().chain(owned).collect();
            Err(PlanError::UnknownTarget { target: target.clone(), known: known.into_iter().cloned().collect() })
        }
    }
}

/// Leaves the fates of the targets and of what they need.
pub(super) fn narrow<'a>(worlds: &Worlds<'a>, fates: Fates<'a>, targets: &BTreeSet<Address>) -> Fates<'a> {
    if targets.is_empty() {
        return fates;
    }
    let mut chosen: BTreeSet<Address> = BTreeSet::new();
    let mut open: Vec<Address> = targets.iter().cloned().collect();
    while let Some(address) = open.pop() {
        if !chosen.contains(&address) {
            open.extend(needed(worlds, fates.get(&address), &address));
            chosen.insert(address);
        }
    }
    fates.into_iter().filter(|(address, _)| chosen.contains(*address)).collect()
}

fn needed(worlds: &Worlds<'_>, fate: Option<&Fate<'_>>, address: &Address) -> Vec<Address> {
    let mut needed: Vec<Address> = worlds.needs(address).into_iter().map(|(other, _)| other.clone()).collect();
    needed.extend(worlds.succession.get(address).map(|to| (*to).clone()));
    match fate {
        Some(Fate::Delete(_) | Fate::Replace(..)) => needed.extend(holders(worlds, address)),
        Some(Fate::Move(from, ..)) => needed.extend(holders(worlds, from)),
        Some(Fate::Keep(..)) if worlds.reauthenticated.contains(address) => needed.extend(holders(worlds, address)),
        Some(Fate::Create(_) | Fate::Foreign(..) | Fate::Keep(..) | Fate::Forget(_)) | None => {}
    }
    needed
}

/// Our objects that the platform would not let go from under.
fn holders(worlds: &Worlds<'_>, address: &Address) -> Vec<Address> {
    let ours = |other: &Address, link: Link| worlds.owned(other).is_some() && worlds.stands_in_the_way(other, link);
    worlds.live_users(address).into_iter().filter(|(other, link)| ours(other, *link)).map(|(other, _)| other.clone()).collect()
}
