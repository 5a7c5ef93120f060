//! A plan as the steps of a person at the platform's console: the platform has no interface to write services and
//! connections through (zoho.com offers none), so what an apply would do is said field by field, in its order.
//! Screens and fields are those of the help pages "Configuring Connections", "Configuring webhooks" and "Understanding
//! custom functions" (zoho.com, IoT help).

mod edited;
mod form;

use super::literal::markdown;
use crate::plan::{Action, Actor, Change, Do, Plan, Step, StepId};
use crate::resource::{Address, Kind, Name, Resource};
use form::{Field, ServiceName};
use std::collections::{BTreeSet, VecDeque};

/// The console steps of a plan in an order that respects it, as Markdown with check boxes. Holds no secret: where one has
/// to be typed, it says where it comes from. `services` tells the display name of a default service, by which the console
/// lists it.
pub fn runbook(plan: &Plan, services: &dyn Fn(&Name) -> Option<String>) -> String {
    let services = |name: &Name| declared(plan, name).or_else(|| services(name));
    let mut text = "# Runbook\n\nDo the steps in this order and tick each when it is done. *Connections* is in the console under\n\
                    *Developer Application → Automate → Connections*.\n"
        .to_owned();
    let steps = in_order(plan);
    if steps.is_empty() {
        text.push_str("\nNothing to do.\n");
    }
    for (at, (change, step)) in steps.into_iter().enumerate() {
        text.push_str(&section(at + 1, change, step, &services));
    }
    text.push_str(&left_out(plan));
    text
}

/// The display name of a service that the plan itself makes or changes.
fn declared(plan: &Plan, name: &Name) -> Option<String> {
    let after = plan.changes.iter().find(|change| change.address.kind == Kind::Service && change.address.name == *name)?.after.as_ref()?;
    Some(after.display_name().to_owned())
}

/// Every step once all that it waits for is done; among those that are ready, in the order of the plan.
fn in_order(plan: &Plan) -> Vec<(&Change, &Step)> {
    let mut open: VecDeque<(&Change, &Step)> =
        plan.changes.iter().flat_map(|change| change.steps.iter().map(move |step| (change, step))).collect();
    let mut done: BTreeSet<&StepId> = BTreeSet::new();
    let mut ordered = Vec::with_capacity(open.len());
    while let Some(next) = open.iter().position(|(_, step)| step.after.iter().all(|id| done.contains(id))) {
        let (change, step) = open.remove(next).expect("the position was found in this very queue");
        done.insert(&step.id);
        ordered.push((change, step));
    }
    // A plan that its own checker passed has no circle; were there one, its steps are still shown.
    ordered.extend(open);
    ordered
}

fn section(number: usize, change: &Change, step: &Step, services: ServiceName<'_>) -> String {
    let target = step.target.as_ref().unwrap_or(&change.address);
    let boxes: String = instructions(change, step, target, services).into_iter().map(|line| format!("- [ ] {line}\n")).collect();
    format!("\n## {number}. {} {} {}\n\n{boxes}", heading(step.action), target.kind.word(), markdown(target.name.as_str()))
}

fn heading(action: Do) -> &'static str {
    match action {
        Do::Create => "Create",
        Do::Update => "Update",
        Do::Delete => "Delete",
        Do::Revoke => "Revoke",
        Do::Authorize => "Connect",
        Do::Detach => "Set aside",
        Do::Attach => "Put back",
        Do::Adopt => "Take over",
        Do::Forget => "Let go of",
    }
}

fn instructions(change: &Change, step: &Step, target: &Address, services: ServiceName<'_>) -> Vec<String> {
    let name = markdown(target.name.as_str());
    let place = screen(target.kind);
    match (step.action, &change.after) {
        (Do::Create, Some(resource)) => create(resource, target, services),
        (Do::Update, Some(resource)) => update(change, resource, target, services),
        (Do::Create | Do::Update, None) => vec![format!("In {place}, open {name} and bring it to its declaration")],
        (Do::Delete, _) => delete(target),
        (Do::Revoke, _) => vec![format!("In {place}, open {name} and choose **Revoke**"), "Its status is no longer *Connected*".to_owned()],
        (Do::Authorize, _) => authorize(&name, step.actor),
        (Do::Adopt, _) => vec![format!("Nothing is done in {place}: from now on this project looks after {name}")],
        (Do::Forget, _) => vec![format!("Nothing is done in {place}: {name} stays, and this project looks after it no more")],
        (Do::Detach, _) => vec![format!("In {place}, open {name}, set *Authentication type* to **General**, save")],
        (Do::Attach, _) => vec![format!(
            "In {place}, open {name}, set *Authentication type* to **Connection(s)** and select {}, save",
            attached(change, target)
        )],
    }
}

fn screen(kind: Kind) -> &'static str {
    match kind {
        Kind::Service => "*Connections → Services → Custom Services*",
        Kind::Connection => "*Connections → My Connections*",
        Kind::Webhook => "*Automate → Actions → Webhooks*",
        Kind::Function => "*Automate → Actions → Custom Functions*",
    }
}

fn authorize(name: &str, actor: Option<Actor>) -> Vec<String> {
    let who = match actor {
        Some(Actor::EachUser) => "Each user, under *Connections → Shared Connections*",
        Some(Actor::Owner) | None => "The owner, under *Connections → My Connections*",
        Some(Actor::Broker) => "Anybody, under *Connections → My Connections*",
    };
    vec![
        format!("{who}, opens {name} and chooses **Connect**, then **Proceed**"),
        "Chooses the portal and application where several are offered, checks the scopes, and chooses **Accept**".to_owned(),
        "After a reload the status is *Connected*".to_owned(),
    ]
}

/// The connection that a webhook selects again: the one of this change.
fn attached(change: &Change, webhook: &Address) -> String {
    match change.after.as_deref() {
        Some(Resource::Webhook(body)) if *webhook == change.address => {
            body.connection().map_or_else(|| "its connection".to_owned(), |name| markdown(name.as_str()))
        }
        Some(Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_)) | None => {
            if change.address.kind == Kind::Connection { markdown(change.address.name.as_str()) } else { "its connection".to_owned() }
        }
    }
}

fn delete(target: &Address) -> Vec<String> {
    let mut lines = vec![format!("In {}, open {} and choose **Delete**", screen(target.kind), markdown(target.name.as_str()))];
    if target.kind == Kind::Connection {
        lines.push("If a box lists webhooks that use it, an earlier step was left out: go back to it".to_owned());
    }
    lines
}

fn create(resource: &Resource, target: &Address, services: ServiceName<'_>) -> Vec<String> {
    let (opened, saved) = match resource {
        Resource::Service(_) => ("choose **Create Service**", "Choose **Create Service** below the form"),
        Resource::Connection(_) => {
            ("choose **Create Connection**", "Choose **Create and Connect**; closing the consent screen leaves it for its own step")
        }
        Resource::Webhook(_) => ("choose **Create Webhook**", "Choose **Save**"),
        Resource::Function(_) => ("choose **Create Custom Function**", "Choose **Save and Close**"),
    };
    let mut lines = vec![format!("In {}, {opened}", screen(target.kind))];
    lines.extend(form::fields(resource, target, services).iter().map(filled));
    lines.push(saved.to_owned());
    lines
}

fn update(change: &Change, resource: &Resource, target: &Address, services: ServiceName<'_>) -> Vec<String> {
    let (place, name) = (screen(target.kind), markdown(target.name.as_str()));
    let fields = form::fields(resource, target, services);
    let lines = if matches!(change.action, Action::Replace | Action::Move) || change.diff.is_empty() {
        fields.iter().map(filled).collect()
    } else {
        edited::lines(&change.diff, resource, &fields)
    };
    if lines.is_empty() {
        return vec![format!("Nothing is done in {place}: what changes of {name} is kept by Bowline alone")];
    }
    let opened = format!("In {place}, open {name} for editing");
    [opened].into_iter().chain(lines).chain(["Save".to_owned()]).collect()
}

fn filled(field: &Field) -> String {
    format!("*{}*: {}", field.label, field.text)
}

/// What the runbook does not do, and why.
fn left_out(plan: &Plan) -> String {
    let refused = plan.changes.iter().filter_map(|change| {
        let refused = change.refused.as_ref()?;
        Some(format!("- {}: {}\n", markdown(&change.address.to_string()), markdown(&refused.message)))
    });
    let waiting = plan.waiting.iter().map(|waiting| {
        format!("- {}: {}, and a person still has to connect it\n", markdown(&waiting.address.to_string()), waiting.state.words())
    });
    let lines: String = refused.chain(waiting).collect();
    if lines.is_empty() { lines } else { format!("\n## Not part of these steps\n\n{lines}") }
}

#[cfg(test)]
mod tests;
