//! The line of counts, from finished changes. What is refused counts as refused and as nothing else.

use super::hazard::escalations;
use super::model::{Action, Actor, Change, Do, Hazard, Summary};
use crate::resource::Address;
use std::collections::BTreeSet;

/// Counts changes; `declared` is the number of declared resources that were looked at.
pub(super) fn summary(changes: &[Change], declared: usize) -> Summary {
    let done = || changes.iter().filter(|change| change.refused.is_none());
    let count = |action: Action| done().filter(|change| change.action == action).count();
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
        consents: done().flat_map(|change| &change.steps).filter(|step| asks_somebody(step.action, step.actor)).count(),
        users_affected: users.len(),
        webhooks_paused: paused.len(),
        scope_escalations: done().map(|change| escalations(change.action, change.after.as_deref(), &change.diff)).sum(),
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

fn asks_somebody(action: Do, actor: Option<Actor>) -> bool {
    action == Do::Authorize && matches!(actor, Some(Actor::Owner | Actor::EachUser))
}
