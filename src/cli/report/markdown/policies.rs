//! The project's own rules that do not hold: said among the first things.

use super::inert::code;
use crate::plan::{Effect, Plan, Verdict};
use std::fmt::Write as _;

/// Bytes that they may take; how many more there are is said.
const ROOM: usize = 4_000;

/// A list, denials first; nothing where every rule holds.
pub(super) fn policies(plan: &Plan) -> String {
    let mut text = String::new();
    let warnings = plan.policies.iter().filter(|verdict| verdict.effect == Effect::Warn);
    let all: Vec<&Verdict> = plan.denials().chain(warnings).collect();
    let mut shown = 0;
    for verdict in &all {
        let line = line(verdict);
        if text.len() + line.len() > ROOM {
            break;
        }
        text.push_str(&line);
        shown += 1;
    }
    if shown < all.len() {
        let _ = writeln!(text, "- and {} more: `bowline show PLAN` has them", all.len() - shown);
    }
    if text.is_empty() { text } else { format!("#### Policies\n\n{text}\n") }
}

fn line(verdict: &Verdict) -> String {
    let effect = match verdict.effect {
        Effect::Deny => "denied",
        Effect::Warn => "warning",
    };
    let about = verdict.address.as_ref().map(|address| format!(" {}:", code(&address.to_string()))).unwrap_or_default();
    format!("- **{effect}** by {}:{about} {}\n", code(&verdict.policy), code(&verdict.message))
}
