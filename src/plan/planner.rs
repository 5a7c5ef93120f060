//! Puts the stages of planning in a row. Each decides one thing; none looks back.

use super::change::{Change, Precondition};
use super::choreography;
use super::draft::Score;
use super::draft::StepNumber;
use super::drift::drift;
use super::fate::{Fate, Fates, fates};
use super::hazard;
use super::link;
use super::model::{Drift, DriftKind, Mode, Plan, Step, StepId, Waiting};
use super::options::{Fingerprints, PlanError, PlanOptions};
use super::order;
use super::renames::likely_renames;
use super::summary::summary;
use super::targets;
use super::worlds::Worlds;
use crate::resource::{Address, ConnectionState, Observed, Project, Traces};
use std::collections::BTreeSet;

/// What has to be done so that what is live becomes what is declared.
pub fn plan(desired: &Project, observed: &Observed, fingerprints: &Fingerprints, options: &PlanOptions) -> Result<Plan, PlanError> {
    let worlds = Worlds::new(desired, observed, fingerprints, options);
    targets::known(&worlds, &options.targets)?;
    not_empty_by_accident(&worlds, options)?;
    let fates = targets::narrow(&worlds, fates(&worlds), &options.targets);
    let mut score = Score::default();
    for (address, fate) in &fates {
        choreography::draft(&worlds, &mut score, address, *fate);
    }
    link::link(&worlds, &mut score);
    link::spread_refusals(&mut score);
    hazard::weigh(&worlds, &mut score);
    let order = order::order(&mut score)?;
    let waiting = waiting(&score, &fates);
    let declared = fates.iter().filter(|(address, _)| worlds.wanted(address).is_some()).count();
    let drift = drifted(&worlds, &fates, &options.traces);
    let likely_renames = likely_renames(&fates);
    let changes = finish(score, &order);
    let summary = summary(&changes, declared);
    Ok(Plan { mode: options.mode, targets: options.targets.clone(), summary, changes, drift, waiting, likely_renames, ..Plan::default() })
}

/// A project that declares nothing more often lost its files than its purpose.
fn not_empty_by_accident(worlds: &Worlds<'_>, options: &PlanOptions) -> Result<(), PlanError> {
    if options.mode == Mode::Destroy || options.allow_empty || !worlds.desired.resources.is_empty() {
        return Ok(());
    }
    match worlds.observed.objects.values().filter(|live| worlds.owns(live)).count() {
        0 => Ok(()),
        owned => Err(PlanError::EmptyProject { owned }),
    }
}

fn waiting(score: &Score, fates: &Fates<'_>) -> Vec<Waiting> {
    let kept = fates.iter().filter_map(|(address, fate)| match fate {
        Fate::Keep(live, _) => Some((*address, live.connection_status()?.state)),
        Fate::Create(_) | Fate::Foreign(..) | Fate::Replace(..) | Fate::Move(..) | Fate::Delete(_) | Fate::Forget(_) => None,
    });
    // What is asked for already, or was in vain, is no step of a plan.
    kept.filter(|(address, state)| *state != ConnectionState::Connected && score.at(address).is_none())
        .map(|(address, state)| Waiting { address: address.clone(), state })
        .collect()
}

/// What somebody else changed since the last apply, whether or not this plan changes it back. That a connection lost its
/// authorisation its own change says.
fn drifted(worlds: &Worlds<'_>, fates: &Fates<'_>, traces: &Traces) -> Vec<Drift> {
    let moving: BTreeSet<&Address> = worlds.moves.values().copied().collect();
    let mut all = drift(worlds.desired, worlds.observed, traces);
    all.retain(|one| one.kind != DriftKind::State);
    all.retain(|one| fates.contains_key(&one.address) || moving.contains(&one.address));
    all
}

/// Gives changes and steps their ids. Drafts are in order of address already.
fn finish(score: Score, order: &[StepNumber]) -> Vec<Change> {
    let mut ids = vec![0; score.steps.len()];
    for (at, number) in order.iter().enumerate() {
        ids[*number] = at + 1;
    }
    let mut changes: Vec<Change> = score.drafts.into_iter().enumerate().map(|(at, draft)| change(at, draft)).collect();
    let mut steps: Vec<_> = score.steps.into_iter().map(Some).collect();
    for number in order {
        let step = steps[*number].take().expect("a step stands once in an order");
        let before: BTreeSet<usize> = step.after.iter().map(|(before, _)| ids[*before]).collect();
        changes[step.change].steps.push(Step {
            id: id(ids[*number]),
            action: step.action,
            target: step.target,
            actor: step.actor,
            precondition: step.precondition.map(|etag| Precondition { etag }),
            after: before.into_iter().map(id).collect(),
        });
    }
    changes
}

fn id(number: usize) -> StepId {
    StepId(format!("s{number}"))
}

fn change(at: usize, draft: super::draft::Draft) -> Change {
    Change {
        id: format!("c{}", at + 1),
        address: draft.address,
        previous_address: draft.previous,
        from: draft.from,
        action: draft.action,
        source: None,
        reasons: draft.reasons,
        diff: draft.diff,
        hazards: draft.hazards.into_iter().collect(),
        affects: draft.affects,
        precondition: draft.precondition.map(|etag| Precondition { etag }),
        refused: draft.refused,
        after: draft.after,
        steps: Vec::new(),
    }
}
