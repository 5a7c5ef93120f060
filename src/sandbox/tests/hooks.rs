//! Webhooks: received, checked, listed.

use super::World;
use crate::secret::Secret;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

const NOW: &str = "1800000000";

fn signature(key: &[u8], id: &str, stamp: &str, body: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), format!("{id}.{stamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(tag))
}

fn deliver(world: &World, name: &str, id: &str, signature: &str, body: &str) -> u16 {
    let headers = [("webhook-id", id), ("webhook-timestamp", NOW), ("webhook-signature", signature), ("Authorization", "Bearer canary")];
    world.json(&format!("/hooks/{name}"), &headers, body).status
}

fn log(world: &World, name: &str) -> Vec<Value> {
    world.get(&format!("/hooks/{name}/log"), &[]).value()["received"].as_array().cloned().expect("a list")
}

#[test]
fn a_signature_is_checked_where_there_is_a_secret() {
    let world = World::with(|options| {
        options.hook_secrets.insert("door".to_owned(), Secret::new("plain text".to_owned()));
    });
    let good = signature(b"sandbox-hook-not-secret", "m-1", NOW, "{}");
    assert_eq!(deliver(&world, "signed", "m-1", &good, "{}"), 200);
    assert_eq!(deliver(&world, "signed", "m-1", &format!("v1,AAAA {good} v2,x"), "{}"), 200, "one of several fits");
    assert_eq!(deliver(&world, "signed", "m-2", &good, "{}"), 401);
    assert_eq!(deliver(&world, "signed", "m-1", &good, "{ }"), 401);
    assert_eq!(deliver(&world, "door", "m-1", &signature(b"plain text", "m-1", NOW, "x"), "x"), 200);
    assert_eq!(deliver(&world, "door", "m-1", &good, "{}"), 401);
    assert_eq!(world.json("/hooks/signed", &[], "{}").status, 401);
    assert_eq!(deliver(&world, "open", "m-1", "", "{}"), 200, "nothing is known to check it with");
    assert_eq!(world.json("/control/hooks/open", &[], r#"{"secret":"now"}"#).status, 200);
    assert_eq!(deliver(&world, "open", "m-1", "", "{}"), 401);

    let received = log(&world, "signed");
    let verdicts: Vec<&str> = received.iter().map(|one| super::text(one, "signature")).collect();
    assert_eq!(verdicts, ["valid", "valid", "invalid: no signature fits", "invalid: no signature fits", "invalid: webhook-id is missing"]);
    assert_eq!(
        (&received[1]["id"], &received[1]["attempt"], &received[1]["headers"]["authorization"]),
        (&"m-1".into(), &2.into(), &"Bearer (hidden)".into())
    );
    assert_eq!(log(&world, "open")[0]["signature"], "not checked");
    assert_eq!(world.running.stats().hooks["signed"], 5);
}

#[test]
fn the_last_thousand_are_listed() {
    let world = World::new();
    for at in 0..1002 {
        assert_eq!(world.json("/hooks/many", &[], &format!("{at}")).status, 200);
    }
    let received = log(&world, "many");
    assert_eq!((received.len(), &received[0]["body"], &received[999]["body"]), (1000, &"2".into(), &"1001".into()));
    assert!(log(&world, "none").is_empty());
    assert_eq!(world.get("/hooks/by-get?door=open", &[]).status, 200);
    assert_eq!((&log(&world, "by-get")[0]["method"], &log(&world, "by-get")[0]["query"]), (&"GET".into(), &"door=open".into()));
}
