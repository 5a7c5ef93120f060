//! The line of counts, from finished changes. What is refused counts as refused and as nothing else.

use super::change::{Action, Change, Hazard};
use super::hazard::escalations;
use super::model::{Actor, Do, Summary};
use crate::resource::Address;
use std::collections::BTreeSet;

/// Counts changes; `declared` is the number of declared resources that were looked at.
pub(super) fn summary(changes: &[Change], declared: usize) -> Summary {
    let done = || changes.iter().filter(|change| change.refused.is_none());
    let count = |action: Action| done().filter(|change| change.action == action).count();
    let with = |hazard: Hazard| done().filter(|change| has(change, hazard)).count();
    let users: BTreeSet<&String> =
        done().filter(|change| has(change, Hazard::LosesTokens)).flat_map(|change| &change.affects.users).collect();
    let paused: BTreeSet<&Address> =
        done().filter(|change| has(change, Hazard::PausesWebhooks)).flat_map(|change| &change.affects.webhooks).collect();
    Summary {
        create: count(Action::Create),
        update: count(Action::Update),
        delete: count(Action::Delete),
        reconnect: count(Action::Reconnect),
        replace: count(Action::Replace),
        moved: count(Action::Move),
        // An adoption may come with other changes of the same object.
        adopt: done().filter(|change| change.steps.iter().any(|step| step.action == Do::Adopt)).count(),
        forget: count(Action::Forget),
        refused: changes.iter().filter(|change| change.refused.is_some()).count(),
        unchanged: declared - changes.iter().filter(|change| !leaves(change.action)).count(),
        consents: done().map(consents).sum(),
        users_affected: users.len(),
        webhooks_paused: paused.len(),
        scope_escalations: done().map(|change| escalations(change.action, by_person(change), change.after.as_deref(), &change.diff)).sum(),
        unprotected: with(Hazard::Unprotects),
        sent_elsewhere: with(Hazard::SendsElsewhere),
        taken_over: with(Hazard::TakesFromAnotherProject),
    }
}

/// Whether a change is of something that is not declared.
pub(super) fn leaves(action: Action) -> bool {
    match action {
        Action::Delete | Action::Forget => true,
        Action::Create | Action::Update | Action::Reconnect | Action::Replace | Action::Move | Action::Adopt => false,
    }
}

fn has(change: &Change, hazard: Hazard) -> bool {
    change.hazards.contains(&hazard)
}

fn by_person(change: &Change) -> bool {
    change.steps.iter().any(|step| matches!(step.actor, Some(Actor::Owner | Actor::EachUser)))
}

/// Where each user has an own account, everybody whom the connection knows has to consent; without any, somebody has to.
fn consents(change: &Change) -> usize {
    let authorize = change.steps.iter().filter(|step| step.action == Do::Authorize);
    let of = |actor: Option<Actor>| match actor {
        Some(Actor::EachUser) => change.affects.asked.len().max(1),
        Some(Actor::Owner) => 1,
        Some(Actor::Broker) | None => 0,
    };
    authorize.map(|step| of(step.actor)).sum()
}
