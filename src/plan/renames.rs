//! What looks like a new name for something that is there: deleted under one, created under another, and otherwise the
//! same. It is told, never assumed: only `moved` says so.

use super::fate::{Fate, Fates};
use super::model::LikelyRename;
use crate::resource::{Address, Kind, Name, Resource, WebhookAuth};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What names do not differ in: a rename often changes what people read as well, and bookkeeping with it.
const BESIDE: [&str; 4] = ["name", "description", "depends_on", "protect"];

/// Pairs that only one way of pairing makes, by address.
pub(super) fn likely_renames(fates: &Fates<'_>) -> Vec<LikelyRename> {
    let mut found: BTreeMap<&Address, &Address> = fates
        .iter()
        .filter_map(|(to, fate)| match fate {
            Fate::Move(from, ..) => Some((*from, *to)),
            Fate::Create(_) | Fate::Foreign(..) | Fate::Keep(..) | Fate::Replace(..) | Fate::Delete(_) | Fate::Forget(_) => None,
        })
        .collect();
    let said: BTreeSet<&Address> = found.keys().copied().collect();
    // What refers to something renamed is the same with the new name in it, so that comes first.
    for kind in [Kind::Service, Kind::Connection, Kind::Webhook, Kind::Function] {
        let mut alike: BTreeMap<String, (Vec<&Address>, Vec<&Address>)> = BTreeMap::new();
        for (address, fate) in fates.iter().filter(|(address, _)| address.kind == kind) {
            match fate {
                Fate::Delete(live) => alike.entry(essence(&live.resource, &found)).or_default().0.push(address),
                Fate::Create(wanted) => alike.entry(essence(wanted, &BTreeMap::new())).or_default().1.push(address),
                Fate::Foreign(..) | Fate::Keep(..) | Fate::Replace(..) | Fate::Move(..) | Fate::Forget(_) => {}
            }
        }
        for pair in alike.values() {
            if let ([from], [to]) = (pair.0.as_slice(), pair.1.as_slice()) {
                found.insert(from, to);
            }
        }
    }
    found
        .into_iter()
        .filter(|(from, _)| !said.contains(from))
        .map(|(from, to)| LikelyRename { from: from.clone(), to: to.clone() })
        .collect()
}

/// A body without what a rename changes, to be compared.
fn essence(resource: &Resource, renamed: &BTreeMap<&Address, &Address>) -> String {
    let mut resource = resource.clone();
    let rename = |kind: Kind, name: &mut Name| {
        if let Some(to) = renamed.get(&Address { kind, name: name.clone() }) {
            *name = to.name.clone();
        }
    };
    match &mut resource {
        Resource::Connection(connection) => rename(Kind::Service, &mut connection.service),
        Resource::Webhook(webhook) => {
            if let WebhookAuth::Connection(connection) = &mut webhook.auth {
                rename(Kind::Connection, connection);
            }
        }
        // A script may lie elsewhere, but says the same.
        Resource::Function(function) => function.script.path.clear(),
        Resource::Service(_) => {}
    }
    let mut body = serde_json::to_value(&resource).expect("a resource is JSON");
    if let Value::Object(body) = &mut body {
        BESIDE.iter().for_each(|key| drop(body.shift_remove(*key)));
    }
    body.to_string()
}
