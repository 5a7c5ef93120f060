//! What drifted, for people: who changed what, and on which side the declaration is.

use super::counted;
use super::page::{Page, Tone};
use super::plan_text;
use crate::plan::{Drift, DriftKind, Side};
use crate::resource::ConnectionState;

/// All of it, with a line of counts.
pub(crate) fn drift(drift: &[Drift], ignored: usize, page: &mut Page) {
    for one in drift {
        let (symbol, tone) = match one.kind {
            DriftKind::Changed => ("~", Tone::Caution),
            DriftKind::Deleted => ("-", Tone::Bad),
            DriftKind::OwnerChanged => (">", Tone::Accent),
            DriftKind::State => ("!", Tone::Caution),
        };
        page.say("  ").cell(tone, symbol, 4).put(tone, &one.address.to_string()).say(&format!("  {}", what(one))).end();
        for drifted in &one.diff {
            plan_text::difference(&drifted.difference, page);
            page.say("          ").put(Tone::Quiet, side(drifted.declared)).end();
        }
    }
    if drift.is_empty() {
        page.put(Tone::Good, "No drift.").say(" What is live is what was applied last.").end();
    } else {
        page.end().put(Tone::Strong, &format!("{} drifted", counted(drift.len(), "object"))).end();
    }
    if ignored > 0 {
        page.put(Tone::Quiet, &format!("{} ignored, as asked", counted(ignored, "difference"))).end();
    }
}

/// What became of an object, by whom and when as far as that is known.
pub(super) fn what(drift: &Drift) -> String {
    let what = match (drift.kind, &drift.owner) {
        (DriftKind::Changed, _) => "changed".to_owned(),
        (DriftKind::Deleted, _) => "deleted".to_owned(),
        (DriftKind::OwnerChanged, Some(owner)) => format!("now belongs to `{owner}`"),
        (DriftKind::OwnerChanged, None) => "now belongs to nobody".to_owned(),
        (DriftKind::State, _) => drift.state.map_or("not connected", ConnectionState::words).to_owned(),
    };
    let by = drift.by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
    let at = drift.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("{what}{by}{at}")
}

fn side(side: Side) -> &'static str {
    match side {
        Side::AsApplied => "declared as it was applied: an apply puts it back",
        Side::AsLive => "declared as it is live: an apply leaves it",
        Side::Otherwise => "declared as a third thing: an apply changes it to that",
        Side::NotDeclared => "not declared any more",
    }
}
