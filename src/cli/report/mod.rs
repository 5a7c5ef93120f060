//! What is printed: text for people and JSON for machines. Decides no question of meaning.

pub(super) mod annotations;
pub(super) mod baseline;
pub(super) mod delivery_json;
pub(super) mod delivery_text;
pub(super) mod diagnostics_json;
pub(super) mod diagnostics_text;
pub(super) mod drift_text;
pub(super) mod events;
mod excerpt;
mod fingerprint;
pub(super) mod gravity;
pub(super) mod junit;
pub(super) mod markdown;
pub(super) mod outcome_text;
pub(super) mod page;
pub(super) mod plan_counts;
pub(super) mod plan_text;
pub(super) mod plan_words;
pub(super) mod progress;
pub(super) mod refs_text;
pub(super) mod sarif;
pub(super) mod services_text;
pub(super) mod status_text;
pub(super) mod tour_text;

use serde::Serialize;

/// How text may look where it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub colour: bool,
    /// Columns.
    pub width: usize,
}

/// Pretty JSON with a line break at its end.
pub(super) fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("report types have no map with other than text keys");
    text.push('\n');
    text
}

/// `1 connection waits`, `2 connections wait`.
pub(crate) fn waits(count: usize) -> String {
    if count == 1 { "1 connection waits".to_owned() } else { format!("{count} connections wait") }
}

/// `1 webhook`, `2 webhooks`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
