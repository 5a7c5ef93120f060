//! A plan in words: alike for people at a terminal and in the comment of a pull request.

use super::counted;
use crate::plan::{Action, Actor, Affects, Change, DiffValue, Hazard, Plan, Summary};
use crate::resource::{Address, ScopeClass};
use std::collections::BTreeSet;

/// What a plan from a snapshot does not know: a snapshot holds no values of secrets.
pub(crate) const NOT_COMPARED: &str = "values of secrets were not compared";

/// In words, of a plan that is nothing else.
pub(super) fn changes_of_owner(plan: &Plan) -> &'static str {
    if plan.changes.len() == 1 { "a change of owner" } else { "changes of owner" }
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

/// What a hazard of a change comes to: fixed words, and the names that they are about.
pub(super) struct Consequence {
    pub words: String,
    pub names: Vec<String>,
}

impl Consequence {
    pub(super) fn line(&self) -> String {
        if self.names.is_empty() { self.words.clone() } else { format!("{}: {}", self.words, self.names.join(", ")) }
    }
}

/// `None` where nobody has to do anything about it.
pub(super) fn consequence(change: &Change, hazard: Hazard) -> Option<Consequence> {
    let Affects { users, asked, .. } = &change.affects;
    let names = |addresses: &BTreeSet<Address>| addresses.iter().map(Address::to_string).collect();
    let (words, names) = match hazard {
        Hazard::LosesTokens if users.is_empty() => ("its authorisation is taken away".to_owned(), Vec::new()),
        Hazard::LosesTokens => (format!("the authorisation of {} is taken away", people(users.len())), users.iter().cloned().collect()),
        Hazard::NeedsConsent => match change.steps.iter().find_map(|step| step.actor) {
            Some(Actor::EachUser) if !asked.is_empty() => {
                // Those whose authorisation is taken away by the same change are named with that.
                let others = asked.difference(users).cloned().collect();
                let words = match asked.len() {
                    1 => "1 person has to consent again in a browser".to_owned(),
                    count => format!("all {} have to consent again in a browser", people(count)),
                };
                (words, others)
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
        Hazard::TouchesProtected => ("it is a protected object".to_owned(), Vec::new()),
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
