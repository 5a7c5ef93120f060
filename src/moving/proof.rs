//! That a rewritten project is the old one with one name changed: nothing said of it that was not said before, and every
//! resource the same.

use super::rewrite::{Refused, Wish};
use super::worlds::Worlds;
use crate::diag::Diagnostic;
use crate::resource::{Address, Kind, Moved, Name, Project, Resource, WebhookAuth};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn same_but_for_the_name(before: &Worlds, after: Worlds, wish: &Wish) -> Result<(), Refused> {
    let new = new_findings(before, &after, wish);
    if !new.is_empty() {
        return Err(Refused::Worse { found: new, sources: Box::new(after.front.sources().clone()) });
    }
    if before.compiled.len() != after.compiled.len() {
        return Err(Refused::Differs { address: wish.from.clone() });
    }
    for (before, after) in before.compiled.iter().zip(&after.compiled) {
        if let Some(address) = difference(&before.project, &after.project, wish) {
            return Err(Refused::Differs { address });
        }
    }
    Ok(())
}

/// Findings of the new texts that the old ones did not have, wherever in their file they stand.
fn new_findings(before: &Worlds, after: &Worlds, wish: &Wish) -> Vec<Diagnostic> {
    let (old, new) = (wish.from.name.as_str(), wish.to.name.as_str());
    let key = |worlds: &Worlds, found: &Diagnostic, rename: bool| {
        let path = found.at.as_ref().map(|at| worlds.front.sources().get(at.span.file).path.to_string());
        let headline = if rename { found.headline.replace(old, new) } else { found.headline.clone() };
        (found.code, path, headline)
    };
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for found in &before.found {
        *known.entry(key(before, found, true)).or_default() += 1;
    }
    let mut is_new = |found: &&Diagnostic| {
        // A rename can bring in the old name nowhere, but a headline may hold it as part of another word.
        let keys = [key(after, found, false), key(after, found, true)];
        let seen = keys.iter().find(|key| known.get(key).is_some_and(|count| *count > 0));
        match seen {
            Some(seen) => {
                known.entry(seen.clone()).and_modify(|count| *count -= 1);
                false
            }
            None => true,
        }
    };
    after.found.iter().filter(|found| is_new(found)).cloned().collect()
}

/// Something that differs beside the name.
fn difference(before: &Project, after: &Project, wish: &Wish) -> Option<Address> {
    let expected: BTreeMap<Address, Resource> = before
        .resources
        .iter()
        .map(|(address, resource)| {
            let address = if *address == wish.from { wish.to.clone() } else { address.clone() };
            (address, renamed(resource, wish))
        })
        .collect();
    let is = |address: &Address| after.resources.get(address).map(|resource| without_digest(resource));
    let differs = expected.iter().find(|(address, resource)| is(address).as_ref() != Some(*resource));
    let extra = after.resources.keys().find(|address| !expected.contains_key(*address));
    let whole = (&before.name, &before.application) == (&after.name, &after.application);
    let leads = after.moved.iter().cloned().collect::<BTreeSet<Moved>>() == leading(before, wish);
    differs.map(|(address, _)| address.clone()).or_else(|| extra.cloned()).or_else(|| (!whole || !leads).then(|| wish.to.clone()))
}

/// What `moved` has to say: every name that the resource ever had leads to the new one.
fn leading(before: &Project, wish: &Wish) -> BTreeSet<Moved> {
    let led = before
        .moved
        .iter()
        .filter(|moved| moved.from != wish.to)
        .map(|moved| Moved { from: moved.from.clone(), to: if moved.to == wish.from { wish.to.clone() } else { moved.to.clone() } });
    led.chain([Moved { from: wish.from.clone(), to: wish.to.clone() }]).collect()
}

/// A resource that refers to the moved one by its new name. A script's digest follows its text, so it is left out.
fn renamed(resource: &Resource, wish: &Wish) -> Resource {
    let mut resource = without_digest(resource);
    let name = |name: &mut Name, kind: Kind| {
        if wish.from.kind == kind && *name == wish.from.name {
            *name = wish.to.name.clone();
        }
    };
    let depends_on = match &mut resource {
        Resource::Service(service) => &mut service.depends_on,
        Resource::Connection(connection) => {
            name(&mut connection.service, Kind::Service);
            &mut connection.depends_on
        }
        Resource::Webhook(webhook) => {
            if let WebhookAuth::Connection(connection) = &mut webhook.auth {
                name(connection, Kind::Connection);
            }
            &mut webhook.depends_on
        }
        Resource::Function(function) => {
            if wish.from.kind == Kind::Connection && function.connections.remove(&wish.from.name) {
                function.connections.insert(wish.to.name.clone());
            }
            &mut function.depends_on
        }
    };
    if depends_on.remove(&wish.from) {
        depends_on.insert(wish.to.clone());
    }
    resource
}

fn without_digest(resource: &Resource) -> Resource {
    let mut resource = resource.clone();
    if let Resource::Function(function) = &mut resource {
        function.script.sha256.clear();
    }
    resource
}
