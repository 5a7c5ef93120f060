//! Figures and lines: there, bounded, and without a secret.

use crate::server::Server;
use bowline::server::{Journal, Level, Limits, Style, Upkeep};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn watched() -> (Server, Kept, Journal) {
    let kept = Kept::default();
    let clock = Arc::new(crate::server::Now);
    let journal = Journal::new(Style::Json, Level::Debug, clock, Box::new(kept.clone())).expect("a thread");
    let metrics = Some("127.0.0.1:0".parse().expect("an address"));
    let server = Server::kept_up(Limits::default(), Upkeep { journal: journal.clone(), metrics, ..Upkeep::default() });
    (server, kept, journal)
}

fn figures(server: &Server) -> String {
    let address = server.running.metrics.expect("it was asked for");
    let answer = reqwest::blocking::get(format!("http://{address}/metrics")).expect("an answer");
    assert!(answer.headers()["content-type"].to_str().expect("text").starts_with("application/openmetrics-text"));
    answer.text().expect("a text")
}

fn figure(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(name, _)| name == series));
    let line = line.unwrap_or_else(|| panic!("no {series} in {text}"));
    line.rsplit_once(' ').and_then(|(_, value)| value.parse().ok()).expect("a number")
}

fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.starts_with('#')).count()
}

#[test]
fn figures_count_what_happens() {
    let (server, _, _) = watched();
    assert_eq!(server.ask("GET", "/api/v1/me", Some(&server.admin), &[], None).status, 200);
    assert_eq!(server.ask("GET", "/api/v1/me", Some("bwl_nothing"), &[], None).status, 401);
    assert_eq!(server.ask("GET", "/api/v1/me", None, &[], None).status, 401);
    assert_eq!(server.ask("GET", "/nowhere", None, &[], None).status, 404);
    let text = figures(&server);
    assert_eq!(figure(&text, "bowline_requests_total{operation=\"getMe\",status=\"2xx\"}"), 1.0);
    assert_eq!(figure(&text, "bowline_requests_total{operation=\"getMe\",status=\"4xx\"}"), 2.0);
    assert_eq!(figure(&text, "bowline_requests_total{operation=\"none\",status=\"4xx\"}"), 1.0);
    assert_eq!(figure(&text, "bowline_authentication_failures_total{reason=\"missing\"}"), 1.0);
    assert_eq!(figure(&text, "bowline_authentication_failures_total{reason=\"unknown\"}"), 1.0);
    assert_eq!(figure(&text, "bowline_request_duration_seconds_count{operation=\"getMe\"}"), 3.0);
    assert_eq!(figure(&text, "bowline_requests_in_flight"), 0.0);
    assert_eq!(figure(&text, "bowline_delivery_queue{state=\"pending\"}"), 0.0);
    assert_eq!(figure(&text, "bowline_token_renewals_total{outcome=\"renewed\"}"), 0.0);
    assert_eq!((figure(&text, "bowline_ready"), figure(&text, "bowline_panics_total")), (1.0, 0.0));
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn figures_are_not_on_the_address_of_the_api() {
    let (server, _, _) = watched();
    assert_eq!(server.ask("GET", "/metrics", Some(&server.admin), &[], None).status, 404);
    let plain = Server::start();
    assert_eq!(plain.running.metrics, None);
}

#[test]
fn their_number_is_bounded_whatever_is_asked() {
    let (server, _, _) = watched();
    let round = |server: &Server, number: usize| {
        for path in ["services", "connections", "webhooks", "functions", "users"] {
            server.ask("GET", &format!("/api/v1/{path}/any_{number}?x_{number}=1"), Some(&server.admin), &[], None);
            server.ask("DELETE", &format!("/api/v1/{path}/any_{number}"), Some(&server.admin), &[("if-match", "*")], None);
        }
        server.ask("GET", &format!("/any_{number}"), Some(&format!("bwl_{number}")), &[], None);
        server.ask("GET", "/api/v1/me", Some(&format!("bwl_{number}")), &[("x-request-id", &format!("id-{number}"))], None);
        server.ask(&format!("ANY{number}"), "/api/v1/me", None, &[], None);
    };
    // Until the address has to wait, too.
    (0..15).for_each(|number| round(&server, number));
    let first = series(&figures(&server));
    (15..40).for_each(|number| round(&server, number));
    let text = figures(&server);
    assert_eq!(series(&text), first, "{text}");
    assert!(!text.contains("any_") && !text.contains("127.0.0.1") && !text.contains("admin"), "{text}");
}

#[test]
fn a_line_says_who_asked_what_and_nothing_that_was_sent() {
    const CANARY: &str = "canary7f3a";
    let (server, kept, journal) = watched();
    let service = json!({ "body": { "name": "A", "auth": { "type": "api_key", "header": "X-Key", "value": { "env": "A" } }, "hosts": ["a.example"], "note": CANARY },
        "secrets": { "/auth/value": CANARY } });
    let headers =
        [("if-none-match", "*"), ("x-canary", CANARY), ("cookie", CANARY), ("idempotency-key", CANARY), ("x-request-id", "mine-1")];
    let reply = server.ask("PUT", &format!("/api/v1/services/a?q={CANARY}"), Some(&server.admin), &headers, Some(&service));
    server.ask("GET", &format!("/api/v1/services?limit={CANARY}"), Some(&server.admin), &[], None);
    server.ask("GET", &format!("/{CANARY}"), Some(CANARY), &[("authorization", &format!("Basic {CANARY}"))], None);
    server.ask("GET", &format!("/api/v1/services/{CANARY}"), Some(&format!("bwl_{CANARY}")), &[], None);
    journal.flush();
    let text = String::from_utf8(kept.0.lock().expect("whole").clone()).expect("text");
    assert!(!text.contains(CANARY) && !text.contains(&server.admin), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    assert_eq!(lines.len(), 4, "{text}");
    let first = &lines[0];
    assert_eq!((&first["event"], &first["operation"]), (&json!("request"), &json!("putService")), "{text}");
    assert_eq!((&first["request_id"], &first["principal"]), (&json!("mine-1"), &json!("admin")), "{text}");
    assert_eq!(first["status"], json!(reply.status));
    assert!(first["duration_us"].as_u64().is_some_and(|took| took > 0) && first["client"] == "127.0.0.1", "{text}");
    assert_eq!((&lines[2]["operation"], &lines[3]["code"]), (&json!("none"), &json!("unauthenticated")), "{text}");
}
