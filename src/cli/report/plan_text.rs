//! A plan for people: what needs attention first, then the rest, one line of counts, the plan's id last.

use super::drift_text;
use super::gravity::{by_gravity, is_alarming, only_changes_hands};
use super::page::{Page, Tone, width};
use super::plan_words::{changes_of_owner, class_word, consequence, counts, reasons, secret_write, value, verb};
use super::refs_text::{self, Line};
use crate::apply::ScriptPlace;
use crate::plan::{Action, Actor, Change, DiffOp, Difference, Effect, LeftOut, Plan, Step, Verdict};
use crate::resource::{Address, ConnectionState, Resource};
use std::collections::BTreeMap;

/// What a plan is a plan of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading<'a> {
    pub project: &'a str,
    pub environment: Option<&'a str>,
    /// The API, in words.
    pub api: &'a str,
    pub plan_id: &'a str,
    /// Values of variables that were given on the command line.
    pub variables: &'a BTreeMap<String, String>,
}

/// The whole plan. `scripts` are the places in scripts that name a connection which it changes.
pub(crate) fn plan(plan: &Plan, heading: Heading<'_>, scripts: &[ScriptPlace], page: &mut Page) {
    head(heading, page);
    policies(plan, page);
    let (attention, rest) = by_gravity(plan);
    section("Needs your attention", &attention, page);
    section(if attention.is_empty() { "Changes" } else { "Other changes" }, &rest, page);
    self::scripts(scripts, page);
    drift(plan, page);
    waiting(plan, page);
    renames(plan, page);
    if plan.changes.is_empty() {
        page.put(Tone::Good, "No changes.").say(" What is declared and what is live are the same.").end();
    }
    if only_changes_hands(plan) {
        page.put(Tone::Good, "No differences,").say(&format!(" only {}.", changes_of_owner(plan))).end();
    }
    page.put(Tone::Strong, &counts(&plan.summary)).end();
    page.put(Tone::Quiet, &format!("Plan {}", heading.plan_id)).end();
}

fn head(heading: Heading<'_>, page: &mut Page) {
    page.put(Tone::Strong, heading.project);
    if let Some(environment) = heading.environment {
        page.say(" in ").put(Tone::Strong, environment);
    }
    page.say(&format!(", against {}", heading.api)).end();
    for (name, value) in heading.variables {
        page.put(Tone::Quiet, &format!("with {name}={value}")).end();
    }
    page.end();
}

/// The project's own rules that do not hold, before everything else.
fn policies(plan: &Plan, page: &mut Page) {
    for (title, effect, tone) in [("Denied by policy", Effect::Deny, Tone::Bad), ("Policies warn", Effect::Warn, Tone::Caution)] {
        let verdicts: Vec<&Verdict> = plan.policies.iter().filter(|verdict| verdict.effect == effect).collect();
        if verdicts.is_empty() {
            continue;
        }
        page.put(Tone::Strong, title).end();
        for one in verdicts {
            page.say("  ").put(tone, &verdict(one));
            if let Some(source) = &one.source {
                page.put(Tone::Quiet, &format!("  {}:{}", source.file, source.line));
            }
            page.end();
        }
        page.end();
    }
}

/// A policy that does not hold, on one line.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    match &verdict.address {
        Some(address) => format!("{}: {address}: {}", verdict.policy, verdict.message),
        None => format!("{}: {}", verdict.policy, verdict.message),
    }
}

/// What is not approved and why, under a plan.
pub(crate) fn left_out(left_out: &[LeftOut], page: &mut Page) {
    let unsafe_ones = left_out.iter().any(|one| !one.hazards.is_empty() || !one.needs.is_empty());
    page.end().put(Tone::Strong, if unsafe_ones { "Left out" } else { "Not chosen" }).end();
    let names = left_out.iter().map(|one| width(&one.address.to_string())).max().unwrap_or(0).min(60);
    for one in left_out {
        page.say("  ").cell(Tone::Caution, one.action.symbol(), 4).cell(Tone::Caution, &one.address.to_string(), names);
        let hazards = one.hazards.iter().map(|hazard| hazard.word().replace('-', " "));
        let needs = one.needs.iter().map(|id| format!("needs {id}"));
        let why = hazards.chain(needs).collect::<Vec<_>>().join(", ");
        page.say(&format!("  {}{}{why}", one.id, if why.is_empty() { "" } else { ": " })).end();
    }
}

fn section(title: &str, changes: &[&Change], page: &mut Page) {
    if changes.is_empty() {
        return;
    }
    page.put(Tone::Strong, title).end();
    let names = changes.iter().map(|change| width(&name(change))).max().unwrap_or(0).min(60);
    for change in changes {
        self::change(change, names, page);
    }
    page.end();
}

pub(super) fn name(change: &Change) -> String {
    match &change.previous_address {
        Some(previous) => format!("{previous} → {}", change.address),
        None => change.address.to_string(),
    }
}

fn change(change: &Change, names: usize, page: &mut Page) {
    let tone = tone(change.action);
    page.say("  ").cell(tone, change.action.symbol(), 4).cell(tone, &name(change), names).say("  ").say(&why(change));
    if let Some(source) = &change.source {
        page.put(Tone::Quiet, &format!("  {}:{}", source.file, source.line));
    }
    page.end();
    if let Some(refused) = &change.refused {
        indent(page).put(Tone::Bad, &format!("refused: {}", refused.message)).end();
    }
    if let (Action::Create, Some(after)) = (change.action, &change.after) {
        indent(page).put(Tone::Quiet, &essence(after)).end();
    }
    for difference in &change.diff {
        self::difference(difference, page);
    }
    consequences(change, page);
    if change.steps.len() > 1 {
        indent(page).put(Tone::Quiet, &format!("steps: {}", change.steps.iter().map(step).collect::<Vec<_>>().join(" → "))).end();
    }
}

/// What a new resource is, in one line.
pub(super) fn essence(resource: &Resource) -> String {
    let name = resource.display_name();
    match resource {
        Resource::Service(service) => {
            let hosts: Vec<String> = service.hosts.iter().map(ToString::to_string).collect();
            format!(
                "{name}: {}, {}",
                service.auth.word(),
                if hosts.is_empty() { "its endpoints' hosts".to_owned() } else { hosts.join(", ") }
            )
        }
        Resource::Connection(connection) => {
            let whose = if connection.use_login_user_credentials { ", each user's own account" } else { "" };
            format!("{name}: {}{whose}", connection.service)
        }
        Resource::Webhook(webhook) => {
            let signed = webhook.connection().map(|connection| format!(", signed by {connection}")).unwrap_or_default();
            format!("{name}: {} {}{signed}", webhook.method.word(), webhook.url)
        }
        Resource::Function(function) => format!("{name}: {}", function.script.path),
    }
}

fn tone(action: Action) -> Tone {
    match action {
        Action::Create => Tone::Good,
        Action::Update => Tone::Caution,
        Action::Reconnect | Action::Replace => Tone::Caution,
        Action::Move | Action::Adopt | Action::Forget => Tone::Accent,
        Action::Delete => Tone::Bad,
    }
}

fn indent(page: &mut Page) -> &mut Page {
    page.say("        ")
}

fn why(change: &Change) -> String {
    format!("{}: {}", verb(change.action), reasons(change).join(", "))
}

/// One difference, indented below its object.
pub(crate) fn difference(difference: &Difference, page: &mut Page) {
    let path = difference.path.trim_start_matches('/').replace('/', ".");
    let before = difference.before.as_ref().map(value);
    let after = difference.value.as_ref().map(value);
    let (tone, text) = match difference.op {
        DiffOp::Add => (Tone::Good, format!("+ {path}: {}", after.unwrap_or_default())),
        DiffOp::Remove => (Tone::Bad, format!("- {path}: {}", before.or(after).unwrap_or_default())),
        DiffOp::Replace => (Tone::Caution, format!("~ {path}: {} → {}", before.unwrap_or_default(), after.unwrap_or_default())),
        DiffOp::SetAdd => (Tone::Good, format!("+ {path}: {}", after.unwrap_or_default())),
        DiffOp::SetRemove => (Tone::Bad, format!("- {path}: {}", after.or(before).unwrap_or_default())),
        DiffOp::SecretWrite => (Tone::Accent, format!("* {path}: {}", secret_write(before, after))),
    };
    indent(page).put(tone, &text);
    if let Some(class) = difference.class {
        page.put(Tone::Quiet, &format!("  ({})", class_word(class)));
    }
    page.end();
}

/// What the change costs people and running integrations, a line each.
fn consequences(change: &Change, page: &mut Page) {
    for hazard in &change.hazards {
        if let Some(consequence) = consequence(change, *hazard) {
            let tone = if is_alarming(change, *hazard) { Tone::Caution } else { Tone::Quiet };
            indent(page).put(tone, &format!("! {}", consequence.line())).end();
        }
    }
    let affected: Vec<&Address> = change.affects.connections.iter().collect();
    if !affected.is_empty() {
        indent(page).put(Tone::Quiet, &format!("used by {}", joined(affected))).end();
    }
}

fn joined<'a>(addresses: impl IntoIterator<Item = &'a Address>) -> String {
    addresses.into_iter().map(Address::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn step(step: &Step) -> String {
    let mut words = step.action.word().to_owned();
    if let Some(target) = &step.target {
        words = format!("{words} {target}");
    }
    match step.actor {
        Some(Actor::Owner) => words + " (owner)",
        Some(Actor::EachUser) => words + " (each user)",
        Some(Actor::Broker) | None => words,
    }
}

fn scripts(scripts: &[ScriptPlace], page: &mut Page) {
    if scripts.is_empty() {
        return;
    }
    page.put(Tone::Strong, "Scripts that these changes touch").end();
    refs_text::lines(&scripts.iter().map(script).collect::<Vec<_>>(), "  ", page);
    page.end();
}

fn script(one: &ScriptPlace) -> Line<'_> {
    let place = format!("{}:{}:{}", one.place.file, one.place.line, one.place.column);
    Line { place, who: one.function.to_string(), how: &one.how, sure: one.sure, call: one.call.clone() }
}

fn drift(plan: &Plan, page: &mut Page) {
    if plan.drift.is_empty() {
        return;
    }
    page.put(Tone::Strong, "Changed by somebody else since the last apply").end();
    for drift in &plan.drift {
        page.say("  ").put(Tone::Caution, &drift.address.to_string());
        if drift.diff.is_empty() {
            page.say(&format!("  {}", drift_text::what(drift)));
        }
        page.end();
        for drifted in &drift.diff {
            difference(&drifted.difference, page);
        }
    }
    page.end();
}

fn waiting(plan: &Plan, page: &mut Page) {
    let names = plan.waiting.iter().map(|waiting| width(&waiting.address.to_string())).max().unwrap_or(0).min(60);
    for waiting in &plan.waiting {
        let (tone, symbol, more) = match waiting.state {
            ConnectionState::Error => (Tone::Bad, "x", ": the service gave no access; `bowline status` says why"),
            ConnectionState::NotConnected
            | ConnectionState::AwaitingConsent
            | ConnectionState::Connected
            | ConnectionState::Expired
            | ConnectionState::Revoked => (Tone::Caution, "?", ""),
        };
        page.say("  ").cell(tone, symbol, 4).cell(tone, &waiting.address.to_string(), names);
        page.say(&format!("  {}{more}", waiting.state.words())).end();
    }
    if !plan.waiting.is_empty() {
        page.end();
    }
}

/// What a line in the files would keep.
fn renames(plan: &Plan, page: &mut Page) {
    if plan.likely_renames.is_empty() {
        return;
    }
    page.put(Tone::Caution, "note").line(": what is deleted and what is created differ in the name alone. If that is a rename, say so:");
    page.line("  moved:");
    for rename in &plan.likely_renames {
        page.line(&format!("    {}", rename.entry()));
    }
    page.end();
}
