//! What was changed behind a project's back: from what was applied last to what is live, beside what is declared. Whatever
//! a plan does about it is the plan's matter.

use super::change::{DiffOp, DiffValue, Difference};
use super::diff::{Secrets, differences};
use super::model::{Drift, DriftKind, Drifted, Side};
use crate::resource::{Address, ConnectionState, Deed, Live, Observed, Project, Resource, Traces};
use serde_json::Value;

/// Everything of a project that somebody else changed since the last apply, by address. Objects that are gone or belong to
/// somebody else are found by what is known of who did what.
pub fn drift(desired: &Project, observed: &Observed, traces: &Traces) -> Vec<Drift> {
    let owns = |live: &Live| live.owner.as_deref() == Some(desired.name.as_str());
    let owned = || observed.objects.iter().filter(|(_, live)| owns(live));
    let changed = owned().filter_map(|(address, live)| {
        let found = changed(live, desired.resources.get(address).map(AsRef::as_ref))?;
        Some(named(address, DriftKind::Changed, found, traces))
    });
    let lapsed = owned().filter_map(|(address, live)| lapsed(address, live.connection_status()?.state, traces));
    let ours = traces.iter().filter(|(address, trace)| trace.ours && desired.resources.contains_key(*address));
    let lost = ours.filter_map(|(address, _)| match observed.objects.get(address) {
        None => Some(named(address, DriftKind::Deleted, Vec::new(), traces)),
        Some(live) if owns(live) => None,
        Some(live) => Some(Drift { owner: live.owner.clone(), ..named(address, DriftKind::OwnerChanged, Vec::new(), traces) }),
    });
    let mut all: Vec<Drift> = changed.chain(lapsed).chain(lost).collect();
    all.sort_by(|a, b| a.address.cmp(&b.address));
    all
}

fn named(address: &Address, kind: DriftKind, diff: Vec<Drifted>, traces: &Traces) -> Drift {
    // A body is changed by writing it, and by nothing else.
    let trace = traces.get(address).filter(|trace| kind != DriftKind::Changed || trace.deed == Deed::Put);
    let (by, at) = (trace.map(|trace| trace.by.clone()), trace.map(|trace| trace.at.clone()));
    Drift { address: address.clone(), kind, owner: None, by, at, state: None, diff }
}

/// An authorisation that there was and is no more. Who waits for a first one lost nothing, nor does a failure undo anything.
fn lapsed(address: &Address, state: ConnectionState, traces: &Traces) -> Option<Drift> {
    let revoked = traces.get(address).and_then(|trace| trace.revoked.clone());
    let (by, at) = match state {
        ConnectionState::Revoked => revoked.unzip(),
        ConnectionState::Expired => (None, None),
        ConnectionState::NotConnected | ConnectionState::AwaitingConsent | ConnectionState::Connected | ConnectionState::Error => {
            return None;
        }
    };
    Some(Drift { address: address.clone(), kind: DriftKind::State, owner: None, by, at, state: Some(state), diff: Vec::new() })
}

fn changed(live: &Live, wanted: Option<&Resource>) -> Option<Vec<Drifted>> {
    let applied = live.applied.as_ref()?;
    let found = differences(Some(applied), &live.resource, Secrets { held: &live.secrets, wanted: &live.secrets, all: false });
    let json = |resource: &Resource| serde_json::to_value(resource).expect("bodies are plain JSON");
    let (applied, now, wanted) = (json(applied), json(&live.resource), wanted.map(json));
    let drifted = |difference: Difference| {
        let declared = wanted.as_ref().map_or(Side::NotDeclared, |wanted| side(&difference, &applied, &now, wanted));
        Drifted { difference, declared }
    };
    let found: Vec<Drifted> = found.into_iter().map(drifted).collect();
    (!found.is_empty()).then_some(found)
}

/// On which side of a difference the declaration is.
fn side(difference: &Difference, applied: &Value, live: &Value, wanted: &Value) -> Side {
    let at = |body: &Value| body.pointer(&difference.path).cloned();
    let member = match (difference.op, &difference.value) {
        (DiffOp::SetAdd | DiffOp::SetRemove, Some(DiffValue::Plain(member))) => Some(member),
        (DiffOp::SetAdd | DiffOp::SetRemove | DiffOp::Add | DiffOp::Remove | DiffOp::Replace | DiffOp::SecretWrite, _) => None,
    };
    let declared = at(wanted);
    if let Some(member) = member {
        let holds = declared.as_ref().and_then(Value::as_array).is_some_and(|members| members.contains(member));
        return if holds == (difference.op == DiffOp::SetAdd) { Side::AsLive } else { Side::AsApplied };
    }
    match declared {
        declared if declared == at(live) => Side::AsLive,
        declared if declared == at(applied) => Side::AsApplied,
        _ => Side::Otherwise,
    }
}
