//! What is printed: text for people and JSON for machines. Decides no question of meaning.

pub mod diagnostics_json;
pub mod diagnostics_text;
mod excerpt;
pub mod outcome_text;
pub mod page;
pub mod plan_text;
pub mod progress;
pub mod services_text;
pub mod status_text;

use serde::Serialize;

/// How text may look where it goes.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub colour: bool,
    /// Columns.
    pub width: usize,
}

/// Pretty JSON with a line break at its end.
pub fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("report types have no map with other than text keys");
    text.push('\n');
    text
}

/// `1 webhook`, `2 webhooks`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
