//! Once only, and what is left behind: keys, drift, secrets.

use super::*;
use crate::broker::Invalid;

fn keyed_call(key: &str) -> How<'_> {
    How { key: Some(key), ..How::default() }
}

#[test]
fn the_same_key_answers_the_same_and_does_nothing_more() {
    let world = World::furnished();
    type UseCase = fn(&Broker, &Call<'_>, &Address) -> Result<Answer, BrokerError>;
    let changes: [(UseCase, &str); 6] = [
        (Broker::detach, "webhooks.w"),
        (Broker::attach, "webhooks.w"),
        (Broker::revoke, "connections.c"),
        (Broker::authorize, "connections.c"),
        (Broker::delete, "webhooks.w"),
        (Broker::delete, "connections.c"),
    ];
    for (number, (change, address)) in changes.into_iter().enumerate() {
        let key = format!("plan/s{number}");
        let call = world.call(keyed_call(&key));
        let first = change(&world.broker, &call, &at(address)).expect("allowed");
        let (lines, revision) = (world.audit_lines(), world.broker.observe().expect("readable").revision);
        assert_eq!(change(&world.broker, &call, &at(address)).expect("it was done before"), first);
        assert_eq!(world.audit_lines(), lines);
        assert_eq!(world.broker.observe().expect("readable").revision, revision);
    }
}

#[test]
fn a_key_stands_for_one_call_only() {
    let world = World::new();
    let create = How { create: true, key: Some("plan/s1"), ..How::default() };
    let first = world.put_with("services.keys", api_key(), create, &[]).expect("allowed");
    assert_eq!(world.put_with("services.keys", api_key(), create, &[]).expect("it was done before"), first);
    let other = world.put_with("services.others", api_key(), create, &[]).expect_err("the key is taken");
    assert!(matches!(other, BrokerError::Invalid(Invalid::KeyReused { .. })), "{other}");
}

#[test]
fn a_key_stands_for_one_body_with_its_secrets_and_its_condition() {
    let world = World::new();
    let how = How { key: Some("plan/s1"), ..How::default() };
    let put = |body: Value, how: How<'_>, value: &str| world.put_with("connections.c", body, how, &[("/credentials/X-Key", value)]);
    world.put("services.keys", api_key()).expect("allowed");
    let first = put(keyed("K"), how, "one").expect("allowed");
    assert_eq!(put(keyed("K"), how, "one").expect("it was done before"), first);
    let others = [
        put(keyed("OTHER"), how, "one"),
        put(keyed("K"), how, "two"),
        put(keyed("K"), How { create: true, ..how }, "one"),
        put(keyed("K"), How { etag: Some("7"), ..how }, "one"),
        put(keyed("K"), How { project: Some("dock"), ..how }, "one"),
        world.put_with("connections.c", keyed("K"), how, &[]),
    ];
    for other in others {
        assert!(matches!(other, Err(BrokerError::Invalid(Invalid::KeyReused { .. }))), "{other:?}");
    }
    assert_eq!(world.object("connections.c").map(|object| object.etag()), first.etag, "nothing was written");
}

#[test]
fn a_plan_whose_answer_was_lost_is_spent_by_the_same_apply() {
    let world = World::new();
    let spend = |key| world.broker.spend_under(&world.call(How { key, ..How::default() }), "sha256:1");
    spend(Some("ada spend-1")).expect("it is new");
    let lines = world.audit_lines();
    spend(Some("ada spend-1")).expect("the same one asks again");
    assert_eq!(world.audit_lines(), lines);
    for other in [Some("ada spend-2"), Some("zoe spend-1"), None] {
        assert!(matches!(spend(other), Err(BrokerError::Spent { .. })), "{other:?}");
    }
}

#[test]
fn a_plan_is_spent_once() {
    let world = World::new();
    world.broker.spend(&world.actor, "sha256:1").expect("it is new");
    let again = world.broker.spend(&world.actor, "sha256:1").expect_err("it was spent");
    assert_eq!(again.to_string(), "an apply of this plan was begun before, at 2027-01-15T08:00:00Z");
    world.broker.spend(&world.actor, "sha256:2").expect("it is another one");
    assert_eq!(world.audit_lines().iter().filter(|(action, _)| action == "spend").count(), 3);
}

#[test]
fn what_somebody_changes_by_hand_shows_as_drift_until_it_is_applied_or_undone() {
    let world = World::new();
    let drift = || world.broker.observe().expect("readable").objects[&at("services.keys")].applied.clone();
    let named = |name: &str| {
        let mut body = api_key();
        body["name"] = json!(name);
        body
    };
    let hand = How { by_hand: true, ..How::default() };
    world.put_with("services.keys", named("A"), keyed_call("p/1"), &[]).expect("allowed");
    assert_eq!(drift(), None);
    world.put_with("services.keys", named("B"), hand, &[]).expect("allowed");
    world.put_with("services.keys", named("C"), hand, &[]).expect("allowed");
    assert_eq!(drift().map(|applied| applied.display_name().to_owned()).as_deref(), Some("A"));
    assert_eq!(world.object("services.keys").and_then(|object| object.owner).as_deref(), Some(PROJECT));
    world.put_with("services.keys", named("A"), hand, &[]).expect("allowed");
    assert_eq!(drift(), None);
    world.put_with("services.keys", named("D"), hand, &[]).expect("allowed");
    world.put_with("services.keys", named("E"), keyed_call("p/2"), &[]).expect("allowed");
    assert_eq!(drift(), None);
}

#[test]
fn secrets_are_kept_replaced_and_dropped_with_their_references() {
    let world = World::new();
    world.put("services.keys", api_key()).expect("allowed");
    let secret = ("/credentials/X-Key", CANARY);
    world.put_with("connections.c", keyed("K"), How::default(), &[secret]).expect("allowed");
    let held = || world.broker.observe().expect("readable").objects[&at("connections.c")].secrets.clone();
    let print = world.broker.fingerprint(&[Secret::new(CANARY.to_owned())]).remove(0);
    assert_eq!(held(), [(SecretPath(secret.0.to_owned()), print)].into());
    world.put("connections.c", keyed("OTHER")).expect("nothing was sent along: it keeps what it holds");
    assert_eq!(held().len(), 1);
    world.put("connections.c", json!({ "name": "C", "service": "keys" })).expect("allowed");
    assert!(held().is_empty());
}

#[test]
fn a_script_is_kept_with_its_function() {
    let world = World::new();
    let text = "info \"cold\";\n";
    let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()));
    let body = |name: &str| json!({ "name": name, "category": "schedule", "script": { "path": "f.ds", "sha256": sha256 } });
    world.put_script("functions.f", body("A"), How::default(), &[], Some(text)).expect("allowed");
    world.put("functions.f", body("B")).expect("its script is the same");
    let script = world.store.read().and_then(|read| read.script(&at("functions.f"))).expect("readable");
    assert_eq!(script.as_deref(), Some(text));
}

#[test]
fn with_a_foreign_key_a_store_stays_closed() {
    struct Eights;
    impl Random for Eights {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(8);
        }
    }
    let world = World::furnished();
    let again = |random: &dyn Random| {
        let store = FaultStore { inner: world.store.clone(), fuse: world.fuse.clone() };
        Broker::open(Box::new(store), Keyring::generate(random), alone())
            .map(|broker| broker.fingerprint(&[Secret::new(CANARY.to_owned())]))
    };
    assert!(matches!(again(&Eights), Err(BrokerError::ForeignKey(_))));
    assert_eq!(again(&Sevens).expect("it is the same key"), world.broker.fingerprint(&[Secret::new(CANARY.to_owned())]));
}
