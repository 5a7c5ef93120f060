//! What stands first: the marker by which the comment is found again, the verdict, whom it touches, the counts.

use super::inert::{FEW, code, codes, marker_part};
use super::policies::policies;
use crate::apply::PlanFile;
use crate::cli::report::gravity::{needs_attention, only_changes_hands};
use crate::cli::report::plan_words::{NOT_COMPARED, changes_of_owner, plural_first, touched};
use crate::plan::{Plan, Summary, Waiting};
use crate::resource::ConnectionState;
use aws_lc_rs::digest::{SHA256, digest};
use std::fmt::Write as _;

/// Bytes of each part of a marker at most; what is longer stands as its digest.
const MARKER_PART: usize = 100;

/// The line, not shown, by which the comment of a project's plan for an environment is found again.
pub(crate) fn marker(project: &str, environment: Option<&str>) -> String {
    let part = |text: &str| {
        let part = marker_part(text);
        if part.len() <= MARKER_PART { part } else { format!("~{}", hex::encode(digest(&SHA256, text.as_bytes()))) }
    };
    let environment = environment.map(|name| format!(":{}", part(name))).unwrap_or_default();
    format!("<!-- bowline:plan:{}{environment} -->", part(project))
}

/// Everything above the list of what needs attention.
pub(super) fn head(file: &PlanFile) -> String {
    let environment = file.environment.as_deref();
    let mut text = format!("{}\n### Bowline: {}\n\n", marker(&file.project, environment), verdict(file));
    text.push_str(&code(&file.project));
    if let Some(environment) = environment {
        let _ = write!(text, " in {}", code(environment));
    }
    let api = if file.api == "embedded" { "the embedded broker".to_owned() } else { code(&file.api) };
    match &file.snapshot {
        Some(snapshot) => {
            let _ = writeln!(text, ", against a snapshot of {api} taken at {}; {NOT_COMPARED}\n", code(&snapshot.taken_at));
        }
        None => {
            let _ = writeln!(text, ", against {api}\n");
        }
    }
    let touched: Vec<String> = touched(&file.plan.summary).map(|(count, noun)| plural_first(count, noun)).collect();
    if !touched.is_empty() {
        let _ = writeln!(text, "**{}**\n", touched.join(" · "));
    }
    text.push_str(&counts(&file.plan.summary));
    text.push_str(&policies(&file.plan));
    meanwhile(&file.plan, &mut text);
    text
}

fn verdict(file: &PlanFile) -> String {
    let changes = file.plan.changes.len();
    let attention = file.plan.changes.iter().filter(|change| needs_attention(change)).count();
    let noun = if changes == 1 { "change" } else { "changes" };
    let needs = if attention == 1 { "needs" } else { "need" };
    if file.is_altered() {
        "this plan was altered after it was made, and `apply` refuses it".to_owned()
    } else if file.plan.denials().next().is_some() {
        "a policy denies this plan".to_owned()
    } else if changes == 0 {
        "no changes".to_owned()
    } else if only_changes_hands(&file.plan) {
        let those = if attention == 0 { String::new() } else { format!(": {attention} of {changes} {needs} your attention") };
        format!("no differences, only {}{those}", changes_of_owner(&file.plan))
    } else if attention == 0 {
        format!("{changes} {noun}, nothing that needs special attention")
    } else {
        format!("{attention} of {changes} {noun} {needs} your attention")
    }
}

/// Every kind that occurs, and always create, update and delete.
fn counts(summary: &Summary) -> String {
    let columns = [
        ("create", summary.create, true),
        ("update", summary.update, true),
        ("delete", summary.delete, true),
        ("reconnect", summary.reconnect, false),
        ("replace", summary.replace, false),
        ("rename", summary.moved, false),
        ("adopt", summary.adopt, false),
        ("forget", summary.forget, false),
        ("refused", summary.refused, false),
        ("unchanged", summary.unchanged, false),
    ];
    let shown: Vec<(&str, usize)> =
        columns.iter().filter(|(_, count, always)| *always || *count > 0).map(|(name, count, _)| (*name, *count)).collect();
    let names: String = shown.iter().map(|(name, _)| format!(" {name} |")).collect();
    let numbers: String = shown.iter().map(|(_, count)| format!(" {count} |")).collect();
    format!("|{names}\n|{}\n|{numbers}\n\n", " ---: |".repeat(shown.len()))
}

/// What is not a change of this plan and matters to who reads it.
fn meanwhile(plan: &Plan, text: &mut String) {
    if !plan.drift.is_empty() {
        let names = codes(plan.drift.iter().map(|drift| &drift.address), FEW);
        let _ = writeln!(text, "**Changed by somebody else since the last apply:** {names}\n");
    }
    if !plan.waiting.is_empty() {
        let (asked, failed): (Vec<&Waiting>, Vec<&Waiting>) =
            plan.waiting.iter().partition(|waiting| waiting.state == ConnectionState::AwaitingConsent);
        for (words, those) in [("Already waiting for a person's consent", asked), ("Not connected, its service gave no access", failed)] {
            if !those.is_empty() {
                let _ = writeln!(text, "**{words}:** {}\n", codes(those.iter().map(|waiting| &waiting.address), FEW));
            }
        }
    }
    if !plan.likely_renames.is_empty() {
        let entries = codes(plan.likely_renames.iter().map(|rename| rename.entry()), FEW);
        let _ = writeln!(text, "**Deleted and created with another name alone; if that is a rename, say so under `moved`:** {entries}\n");
    }
}
