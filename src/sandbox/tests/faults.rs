//! Each fault, as a client sees it and as the ledger does.
#![expect(clippy::disallowed_methods, reason = "a delay is measured by the machine's own clock")]

use super::super::{Fault, FaultKind};
use super::{BASIC, World, field, text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn wish(world: &World, body: Value) {
    assert_eq!(world.json("/control/faults", &[], &body.to_string()).status, 200, "{body}");
}

/// A refresh under a fault, and whether the refresh token was spent by it.
fn refresh(world: &World, fault: Value) -> (std::io::Result<super::Reply>, bool) {
    let tokens = world.connected(&[]);
    let before = world.running.stats();
    let mut body = fault;
    body["path"] = "/oauth/token".into();
    wish(world, body);
    let form = format!("grant_type=refresh_token&refresh_token={}", text(&tokens, "refresh_token"));
    let headers = [("Authorization", BASIC), ("Content-Type", "application/x-www-form-urlencoded")];
    let reply = world.send("POST", "/oauth/token", &headers, form.as_bytes());
    let after = world.running.stats();
    assert_eq!(after.requests["/oauth/token"], before.requests["/oauth/token"] + 1, "it is counted either way");
    (reply, after.refreshes.values().sum::<u64>() > before.refreshes.values().sum::<u64>())
}

#[test]
fn faults_that_answer_instead() {
    let world = World::new();
    let status = |fault: Value| {
        let (reply, spent) = refresh(&world, fault);
        assert!(!spent);
        reply.expect("an answer")
    };
    let limited = status(json!({ "fault": "too_many_requests", "retry_after": "7" }));
    assert_eq!((limited.status, limited.headers["retry-after"].as_str()), (429, "7"));
    assert!(!status(json!({ "fault": "too_many_requests" })).headers.contains_key("retry-after"));
    assert_eq!(status(json!({ "fault": "server_error" })).status, 503);
    assert_eq!(status(json!({ "fault": "server_error", "status": 502 })).status, 502);
    let garbage = status(json!({ "fault": "garbage" }));
    assert_eq!((garbage.status, garbage.headers["content-type"].as_str()), (200, "application/json"));
    assert!(serde_json::from_slice::<Value>(&garbage.body).is_err() && std::str::from_utf8(&garbage.body).is_err());
    let huge = status(json!({ "fault": "huge", "bytes": 3_000_000 }));
    assert_eq!((huge.status, huge.body.len()), (200, 3_000_000));
    let redirect = status(json!({ "fault": "redirect", "to": "https://evil.example/" }));
    assert_eq!((redirect.status, redirect.headers["location"].as_str()), (307, "https://evil.example/"));
    assert_eq!(status(json!({ "fault": "error_in_200", "error": "bad_refresh_token" })).refusal(), (200, "bad_refresh_token".to_owned()));
    let (reset, spent) = refresh(&world, json!({ "fault": "reset_before" }));
    assert_eq!((reset.err().map(|error| error.kind()), spent), (Some(std::io::ErrorKind::ConnectionReset), false));
}

#[test]
fn faults_that_lose_or_change_the_answer() {
    let world = World::new();
    let (reset, spent) = refresh(&world, json!({ "fault": "reset_after" }));
    assert_eq!((reset.err().map(|error| error.kind()), spent), (Some(std::io::ErrorKind::ConnectionReset), true));
    let (cut, spent) = refresh(&world, json!({ "fault": "truncated" }));
    let cut = cut.expect("a head");
    assert!(spent && !cut.complete && !cut.body.is_empty() && cut.body.starts_with(b"{"));
    let answer = |fault: Value| {
        let (reply, spent) = refresh(&world, fault);
        let reply = reply.expect("an answer");
        assert!(spent && reply.complete && reply.status == 200);
        reply
    };
    assert!(answer(json!({ "fault": "no_refresh_token" })).value().get("refresh_token").is_none());
    assert_eq!(answer(json!({ "fault": "odd_expires_in", "value": "3600" })).value()["expires_in"], "3600");
    assert_eq!(answer(json!({ "fault": "odd_expires_in", "value": -1 })).value()["expires_in"], -1);
    assert!(answer(json!({ "fault": "odd_expires_in" })).value().get("expires_in").is_none());
    let form = answer(json!({ "fault": "form_encoded" }));
    assert_eq!(form.headers["content-type"], "application/x-www-form-urlencoded");
    assert!(form.text().contains("access_token=sbx_at_") && form.text().contains("expires_in=3600"));
}

#[test]
fn latency_holds_back_and_goes_with_others() {
    let world = World::new();
    let began = Instant::now();
    let (slow, spent) = refresh(&world, json!({ "fault": "latency", "milliseconds": 300 }));
    assert!(slow.expect("an answer").status == 200 && spent && began.elapsed() >= Duration::from_millis(300));
    let began = Instant::now();
    let (late, _) = refresh(&world, json!({ "fault": "reset_after", "milliseconds": 300 }));
    assert!(late.is_err() && began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn callbacks_can_lie() {
    let world = World::new();
    world.running.fault(Fault::once("/oauth/authorize", FaultKind::WrongIss));
    let back = world.consent("sandbox-basic", &[]);
    assert_eq!(field(&back, "iss").as_deref(), Some("https://other-issuer.example"));
    assert!(field(&back, "code").is_some());
    world.running.fault(Fault::once("/oauth/authorize", FaultKind::WrongState));
    assert_eq!(field(&world.consent("sandbox-basic", &[]), "state").as_deref(), Some("of-another-flow"));
    assert_eq!(field(&world.consent("sandbox-basic", &[]), "state").as_deref(), Some("s-1"));
}

#[test]
fn faults_are_counted_off_skipped_listed_and_cleared() {
    let world = World::new();
    let key = [("X-Api-Key", "sandbox-api-key")];
    let status = || world.get("/api/devices", &key).status;
    wish(
        &world,
        json!([{ "path": "/api", "fault": "server_error", "times": 2, "skip": 1 }, { "path": "/api", "fault": "too_many_requests" }]),
    );
    let listed = world.get("/control/faults", &[]).value();
    assert_eq!((&listed["waiting"][0]["fault"], &listed["waiting"][0]["times"]), (&"server_error".into(), &2.into()));
    assert_eq!((status(), status(), status(), status(), status()), (200, 503, 503, 429, 200));
    assert_eq!(world.running.stats().faults, [("server_error".to_owned(), 2), ("too_many_requests".to_owned(), 1)].into());
    wish(&world, json!({ "path": "/", "fault": "server_error", "times": 1000 }));
    assert_eq!(status(), 503);
    assert_eq!(world.send("DELETE", "/control/faults", &[], b"").expect("an answer").status, 200);
    assert_eq!(status(), 200);
    for bad in [
        json!({ "path": "/", "fault": "explode" }),
        json!({ "path": "/", "fault": "latency", "ms": 1 }),
        json!({ "path": "/", "fault": "server_error", "status": 200 }),
    ] {
        assert_eq!(world.json("/control/faults", &[], &bad.to_string()).status, 400, "{bad}");
    }
    let half = json!([{ "path": "/api", "fault": "server_error" }, { "path": "/api", "fault": "explode" }]);
    assert_eq!((world.json("/control/faults", &[], &half.to_string()).status, status()), (400, 200), "all or none");
}
