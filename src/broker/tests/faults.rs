//! A fault at every call on the store, in every use-case: all is done or nothing is, and a retry completes.

use super::*;

type Change = fn(&World, Option<&'static str>) -> Result<(), BrokerError>;

/// Every use-case that writes, each doable in a furnished world.
const CHANGES: [(&str, Change); 10] = [
    ("create with a secret", |world, key| {
        let how = How { create: true, key, ..How::default() };
        world.put_with("connections.d", keyed("K"), how, &[("/credentials/X-Key", CANARY)]).map(drop)
    }),
    ("create a webhook", |world, key| {
        let how = How { create: true, key, ..How::default() };
        world.put_with("webhooks.v", hook("c"), how, &[]).map(drop)
    }),
    ("create a function", |world, key| {
        let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"info 1;"));
        let body = json!({ "name": "F", "category": "schedule", "script": { "path": "f.ds", "sha256": sha256 } });
        world.put_script("functions.f", body, How { key, ..How::default() }, &[], Some("info 1;")).map(drop)
    }),
    ("update a service", |world, key| {
        let mut body = api_key();
        body["name"] = json!("Keys");
        world.put_with("services.keys", body, How { key, ..How::default() }, &[]).map(drop)
    }),
    ("drop a secret", |world, key| {
        let body = json!({ "name": "C", "service": "keys" });
        world.put_with("connections.revoked", body, How { key, ..How::default() }, &[]).map(drop)
    }),
    ("delete", |world, key| world.broker.delete(&world.call(How { key, ..How::default() }), &at("webhooks.w")).map(drop)),
    ("revoke", |world, key| world.broker.revoke(&world.call(How { key, ..How::default() }), &at("connections.c")).map(drop)),
    ("authorize", |world, key| world.broker.authorize(&world.call(How { key, ..How::default() }), &at("connections.revoked")).map(drop)),
    ("detach", |world, key| world.broker.detach(&world.call(How { key, ..How::default() }), &at("webhooks.w")).map(drop)),
    ("attach", |world, key| world.broker.attach(&world.call(How { key, ..How::default() }), &at("webhooks.aside")).map(drop)),
];

fn world() -> World {
    let world = World::furnished();
    world.grant("c", "zoe");
    world.put_with("connections.revoked", keyed("K"), How::default(), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    world.put("webhooks.aside", hook("c")).expect("allowed");
    world.detach("webhooks.aside").expect("allowed");
    world
}

/// All that can be seen of a world: objects, secrets, states, the audit, and which keys were answered.
fn seen(world: &World) -> String {
    let read = world.store.read().expect("the store can be read");
    let objects = read.objects().expect("readable");
    let scripts: Vec<_> = objects.keys().map(|address| read.script(address).expect("readable")).collect();
    let held = read.all_held().expect("readable");
    let authorizations = read.all_authorizations().expect("readable");
    let audit: Vec<_> = read.audit(0, 1000).expect("readable").into_iter().map(|line| line.entry).collect();
    let recorded = read.recorded("plan/s1").expect("readable");
    let spent = read.spent("sha256:1").expect("readable");
    format!("{objects:#?}{scripts:?}{held:#?}{authorizations:#?}{audit:#?}{recorded:?}{spent:?}{:?}", read.revision())
}

/// How many calls on the store something takes.
pub(super) fn calls_of(world: &World, change: impl FnOnce(&World) -> Result<(), BrokerError>) -> usize {
    let many = 1_000_000;
    world.fuse.set(many, false);
    change(world).expect("nothing fails");
    let left = world.fuse.left();
    world.fuse.set(0, false);
    many - left
}

#[test]
fn a_fault_anywhere_leaves_all_or_nothing_and_a_retry_completes() {
    for (name, change) in CHANGES {
        let whole = world();
        let calls = calls_of(&whole, |world| change(world, Some("plan/s1")));
        assert!(calls >= 8, "{name}: only {calls} calls");
        let (before, after) = (seen(&world()), seen(&whole));
        assert_ne!(before, after, "{name}");
        for nth in 1..=calls {
            for commit_first in [false, true] {
                let world = world();
                world.fuse.set(nth, commit_first);
                let failed = change(&world, Some("plan/s1"));
                assert!(matches!(failed, Err(BrokerError::Store(_))), "{name}, call {nth}: {failed:?}");
                let found = seen(&world);
                let expected = if commit_first && nth == calls { &after } else { &before };
                assert!(found == *expected, "{name}, call {nth}: something is half done");
                change(&world, Some("plan/s1")).unwrap_or_else(|error| panic!("{name}, call {nth}, again: {error}"));
                assert!(seen(&world) == after, "{name}, call {nth}: the retry did not complete");
                assert!(world.broker.verify_audit().is_ok(), "{name}, call {nth}");
            }
        }
    }
}

#[test]
fn a_fault_while_spending_a_plan_leaves_it_spent_or_not() {
    let whole = world();
    let calls = calls_of(&whole, |world| world.broker.spend(&world.actor, "sha256:1"));
    let (before, after) = (seen(&world()), seen(&whole));
    for nth in 1..=calls {
        let world = world();
        world.fuse.set(nth, false);
        assert!(world.broker.spend(&world.actor, "sha256:1").is_err());
        assert!(seen(&world) == before, "call {nth}: something is half done");
        world.broker.spend(&world.actor, "sha256:1").expect("it was not spent");
        assert!(seen(&world) == after, "call {nth}");
    }
}

#[test]
fn a_refusal_that_cannot_be_written_down_is_a_failure_and_changes_nothing() {
    let refused = |world: &World| world.delete("connections.c");
    let world = world();
    let before = world.broker.observe().expect("readable").revision;
    let mut nth = 1;
    loop {
        world.fuse.set(nth, false);
        let answer = refused(&world);
        if world.fuse.is_set() {
            world.fuse.set(0, false);
            assert!(matches!(answer, Err(BrokerError::Refused { .. })));
            break;
        }
        assert!(matches!(answer, Err(BrokerError::Store(_))), "call {nth}: {answer:?}");
        nth += 1;
    }
    assert_eq!(world.broker.observe().expect("readable").revision, before);
}
