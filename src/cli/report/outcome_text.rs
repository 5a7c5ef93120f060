//! How an apply ended, for people and for machines.

use super::counted;
use super::page::{Page, Tone};
use crate::apply::{Because, Report};
use crate::resource::{Address, Kind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What was done, what was not and why, and whose turn it is now.
pub(crate) fn outcome(report: &Report, page: &mut Page) {
    let touched: BTreeSet<&Address> = report.done.iter().map(|(task, _)| &task.address).collect();
    let tone = if report.is_complete() { Tone::Good } else { Tone::Bad };
    let word = if report.is_complete() { "Applied" } else { "Applied in part" };
    page.put(tone, word).say(&format!(": {} on {}.", counted(report.done.len(), "step"), kinds(&touched))).end();
    for (task, error) in &report.failed {
        page.put(Tone::Bad, "  failed   ").say(&format!("{} {}: {}", task.action.word(), task.address, chain(error))).end();
    }
    for (task, because) in &report.not_attempted {
        page.put(Tone::Caution, "  skipped  ").say(&format!("{} {}: {}", task.action.word(), task.address, why(because))).end();
    }
    for (address, refused) in &report.refused {
        page.put(Tone::Caution, "  refused  ").say(&format!("{address}: {}", refused.message)).end();
    }
    if !report.left_out.is_empty() {
        let count = counted(report.left_out.len(), "change");
        page.put(Tone::Caution, &format!("{count} not carried out: {}", left_out(report))).end();
    }
    if !report.is_complete() {
        page.line("Running again resumes where this ended.");
    }
    people(report, page);
}

fn left_out(report: &Report) -> String {
    report.left_out.iter().map(|one| one.address.to_string()).collect::<Vec<_>>().join(", ")
}

fn people(report: &Report, page: &mut Page) {
    if !report.waiting.is_empty() {
        page.put(Tone::Caution, &format!("{} for a person's consent:", super::waits(report.waiting.len()))).end();
        for address in &report.waiting {
            page.line(&format!("  {address}"));
        }
    }
    if !report.not_connected.is_empty() {
        let count = counted(report.not_connected.len(), "connection");
        page.put(Tone::Bad, &format!("{count} could not be connected; `bowline status` says why:")).end();
        for address in &report.not_connected {
            page.line(&format!("  {address}"));
        }
    }
    if !report.blocked.is_empty() {
        page.put(Tone::Caution, &format!("{} cannot fire until then:", counted(report.blocked.len(), "webhook"))).end();
        for address in &report.blocked {
            page.line(&format!("  {address}"));
        }
    }
}

fn kinds(touched: &BTreeSet<&Address>) -> String {
    let words: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (touched.iter().filter(|address| address.kind == kind).count(), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| counted(count, kind.word()))
        .collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn why(because: &Because) -> String {
    match because {
        Because::Failed(step) => format!("it waits for step {}, which failed", step.0),
        Because::Cancelled => "interrupted before its turn".to_owned(),
        Because::LeaseLost => "the lease was lost before its turn".to_owned(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(", because {cause}"));
        source = cause.source();
    }
    text
}

/// The report as JSON.
pub(crate) fn machine(report: &Report, plan_id: &str) -> Value {
    let task = |task: &crate::apply::Task| json!({ "step": task.step, "do": task.action, "address": task.address });
    let with = |mut object: Value, key: &str, value: Value| {
        object[key] = value;
        object
    };
    json!({
        "format_version": "1.0",
        "plan_id": plan_id,
        "complete": report.is_complete() && report.refused.is_empty(),
        "done": report.done.iter().map(|(one, _)| task(one)).collect::<Vec<_>>(),
        "failed": report.failed.iter().map(|(one, error)| with(task(one), "error", chain(error).into())).collect::<Vec<_>>(),
        "not_attempted": report.not_attempted.iter().map(|(one, because)| with(task(one), "because", why(because).into())).collect::<Vec<_>>(),
        "refused": report.refused.iter().map(|(address, refused)| json!({ "address": address, "code": refused.code, "message": refused.message })).collect::<Vec<_>>(),
        "left_out": report.left_out.iter().map(|one| json!({ "id": one.id, "address": one.address, "action": one.action, "hazards": one.hazards, "needs": one.needs })).collect::<Vec<_>>(),
        "waiting": report.waiting,
        "not_connected": report.not_connected,
        "blocked": report.blocked,
    })
}
