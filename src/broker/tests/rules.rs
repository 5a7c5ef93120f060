//! L1–L9, ownership and protection: each accepted once and refused once.

use super::*;
use crate::broker::Invalid;
use crate::resource::{Etag, Kind, Link, Status, WebhookState};
use crate::store::Outcome;
use std::collections::BTreeSet;

fn oauth_world() -> World {
    let world = World::new();
    world.put("services.o", oauth2("authorization_code", &["a.READ", "a.WRITE"], &["api.example.com"])).expect("allowed");
    world.put("connections.c", json!({ "name": "C", "service": "o", "scopes": ["a.READ"] })).expect("allowed");
    world
}

fn read_write() -> Value {
    json!({ "name": "C", "service": "o", "scopes": ["a.READ", "a.WRITE"] })
}

#[test]
fn what_no_file_could_say_is_not_kept() {
    let world = World::new();
    let hook = |json: Value| json!({ "name": "W", "url": "https://a.example", "body": { "json": json } });
    world.put("webhooks.w", hook(json!({ "a": "two\nlines" }))).expect("a file can say that");
    for (body, at) in [
        (json!({ "a": ["b", "line\u{2028}line"] }), "/body/json/a/1"),
        (json!({ "a": { "${{ x }}": 1 } }), "/body/json/a"),
        (json!({ "a\u{202e}": 1 }), "/body/json"),
    ] {
        let refused = world.put("webhooks.w", hook(body)).expect_err("no file can say that");
        let path = at.to_owned();
        assert!(matches!(refused, BrokerError::Invalid(Invalid::Undeclarable { path: found, .. }) if found == path), "{at}");
    }
}

#[test]
fn l1_a_connected_connection_is_updated_after_it_is_revoked() {
    let world = oauth_world();
    world.put("connections.c", read_write()).expect("nobody connected it yet");
    world.grant("c", "zoe");
    let changed = json!({ "name": "D", "service": "o", "scopes": ["a.READ", "a.WRITE"] });
    assert_eq!(refusal(world.put("connections.c", changed.clone())), Refusal::UpdateWhileConnected);
    let mut kept = read_write();
    kept["protect"] = json!(true);
    world.put("connections.c", kept).expect("bookkeeping may change at any time");
    let revoked = world.revoke("connections.c").expect("allowed");
    assert_eq!(world.revoke("connections.c").expect("there is nothing left to take"), revoked);
    world.put("connections.c", changed).expect("it is revoked");
}

#[test]
fn l1_another_value_of_a_secret_is_an_update_too() {
    let world = World::furnished();
    let put = |value| world.put_with("connections.c", keyed("K"), How::default(), &[("/credentials/X-Key", value)]);
    put(CANARY).expect("it is the value that is held");
    assert_eq!(refusal(put("another")), Refusal::UpdateWhileConnected);
    world.revoke("connections.c").expect("allowed");
    put("another").expect("it is revoked");
}

#[test]
fn l2_scopes_wait_while_a_webhook_uses_a_connected_connection() {
    let world = oauth_world();
    world.put("webhooks.w", hook("c")).expect("allowed");
    world.put("connections.c", read_write()).expect("nobody connected it yet");
    world.grant("c", "");
    let narrower = json!({ "name": "C", "service": "o", "scopes": ["a.READ"] });
    let webhooks = BTreeSet::from([Name::new("w")]);
    assert_eq!(refusal(world.put("connections.c", narrower.clone())), Refusal::ScopesWhileInUse { webhooks });
    world.detach("webhooks.w").expect("allowed");
    assert_eq!(refusal(world.put("connections.c", narrower)), Refusal::UpdateWhileConnected);
}

#[test]
fn l3_a_connection_goes_only_when_no_webhook_selects_it_and_all_are_named() {
    let world = World::furnished();
    world.put("webhooks.v", hook("c")).expect("allowed");
    let script = "";
    let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes()));
    let body = json!({ "name": "F", "category": "schedule", "script": { "path": "f.ds", "sha256": sha256 }, "connections": ["c"] });
    world.put_script("functions.f", body, How::default(), &[], Some(script)).expect("allowed");
    let dependents = BTreeSet::from([at("webhooks.v"), at("webhooks.w")]);
    assert_eq!(refusal(world.delete("connections.c")), Refusal::DeleteWhileReferenced { dependents });
    assert!(world.broker.dependents(&at("connections.c")).expect("readable").contains(&(at("functions.f"), Link::Named)));
    world.delete("webhooks.v").expect("nothing refers to it");
    world.detach("webhooks.w").expect("allowed");
    world.delete("connections.c").expect("functions do not stand in the way");
}

#[test]
fn l3_a_webhook_set_aside_comes_back_with_its_connection() {
    let world = World::furnished();
    assert_eq!(world.detach("webhooks.w").expect("allowed").outcome, Outcome::Webhook(WebhookState::Detached));
    world.delete("connections.c").expect("nothing selects it");
    world.put("webhooks.w", hook("c")).expect("it waits for its connection");
    assert!(world.object("webhooks.w").is_some_and(|object| object.detached));
    let unknown = world.attach("webhooks.w").expect_err("its connection is gone");
    assert!(matches!(unknown, BrokerError::Invalid(Invalid::UnknownConnection { .. })), "{unknown}");
    world.put_with("connections.c", keyed("K"), How::default(), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    assert_eq!(world.attach("webhooks.w").expect("allowed").outcome, Outcome::Webhook(WebhookState::Blocked));
}

#[test]
fn l3_a_webhook_set_aside_may_select_another_connection() {
    let world = World::furnished();
    world.put("connections.d", keyed("K")).expect("allowed");
    world.detach("webhooks.w").expect("allowed");
    assert_eq!(world.put("webhooks.w", hook("d")).expect("allowed").outcome, Outcome::Webhook(WebhookState::Blocked));
    world.delete("connections.c").expect("nothing selects it any more");
    let dependents = BTreeSet::from([at("webhooks.w")]);
    assert_eq!(refusal(world.delete("connections.d")), Refusal::DeleteWhileReferenced { dependents });
}

#[test]
fn l4_a_connection_stays_with_its_service() {
    let world = World::furnished();
    world.put("services.other", api_key()).expect("allowed");
    let moved = json!({ "name": "C", "service": "other", "credentials": { "X-Key": { "env": "K" } } });
    assert_eq!(refusal(world.put("connections.c", moved)), Refusal::ServiceOfConnection);
}

#[test]
fn l5_a_webhook_is_blocked_by_its_connection_and_active_again_without_moving() {
    let world = World::furnished();
    let state = || {
        let observed = world.broker.observe().expect("readable");
        let live = &observed.objects[&at("webhooks.w")];
        (live.status.clone(), live.etag.clone(), observed.revision)
    };
    let (status, etag, revision) = state();
    assert_eq!(status, Status::Webhook(WebhookState::Active));
    world.revoke("connections.c").expect("allowed");
    let (status, after, moved) = state();
    assert_eq!((status, after, moved > revision), (Status::Webhook(WebhookState::Blocked), etag.clone(), true));
    let report = world.broker.status().expect("readable").remove(0);
    assert_eq!((report.state, report.blocked().collect::<Vec<_>>()), (ConnectionState::Revoked, vec![&at("webhooks.w")]));
    world.authorize("connections.c").expect("its key is still held");
    assert_eq!((state().0, state().1), (Status::Webhook(WebhookState::Active), etag));
}

#[test]
fn l6_a_custom_service_s_list_is_the_whole_list() {
    let world = oauth_world();
    let body = |service: &str| json!({ "name": "C", "service": service, "scopes": ["a.READ", "b.ODD"] });
    let scopes = BTreeSet::from(["b.ODD".to_owned()]);
    assert_eq!(refusal(world.put("connections.d", body("o"))), Refusal::ScopesOutsideService { scopes });
    world.put("connections.d", body("slack")).expect("a default service may have scopes that the catalogue does not know");
    let unknown = world.put("connections.e", body("nowhere")).expect_err("there is no such service");
    assert!(matches!(unknown, BrokerError::Invalid(Invalid::UnknownService { .. })), "{unknown}");
}

#[test]
fn l7_a_service_in_use_stays_and_keeps_its_way_of_authenticating() {
    let world = World::furnished();
    let dependents = BTreeSet::from([at("connections.c")]);
    assert_eq!(refusal(world.delete("services.keys")), Refusal::DeleteWhileReferenced { dependents });
    let basic = json!({ "name": "K", "auth": { "type": "basic" }, "hosts": ["api.example.com"] });
    let connections = BTreeSet::from([Name::new("c")]);
    assert_eq!(refusal(world.put("services.keys", basic.clone())), Refusal::AuthenticationWhileConnected { connections });
    let mut renamed = api_key();
    renamed["name"] = json!("Keys");
    let connection = world.object("connections.c");
    world.put("services.keys", renamed).expect("it revokes nothing");
    assert_eq!(world.object("connections.c"), connection);
    world.revoke("connections.c").expect("allowed");
    world.put("services.keys", basic).expect("nobody is connected");
    world.delete("webhooks.w").expect("nothing refers to it");
    world.delete("connections.c").expect("nothing refers to it");
    let later = json!({ "name": "L", "url": "https://x.example/", "depends_on": ["services.keys"] });
    world.put("webhooks.later", later).expect("allowed");
    world.delete("services.keys").expect("what only waits for it does not use it");
}

#[test]
fn l8_asking_leads_to_an_honest_state() {
    let world = oauth_world();
    world.put("services.m", oauth2("client_credentials", &[], &["api.example.com"])).expect("allowed");
    world.put("services.b", json!({ "name": "B", "auth": { "type": "basic" }, "hosts": ["api.example.com"] })).expect("allowed");
    let password = json!({ "username": "bot", "password": { "env": "P" } });
    for (name, service, credentials) in [("m", "m", json!({})), ("b", "b", password.clone()), ("full", "b", password)] {
        let body = json!({ "name": name, "service": service, "credentials": credentials });
        world.put(&format!("connections.{name}"), body).expect("allowed");
    }
    let given = resource(
        "connections.full",
        json!({ "name": "full", "service": "b", "credentials": { "username": "bot", "password": { "env": "P" } } }),
    );
    let secrets = BTreeMap::from([(SecretPath("/credentials/password".to_owned()), Secret::new(CANARY.to_owned()))]);
    let put = Put { resource: &given, secrets: &secrets, script: None };
    world.broker.put(&world.call(How::default()), &at("connections.full"), put).expect("allowed");
    let asked = |address: &str| match world.authorize(address).expect("asking is no failure").outcome {
        Outcome::Connection(state) => state,
        other => panic!("a connection has a state: {other:?}"),
    };
    assert_eq!(asked("connections.c"), ConnectionState::AwaitingConsent);
    assert_eq!(asked("connections.m"), ConnectionState::Error);
    assert_eq!(asked("connections.b"), ConnectionState::Error);
    assert_eq!(asked("connections.full"), ConnectionState::Connected);
    let reports = world.broker.status().expect("readable");
    let message = |name: &str| &reports.iter().find(|report| report.name == name).expect("it is there").message;
    assert_eq!(message("b"), "not given yet: `password`");
    assert_eq!(message("C"), "a person has to consent in a browser, and before that: its service has no `client_id`");
    assert_eq!(message("m"), "its service has no `client_id`");
}

#[test]
fn l8_asking_again_never_loses_a_connection() {
    let world = oauth_world();
    world.grant("c", "");
    let before = world.object("connections.c");
    assert_eq!(world.authorize("connections.c").expect("allowed").outcome, Outcome::Connection(ConnectionState::Connected));
    assert_eq!(world.object("connections.c"), before);
}

#[test]
fn l9_a_webhook_calls_only_hosts_of_its_connection_s_service() {
    let world = World::furnished();
    let to =
        |connection: &str, url: &str| world.put("webhooks.x", json!({ "name": "X", "url": url, "auth": { "connection": connection } }));
    to("c", "https://api.example.com/y").expect("a host of the service");
    assert_eq!(refusal(to("c", "https://evil.example/y")).code(), "host-outside-service");
    assert_eq!(refusal(to("c", "http://api.example.com/y")).code(), "plain-http");
    world.put("connections.s", json!({ "name": "S", "service": "slack", "parameters": { "host": "eu.slack.com" } })).expect("allowed");
    to("s", "https://eu.slack.com/api").expect("the parameter says so");
    assert_eq!(refusal(to("s", "https://slack.com/api")).code(), "host-outside-service");
    assert!(matches!(to("nobody", "https://slack.com/api"), Err(BrokerError::Invalid(Invalid::UnknownConnection { .. }))));
    world.put("webhooks.y", json!({ "name": "Y", "url": "http://anywhere.example/" })).expect("it carries no credential of ours");
}

#[test]
fn protection_lies_with_the_live_object() {
    let world = World::new();
    let mut protected = api_key();
    protected["protect"] = json!(true);
    world.put("services.keys", protected).expect("allowed");
    assert_eq!(refusal(world.delete("services.keys")), Refusal::Protected);
    world.put("services.keys", api_key()).expect("taking the protection away is an update");
    world.delete("services.keys").expect("it is protected no more");
}

#[test]
fn a_project_leaves_alone_what_it_does_not_own() {
    let world = World::furnished();
    world.put_with("services.free", api_key(), How { by_hand: true, ..How::default() }, &[]).expect("allowed");
    let foreign = How { project: Some("other"), ..How::default() };
    let owner = Some(PROJECT.to_owned());
    assert_eq!(refusal(world.put_with("services.keys", api_key(), foreign, &[])), Refusal::NotOwned { owner: owner.clone() });
    let call = world.call(foreign);
    type UseCase = fn(&Broker, &Call<'_>, &Address) -> Result<Answer, BrokerError>;
    let changes: [(UseCase, &str); 5] = [
        (Broker::delete, "webhooks.w"),
        (Broker::detach, "webhooks.w"),
        (Broker::attach, "webhooks.w"),
        (Broker::revoke, "connections.c"),
        (Broker::authorize, "connections.c"),
    ];
    for (change, address) in changes {
        assert_eq!(refusal(change(&world.broker, &call, &at(address))), Refusal::NotOwned { owner: owner.clone() });
    }
    assert_eq!(refusal(world.put("services.free", api_key())), Refusal::NotOwned { owner: None });
}

#[test]
fn a_change_goes_ahead_only_on_the_revision_it_was_made_for() {
    let world = World::new();
    let create = How { create: true, ..How::default() };
    let Some(Etag(etag)) = world.put_with("services.keys", api_key(), create, &[]).expect("allowed").etag else { panic!("it is there") };
    assert!(matches!(world.put_with("services.keys", api_key(), create, &[]), Err(BrokerError::Stale { .. })));
    let on = |etag| How { etag: Some(etag), ..How::default() };
    let next = world.put_with("services.keys", api_key(), on(&etag), &[]).expect("it is the live revision").etag;
    assert_ne!(next, Some(Etag(etag.clone())));
    assert!(matches!(world.put_with("services.keys", api_key(), on(&etag), &[]), Err(BrokerError::Stale { .. })));
    let stale = world.call(on(&etag));
    assert!(matches!(world.broker.delete(&stale, &at("services.keys")), Err(BrokerError::Stale { .. })));
    assert!(matches!(world.broker.delete(&stale, &at("services.gone")), Err(BrokerError::NotFound { .. })));
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_written() {
    let world = World::furnished();
    let before = world.broker.observe().expect("readable").revision;
    let wrong_kind = resource("services.keys", api_key());
    let none = BTreeMap::new();
    let put = Put { resource: &wrong_kind, secrets: &none, script: None };
    let invalid = |result: Result<Answer, BrokerError>| match result {
        Err(BrokerError::Invalid(invalid)) => invalid,
        other => panic!("it should have been invalid: {other:?}"),
    };
    let call = world.call(How::default());
    assert!(matches!(invalid(world.broker.put(&call, &at("connections.x"), put)), Invalid::Kind { wanted: Kind::Connection, .. }));
    let unasked = world.put_with("services.keys", api_key(), How::default(), &[("/auth/client_secret", CANARY)]);
    assert!(matches!(invalid(unasked), Invalid::NoReference { .. }));
    assert!(matches!(invalid(world.revoke("webhooks.w")), Invalid::Kind { .. }));
    assert!(matches!(invalid(world.attach("connections.c")), Invalid::Kind { .. }));
    let function = json!({ "name": "F", "category": "schedule", "script": { "path": "f.ds", "sha256": "00" } });
    let sent = |script| world.put_script("functions.f", function.clone(), How::default(), &[], script);
    assert!(matches!(invalid(sent(None)), Invalid::ScriptMissing { .. }));
    assert!(matches!(invalid(sent(Some("info 1;"))), Invalid::ScriptDiffers { .. }));
    assert_eq!(world.broker.observe().expect("readable").revision, before);
}
