//! Secrets: where they go, and that they stay nowhere.

use super::*;
use crate::store::DeliveryFilter;
use crate::store::DeliveryState;
use crate::vault::SigningKey;

pub(super) const CANARY: &str = "canary-7f3a-in-a-header";
const SIGNER: &str = "canary-7f3a-that-signs";
const PERSONAL: &str = "canary-7f3a-what-the-event-says";

fn secretive() -> Value {
    json!({ "name": "S", "url": "https://door.example/", "headers": { "X-Key": { "env": "K" }, "X-Plain": "at ${who}" },
        "query": { "key": { "env": "K" }, "a": "${who}" }, "body": { "form": { "who": "${who}" } }, "signing": { "secret": { "env": "S" } } })
}

const HELD: [(&str, &str); 3] = [("/headers/X-Key", CANARY), ("/query/key", CANARY), ("/signing/secret", SIGNER)];

fn trigger(post: &Post) -> Delivery {
    post.broker.trigger(&post.actor, &Name::new("s"), &json!({ "who": PERSONAL }), None).expect("it fills")
}

#[test]
fn secrets_of_a_general_webhook_are_sent_and_it_is_signed() {
    let post = Post::new();
    post.put("webhooks.s", secretive(), &HELD);
    let id = trigger(&post).id;
    let courier = Double::status(200);
    assert_eq!(post.deliver(&courier).delivered, 1);
    let sent = courier.sent().remove(0);
    assert_eq!(sent.headers["x-key"], CANARY);
    assert_eq!(sent.headers["x-plain"], format!("at {PERSONAL}"));
    assert_eq!(sent.url, format!("https://door.example/?a={PERSONAL}&key={CANARY}"));
    assert_eq!(
        (sent.body.as_str(), sent.headers["content-type"].as_str()),
        (&*format!("who={PERSONAL}"), "application/x-www-form-urlencoded")
    );
    let key = SigningKey::parse(&Secret::new(SIGNER.to_owned())).expect("it is a key");
    let signature = key.sign(&[format!("{id}.1800000000.who={PERSONAL}").as_bytes()]);
    assert_eq!(sent.headers["webhook-signature"], format!("v1,{signature}"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test looks at the files from outside")]
fn no_secret_lies_in_the_files_or_comes_out() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let post = Post::on(Arc::new(SqliteStore::open(&folder.path().join("bowline.db")).expect("the folder is writable")));
    post.put("webhooks.s", secretive(), &HELD);
    let id = trigger(&post).id;
    let echo = Double::new(|sent| Ok(Reply { body: format!("you sent {sent:?}"), ..reply(500) }));
    let mut told = String::new();
    post.broker.deliver_due(&post.outing(&echo), &mut |tried| told.push_str(&format!("{tried:?}"))).expect("the store works");
    let listed = post.broker.deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).expect("readable");
    let out = format!("{told} {:?} {listed:?} {:?}", post.shown(&id), post.broker.audit(0, 100).expect("readable"));
    assert!(out.contains("you sent"));
    for secret in [CANARY, SIGNER] {
        assert!(!out.contains(secret), "{out}");
    }
    for entry in std::fs::read_dir(folder.path()).expect("it is there").flatten() {
        let bytes = std::fs::read(entry.path()).expect("it is a file");
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!holds(CANARY) && !holds(SIGNER), "{}", entry.path().display());
    }
}

#[test]
fn what_an_event_says_is_sealed() {
    let post = Post::new();
    post.put("webhooks.s", secretive(), &HELD);
    let id = trigger(&post).id;
    let sealed = post.store.read().and_then(|read| read.delivery_request(&id)).expect("readable").expect("it is there").0;
    assert!(!sealed.windows(PERSONAL.len()).any(|window| window == PERSONAL.as_bytes()));
}

/// L9: secrets that were given for one host do not go to the host of an older call.
#[test]
fn secrets_stay_with_the_host_that_they_were_given_for() {
    let post = Post::new();
    post.put("webhooks.s", secretive(), &HELD);
    let id = trigger(&post).id;
    let mut moved = secretive();
    moved["url"] = json!("https://elsewhere.example/");
    post.put("webhooks.s", moved, &HELD);
    let courier = Double::status(200);
    assert_eq!(post.deliver(&courier).dead, 1);
    assert!(courier.sent().is_empty());
    assert_eq!(post.shown(&id).attempts[0].result, "forbidden");
}

#[test]
fn without_its_secret_nothing_is_sent_and_it_is_tried_again() {
    let post = Post::new();
    post.put("webhooks.s", secretive(), &HELD[1..]);
    let id = trigger(&post).id;
    let courier = Double::status(200);
    assert_eq!(post.deliver(&courier).again, 1);
    assert!(courier.sent().is_empty());
    assert_eq!(post.shown(&id).listed.delivery.reason, "could not get the credential: the webhook has no value for `/headers/X-Key`");
    post.put("webhooks.s", secretive(), &HELD);
    post.pass(Duration::from_secs(8));
    assert_eq!(post.deliver(&courier).delivered, 1);
}

#[test]
fn a_key_that_is_none_ends_it_without_being_shown() {
    let post = Post::new();
    post.put("webhooks.s", secretive(), &[HELD[0], HELD[1], ("/signing/secret", "whsec_canary!")]);
    let id = trigger(&post).id;
    assert_eq!(post.deliver(&Double::status(200)).dead, 1);
    let shown = format!("{:?}", post.shown(&id));
    assert!(shown.contains("not base64") && !shown.contains("canary!"), "{shown}");
}

#[test]
fn an_event_with_a_key_counts_once_and_another_one_under_it_is_refused() {
    let post = Post::with_door();
    let send = |device: &str, key: &str| {
        post.broker.trigger(&post.actor, &Name::new("door"), &json!({ "alarm": { "device": device } }), Some(key))
    };
    let first = send("north gate", "event-1").expect("it fills");
    assert_eq!(send("north gate", "event-1").expect("it is there").id, first.id);
    assert_ne!(send("north gate", "event-2").expect("it fills").id, first.id);
    assert!(matches!(send("south gate", "event-1"), Err(HookError::KeyReused(key)) if key == "event-1"));
    assert_eq!(post.deliver(&Double::status(200)).delivered, 2);
    assert_eq!(send("north gate", "event-1").expect("it is there").state, DeliveryState::Delivered);
}

#[test]
fn what_was_finished_long_ago_is_forgotten_and_what_waits_is_not() {
    let post = Post::with_door();
    let old = post.trigger("door").id;
    assert_eq!(post.deliver(&Double::status(200)).delivered, 1);
    let waits = post.trigger("door").id;
    post.pass(KEPT - Duration::from_secs(1));
    assert_eq!(post.broker.forget_old().expect("it can be written"), 0);
    let young =
        post.broker.trigger(&post.actor, &Name::new("door"), &json!({ "alarm": { "device": "x" } }), Some("k")).expect("it fills").id;
    assert_eq!(post.deliver(&Double::status(200)).delivered, 2);
    post.pass(Duration::from_secs(2));
    assert_eq!(post.broker.forget_old().expect("it can be written"), 1);
    let there = |id: &str| post.broker.delivery(id).expect("readable").is_some();
    assert_eq!((there(&old), there(&waits), there(&young)), (false, true, true));
}

#[test]
fn deliveries_go_with_their_webhook_even_under_way() {
    let post = Arc::new(Post::with_door());
    let id = post.trigger("door").id;
    let other = post.clone();
    let courier = Double::new(move |_| {
        let call = Call { actor: &other.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
        other.broker.delete(&call, &at("webhooks.door")).expect("allowed");
        Ok(reply(200))
    });
    assert_eq!(post.deliver(&courier), Tally::default());
    assert!(post.broker.delivery(&id).expect("readable").is_none());
}

#[test]
fn everything_that_is_done_leaves_a_line() {
    let post = Post::with_door();
    let id = post.trigger("door").id;
    post.deliver(&Double::status(410));
    post.broker.redeliver(&post.actor, &id).expect("it is dead");
    assert_eq!(post.shown(&id).listed.delivery.state, DeliveryState::Pending);
    let lines = post.broker.audit(0, 100).expect("readable");
    let said: Vec<_> = lines.iter().map(|line| line.entry.action.as_str()).collect();
    assert_eq!(said, ["put", "trigger", "deliver", "redeliver"]);
    assert!(lines[1..].iter().all(|line| line.entry.detail["delivery"] == id));
    post.broker.verify_audit().expect("nobody touched it");
}

/// The whole way: the connection's credential is attached, and its echo is not kept.
#[test]
fn a_connection_s_credential_goes_along_and_stays_nowhere() {
    let post = Post::new();
    post.put_roof();
    let id = post.trigger("roof").id;
    let carrier = Carrier { broker: &post.broker, actor: &post.actor };
    assert_eq!(post.deliver(&carrier).waiting.len(), 1);
    let call = Call { actor: &post.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
    post.broker.authorize(&call, &at("connections.c")).expect("allowed");
    assert_eq!(post.deliver(&carrier).delivered, 1);
    let sent = post.outward.sent.lock().expect("no panic");
    assert_eq!(sent[0].headers()["k"], CANARY);
    assert_eq!(sent[0].headers()["webhook-id"], id);
    let excerpt = &post.shown(&id).attempts[0].excerpt;
    assert!(excerpt.contains("k=•••") && !excerpt.contains(CANARY), "{excerpt}");
}

#[test]
fn a_general_webhook_leaves_through_the_same_door() {
    let post = Post::new();
    post.put("webhooks.door", json!({ "name": "Door", "url": "https://door.example/down" }), &[]);
    let id = post.trigger("door").id;
    let carrier = Carrier { broker: &post.broker, actor: &post.actor };
    assert_eq!(post.deliver(&carrier).again, 1);
    assert_eq!(post.shown(&id).attempts[0].message, "could not connect: nobody listens");
}
