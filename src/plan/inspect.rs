//! A finished plan's own checker: it plays the plan on a copy of what is live and compares the end with what is declared.
//! Shares no stage with the planner. A finding is a mistake of ours, and such a plan is not applied.

use super::change::{Action, Change};
use super::model::{Do, Mode, Plan, Step, StepId};
use super::rehearsal::{Mishap, Rehearsal};
use super::summary::{leaves, summary};
use crate::resource::{Address, ConnectionState, Live, Observed, Project, Resource, Status, lifecycle};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("two steps are named `{}`", .0.0)]
    SameStep(StepId),
    #[error("step `{}` waits for `{}`, which is not in the plan", .step.0, .after.0)]
    UnknownStep { step: StepId, after: StepId },
    #[error("steps wait for each other in a circle")]
    Circle,
    #[error("step `{}` stands before a step that it waits for", .0.0)]
    OutOfOrder(StepId),
    #[error("the change of `{0}` is refused and has steps")]
    RefusedWithSteps(Address),
    #[error("the change of `{0}` has no steps")]
    NoSteps(Address),
    #[error("nothing is planned for `{0}`, which is not as declared")]
    NotCovered(Address),
    #[error("steps `{}` and `{}` on `{address}` could run at the same time", .first.0, .second.0)]
    Unordered { address: Address, first: StepId, second: StepId },
    #[error("step `{}` on `{address}` would fail: {mishap}", .step.0)]
    WouldFail { step: StepId, address: Address, mishap: Mishap },
    #[error("`{0}` would be deleted while it is connected")]
    DeletedWhileConnected(Address),
    #[error("`{0}` would not be as planned in the end")]
    NotAsPlanned(Address),
    #[error("the precondition of `{0}` is not what is live")]
    WrongPrecondition(Address),
    #[error("the counts do not agree with the changes")]
    WrongCounts,
}

/// Everything that is wrong with a plan for these two worlds.
pub fn inspect(plan: &Plan, desired: &Project, observed: &Observed) -> Vec<Finding> {
    let mut findings = Vec::new();
    changes(plan, observed, &mut findings);
    coverage(plan, desired, observed, &mut findings);
    counts(plan, desired, &mut findings);
    let steps = named(plan, &mut findings);
    // Two orders that differ as much as the ties allow: what only works by luck fails in one of them.
    match (in_order(&steps, BTreeSet::pop_first), in_order(&steps, BTreeSet::pop_last)) {
        (Some(early), Some(late)) => {
            one_at_a_time(&early, &mut findings);
            rehearse(plan, &early, desired, observed, &mut findings);
            rehearse(plan, &late, desired, observed, &mut findings);
        }
        (_, _) => findings.push(Finding::Circle),
    }
    findings
}

fn changes(plan: &Plan, observed: &Observed, findings: &mut Vec<Finding>) {
    for change in &plan.changes {
        match (change.refused.is_some(), change.steps.is_empty()) {
            (true, false) => findings.push(Finding::RefusedWithSteps(change.address.clone())),
            (false, true) => findings.push(Finding::NoSteps(change.address.clone())),
            (true, true) | (false, false) => {}
        }
        let subject = change.previous_address.as_ref().unwrap_or(&change.address);
        let live = observed.objects.get(subject).map(|live| &live.etag);
        let holds = change.refused.is_some() || change.precondition.as_ref().map(|precondition| &precondition.etag) == live;
        if !holds {
            findings.push(Finding::WrongPrecondition(change.address.clone()));
        }
    }
}

/// Every difference between the two worlds has its change. Of a narrowed plan, only the targets are known to be meant.
fn coverage(plan: &Plan, desired: &Project, observed: &Observed, findings: &mut Vec<Finding>) {
    let planned: BTreeSet<&Address> =
        plan.changes.iter().flat_map(|change| [Some(&change.address), change.previous_address.as_ref()]).flatten().collect();
    let meant = |address: &Address| plan.targets.is_empty() || plan.targets.contains(address);
    let wanted = |address: &Address| desired.resources.get(address).filter(|_| plan.mode == Mode::Apply);
    let declared = desired.resources.keys().filter(|address| wanted(address).is_some());
    let owned = observed.objects.iter().filter(|(_, live)| live.owner.as_ref() == Some(&desired.name)).map(|(address, _)| address);
    for address in declared.chain(owned).filter(|address| meant(address) && !planned.contains(*address)).collect::<BTreeSet<_>>() {
        let as_wanted = match (wanted(address), observed.objects.get(address)) {
            (Some(wanted), Some(live)) => live.resource == *wanted && live.owner.as_ref() == Some(&desired.name) && rests(desired, live),
            (_, _) => false,
        };
        if !as_wanted {
            findings.push(Finding::NotCovered(address.clone()));
        }
    }
}

/// Whether nothing is left to be done about an object that is as declared.
fn rests(desired: &Project, live: &Live) -> bool {
    standing(desired, &live.resource, &live.status)
}

fn standing(desired: &Project, resource: &Resource, status: &Status) -> bool {
    match (resource, status) {
        (Resource::Connection(connection), Status::Connection(status)) => match desired.service(&connection.service) {
            Some(service) => lifecycle::settled(status.state, &service.auth),
            None => matches!(status.state, ConnectionState::Connected | ConnectionState::AwaitingConsent),
        },
        (_, Status::Webhook(state)) => lifecycle::selects(*state),
        (_, Status::Service | Status::Connection(_) | Status::Function) => true,
    }
}

fn counts(plan: &Plan, desired: &Project, findings: &mut Vec<Finding>) {
    let standing = plan.changes.iter().filter(|change| !leaves(change.action)).count();
    let mut counted = summary(&plan.changes, standing);
    // How many declarations a narrowed plan looked at does not stand in it.
    counted.unchanged = match (plan.mode, plan.targets.is_empty()) {
        (Mode::Apply, true) => desired.resources.len().saturating_sub(standing),
        (Mode::Apply, false) => plan.summary.unchanged,
        (Mode::Destroy, _) => 0,
    };
    if counted != plan.summary {
        findings.push(Finding::WrongCounts);
    }
}

type Placed<'a> = (&'a Change, &'a Step);

fn address_of<'a>((change, step): Placed<'a>) -> &'a Address {
    step.target.as_ref().unwrap_or(&change.address)
}

/// All steps by id. Each change lists its own so that they could run one by one, and none waits for an unknown one.
fn named<'a>(plan: &'a Plan, findings: &mut Vec<Finding>) -> BTreeMap<&'a StepId, Placed<'a>> {
    let mut steps: BTreeMap<&StepId, Placed<'a>> = BTreeMap::new();
    for change in &plan.changes {
        let own: BTreeSet<&StepId> = change.steps.iter().map(|step| &step.id).collect();
        let mut seen = BTreeSet::new();
        for step in &change.steps {
            if step.after.iter().any(|before| own.contains(before) && !seen.contains(before)) {
                findings.push(Finding::OutOfOrder(step.id.clone()));
            }
            seen.insert(&step.id);
            if steps.insert(&step.id, (change, step)).is_some() {
                findings.push(Finding::SameStep(step.id.clone()));
            }
        }
    }
    for (_, step) in steps.values() {
        let unknown = step.after.iter().filter(|before| !steps.contains_key(before));
        findings.extend(unknown.map(|after| Finding::UnknownStep { step: step.id.clone(), after: after.clone() }));
    }
    steps
}

/// All steps in an order that respects `after`, with `next` choosing among those that may go; `None` where there is none.
fn in_order<'a>(
    steps: &BTreeMap<&'a StepId, Placed<'a>>,
    next: impl Fn(&mut BTreeSet<&'a StepId>) -> Option<&'a StepId>,
) -> Option<Vec<Placed<'a>>> {
    let mut waits: BTreeMap<&StepId, usize> = BTreeMap::new();
    let mut followers: BTreeMap<&StepId, Vec<&'a StepId>> = BTreeMap::new();
    for (id, (_, step)) in steps {
        for before in step.after.iter().filter(|before| steps.contains_key(before)) {
            followers.entry(before).or_default().push(id);
            *waits.entry(id).or_default() += 1;
        }
    }
    let mut ready: BTreeSet<&'a StepId> = steps.keys().copied().filter(|id| !waits.contains_key(id)).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(id) = next(&mut ready) {
        order.push(steps[id]);
        for follower in followers.get(id).into_iter().flatten() {
            let left = waits.get_mut(follower).expect("a follower waits");
            *left -= 1;
            if *left == 0 {
                ready.insert(follower);
            }
        }
    }
    (order.len() == steps.len()).then_some(order)
}

/// Steps on one object follow each other, so that each knows the revision that it finds.
fn one_at_a_time(order: &[Placed<'_>], findings: &mut Vec<Finding>) {
    let position: BTreeMap<&StepId, usize> = order.iter().enumerate().map(|(at, (_, step))| (&step.id, at)).collect();
    let mut last: BTreeMap<&Address, usize> = BTreeMap::new();
    for (at, placed) in order.iter().enumerate() {
        let address = address_of(*placed);
        if let Some(before) = last.insert(address, at)
            && !follows(order, &position, before, at)
        {
            let (first, second) = (order[before].1.id.clone(), placed.1.id.clone());
            findings.push(Finding::Unordered { address: address.clone(), first, second });
        }
    }
}

fn follows(order: &[Placed<'_>], position: &BTreeMap<&StepId, usize>, first: usize, second: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![second];
    while let Some(at) = open.pop() {
        let before: Vec<usize> = order[at].1.after.iter().filter_map(|id| position.get(id).copied()).filter(|at| *at >= first).collect();
        if before.contains(&first) {
            return true;
        }
        open.extend(before.into_iter().filter(|at| seen.insert(*at)));
    }
    false
}

fn rehearse(plan: &Plan, order: &[Placed<'_>], desired: &Project, observed: &Observed, findings: &mut Vec<Finding>) {
    if order.is_empty() {
        return;
    }
    let mut rehearsal = Rehearsal::new(desired, observed);
    for (change, step) in order {
        let address = address_of((change, step));
        let connected = |status: &Status| matches!(status, Status::Connection(status) if status.is_connected());
        let deletes = step.action == Do::Delete;
        if deletes && rehearsal.objects().get(address).is_some_and(|prop| connected(&prop.status)) {
            findings.push(Finding::DeletedWhileConnected(address.clone()));
        }
        if let Err(mishap) = rehearsal.play(step.action, address, change.after.as_ref()) {
            findings.push(Finding::WouldFail { step: step.id.clone(), address: address.clone(), mishap });
        }
    }
    for change in plan.changes.iter().filter(|change| change.refused.is_none()) {
        if !as_planned(change, desired, &rehearsal) {
            findings.push(Finding::NotAsPlanned(change.address.clone()));
        }
    }
}

fn as_planned(change: &Change, desired: &Project, rehearsal: &Rehearsal<'_>) -> bool {
    let at = |address: &Address| rehearsal.objects().get(address);
    let there = |change: &Change| match (at(&change.address), &change.after) {
        (Some(prop), Some(after)) => {
            prop.resource == *after && prop.owner.as_ref() == Some(&desired.name) && standing(desired, &prop.resource, &prop.status)
        }
        (_, _) => false,
    };
    let set_aside_again = change.steps.iter().filter_map(|step| step.target.as_ref()).filter_map(at);
    let mut nothing_left = set_aside_again.map(|prop| match &prop.status {
        Status::Webhook(state) => lifecycle::selects(*state),
        Status::Service | Status::Connection(_) | Status::Function => true,
    });
    match change.action {
        Action::Delete => at(&change.address).is_none(),
        Action::Move => there(change) && change.previous_address.as_ref().is_some_and(|from| at(from).is_none()),
        Action::Forget => at(&change.address).is_some_and(|prop| prop.owner.is_none()),
        Action::Create | Action::Update | Action::Reconnect | Action::Replace | Action::Adopt => {
            there(change) && nothing_left.all(|selects| selects)
        }
    }
}
