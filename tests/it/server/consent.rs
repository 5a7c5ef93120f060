//! Consent through the server, with a real provider, API and browser's steps.

use super::{Now, Reply, Server};
use bowline::resource::access::Role;
use bowline::sandbox::{self, CLIENTS, Proof, Running};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// A browser that follows nothing by itself.
pub(crate) struct Browser {
    client: reqwest::blocking::Client,
    cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let client = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Browser { client: client.expect("a client"), cookie: None }
    }

    pub(crate) fn ask(&mut self, method: &str, url: &str) -> Reply {
        let mut request = self.client.request(method.parse().expect("a method"), url);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let reply = Reply { status, headers, text: answer.text().expect("its text") };
        if let Some((pair, _)) = reply.header("set-cookie").split_once(';') {
            self.cookie = Some(pair.to_owned());
        }
        reply
    }
}

fn provider() -> Running {
    let options = sandbox::Options { auto_consent: true, ..sandbox::Options::new(Arc::new(Now), [7; 32]) };
    sandbox::start(options).expect("a sandbox")
}

fn declare(server: &Server, sandbox: &Running) {
    let client = CLIENTS.iter().find(|client| client.id == "sandbox-post").expect("it is there");
    let Proof::Post(secret) = client.proof else { panic!("its secret goes in the body") };
    let service = json!({
        "body": {
            "name": "Sandbox", "hosts": ["127.0.0.1"],
            "auth": {
                "type": "oauth2", "authorize_url": sandbox.url("/oauth/authorize"), "token_url": sandbox.url("/oauth/token"),
                "revoke_url": sandbox.url("/oauth/revoke"), "client_id": client.id, "client_secret": { "env": "SECRET" },
                "scope_delimiter": "space", "scopes": { "devices.read": "Devices" }
            }
        },
        "secrets": { "/auth/client_secret": secret }
    });
    let created = server.create("/services/box", service);
    assert_eq!(created.status, 201, "{created:?}");
    let connection = json!({ "body": { "name": "Devices", "service": "box", "scopes": ["devices.read"] } });
    let created = server.create("/connections/devices", connection);
    assert_eq!(created.status, 201, "{created:?}");
}

/// From the link to the address that the provider sends the browser back to.
fn consented(server: &Server, browser: &mut Browser) -> String {
    consented_by(server, browser, ("admin", &server.admin))
}

fn consented_by(server: &Server, browser: &mut Browser, (who, token): (&str, &str)) -> String {
    let begun = server.ask("POST", "/api/v1/connections/devices/consent", Some(token), &[], Some(&json!({})));
    assert_eq!(begun.status, 201, "{begun:?}");
    let link = begun.json()["link"].as_str().expect("a link").to_owned();
    assert!(link.starts_with(&server.base), "{link}");
    let page = browser.ask("GET", &link);
    let asks = format!("<b>{who}</b> asked to connect <b>devices</b>");
    assert!(page.text.contains(&asks) && browser.cookie.is_none(), "{}", page.text);
    let gone = browser.ask("POST", &link);
    assert_eq!(gone.status, 303);
    let cookie = gone.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/callback/"), "{cookie}");
    let asked = browser.ask("GET", &format!("{}&auto=allow", gone.header("location")));
    asked.header("location").to_owned()
}

#[test]
fn a_person_consents_in_the_browser_that_began_and_in_no_other() {
    let (server, sandbox) = (Server::start(), provider());
    declare(&server, &sandbox);
    let mut browser = Browser::new();
    let back = consented(&server, &mut browser);
    assert!(back.starts_with(&format!("{}/callback/box?", server.base)), "{back}");

    let stranger = Browser::new().ask("GET", &back);
    assert_eq!(stranger.status, 400, "{}", stranger.text);
    assert!(stranger.text.contains("not the one that the consent was begun in"));
    let forged = Browser { cookie: Some("bowline-consent-x=AAAA".to_owned()), ..Browser::new() }.ask("GET", &back);
    assert_eq!(forged.status, 400);
    assert_eq!(server.get("/connections/devices/status").json()["state"], json!("awaiting_consent"));

    let cookie = browser.cookie.clone();
    let done = browser.ask("GET", &back);
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(done.text.contains("`connections.devices` is connected"), "{}", done.text);
    let status = server.get("/connections/devices/status").json();
    assert_eq!((&status["state"], &status["held"]["granted"]), (&json!("connected"), &json!(["devices.read"])));
    assert_eq!(browser.ask("GET", &back).status, 400, "the cookie is gone");
    assert_eq!(Browser { cookie, ..Browser::new() }.ask("GET", &back).status, 409, "an answer is good once");
}

#[test]
fn who_may_not_connect_any_more_does_not_finish_what_was_begun() {
    let (server, sandbox) = (Server::start(), provider());
    declare(&server, &sandbox);
    let zoe = server.person("zoe", Role::Editor);
    let mut browser = Browser::new();
    let back = consented_by(&server, &mut browser, ("zoe", &zoe));
    let again = Browser { cookie: browser.cookie.clone(), ..Browser::new() };
    server.person("zoe", Role::Viewer);
    assert_eq!(browser.ask("GET", &back).status, 403);
    let zoe = server.person("zoe", Role::Editor);
    assert_eq!({ again }.ask("GET", &back).status, 409, "it is spent");
    browser = Browser::new();
    let back = consented_by(&server, &mut browser, ("zoe", &zoe));
    assert_eq!(server.api("DELETE", "/users/zoe", &[], None).status, 204);
    assert_eq!(browser.ask("GET", &back).status, 409, "it went with the user");
    assert_eq!(server.get("/connections/devices/status").json()["state"], json!("awaiting_consent"));
}

#[test]
fn a_call_carries_the_credential_renews_it_and_shows_nothing_of_it() {
    let (server, sandbox) = (Server::start(), provider());
    sandbox.change(|settings| settings.token_lifetime = Duration::from_secs(2));
    declare(&server, &sandbox);
    let early = json!({ "method": "GET", "url": sandbox.url("/api/devices") });
    assert_eq!(server.api("POST", "/connections/devices/invoke", &[], Some(early.clone())).code(), "not-connected");
    let mut browser = Browser::new();
    let back = consented(&server, &mut browser);
    assert_eq!(browser.ask("GET", &back).status, 200);

    let called = server.api("POST", "/connections/devices/invoke", &[], Some(early.clone()));
    assert_eq!((called.status, &called.json()["status"]), (200, &json!(200)), "{called:?}");
    assert!(called.json()["body"]["text"].as_str().is_some_and(|text| text.contains("devices")), "{called:?}");
    std::thread::sleep(Duration::from_millis(2200));
    let again = server.api("POST", "/connections/devices/invoke", &[], Some(early));
    assert_eq!((again.status, &again.json()["status"]), (200, &json!(200)), "{again:?}");
    assert!(!sandbox.stats().refreshes.is_empty(), "the access had ended, and was renewed");

    let echo = json!({ "method": "POST", "url": sandbox.url("/api/echo"), "headers": { "cookie": "a=b", "x-own": "1" }, "body": { "json": { "n": 1 } } });
    let echoed =
        server.api("POST", "/connections/devices/invoke", &[("cookie", "inbound=canary"), ("x-forwarded-for", "canary")], Some(echo));
    assert!(!echoed.text.contains("canary") && !echoed.text.contains(&server.admin) && !echoed.text.contains("a=b"), "{}", echoed.text);
    assert_eq!(echoed.json()["headers"].get("set-cookie"), None);
    let elsewhere = json!({ "method": "GET", "url": "https://evil.example/" });
    assert_eq!(server.api("POST", "/connections/devices/invoke", &[], Some(elsewhere)).code(), "host-outside-service");
    let own = json!({ "method": "GET", "url": sandbox.url("/api/devices"), "headers": { "authorization": "Bearer mine" } });
    assert_eq!(server.api("POST", "/connections/devices/invoke", &[], Some(own)).code(), "cannot-carry");

    let revoked = server.api("POST", "/connections/devices/revoke", &[], Some(json!({})));
    assert_eq!((&revoked.json()["state"], &revoked.json()["told"][0]["outcome"]), (&json!("revoked"), &json!("revoked")), "{revoked:?}");
    assert_eq!(server.running.panics(), 0);
}

#[test]
fn the_button_is_for_our_own_page_only() {
    let (server, sandbox) = (Server::start(), provider());
    declare(&server, &sandbox);
    let begun = server.api("POST", "/connections/devices/consent", &[], None);
    let link = begun.json()["link"].as_str().expect("a link").to_owned();
    let client = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = client.post(&link).header(name, value).send().expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.headers().get("set-cookie")), (400, None), "{name}");
    }
    let other = if link.ends_with('A') { 'B' } else { 'A' };
    let altered = format!("{}{other}", &link[..link.len() - 1]);
    assert_eq!(client.get(altered).send().expect("an answer").status().as_u16(), 400);
}

#[test]
fn a_webhook_is_delivered_by_the_server_itself() {
    let (server, sandbox) = (Server::start(), provider());
    let hook = json!({ "body": { "name": "Door", "url": sandbox.url("/hooks/door"), "body": { "json": { "door": "${door}" } } } });
    assert_eq!(server.create("/webhooks/door", hook).status, 201);
    let queued = server.api("POST", "/webhooks/door/trigger", &[], Some(json!({ "event": { "door": "north" } })));
    let id = queued.json()["id"].as_str().expect("an id").to_owned();
    for _ in 0..100 {
        let shown = server.get(&format!("/deliveries/{id}")).json();
        if shown["delivery"]["state"] == json!("delivered") {
            assert_eq!(shown["attempts"][0]["result"], json!("delivered"));
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nobody delivered it: {}", server.get(&format!("/deliveries/{id}")).text);
}
