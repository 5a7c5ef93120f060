//! What a reviewer must not overlook, an item a change: in full, and on one line for plans with very many of them.

use super::details::why;
use super::inert::{MANY, code, codes, words};
use crate::cli::report::counted;
use crate::cli::report::gravity::{changes_hands, is_alarming};
use crate::cli::report::plan_words::{class_word, consequence, value, verb};
use crate::plan::{Change, DiffOp, DiffValue, Hazard};
use std::fmt::Write as _;

/// One change that needs attention.
pub(super) struct Item {
    pub(super) full: String,
    pub(super) brief: String,
}

/// Items in the order of the changes.
pub(super) fn items(changes: &[&Change]) -> Vec<Item> {
    changes.iter().map(|change| Item { full: full(change), brief: brief(change) }).collect()
}

/// Its points below it; beside it where there may be very many that say the same.
fn full(change: &Change) -> String {
    let title = format!("- **{}** {}: {}", verb(change.action), subject(change), why(change));
    if changes_hands(change) && change.refused.is_none() {
        let said = std::iter::once(title).chain(points(change)).collect::<Vec<_>>();
        return format!("{}\n", said.join("; "));
    }
    let mut text = format!("{title}\n");
    for point in points(change) {
        let _ = writeln!(text, "  - {point}");
    }
    text
}

fn subject(change: &Change) -> String {
    match &change.previous_address {
        Some(previous) => format!("{} to {}", code(&previous.to_string()), code(&change.address.to_string())),
        None => code(&change.address.to_string()),
    }
}

fn points(change: &Change) -> Vec<String> {
    let mut points = Vec::new();
    if let Some(refused) = &change.refused {
        points.push(format!("**refused**, nothing is done about it: {}", code(&refused.message)));
    }
    for hazard in change.hazards.iter().filter(|hazard| is_alarming(change, **hazard)) {
        match (hazard, consequence(change, *hazard)) {
            (Hazard::WidensScopes, _) => points.push(format!("{}: {}", widened(change), scopes(change))),
            (_, Some(consequence)) if consequence.names.is_empty() => points.push(consequence.words),
            (_, Some(consequence)) => points.push(format!("{}: {}", consequence.words, codes(consequence.names.iter(), MANY))),
            (_, None) => {}
        }
    }
    if !change.affects.connections.is_empty() {
        points.push(format!("used by {}", codes(change.affects.connections.iter(), MANY)));
    }
    points
}

fn widened(change: &Change) -> String {
    consequence(change, Hazard::WidensScopes).map(|consequence| consequence.words).unwrap_or_default()
}

/// Every scope that is added, with how far it reaches: none is left out.
fn scopes(change: &Change) -> String {
    let added = change.diff.iter().filter(|difference| difference.path == "/scopes" && difference.op == DiffOp::SetAdd);
    let each = added.map(|difference| {
        let scope = code(&difference.value.as_ref().map(value).unwrap_or_default());
        difference.class.map_or(scope.clone(), |class| format!("{scope} (**{}**)", class_word(class)))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// `- **delete** `connections.x`: destroys, loses tokens, 14 users`.
fn brief(change: &Change) -> String {
    let mut facts: Vec<String> = change.refused.iter().map(|refused| format!("refused, {}", words(&refused.code))).collect();
    let hazards = change.hazards.iter().filter(|hazard| is_alarming(change, **hazard));
    facts.extend(hazards.filter_map(|hazard| serde_json::to_value(hazard).ok()?.as_str().map(|word| word.replace('-', " "))));
    let touched = [(change.affects.users.len(), "user"), (change.affects.webhooks.len(), "webhook"), (added(change), "added scope")];
    facts.extend(touched.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun)));
    format!("- **{}** {}: {}\n", verb(change.action), subject(change), facts.join(", "))
}

fn added(change: &Change) -> usize {
    let added = |one: &&crate::plan::Difference| one.op == DiffOp::SetAdd && matches!(one.value, Some(DiffValue::Plain(_)));
    change.diff.iter().filter(added).count()
}
