//! Which changes of a plan a reviewer must not overlook, and which of them stands first: alike in text and in the comment.

use crate::plan::{Action, Change, Hazard, Plan};

/// Whether objects become this project's or nobody's as they are, and nothing else happens.
pub(super) fn only_changes_hands(plan: &Plan) -> bool {
    !plan.changes.is_empty() && plan.changes.iter().all(changes_hands)
}

/// Whether an object gets another owner or none, and nothing else is done to it.
pub(super) fn changes_hands(change: &Change) -> bool {
    matches!(change.action, Action::Adopt | Action::Forget) && change.steps.len() < 2
}

/// What needs attention, gravest first, and the rest as it is planned.
pub(crate) fn by_gravity(plan: &Plan) -> (Vec<&Change>, Vec<&Change>) {
    let (mut attention, rest): (Vec<&Change>, Vec<&Change>) = plan.changes.iter().partition(|change| needs_attention(change));
    attention.sort_by_key(|change| gravity(change));
    (attention, rest)
}

/// What is destroyed stands before what people have to do again, that before what may do more; what is refused is last, for
/// nothing happens to it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Gravity {
    Destroys,
    AsksPeople,
    MayDoMore,
    Other,
    Refused,
}

const MAY_DO_MORE: [Hazard; 6] = [
    Hazard::WidensScopes,
    Hazard::ChangesIdentity,
    Hazard::SendsElsewhere,
    Hazard::TouchesProtected,
    Hazard::Unprotects,
    Hazard::TakesFromAnotherProject,
];

fn gravity(change: &Change) -> Gravity {
    let alarming = |hazards: &[Hazard]| hazards.iter().any(|hazard| change.hazards.contains(hazard) && is_alarming(change, *hazard));
    if change.refused.is_some() {
        Gravity::Refused
    } else if alarming(&[Hazard::Destroys, Hazard::BreaksFunctions]) {
        Gravity::Destroys
    } else if alarming(&[Hazard::LosesTokens, Hazard::NeedsConsent, Hazard::PausesWebhooks]) {
        Gravity::AsksPeople
    } else if alarming(&MAY_DO_MORE) {
        Gravity::MayDoMore
    } else {
        Gravity::Other
    }
}

/// Deletions, consents, escalations, refusals: what a reviewer must not overlook.
pub(crate) fn needs_attention(change: &Change) -> bool {
    change.refused.is_some() || change.hazards.iter().any(|hazard| is_alarming(change, *hazard))
}

pub(super) fn is_alarming(change: &Change, hazard: Hazard) -> bool {
    match hazard {
        // A new connection always needs its first consent: said in its lines, no alarm.
        Hazard::NeedsConsent => change.action != Action::Create,
        Hazard::LosesTokens
        | Hazard::WidensScopes
        | Hazard::PausesWebhooks
        | Hazard::BreaksFunctions
        | Hazard::ChangesIdentity
        | Hazard::Destroys
        | Hazard::PlainHttp
        | Hazard::TouchesProtected
        | Hazard::Unprotects
        | Hazard::SendsElsewhere
        | Hazard::TakesFromAnotherProject
        | Hazard::Forgets => true,
    }
}
