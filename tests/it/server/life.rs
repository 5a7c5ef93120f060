//! Objects come, change and go; every change is conditional, done once, and refused with what stands in the way.

use super::Server;
use serde_json::{Value, json};

fn erp() -> Value {
    json!({ "body": { "name": "ERP", "auth": { "type": "api_key", "parameters": { "X-Key": "Key" } }, "hosts": ["erp.example.com"] } })
}

fn erp_read(name: &str) -> Value {
    json!({ "body": { "name": name, "service": "erp", "credentials": { "X-Key": { "env": "ERP_KEY" } } }, "secrets": { "/credentials/X-Key": "canary-secret" } })
}

#[test]
fn an_object_lives_under_its_revisions() {
    let server = Server::start();
    assert_eq!(server.create("/services/erp", erp()).status, 201);
    let created = server.create("/connections/erp_read", erp_read("ERP read"));
    assert_eq!((created.status, created.header("etag")), (201, "\"2\""), "{created:?}");
    let read = server.get("/connections/erp_read");
    assert_eq!((read.status, read.header("etag"), &read.json()["state"]), (200, "\"2\"", &json!("not_connected")));
    assert!(!read.text.contains("canary-secret"), "{}", read.text);
    assert_eq!(server.create("/connections/erp_read", erp_read("Again")).code(), "stale");
    assert_eq!(server.api("PUT", "/connections/erp_read", &[], Some(erp_read("Again"))).code(), "precondition-required");
    assert_eq!(server.api("PUT", "/connections/erp_read", &[("if-match", "\"1\"")], Some(erp_read("Again"))).code(), "stale");
    let updated = server.api("PUT", "/connections/erp_read", &[("if-match", "\"2\"")], Some(erp_read("Again")));
    assert_eq!((updated.status, updated.header("etag")), (200, "\"3\""));
    assert_eq!(server.api("PUT", "/connections/other", &[("if-match", "*")], Some(erp_read("Other"))).code(), "not-found");

    let dependents = server.get("/services/erp/dependents");
    assert_eq!(dependents.json()["items"], json!([{ "address": "connections.erp_read", "link": "is of" }]));
    let refused = server.api("DELETE", "/services/erp", &[("if-match", "*")], None);
    assert_eq!((refused.status, refused.code().as_str()), (409, "delete-while-referenced"));
    assert_eq!(refused.json()["dependents"], json!(["connections.erp_read"]));
    assert_eq!(server.api("DELETE", "/connections/erp_read", &[("if-match", "\"3\"")], None).status, 200);
    assert_eq!(server.api("DELETE", "/services/erp", &[("if-match", "*")], None).status, 200);
    assert_eq!(server.get("/services/erp").code(), "not-found");
    assert_eq!(server.running.panics(), 0);
}

#[test]
fn what_is_known_is_not_sent_again_unless_it_may_stand_otherwise() {
    let server = Server::start();
    let made = server.create("/services/erp", erp());
    assert_eq!(made.header("etag"), "\"1\"");
    let with = |path: &str, known: &str| server.api("GET", path, &[("if-none-match", known)], None);
    for known in ["\"1\"", "W/\"1\"", "\"9\", \"1\"", "W/\"9\",\"1\"", "*"] {
        assert_eq!(with("/services/erp", known).status, 304, "{known}");
    }
    for other in ["\"9\"", "W/\"11\"", "\"9\", \"3\""] {
        assert_eq!(with("/services/erp", other).status, 200, "{other}");
    }
    assert_eq!(with("/services/erp", "\"1\", *").code(), "bad-parameter");
    server.create("/connections/erp_read", erp_read("ERP read"));
    let hook = json!({ "body": { "name": "Door", "url": "https://erp.example.com/door", "auth": { "connection": "erp_read" } } });
    let hook = server.create("/webhooks/door", hook);
    let estate = server.get("/estate");
    assert_eq!(with("/estate", estate.header("etag")).status, 304);
    let authorized = server.api("POST", "/connections/erp_read/authorize", &[], None);
    let door = with("/webhooks/door", hook.header("etag"));
    assert_eq!((door.status, door.header("etag"), &door.json()["state"]), (200, hook.header("etag"), &json!("active")));
    assert_eq!(with("/connections/erp_read", authorized.header("etag")).status, 200, "a renewal that is left behind shows at once");
    assert_eq!(with("/estate", estate.header("etag")).status, 200);
}

#[test]
fn a_connected_connection_is_not_updated_and_a_used_one_not_deleted() {
    let server = Server::start();
    server.create("/services/erp", erp());
    server.create("/connections/erp_read", erp_read("ERP read"));
    let authorized = server.api("POST", "/connections/erp_read/authorize", &[], None);
    assert_eq!((authorized.status, &authorized.json()["state"]), (200, &json!("connected")));
    let refused = server.api("PUT", "/connections/erp_read", &[("if-match", "*")], Some(erp_read("Other")));
    assert_eq!((refused.status, refused.code().as_str()), (409, "update-while-connected"));
    let hook = json!({ "body": { "name": "Door", "url": "https://erp.example.com/door", "auth": { "connection": "erp_read" }, "body": { "json": { "d": "${door}" } } } });
    let created = server.create("/webhooks/door", hook);
    assert_eq!((created.status, &created.json()["state"]), (201, &json!("active")), "{created:?}");
    assert_eq!(server.api("DELETE", "/connections/erp_read", &[("if-match", "*")], None).json()["dependents"], json!(["webhooks.door"]));
    let revoked = server.api("POST", "/connections/erp_read/revoke", &[], None);
    assert_eq!((revoked.status, &revoked.json()["state"]), (200, &json!("revoked")));
    assert_eq!(server.get("/webhooks/door").json()["state"], json!("blocked"));
    assert_eq!(server.get("/connections?state=revoked&service=erp").json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.get("/connections?state=connected").json()["items"], json!([]));

    let unfilled = server.api("POST", "/webhooks/door/trigger", &[], Some(json!({ "event": {} })));
    assert_eq!((unfilled.status, unfilled.code().as_str()), (422, "unfilled"));
    let queued = server.api("POST", "/webhooks/door/trigger", &[], Some(json!({ "event": { "door": "north" } })));
    assert_eq!(queued.status, 202, "{queued:?}");
    let id = queued.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(server.get(&format!("/deliveries/{id}")).json()["delivery"]["waits"], json!("blocked"));
    assert_eq!(server.get("/deliveries?webhook=door&state=pending").json()["items"][0]["id"], json!(id));
    assert_eq!(server.api("POST", &format!("/deliveries/{id}/redeliver"), &[], None).status, 202);
    assert_eq!(server.get("/deliveries/none").code(), "not-found");
    assert_eq!(server.api("POST", "/webhooks/door/detach", &[], None).json()["state"], json!("detached"));
    assert_eq!(server.api("POST", "/webhooks/door/attach", &[], None).json()["state"], json!("blocked"));
    assert_eq!(server.get("/connections/erp_read/snippets").json()["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(server.get("/status").json()["items"][0]["webhooks"], json!({ "webhooks.door": "blocked" }));
}

#[test]
fn a_change_under_one_key_is_done_once() {
    let server = Server::start();
    let again = |name: &str, key: &str| {
        server.api("PUT", &format!("/services/{name}"), &[("if-none-match", "*"), ("idempotency-key", key)], Some(erp()))
    };
    let first = again("erp", "k1");
    let second = again("erp", "k1");
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.text, second.text);
    assert_eq!(again("other", "k1").code(), "key-reused");
    let mut body = erp();
    body["body"]["name"] = json!("Another");
    let body = server.api("PUT", "/services/erp", &[("if-none-match", "*"), ("idempotency-key", "k1")], Some(body));
    assert_eq!((body.status, body.code().as_str()), (422, "key-reused"), "{body:?}");
    let other = server.person("zoe", bowline::resource::access::Role::Editor);
    let hers = server.ask("PUT", "/api/v1/services/hers", Some(&other), &[("if-none-match", "*"), ("idempotency-key", "k1")], Some(&erp()));
    assert_eq!(hers.status, 201, "keys of different people have nothing to do with each other: {hers:?}");
    // Nobody's apply spoke, so nothing is a project's and no drift is seen.
    assert_eq!(server.get("/services/erp").json().get("owner"), None);
}

#[test]
fn lists_come_in_parts() {
    let server = Server::start();
    for number in 0..7 {
        assert_eq!(server.create(&format!("/services/s{number}"), erp()).status, 201);
    }
    let mut names = Vec::new();
    let mut path = "/services?limit=3".to_owned();
    loop {
        let part = server.get(&path).json();
        names.extend(part["items"].as_array().expect("items").iter().map(|item| item["address"].as_str().expect("text").to_owned()));
        match part["next"].as_str() {
            Some(next) => path = format!("/services?limit=3&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(names, (0..7).map(|number| format!("services.s{number}")).collect::<Vec<_>>());
    let audit = server.get("/audit?limit=2").json();
    assert_eq!(server.get(&format!("/audit?limit=2&cursor={}", audit["next"].as_str().expect("more"))).json()["items"][0]["seq"], json!(3));
    for (path, code) in [
        ("/services?limit=0", "bad-parameter"),
        ("/services?limit=1&limit=2", "bad-parameter"),
        ("/services?unknown=1", "bad-parameter"),
        ("/services?cursor=AAAA", "invalid"),
        ("/services/NOT-A-NAME", "not-found"),
        ("/nowhere", "no-such-route"),
    ] {
        assert_eq!(server.get(path).code(), code, "{path}");
    }
}

#[test]
fn every_wrong_field_is_named_and_no_value_shown() {
    let server = Server::start();
    let body = json!({ "body": { "name": 7, "auth": { "type": "oauth2", "client_secret": "canary-literal" } }, "extra": "canary" });
    let wrong = server.create("/services/erp", body);
    let pointers: Vec<String> = wrong.json()["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "bad-shape"));
    assert!(pointers.contains(&"/body/name".to_owned()) && pointers.iter().any(|at| at.ends_with("client_secret")), "{pointers:?}");
    assert!(!wrong.text.contains("canary"), "{}", wrong.text);

    let put = |content_type: &str, body: &str| {
        let client = reqwest::blocking::Client::new();
        let request = client.put(format!("{}/api/v1/services/x", server.base)).bearer_auth(&server.admin).header("if-none-match", "*");
        request.header("content-type", content_type).body(body.to_owned()).send().expect("an answer").status().as_u16()
    };
    assert_eq!(put("text/plain", "{}"), 415);
    assert_eq!(put("application/json", "{"), 400);
    assert_eq!(put("application/json", r#"{"body":{},"body":{}}"#), 400);
    assert_eq!(put("application/json", &format!("{}{}", "[".repeat(65), "]".repeat(65))), 400);
    assert_eq!(put("application/json", &" ".repeat((1 << 20) + 1)), 413);
    let wrong = server.api("PATCH", "/services/erp", &[], None);
    assert_eq!((wrong.status, wrong.header("allow"), wrong.code().as_str()), (405, "GET, HEAD, PUT, DELETE", "method-not-allowed"));
}

#[test]
fn answers_carry_what_keeps_them_out_of_caches_and_frames() {
    let server = Server::start();
    for path in ["/api/v1/me", "/nowhere", "/health", "/consent/AAAA"] {
        let reply = server.ask("GET", path, Some(&server.admin), &[("x-request-id", "mine-1")], None);
        assert_eq!((reply.header("cache-control"), reply.header("x-content-type-options")), ("no-store", "nosniff"), "{path}");
        assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-request-id"), "mine-1");
    }
    let made = server.ask("GET", "/health", None, &[("x-request-id", "not good")], None);
    assert_eq!(made.header("x-request-id").len(), 32);
    assert_eq!(server.ask("GET", "/ready", None, &[], None).json()["ready"], json!(true));
}

#[test]
fn a_plan_is_one_request_and_an_apply_holds_a_lease() {
    let server = Server::start();
    let speaks = [("if-none-match", "*"), ("bowline-project", "cold_chain"), ("idempotency-key", "p/s1")];
    assert_eq!(server.api("PUT", "/services/erp", &speaks, Some(erp())).status, 201);
    let estate = server.get("/estate");
    assert_eq!((&estate.json()["objects"][0]["owner"], &estate.json()["revision"]), (&json!("cold_chain"), &json!(1)));
    let prints = server.api("POST", "/fingerprints", &[], Some(json!({ "values": ["a", "b", "a"] }))).json();
    assert!(prints["fingerprints"][0] == prints["fingerprints"][2] && prints["fingerprints"][0] != prints["fingerprints"][1]);

    let asked = |claim: &str| Some(json!({ "ttl_seconds": 60, "claim": claim }));
    let lease = server.api("POST", "/leases/cold_chain", &[], asked("first-claim"));
    assert_eq!((lease.status, &lease.json()["fence"]), (201, &json!(1)), "{lease:?}");
    let held = server.api("POST", "/leases/cold_chain", &[], asked("other-claim"));
    assert_eq!((held.status, held.code().as_str(), &held.json()["holder"]), (409, "lease-held", &json!("admin")));
    assert_eq!(server.api("PUT", "/leases/cold_chain", &[("bowline-fence", "1")], Some(json!({ "ttl_seconds": 90.0 }))).status, 200);
    assert_eq!(server.api("PUT", "/leases/cold_chain", &[("bowline-fence", "9")], Some(json!({ "ttl_seconds": 90 }))).code(), "lease-lost");
    let plan = format!("/plans/sha256:{}", "0f".repeat(32));
    let under = [("bowline-project", "cold_chain"), ("bowline-fence", "1")];
    assert_eq!(server.api("POST", &format!("{plan}/spend"), &under, None).status, 200);
    let twice = server.api("POST", &format!("{plan}/spend"), &under, None);
    assert_eq!((twice.code().as_str(), twice.json()["spent_at"].is_string()), ("spent", true));
    assert!(server.get(&plan).json()["spent_at"].is_string());
    assert_eq!(server.get("/leases").json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.api("DELETE", "/leases/cold_chain", &[("bowline-fence", "1")], None).status, 204);
    assert_eq!(server.api("DELETE", "/leases/cold_chain", &[], None).code(), "not-found");
}

#[test]
fn a_function_keeps_its_script() {
    let server = Server::start();
    let text = "info \"hello\";";
    let sha256 = "9ae3f8b8a9a9fdd4d9e6d9cf1f1a3a2a0a6b7d0b7f6f6d0e4b8a1d1d2c3b4a59";
    let function = |sha256: &str| json!({ "body": { "name": "Hello", "category": "schedule", "script": { "path": "functions/hello.ds", "sha256": sha256 } }, "script": text });
    assert_eq!(server.create("/functions/hello", function(sha256)).code(), "invalid");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    assert_eq!(server.create("/functions/hello", function(&hex::encode(digest))).status, 201);
    assert_eq!(server.get("/functions/hello/script").json(), json!({ "script": text }));
    assert_eq!(server.get("/functions/none/script").code(), "not-found");
}
