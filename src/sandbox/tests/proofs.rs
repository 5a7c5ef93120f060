//! Each client proves itself in the one way that is registered for it.

use super::super::{CLIENT_KEY, CLIENTS, Proof};
use super::World;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::Duration;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

#[test]
fn one_way_and_no_other() {
    let world = World::new();
    for client in CLIENTS {
        let secret = match client.proof {
            Proof::Basic(secret) | Proof::Post(secret) => secret,
            Proof::PrivateKeyJwt | Proof::Public => "x",
        };
        let by_header = world.form("/oauth/token", &[("Authorization", &basic(client.id, secret))], &[GRANT]).status;
        let by_body = world.form("/oauth/token", &[], &[GRANT, ("client_id", client.id), ("client_secret", secret)]).status;
        let by_name = world.form("/oauth/token", &[], &[GRANT, ("client_id", client.id)]).refusal();
        let expected = match client.proof {
            Proof::Basic(_) => (200, 401, (401, "invalid_client".to_owned())),
            Proof::Post(_) => (401, 200, (401, "invalid_client".to_owned())),
            Proof::PrivateKeyJwt => (401, 401, (401, "invalid_client".to_owned())),
            // It is known, and may not speak for itself.
            Proof::Public => (401, 401, (400, "unauthorized_client".to_owned())),
        };
        assert_eq!((by_header, by_body, by_name), expected, "{}", client.id);
    }
}

#[test]
fn wrong_secrets_and_two_ways_at_once() {
    let world = World::new();
    let status = |header: &str, fields: &[(&str, &str)]| {
        world.form("/oauth/token", &[("Authorization", header)], &[&[GRANT], fields].concat()).refusal()
    };
    assert_eq!(status(&basic("sandbox-basic", "wrong"), &[]), (401, "invalid_client".to_owned()));
    assert_eq!(status("Bearer x", &[]), (401, "invalid_client".to_owned()));
    assert_eq!(status("Basic %%%", &[]), (401, "invalid_client".to_owned()));
    assert_eq!(status(super::BASIC, &[("client_id", "sandbox-basic"), ("client_secret", "sandbox-basic-not-secret")]).0, 400);
    assert_eq!(status(super::BASIC, &[("client_id", "sandbox-post")]).0, 400);
    let twice = world.send(
        "POST",
        "/oauth/token",
        &[("Authorization", super::BASIC), ("Content-Type", "application/x-www-form-urlencoded")],
        b"grant_type=client_credentials&scope=profile&scope=devices.read",
    );
    assert_eq!(twice.expect("an answer").refusal(), (400, "invalid_request".to_owned()));
    let encoded = basic("sandbox%2Dbasic", "sandbox-basic-not-secret");
    assert_eq!(world.form("/oauth/token", &[("Authorization", &encoded)], &[GRANT]).status, 200, "id and secret are form-encoded first");
}

fn assertion(claims: Value) -> String {
    let key = EncodingKey::from_ec_pem(CLIENT_KEY.as_bytes()).expect("the published key");
    jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).expect("it signs")
}

fn claims(world: &World, jti: &str) -> Value {
    json!({ "iss": "sandbox-jwt", "sub": "sandbox-jwt", "aud": world.running.url("/oauth/token"), "jti": jti, "exp": 1_800_000_060_u64 })
}

fn by_key(world: &World, assertion: &str) -> (u16, String) {
    world.form("/oauth/token", &[], &[GRANT, ("client_assertion_type", TYPE), ("client_assertion", assertion)]).refusal()
}

#[test]
fn an_assertion_is_good_once() {
    let world = World::new();
    let good = assertion(claims(&world, "one"));
    assert_eq!(by_key(&world, &good).0, 200);
    assert_eq!(by_key(&world, &good), (401, "invalid_client".to_owned()));
    assert_eq!(by_key(&world, &assertion(claims(&world, "two"))).0, 200);
    let late = assertion(claims(&world, "three"));
    world.pass(Duration::from_secs(60));
    assert_eq!(by_key(&world, &late).0, 401);
}

#[test]
fn an_assertion_says_who_for_whom_and_until_when() {
    let world = World::new();
    let with = |name: &str, value: Value| {
        let mut claims = claims(&world, &format!("{name} {value}"));
        claims[name] = value;
        by_key(&world, &assertion(claims)).0
    };
    assert_eq!(with("aud", json!(world.running.url(""))), 200, "the issuer is an audience too");
    assert_eq!(with("aud", json!(["https://other.example", world.running.url("/oauth/token")])), 200);
    assert_eq!(with("aud", json!("https://other.example")), 401);
    assert_eq!(with("sub", json!("sandbox-basic")), 401);
    assert_eq!(with("iss", json!("sandbox-basic")), 401);
    assert_eq!(with("exp", json!(1_800_000_000_u64)), 401);
    assert_eq!(with("exp", json!(1_800_100_000_u64)), 401, "nobody needs a day");
    assert_eq!(with("exp", Value::Null), 401);
    let good = assertion(claims(&world, "tampered"));
    let mut parts: Vec<&str> = good.split('.').collect();
    parts[2] = "AAAA";
    assert_eq!(by_key(&world, &parts.join(".")).0, 401);
    let none = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJzYW5kYm94LWp3dCJ9.";
    assert_eq!(by_key(&world, none).0, 401);
}
