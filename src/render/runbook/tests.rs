//! What a runbook promises: the plan's order, every field, no secret.

use super::*;
use crate::plan::{Affects, Hazard, Reason, Refused, Waiting};
use crate::resource::ConnectionState;
use serde_json::{Value as Json, json};
use std::sync::Arc;

fn change(address: &str, action: Action, after: Option<Json>, steps: Vec<Step>) -> Change {
    let address: Address = address.parse().expect("an address");
    let after = after.map(|body| Arc::new(Resource::deserialize(address.kind, body).expect("a body of the kind")));
    Change {
        id: "c1".to_owned(),
        address,
        previous_address: None,
        from: None,
        action,
        source: None,
        reasons: Vec::<Reason>::new(),
        diff: Vec::new(),
        hazards: Vec::<Hazard>::new(),
        affects: Affects::default(),
        precondition: None,
        refused: None,
        after,
        steps,
    }
}

fn step(id: &str, action: Do, after: &[&str]) -> Step {
    let actor = (action == Do::Authorize).then_some(Actor::Owner);
    Step {
        id: StepId(id.to_owned()),
        action,
        target: None,
        precondition: None,
        actor,
        after: after.iter().map(|id| StepId((*id).to_owned())).collect(),
    }
}

fn headings(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("## ")).collect()
}

#[test]
fn steps_come_in_the_order_that_they_wait_for() {
    let connection = json!({ "name": "CRM", "service": "zoho-crm", "scopes": ["a", "b"] });
    let mut reconnect = change(
        "connections.crm",
        Action::Reconnect,
        Some(connection),
        vec![step("s3", Do::Authorize, &["s2"]), step("s2", Do::Update, &["s1", "s0"]), step("s1", Do::Revoke, &[])],
    );
    let (path, value) = ("/scopes".to_owned(), Some(DiffValue::Plain(json!("b"))));
    reconnect.diff = vec![Difference { path, op: DiffOp::SetAdd, before: None, value, class: None }];
    let service = json!({ "name": "S", "auth": { "type": "basic" } });
    let created = change("services.s", Action::Create, Some(service), vec![step("s0", Do::Create, &[])]);
    let text = runbook(&Plan { changes: vec![reconnect, created], ..Plan::default() });
    assert_eq!(
        headings(&text),
        ["## 1. Revoke connection `crm`", "## 2. Create service `s`", "## 3. Update connection `crm`", "## 4. Connect connection `crm`"]
    );
    assert!(text.contains("- [ ] *Scope*: add `b`\n- [ ] Save\n"), "{text}");
    assert!(text.contains("- [ ] The owner, under *Connections → My Connections*, opens `crm` and chooses **Connect**"), "{text}");
}

#[test]
fn a_form_is_filled_in_field_by_field_and_a_secret_is_fetched() {
    let body = json!({ "name": "IoT", "auth": { "type": "oauth2", "authorize_url": "https://a.example/auth", "token_url": "https://a.example/token",
        "client_id": "id", "client_secret": { "file": "secrets/x" }, "scopes": { "read": "Read it" } } });
    let text = runbook(&Plan {
        changes: vec![change("services.iot", Action::Create, Some(body), vec![step("s1", Do::Create, &[])])],
        ..Plan::default()
    });
    for line in [
        "*Service Name*: `IoT`",
        "*Service Link Name*: `iot`",
        "*Authentication Type*: **OAuth 2**",
        "*Grant Type*: **Authorization code**",
        "*Client Secret*: the secret from `file:secrets/x`",
        "*Refresh Token URL*: `https://a.example/token`",
        "*Scope*: `read`, displayed as `Read it`",
        "*Scope Delimiter*: **Comma**",
    ] {
        assert!(text.contains(&format!("- [ ] {line}\n")), "{line}\n{text}");
    }
    assert!(!text.contains("Revoke Token URL"), "{text}");
}

#[test]
fn a_webhook_is_set_aside_and_put_back_around_a_move() {
    let webhook: Address = "webhooks.alarm".parse().expect("an address");
    let around = |id, action, after: &[&str]| Step { target: Some(webhook.clone()), ..step(id, action, after) };
    let steps = vec![
        around("s1", Do::Detach, &[]),
        step("s2", Do::Delete, &["s1"]),
        step("s3", Do::Create, &["s2"]),
        around("s4", Do::Attach, &["s3"]),
    ];
    let replaced = change("connections.new", Action::Replace, Some(json!({ "name": "N", "service": "slack" })), steps);
    let text = runbook(&Plan { changes: vec![replaced], ..Plan::default() });
    assert!(text.contains("## 1. Set aside webhook `alarm`\n\n- [ ] In *Automate → Actions → Webhooks*, open `alarm`"), "{text}");
    assert!(text.contains("and select `new`, save"), "{text}");
}

#[test]
fn hostile_text_stays_in_its_span_and_line() {
    let body =
        json!({ "name": "x`\n# Heading\n@all", "url": "https://a.example", "body": { "raw": { "format": "text", "content": "a\nb" } } });
    let text = runbook(&Plan {
        changes: vec![change("webhooks.w", Action::Create, Some(body), vec![step("s1", Do::Create, &[])])],
        ..Plan::default()
    });
    assert!(text.contains("- [ ] *Name*: ``x` # Heading @all``\n"), "{text}");
    assert!(text.contains("*Body*: **Raw Data**, **Text**: the `content` of `webhooks/w.json`\n"), "{text}");
}

#[test]
fn what_is_left_out_is_said() {
    let mut refused = change("connections.a", Action::Delete, None, Vec::new());
    refused.refused = Some(Refused { code: "protected".to_owned(), message: "it is protected".to_owned() });
    let waiting = vec![Waiting { address: "connections.b".parse().expect("an address"), state: ConnectionState::Expired }];
    let text = runbook(&Plan { changes: vec![refused], waiting, ..Plan::default() });
    assert!(text.contains("\nNothing to do.\n"), "{text}");
    assert!(
        text.ends_with("- `connections.a`: `it is protected`\n- `connections.b`: expired, and a person still has to connect it\n"),
        "{text}"
    );
}
