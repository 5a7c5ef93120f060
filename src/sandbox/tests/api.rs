//! The API: every credential, every refusal, and an echo without secrets.

use super::{World, text};
use serde_json::Value;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const BASIC_CALL: &str = "Basic c2FuZGJveDpzYW5kYm94LXBhc3N3b3Jk";

#[test]
fn every_answer_is_marked() {
    let world = World::new();
    for path in ["/", "/api/devices", "/nowhere", "/control/stats", "/oauth/token", "/hooks/x", "/hooks/x/log"] {
        assert_eq!(world.get(path, &[]).headers["x-bowline-sandbox"], "1", "{path}");
    }
    assert_eq!(world.get("/nowhere", &[]).status, 404);
    assert_eq!(world.get("/oauth/token", &[]).status, 405);
    assert_eq!(world.get("/api/devices", &[("Host", "rebound.example")]).status, 421);
    assert_eq!(world.get("/control/stats", &[("Host", "rebound.example")]).headers["x-bowline-sandbox"], "1");
    assert_eq!(world.get("/api/devices", &[("Host", "localhost:1")]).status, 401);
    assert!(world.get("/", &[]).text().contains("sandbox-basic-not-secret"));
}

#[test]
fn keys_and_passwords() {
    let world = World::new();
    let devices = |headers: &[(&str, &str)]| world.get("/api/devices", headers).status;
    assert_eq!(devices(&[("X-Api-Key", "sandbox-api-key")]), 200);
    assert_eq!(devices(&[("X-Api-Key", "guess")]), 401);
    assert_eq!(devices(&[("Authorization", BASIC_CALL)]), 200);
    assert_eq!(devices(&[("Authorization", "Basic c2FuZGJveDp3cm9uZw==")]), 401);
    assert_eq!(devices(&[("Authorization", "Digest x")]), 401);
    assert_eq!(world.get("/api/devices?api_key=sandbox-api-key-read", &[]).status, 200);
    assert_eq!(world.form("/api/echo", &[], &[("api_key", "sandbox-api-key"), ("a", "b")]).status, 200);
    let none = world.get("/api/devices", &[]);
    assert_eq!(none.refusal(), (401, "no_credential".to_owned()));
    assert_eq!(none.headers["www-authenticate"], "Bearer realm=\"bowline-sandbox\"");
    let narrow = world.json("/api/alarms", &[("X-Api-Key", "sandbox-api-key-read")], r#"{"device":"reefer-7","text":"warm"}"#);
    assert_eq!(narrow.refusal(), (403, "insufficient_scope".to_owned()));
    assert!(narrow.headers["www-authenticate"].contains("scope=\"alarms.write\""));
    let stats = world.running.stats();
    assert_eq!((stats.api_calls["/api/devices"], stats.api_refusals["insufficient_scope"]), (3, 1));
}

#[test]
fn a_token_in_the_query_is_taken_too() {
    let world = World::new();
    let tokens = world.connected(&[]);
    assert_eq!(world.get(&format!("/api/devices?access_token={}", text(&tokens, "access_token")), &[]).status, 200);
}

#[test]
fn readings_are_the_same_for_the_same_time() {
    let world = World::new();
    let key = [("X-Api-Key", "sandbox-api-key")];
    let ask = |query: &str| world.get(&format!("/api/readings?{query}"), &key);
    let readings = ask("device=cold-room-1&limit=3").value();
    assert_eq!(readings, ask("device=cold-room-1&limit=3").value());
    assert_eq!(readings["readings"].as_array().map(Vec::len), Some(3));
    assert_eq!(readings["readings"][0]["time"], "2027-01-15T08:00:00Z");
    let celsius = |reading: &Value| reading["celsius"].as_f64().expect("a number");
    let all = ask("device=cold-room-1&limit=100").value();
    assert!(all["readings"].as_array().expect("a list").iter().all(|reading| (3.0..=5.0).contains(&celsius(reading))), "{all}");
    assert_eq!(ask("device=kettle").status, 404);
}

#[test]
fn alarms_and_messages() {
    let world = World::new();
    let key = ("X-Api-Key", "sandbox-api-key");
    let alarm = world.json("/api/alarms", &[key], r#"{"device":"reefer-7","text":"warm"}"#);
    assert_eq!((alarm.status, alarm.value()["id"].clone()), (201, "alarm-1".into()));
    assert_eq!(world.json("/api/alarms", &[key], "[]").status, 400);
    assert_eq!(world.get("/api/alarms", &[key]).value()["alarms"][0]["text"], "warm");
    let post = |body: &str| world.json("/api/messages", &[key], body).value();
    assert_eq!(post(r##"{"channel":"#cold","text":"door open"}"##)["ok"], true);
    assert_eq!(post(r#"{"channel":"cold","text":"x"}"#)["error"], "channel_not_found");
    assert_eq!(post(r##"{"channel":"#cold"}"##)["error"], "no_text");
    assert_eq!(world.get("/api/messages", &[key]).value()["messages"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_echo_repeats_no_credential() {
    let world = World::new();
    let token = text(&world.connected(&[]), "access_token").to_owned();
    let body = format!("{{\"leak\":\"{token}\"}}");
    let bearer = format!("Bearer {token}");
    let reply = world.send(
        "PUT",
        &format!("/api/echo?x=1&again={token}"),
        &[("Authorization", &bearer), JSON, ("X-Other", "seen"), ("X-Copy", &token)],
        body.as_bytes(),
    );
    let reply = reply.expect("an answer");
    assert!(!reply.text().contains(&token), "{}", reply.text());
    let said = reply.value();
    assert_eq!(
        (&said["method"], &said["headers"]["x-other"], &said["headers"]["authorization"]),
        (&"PUT".into(), &"seen".into(), &"Bearer (hidden)".into())
    );
    assert_eq!((&said["authenticated"]["by"], &said["authenticated"]["account"]), (&"bearer".into(), &"alex".into()));
    for headers in [[("X-Api-Key", "sandbox-api-key")], [("Authorization", BASIC_CALL)]] {
        let text = world.get("/api/echo?k=sandbox-api-key", &headers).text();
        assert!(!text.contains("c2FuZGJveDpz"), "{text}");
        assert!(headers[0].0 != "X-Api-Key" || !text.contains("sandbox-api-key"), "{text}");
    }
}

#[test]
fn a_large_body_is_refused() {
    let world = World::new();
    let reply = world.send("POST", "/hooks/big", &[], &vec![b'x'; 1024 * 1024 + 1]);
    // The server may close before it has read all of it.
    assert!(reply.map_or(true, |reply| reply.status == 413));
    assert_eq!(world.send("POST", "/hooks/big", &[], &vec![b'x'; 1024 * 1024]).expect("an answer").status, 200);
}

#[test]
fn the_levers_take_json_only_and_reset_forgets() {
    let world = World::new();
    assert_eq!(world.form("/control/reset", &[], &[]).status, 400, "another site's form cannot pull them");
    let tokens = world.connected(&[]);
    assert_eq!(world.json("/control/settings", &[], r#"{"token_lifetime":"5s","rotate":false}"#).value()["token_lifetime"], "5s");
    assert_eq!(world.json("/control/settings", &[], r#"{"token_lifetime":"soon"}"#).status, 400);
    assert_eq!(world.json("/control/settings", &[], r#"{"lifetime":"5s"}"#).status, 400);
    assert_eq!(world.connected(&[])["expires_in"], 5);
    assert_eq!(world.json("/control/reset", &[], "{}").status, 200);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 401);
    let again = world.connected(&[]);
    assert_eq!(again["expires_in"], 3600);
    assert_ne!(text(&again, "access_token"), text(&tokens, "access_token"), "what was drawn is never drawn again");
    assert_eq!(world.running.stats().consents_allowed, 1);
    assert_eq!(world.get("/control/clients", &[]).value()["clients"].as_array().map(Vec::len), Some(5));
}
