//! A plan for people: what needs attention first, then the rest, one line of counts, the plan's id last.

use super::counted;
use super::page::{Page, Tone, width};
use super::refs_text;
use crate::plan::{Action, Actor, Change, DiffOp, DiffValue, Difference, Effect, Hazard, LeftOut, Plan, Step, Summary, Verdict};
use crate::refs::Use;
use crate::resource::{Address, Resource, ScopeClass};
use std::collections::BTreeSet;

/// What a plan is a plan of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading<'a> {
    pub project: &'a str,
    pub environment: Option<&'a str>,
    /// The API, in words.
    pub api: &'a str,
    pub plan_id: &'a str,
}

/// The whole plan. `scripts` are the places in scripts that name a connection which it changes.
pub(crate) fn plan(plan: &Plan, heading: Heading<'_>, scripts: &[Use], page: &mut Page) {
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

/// What a plan from a snapshot does not know: a snapshot holds no values of secrets.
pub(crate) const NOT_COMPARED: &str = "values of secrets were not compared";

/// Whether objects become this project's or nobody's as they are, and nothing else happens.
pub(super) fn only_changes_hands(plan: &Plan) -> bool {
    !plan.changes.is_empty() && plan.changes.iter().all(changes_hands)
}

/// In words, of a plan that is nothing else.
pub(super) fn changes_of_owner(plan: &Plan) -> &'static str {
    if plan.changes.len() == 1 { "a change of owner" } else { "changes of owner" }
}

/// Whether an object gets another owner or none, and nothing else is done to it.
pub(super) fn changes_hands(change: &Change) -> bool {
    matches!(change.action, Action::Adopt | Action::Forget) && change.steps.len() < 2
}

fn head(heading: Heading<'_>, page: &mut Page) {
    page.put(Tone::Strong, heading.project);
    if let Some(environment) = heading.environment {
        page.say(" in ").put(Tone::Strong, environment);
    }
    page.say(&format!(", against {}", heading.api)).end().end();
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

const MAY_DO_MORE: [Hazard; 5] =
    [Hazard::WidensScopes, Hazard::ChangesIdentity, Hazard::SendsElsewhere, Hazard::Unprotects, Hazard::TakesFromAnotherProject];

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
        | Hazard::Unprotects
        | Hazard::SendsElsewhere
        | Hazard::TakesFromAnotherProject
        | Hazard::Forgets => true,
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

/// Why it changes, each reason once.
pub(super) fn reasons(change: &Change) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for reason in &change.reasons {
        let words = reason.code.replace('-', " ");
        if !reasons.contains(&words) {
            reasons.push(words);
        }
    }
    reasons
}

pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Reconnect => "reconnect",
        Action::Replace => "replace",
        Action::Move => "rename",
        Action::Delete => "delete",
        Action::Adopt => "adopt",
        Action::Forget => "forget",
    }
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

pub(super) fn secret_write(before: Option<String>, after: Option<String>) -> String {
    match (before, after) {
        (Some(before), Some(after)) if before == after => format!("secret {after}, written again"),
        (Some(before), Some(after)) => format!("secret {before} → {after}"),
        (None, Some(after)) => format!("secret {after}"),
        (before, None) => format!("secret {} taken away", before.unwrap_or_default()),
    }
}

pub(super) fn value(value: &DiffValue) -> String {
    match value {
        DiffValue::Secret { reference, fingerprint: Some(fingerprint) } => format!("{reference} ({fingerprint})"),
        DiffValue::Secret { reference, fingerprint: None } => reference.clone(),
        DiffValue::Plain(serde_json::Value::String(text)) => text.clone(),
        DiffValue::Plain(json) => json.to_string(),
    }
}

pub(super) fn class_word(class: ScopeClass) -> &'static str {
    match class {
        ScopeClass::Read => "read",
        ScopeClass::Write => "write",
        ScopeClass::Delete => "delete",
        ScopeClass::Admin => "admin",
    }
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

/// What a hazard of a change comes to: fixed words, and the names that they are about.
pub(super) struct Consequence {
    pub words: String,
    pub names: Vec<String>,
}

impl Consequence {
    fn line(&self) -> String {
        if self.names.is_empty() { self.words.clone() } else { format!("{}: {}", self.words, self.names.join(", ")) }
    }
}

/// `None` where nobody has to do anything about it.
pub(super) fn consequence(change: &Change, hazard: Hazard) -> Option<Consequence> {
    let users = &change.affects.users;
    let names = |addresses: &BTreeSet<Address>| addresses.iter().map(Address::to_string).collect();
    let (words, names) = match hazard {
        Hazard::LosesTokens if users.is_empty() => ("its authorisation is taken away".to_owned(), Vec::new()),
        Hazard::LosesTokens => (format!("the authorisation of {} is taken away", people(users.len())), users.iter().cloned().collect()),
        Hazard::NeedsConsent => match change.steps.iter().find_map(|step| step.actor) {
            Some(Actor::EachUser) if users.len() > 1 => {
                (format!("all {} have to consent again in a browser", people(users.len())), Vec::new())
            }
            Some(Actor::EachUser) => ("every user has to consent in a browser".to_owned(), Vec::new()),
            Some(Actor::Owner) | None => ("the owner has to consent in a browser".to_owned(), Vec::new()),
            Some(Actor::Broker) => return None,
        },
        Hazard::PausesWebhooks => ("cannot fire meanwhile".to_owned(), names(&change.affects.webhooks)),
        Hazard::WidensScopes if change.action == Action::Create => {
            ("it may do more than read, and nobody is asked to consent".to_owned(), Vec::new())
        }
        Hazard::WidensScopes => ("it may do more than before".to_owned(), Vec::new()),
        Hazard::BreaksFunctions => ("scripts that name it will fail".to_owned(), names(&change.affects.functions)),
        Hazard::ChangesIdentity => ("calls will run with another person's account".to_owned(), Vec::new()),
        Hazard::Destroys => ("the object goes away".to_owned(), Vec::new()),
        Hazard::Unprotects => ("it is no longer protected".to_owned(), Vec::new()),
        Hazard::SendsElsewhere => ("credentials may go where they did not before".to_owned(), Vec::new()),
        Hazard::TakesFromAnotherProject => ("it is taken from the project".to_owned(), change.from.iter().cloned().collect()),
        Hazard::Forgets => ("it stays live, and no project looks after it".to_owned(), Vec::new()),
        Hazard::PlainHttp => ("credentials travel over plain HTTP to this machine".to_owned(), Vec::new()),
    };
    Some(Consequence { words, names })
}

/// `1 person`, `14 people`.
fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
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

fn scripts(scripts: &[Use], page: &mut Page) {
    if !scripts.is_empty() {
        page.put(Tone::Strong, "Scripts that these changes touch").end();
        refs_text::uses(scripts, "  ", page);
        page.end();
    }
}

fn drift(plan: &Plan, page: &mut Page) {
    if plan.drift.is_empty() {
        return;
    }
    page.put(Tone::Strong, "Changed by somebody else since the last apply").end();
    for drift in &plan.drift {
        page.say("  ").put(Tone::Caution, &drift.address.to_string()).end();
        for drifted in &drift.diff {
            difference(&drifted.difference, page);
        }
    }
    page.end();
}

fn waiting(plan: &Plan, page: &mut Page) {
    let names = plan.waiting.iter().map(|waiting| width(&waiting.address.to_string())).max().unwrap_or(0).min(60);
    for waiting in &plan.waiting {
        page.say("  ").cell(Tone::Caution, "?", 4).cell(Tone::Caution, &waiting.address.to_string(), names);
        page.say(&format!("  {}", waiting.state.words())).end();
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

/// The one line of counts: every kind that occurs, and always create, update and delete.
pub(super) fn counts(summary: &Summary) -> String {
    let always = [(summary.create, "to create"), (summary.update, "to update"), (summary.delete, "to delete")];
    let sometimes = [
        (summary.reconnect, "to reconnect"),
        (summary.replace, "to replace"),
        (summary.moved, "to rename"),
        (summary.adopt, "to adopt"),
        (summary.forget, "to forget"),
        (summary.refused, "refused"),
        (summary.unchanged, "unchanged"),
    ];
    let mut words: Vec<String> = always.iter().map(|(count, words)| format!("{count} {words}")).collect();
    words.extend(sometimes.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")));
    let mut line = words.join(", ");
    for (count, noun) in touched(summary) {
        line.push_str(&format!(" · {}", plural_first(count, noun)));
    }
    line
}

/// What it costs people, running integrations and safety, as far as it does: affected users and consents first.
pub(super) fn touched(summary: &Summary) -> impl Iterator<Item = (usize, &'static str)> {
    let counted = [
        (summary.users_affected, "user affected"),
        (summary.consents, "consent"),
        (summary.webhooks_paused, "webhook paused"),
        (summary.scope_escalations, "scope escalation"),
        (summary.unprotected, "object unprotected"),
        (summary.sent_elsewhere, "object sending elsewhere"),
        (summary.taken_over, "object taken over"),
    ];
    counted.into_iter().filter(|(count, _)| *count > 0)
}

/// `2 users affected`: the first word of the noun takes the plural.
pub(super) fn plural_first(count: usize, noun: &str) -> String {
    match noun.split_once(' ') {
        Some(("scope", rest)) => counted(count, &format!("scope {rest}")),
        Some((first, rest)) => format!("{} {rest}", counted(count, first)),
        None => counted(count, noun),
    }
}
