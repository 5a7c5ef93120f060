//! A plan as the steps of a person at the platform's console: the platform has no interface to write services and
//! connections through (zoho.com offers none), so what an apply would do is said field by field, in its order.
//! Screens and fields are those of the help pages "Configuring Connections", "Configuring webhooks" and "Understanding
//! custom functions" (zoho.com, IoT help).

use super::literal::markdown;
use crate::plan::{Action, Actor, Change, DiffOp, DiffValue, Difference, Do, Plan, Step, StepId};
use crate::resource::{Address, Auth, Body, Connection, Function, Kind, Resource, Service, Value, Webhook, WebhookAuth};
use std::collections::{BTreeSet, VecDeque};

/// The console steps of a plan in an order that respects it, as Markdown with check boxes. Holds no secret: where one has
/// to be typed, it says where it comes from.
pub fn runbook(plan: &Plan) -> String {
    let mut text = "# Runbook\n\nDo the steps in this order and tick each when it is done. *Connections* is in the console under\n\
                    *Developer Application → Automate → Connections*.\n"
        .to_owned();
    let steps = in_order(plan);
    if steps.is_empty() {
        text.push_str("\nNothing to do.\n");
    }
    for (at, (change, step)) in steps.into_iter().enumerate() {
        text.push_str(&section(at + 1, change, step));
    }
    text.push_str(&left_out(plan));
    text
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

fn section(number: usize, change: &Change, step: &Step) -> String {
    let target = step.target.as_ref().unwrap_or(&change.address);
    let boxes: String = instructions(change, step, target).into_iter().map(|line| format!("- [ ] {line}\n")).collect();
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

fn instructions(change: &Change, step: &Step, target: &Address) -> Vec<String> {
    let name = markdown(target.name.as_str());
    let place = screen(target.kind);
    match (step.action, &change.after) {
        (Do::Create, Some(resource)) => create(resource, target),
        (Do::Update, Some(resource)) => update(change, resource, target),
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

fn create(resource: &Resource, target: &Address) -> Vec<String> {
    let (opened, saved) = match resource {
        Resource::Service(_) => ("choose **Create Service**", "Choose **Create Service** below the form"),
        Resource::Connection(_) => {
            ("choose **Create Connection**", "Choose **Create and Connect**; closing the consent screen leaves it for its own step")
        }
        Resource::Webhook(_) => ("choose **Create Webhook**", "Choose **Save**"),
        Resource::Function(_) => ("choose **Create Custom Function**", "Choose **Save and Close**"),
    };
    let mut lines = vec![format!("In {}, {opened}", screen(target.kind))];
    lines.extend(fields(resource, target).into_iter().map(|(label, value)| format!("*{label}*: {value}")));
    lines.push(saved.to_owned());
    lines
}

fn update(change: &Change, resource: &Resource, target: &Address) -> Vec<String> {
    let mut lines = vec![format!("In {}, open {} for editing", screen(target.kind), markdown(target.name.as_str()))];
    if matches!(change.action, Action::Replace | Action::Move) || change.diff.is_empty() {
        lines.extend(fields(resource, target).into_iter().map(|(label, value)| format!("*{label}*: {value}")));
    } else {
        lines.extend(change.diff.iter().map(|one| difference(target.kind, one)));
    }
    lines.push("Save".to_owned());
    lines
}

fn difference(kind: Kind, difference: &Difference) -> String {
    let field = label(kind, &difference.path);
    let value = difference.value.as_ref().map_or_else(|| "nothing".to_owned(), shown);
    match difference.op {
        DiffOp::Add | DiffOp::Replace => format!("{field}: set to {value}"),
        DiffOp::Remove => format!("{field}: leave empty"),
        DiffOp::SetAdd => format!("{field}: add {value}"),
        DiffOp::SetRemove => format!("{field}: take away {value}"),
        DiffOp::SecretWrite => format!("{field}: type {value}"),
    }
}

/// The label of the field that a path in a declaration stands for; the path itself where the form has no such field.
fn label(kind: Kind, path: &str) -> String {
    let label = match (kind, path) {
        (Kind::Service, "/name") => "Service Name",
        (Kind::Service, "/auth/authorize_url") => "Authorize URL",
        (Kind::Service, "/auth/token_url") => "Access Token URL",
        (Kind::Service, "/auth/refresh_url") => "Refresh Token URL",
        (Kind::Service, "/auth/revoke_url") => "Revoke Token URL",
        (Kind::Service, "/auth/client_id") => "Client Id",
        (Kind::Service, "/auth/client_secret") => "Client Secret",
        (Kind::Connection, "/name") => "Connection Name",
        (Kind::Connection, "/service") => "Service",
        (Kind::Connection, "/scopes") => "Scope",
        (Kind::Connection, "/use_login_user_credentials") => "Use credentials of login user",
        (Kind::Webhook, "/name") => "Name",
        (Kind::Webhook, "/method") => "Method",
        (Kind::Webhook, "/url") => "URL to Notify",
        (Kind::Webhook, "/auth") => "Authentication Type",
        (Kind::Webhook, "/auth/connection") => "Connection",
        (Kind::Function, "/name") => "Display Name",
        (Kind::Function, "/script" | "/script/path") => "Script",
        (_, "/description") => "Description",
        _ => return markdown(path),
    };
    format!("*{label}*")
}

fn shown(value: &DiffValue) -> String {
    match value {
        DiffValue::Secret { reference, .. } => format!("the secret from {}", markdown(reference)),
        DiffValue::Plain(serde_json::Value::String(text)) => markdown(text),
        DiffValue::Plain(value) => markdown(&value.to_string()),
    }
}

/// The form's fields, in its order, under the labels of the help pages.
fn fields(resource: &Resource, target: &Address) -> Vec<(&'static str, String)> {
    let mut fields = match resource {
        Resource::Service(service) => service_fields(service, target),
        Resource::Connection(connection) => connection_fields(connection, target),
        Resource::Webhook(webhook) => webhook_fields(webhook, target),
        Resource::Function(function) => function_fields(function, target),
    };
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

fn service_fields(service: &Service, target: &Address) -> Vec<(&'static str, String)> {
    let mut fields = vec![("Service Name", markdown(&service.name)), ("Service Link Name", markdown(target.name.as_str()))];
    match &service.auth {
        Auth::Oauth2(oauth2) => {
            fields.extend([
                ("Authentication Type", "**OAuth 2**".to_owned()),
                ("Param Type", json_word(&oauth2.param_type)),
                ("Grant Type", json_word(&oauth2.grant)),
                ("Client Id", optional(oauth2.client_id.as_ref())),
                ("Client Secret", optional(oauth2.client_secret.as_ref())),
                ("Authorize URL", text(oauth2.authorize_url.as_deref())),
                ("Access Token URL", markdown(&oauth2.token_url)),
                ("Refresh Token URL", markdown(oauth2.refresh_url.as_deref().unwrap_or(&oauth2.token_url))),
                ("Revoke Token URL", text(oauth2.revoke_url.as_deref())),
            ]);
            fields.extend(
                oauth2.scopes.iter().map(|(scope, name)| ("Scope", format!("{}, displayed as {}", markdown(&scope.0), markdown(name)))),
            );
            fields.push(("Scope Delimiter", json_word(&oauth2.scope_delimiter)));
        }
        Auth::Oauth1(oauth1) => fields.extend([
            ("Authentication Type", "**OAuth 1**".to_owned()),
            ("Consumer Key", optional(oauth1.consumer_key.as_ref())),
            ("Consumer Secret", optional(oauth1.consumer_secret.as_ref())),
            ("Request Token URL", markdown(&oauth1.request_token_url)),
            ("Authorize URL", markdown(&oauth1.authorize_url)),
            ("Access Token URL", markdown(&oauth1.access_token_url)),
            ("Param Type", json_word(&oauth1.param_type)),
        ]),
        Auth::ApiKey(api_key) => {
            fields.extend([("Authentication Type", "**API Key**".to_owned()), ("Param Type", json_word(&api_key.param_type))]);
            fields.extend(
                api_key
                    .parameters
                    .iter()
                    .map(|(key, name)| ("Parameter", format!("key {}, displayed as {}", markdown(key), markdown(name)))),
            );
        }
        Auth::Basic => fields.push(("Authentication Type", "**Basic Authentication**".to_owned())),
    }
    fields
}

fn connection_fields(connection: &Connection, target: &Address) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("Service", markdown(connection.service.as_str())),
        ("Connection Name", markdown(&connection.name)),
        ("Connection Link Name", format!("{}, which can never be changed", markdown(target.name.as_str()))),
        ("Use credentials of login user", switch(connection.use_login_user_credentials)),
    ];
    fields.extend(connection.parameters.iter().map(|(key, text)| ("Parameter", format!("{}: {}", markdown(key), markdown(text)))));
    fields.extend(connection.scopes.iter().map(|scope| ("Scope", markdown(&scope.0))));
    fields
        .extend(connection.credentials.iter().map(|(key, held)| ("Asked when connecting", format!("{}: {}", markdown(key), value(held)))));
    fields
}

fn webhook_fields(webhook: &Webhook, target: &Address) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("Name", markdown(&webhook.name)),
        ("Description", text(Some(webhook.description.as_str()).filter(|text| !text.is_empty()))),
        ("Method", format!("**{}**", webhook.method.word())),
        ("URL to Notify", markdown(&webhook.url)),
    ];
    match &webhook.auth {
        WebhookAuth::General => fields.push(("Authentication Type", "**General**".to_owned())),
        WebhookAuth::Connection(name) => {
            fields.extend([("Authentication Type", "**Connection(s)**".to_owned()), ("Connection", markdown(name.as_str()))]);
        }
    }
    let pair = |name: &str, held: &Value| format!("{}: {}", markdown(name), value(held));
    fields.extend(webhook.headers.iter().map(|(name, held)| ("Header, custom parameter", pair(name, held))));
    fields.extend(webhook.query.iter().map(|(name, held)| ("URL parameter", pair(name, held))));
    match &webhook.body {
        Body::None => fields.push(("Body", "**None**".to_owned())),
        Body::Form(form) => {
            fields.push(("Body", "**Form-Data**".to_owned()));
            fields.extend(form.iter().map(|(name, text)| ("Form parameter", format!("{}: {}", markdown(name), markdown(text)))));
        }
        Body::Json(json) => fields.push(("Body", format!("**Raw Data**, JSON: {}", markdown(&json.to_string())))),
        // A list item holds one line; where the line breaks matter, the rendered file has them.
        Body::Raw { format, content } if content.trim_end().contains('\n') => {
            let file = format!("webhooks/{}.json", target.name);
            fields.push(("Body", format!("**Raw Data**, {}: the `content` of {}", json_word(format), markdown(&file))));
        }
        Body::Raw { format, content } => fields.push(("Body", format!("**Raw Data**, {}: {}", json_word(format), markdown(content)))),
    }
    fields
}

fn function_fields(function: &Function, target: &Address) -> Vec<(&'static str, String)> {
    vec![
        ("Category", json_word(&function.category)),
        ("Language", "**Deluge**".to_owned()),
        ("Model/Module", text(function.module.as_deref())),
        ("Display Name", markdown(&function.name)),
        ("Function Name", markdown(target.name.as_str())),
        ("Description", text(Some(function.description.as_str()).filter(|text| !text.is_empty()))),
        ("Script", format!("the text of {}", markdown(&function.script.path))),
    ]
}

fn switch(on: bool) -> String {
    if on { "**on**".to_owned() } else { "**off**".to_owned() }
}

/// A word of the language in the form's spelling: `authorization_code` → Authorization code.
fn json_word(word: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(word).expect("words are JSON strings");
    let word = word.as_str().unwrap_or_default().replace('_', " ");
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    format!("**{}{rest}**", first.to_uppercase())
}

fn text(text: Option<&str>) -> String {
    text.map(markdown).unwrap_or_default()
}

fn optional(held: Option<&Value>) -> String {
    held.map(value).unwrap_or_default()
}

fn value(held: &Value) -> String {
    match held {
        Value::Literal(text) => markdown(text),
        Value::From(reference) => format!("the secret from {}", markdown(&reference.to_string())),
    }
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
