//! What a runbook promises: the plan's order, every field, no secret.

use super::*;
use crate::plan::{Affects, DiffOp, DiffValue, Difference, Hazard, Reason, Refused, Waiting};
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

/// As the console would have it: it knows one default service.
fn rendered(plan: &Plan) -> String {
    runbook(plan, &|name| (name.as_str() == "zoho-crm").then(|| "Zoho CRM".to_owned()))
}

/// The steps of an update that differs in these ways from what is live.
fn updated(address: &str, after: Json, diff: &[(&str, DiffOp, Option<Json>, Option<Json>)]) -> String {
    let mut update = change(address, Action::Update, Some(after), vec![step("s1", Do::Update, &[])]);
    let plain = |side: &Option<Json>| side.clone().map(DiffValue::Plain);
    let difference = |(path, op, before, value): &(&str, DiffOp, Option<Json>, Option<Json>)| Difference {
        path: (*path).to_owned(),
        op: *op,
        before: plain(before),
        value: plain(value),
        class: None,
    };
    update.diff = diff.iter().map(difference).collect();
    let text = rendered(&Plan { changes: vec![update], ..Plan::default() });
    text.lines().filter_map(|line| line.strip_prefix("- [ ] ")).collect::<Vec<_>>().join("\n")
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
    let text = rendered(&Plan { changes: vec![reconnect, created], ..Plan::default() });
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
    let text = rendered(&Plan {
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
    let text = rendered(&Plan { changes: vec![replaced], ..Plan::default() });
    assert!(text.contains("## 1. Set aside webhook `alarm`\n\n- [ ] In *Automate → Actions → Webhooks*, open `alarm`"), "{text}");
    assert!(text.contains("and select `new`, save"), "{text}");
}

#[test]
fn a_changed_function_says_its_fields_and_no_digest() {
    let body =
        json!({ "name": "F", "category": "schedule", "script": { "path": "functions/f.ds", "sha256": "8af3" }, "connections": ["d"] });
    let text = updated(
        "functions.f",
        body,
        &[
            ("/category", DiffOp::Replace, Some(json!("workflow")), Some(json!("schedule"))),
            ("/module", DiffOp::Remove, Some(json!("Alarms")), None),
            ("/script/sha256", DiffOp::Replace, Some(json!("00")), Some(json!("8af3"))),
            ("/connections", DiffOp::SetAdd, None, Some(json!("d"))),
        ],
    );
    let opened = "In *Automate → Actions → Custom Functions*, open `f` for editing";
    assert_eq!(
        text,
        format!("{opened}\n*Category*: **Schedule**\n*Script*: the text of `functions/f.ds`\n*Model/Module*: leave empty\nSave")
    );
}

#[test]
fn a_changed_webhook_is_filled_in_by_fields_and_entries() {
    let body = json!({ "name": "W", "url": "https://a.example", "headers": { "X-T": "t", "X/U": "u" }, "body": { "json": { "b": 1 } } });
    let text = updated(
        "webhooks.w",
        body,
        &[
            ("/auth/connection", DiffOp::Remove, Some(json!("c")), None),
            ("/headers/X-T", DiffOp::Add, None, Some(json!("t"))),
            ("/headers/X~1U", DiffOp::Replace, Some(json!("v")), Some(json!("u"))),
            ("/headers/X-Old", DiffOp::Remove, Some(json!("o")), None),
            ("/body/json/a", DiffOp::Remove, Some(json!(1)), None),
            ("/body/json/b", DiffOp::Add, None, Some(json!(1))),
            ("/signing/secret", DiffOp::Remove, None, None),
        ],
    );
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "*Authentication Type*: **General**",
            "*Header, custom parameter*: add `X-T`: `t`",
            "*Header, custom parameter*: `X/U`: `u`",
            "*Body*: **Raw Data**, JSON: `{\"b\":1}`",
            "*Header, custom parameter*: take away `X-Old`",
            "Save",
        ]
    );
}

#[test]
fn a_webhook_that_sends_a_form_names_the_parameters_that_change() {
    let body =
        json!({ "name": "W", "url": "https://a.example", "auth": { "connection": "d" }, "body": { "form": { "k": "v", "l": "w" } } });
    let text = updated(
        "webhooks.w",
        body,
        &[
            ("/auth/connection", DiffOp::Replace, Some(json!("c")), Some(json!("d"))),
            ("/body/raw/content", DiffOp::Remove, Some(json!("x")), None),
            ("/body/form/k", DiffOp::Add, None, Some(json!("v"))),
        ],
    );
    let auth = "*Authentication Type*: **Connection(s)**\n*Connection*: `d`";
    assert!(text.contains(&format!("{auth}\n*Body*: **Form-Data**\n*Form parameter*: add `k`: `v`\nSave")), "{text}");
}

#[test]
fn a_changed_service_says_both_of_its_token_urls_and_its_scopes() {
    let auth = json!({ "type": "oauth2", "token_url": "https://a.example/t", "scopes": { "new.one": "N" } });
    let text = updated(
        "services.s",
        json!({ "name": "S", "auth": auth }),
        &[
            ("/auth/token_url", DiffOp::Replace, Some(json!("https://b.example/t")), Some(json!("https://a.example/t"))),
            ("/auth/pkce", DiffOp::Replace, Some(json!(false)), Some(json!(true))),
            ("/auth/scopes/new.one", DiffOp::Add, None, Some(json!("N"))),
            ("/auth/scopes/old.one", DiffOp::Remove, Some(json!("O")), None),
            ("/hosts", DiffOp::SetAdd, None, Some(json!("a.example"))),
        ],
    );
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "*Access Token URL*: `https://a.example/t`",
            "*Refresh Token URL*: `https://a.example/t`",
            "*Scope*: add `new.one`, displayed as `N`",
            "*Scope*: take away `old.one`",
            "Save",
        ]
    );
}

#[test]
fn another_type_of_authentication_is_the_whole_form() {
    let auth = json!({ "type": "api_key", "parameters": { "X-Key": "Key" } });
    let changed = [("/auth/type", DiffOp::Replace, Some(json!("basic")), Some(json!("api_key")))];
    let text = updated("services.s", json!({ "name": "S", "auth": auth }), &changed);
    assert!(text.contains("editing\n*Authentication Type*: **API Key**\n*Param Type*: **Header**\n*Parameter*: key `X-Key`"), "{text}");
}

#[test]
fn what_the_console_lacks_is_no_step_there() {
    let body = json!({ "name": "C", "service": "zoho-crm", "protect": true });
    let changed = [("/protect", DiffOp::Replace, Some(json!(false)), Some(json!(true)))];
    let text = updated("connections.c", body, &changed);
    assert_eq!(text, "Nothing is done in *Connections → My Connections*: what changes of `c` is kept by Bowline alone");
}

/// Every leaf of every kind's body is filled in somewhere, or is known to have no field.
#[test]
fn every_field_of_a_declaration_has_its_place() {
    let deeper = json!({ "depends_on": ["services.s"], "protect": true });
    let oauth2 = json!({ "type": "oauth2", "authorize_url": "a", "token_url": "b", "refresh_url": "c", "revoke_url": "d", "client_id": "e",
        "client_secret": "f", "private_key": "g", "scopes": { "s": "S" }, "issuer": "h", "userinfo_url": "i", "account_field": "j",
        "tolerates": ["scope_list"] });
    let oauth1 = json!({ "type": "oauth1", "consumer_key": "a", "consumer_secret": "b", "request_token_url": "c", "authorize_url": "d",
        "access_token_url": "e" });
    let bodies = [
        ("services.s", json!({ "name": "S", "description": "D", "auth": oauth2, "hosts": ["h"] })),
        ("services.s", json!({ "name": "S", "auth": oauth1 })),
        ("services.s", json!({ "name": "S", "auth": { "type": "api_key", "parameters": { "k": "K" } } })),
        (
            "connections.c",
            json!({ "name": "C", "description": "D", "service": "s", "scopes": ["s"], "credentials": { "k": "v" }, "parameters": { "p": "v" } }),
        ),
        (
            "webhooks.w",
            json!({ "name": "W", "description": "D", "url": "u", "auth": { "connection": "c" }, "headers": { "h": "v" },
                "query": { "q": "v" }, "body": { "form": { "f": "v" } }, "signing": { "secret": { "env": "E" } } }),
        ),
        (
            "functions.f",
            json!({ "name": "F", "description": "D", "category": "schedule", "module": "m", "script": "f.ds", "connections": ["c"] }),
        ),
    ];
    let mut nowhere: BTreeSet<String> = BTreeSet::new();
    for (address, body) in bodies {
        let kind = address.parse::<Address>().expect("an address").kind;
        let mut body = body;
        body.as_object_mut().expect("an object").extend(deeper.as_object().expect("an object").clone());
        let resource = Resource::deserialize(kind, body).expect("a body of the kind");
        let mut leaves = Vec::new();
        leaves_of(&serde_json::to_value(&resource).expect("plain JSON"), "", &mut leaves);
        for (path, value) in leaves {
            let text =
                updated(address, serde_json::to_value(&resource).expect("plain JSON"), &[(&path, DiffOp::Replace, None, Some(value))]);
            if text.starts_with("Nothing is done") {
                nowhere.insert(format!("{} {path}", kind.word()));
            }
        }
    }
    let known = [
        "connection /depends_on",
        "connection /description",
        "connection /protect",
        "function /connections",
        "function /depends_on",
        "function /protect",
        "service /auth/account_field",
        "service /auth/client_authentication",
        "service /auth/issuer",
        "service /auth/pkce",
        "service /auth/private_key",
        "service /auth/signature_method",
        "service /auth/tolerates",
        "service /auth/userinfo_url",
        "service /depends_on",
        "service /description",
        "service /hosts",
        "service /protect",
        "webhook /depends_on",
        "webhook /protect",
        "webhook /signing/secret/env",
    ];
    assert_eq!(nowhere.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

/// A set is one leaf for each of its members.
fn leaves_of(value: &Json, at: &str, found: &mut Vec<(String, Json)>) {
    match value {
        Json::Object(members) => members.iter().for_each(|(key, member)| leaves_of(member, &format!("{at}/{key}"), found)),
        Json::Array(members) => members.iter().for_each(|member| found.push((at.to_owned(), member.clone()))),
        leaf => found.push((at.to_owned(), leaf.clone())),
    }
}

#[test]
fn a_connection_names_its_service_as_the_console_lists_it() {
    let connection = |service: &str| Some(json!({ "name": "C", "service": service }));
    let made =
        |id: &str, address: &str, service: &str| change(address, Action::Create, connection(service), vec![step(id, Do::Create, &[])]);
    let own = json!({ "name": "Order system", "auth": { "type": "basic" } });
    let service = change("services.erp", Action::Create, Some(own), vec![step("s0", Do::Create, &[])]);
    let changes =
        vec![service, made("s1", "connections.a", "zoho-crm"), made("s2", "connections.b", "erp"), made("s3", "connections.c", "other")];
    let text = rendered(&Plan { changes, ..Plan::default() });
    let named: Vec<&str> = text.lines().filter(|line| line.contains("*Service*")).collect();
    assert_eq!(named, ["- [ ] *Service*: `Zoho CRM`", "- [ ] *Service*: `Order system`", "- [ ] *Service*: `other`"]);
}

#[test]
fn hostile_text_stays_in_its_span_and_line() {
    let body =
        json!({ "name": "x`\n# Heading\n@all", "url": "https://a.example", "body": { "raw": { "format": "text", "content": "a\nb" } } });
    let text = rendered(&Plan {
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
    let text = rendered(&Plan { changes: vec![refused], waiting, ..Plan::default() });
    assert!(text.contains("\nNothing to do.\n"), "{text}");
    assert!(
        text.ends_with("- `connections.a`: `it is protected`\n- `connections.b`: expired, and a person still has to connect it\n"),
        "{text}"
    );
}
