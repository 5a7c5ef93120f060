//! An apply as it goes, a JSON object a line, published as `schemas/events.schema.json`: what is planned, with its diff; each
//! step as it starts and ends; how it all ended. Each line is written at once, so that a reader can follow.

use super::outcome_text::machine;
use super::progress::because_words;
use crate::apply::{Because, Event, Outcome, PlanFile, Report, Task};
use crate::clock::{Clock, rfc3339};
use crate::plan::Change;
use serde_json::{Value, json};
use std::io::Write;

/// The version of the lines. Readers ignore fields and types of line that a newer minor version adds.
const FORMAT_VERSION: &str = "1.0";

/// What is known before the first step: the version, the plan, and each of its changes.
pub(crate) fn opening(file: &PlanFile, clock: &dyn Clock) -> String {
    let version = json!({ "format_version": FORMAT_VERSION, "bowline": env!("CARGO_PKG_VERSION") });
    let plan = json!({
        "plan_id": file.plan_id,
        "project": file.project,
        "environment": file.environment,
        "api": file.api,
        "mode": file.plan.mode,
        "summary": file.plan.summary,
    });
    let changes = file.plan.changes.iter().map(|change| line("planned", planned(change), clock));
    [line("version", version, clock), line("plan", plan, clock)].into_iter().chain(changes).collect()
}

/// The last line.
pub(crate) fn closing(report: &Report, plan_id: &str, clock: &dyn Clock) -> String {
    let mut outcome = machine(report, plan_id);
    if let Value::Object(fields) = &mut outcome {
        fields.shift_remove("format_version");
    }
    line("outcome", outcome, clock)
}

/// Writes a line for each event.
pub(crate) struct Events<'w> {
    out: &'w mut dyn Write,
    clock: &'w dyn Clock,
}

impl<'w> Events<'w> {
    pub(crate) fn new(out: &'w mut dyn Write, clock: &'w dyn Clock) -> Self {
        Events { out, clock }
    }

    pub(crate) fn tell(&mut self, event: &Event) {
        let (name, fields) = fields(event);
        let text = line(name, fields, self.clock);
        // Where nobody reads any more the work goes on; what cannot be written is noticed with the last line.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

/// What a reviewer needs of a change; its body is the plan's matter.
fn planned(change: &Change) -> Value {
    let mut fields = json!({
        "change": change.id,
        "address": change.address,
        "action": change.action,
        "reasons": change.reasons,
        "diff": change.diff,
        "hazards": change.hazards,
        "affects": change.affects,
        "steps": change.steps.iter().map(|step| &step.id).collect::<Vec<_>>(),
    });
    if let Some(previous) = &change.previous_address {
        fields["previous_address"] = json!(previous);
    }
    if let Some(from) = &change.from {
        fields["from"] = json!(from);
    }
    if let Some(refused) = &change.refused {
        fields["refused"] = json!(refused);
    }
    fields
}

fn fields(event: &Event) -> (&'static str, Value) {
    match event {
        Event::Started(task) => ("step_started", step(task)),
        Event::Retried { task, again } => ("step_retried", with(step(task), "again", json!(again))),
        Event::Done { task, outcome } => ("step_done", state(step(task), *outcome)),
        Event::Failed { task, message } => ("step_failed", with(step(task), "error", json!(message))),
        Event::NotAttempted { task, because } => {
            let fields = with(step(task), "because", json!(because_words(because)));
            let waits_for = match because {
                Because::Failed(step) => Some(step),
                Because::Cancelled | Because::LeaseLost => None,
            };
            ("step_skipped", with(fields, "waits_for", json!(waits_for)))
        }
    }
}

fn step(task: &Task) -> Value {
    json!({ "step": task.step, "do": task.action, "address": task.address })
}

/// The state that a connection or a webhook is in after the step.
fn state(fields: Value, outcome: Outcome) -> Value {
    match outcome {
        Outcome::Done => fields,
        Outcome::Connection(state) => with(fields, "state", json!(state)),
        Outcome::Webhook(state) => with(fields, "state", json!(state)),
    }
}

fn with(mut fields: Value, key: &str, value: Value) -> Value {
    fields[key] = value;
    fields
}

fn line(name: &str, fields: Value, clock: &dyn Clock) -> String {
    let mut whole = json!({ "type": name, "at": rfc3339(clock.now()) });
    if let (Value::Object(whole), Value::Object(fields)) = (&mut whole, fields) {
        whole.extend(fields);
    }
    format!("{whole}\n")
}
