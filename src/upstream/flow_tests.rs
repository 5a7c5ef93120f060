//! Grants over the real client against a server on loopback: a whole life, and a renewal under every fault.

use super::fake_provider::{Behaviour, FakeServer, json};
use super::{Limits, Policy, Upstream};
use crate::clock::Random;
use crate::oauth::{
    Asked, Callback, ClientSecrets, Outside, Provider, RefreshError, RevokeOutcome, Rotation, TokenSet, begin, redeem, refresh, revoke,
};
use crate::resource::{Name, Scope};
use crate::secret::Secret;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn upstream() -> Upstream {
    Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client")
}

fn provider(server: &FakeServer) -> Provider {
    let declared = serde_json::json!({
        "authorize_url": server.url("/authorize"),
        "token_url": server.url("/token"),
        "revoke_url": server.url("/revoke"),
        "client_authentication": "basic",
    });
    let client = ClientSecrets { id: "bowline".to_owned(), secret: Some(Secret::new("s".to_owned())), private_key: None };
    Provider::of(&serde_json::from_value(declared).expect("a service"), client).expect("it can be used")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn over<T>(upstream: &Upstream, step: impl FnOnce(&Outside) -> T) -> T {
    step(&Outside { now: now(), random: &Sevens, send: &|request| upstream.send_token_call(request) })
}

fn connected(server: &FakeServer, upstream: &Upstream) -> TokenSet {
    let asked = Asked {
        scopes: BTreeSet::from([Scope("read".to_owned())]),
        redirect_uri: Url::parse("http://127.0.0.1:9/callback").expect("a URL"),
        user: "nadia".to_owned(),
        connection: Name::new("crm"),
        service: Name::new("crm"),
    };
    let provider = provider(server);
    let (link, pending) = begin(&provider, asked, &Sevens, now()).expect("a link");
    let (_, state) = link.query_pairs().find(|(name, _)| name == "state").expect("a state");
    let arrived = Url::parse(&format!("http://127.0.0.1:9/callback?code=c&state={state}")).expect("a URL");
    let callback = Callback::arrived(&arrived, "nadia").expect("it can be read");
    over(upstream, |outside| redeem(&provider, pending, &callback, outside)).expect("tokens")
}

const FIRST: &str = r#"{"access_token":"access-1","refresh_token":"r1","token_type":"Bearer","expires_in":60}"#;
const SECOND: &str = r#"{"access_token":"access-2","refresh_token":"r2","token_type":"Bearer","expires_in":60}"#;

#[test]
fn a_whole_life() {
    let server = FakeServer::start(vec![json(FIRST), json(SECOND), json("{}"), json("{}")]);
    let upstream = upstream();
    let tokens = connected(&server, &upstream);
    assert!(tokens.due(now() + Duration::from_secs(50)));
    let provider = provider(&server);
    let renewed = over(&upstream, |outside| refresh(&provider, &tokens, outside)).expect("renewed");
    assert_eq!(over(&upstream, |outside| revoke(&provider, &renewed, outside)), RevokeOutcome::Revoked);
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[0].starts_with("POST /token ") && requests[0].contains("code_verifier="));
    assert!(requests[1].ends_with("grant_type=refresh_token&refresh_token=r1"));
    assert!(requests[2].starts_with("POST /revoke ") && requests[2].contains("token=r2"));
    assert!(requests[3].contains("token=access-2"));
    assert!(requests.iter().all(|request| request.to_ascii_lowercase().contains("authorization: basic ")));
}

/// What may be said of a grant after one fault: whether the next try, by itself, can still find it whole.
#[test]
fn no_fault_loses_a_grant_or_asks_twice() {
    let retry = "retry-after: 7\r\n";
    let elsewhere = "location: https://evil.example/\r\n";
    let table = [
        ("reset before", Behaviour::ResetBefore, "uncertain"),
        ("reset after", Behaviour::ResetAfter, "uncertain"),
        ("truncated", Behaviour::Truncated, "uncertain"),
        ("garbage", Behaviour::Garbage, "uncertain"),
        ("huge", Behaviour::Huge, "uncertain"),
        ("429", Behaviour::Answer(429, retry, Vec::new()), "transient"),
        ("503", Behaviour::Answer(503, retry, Vec::new()), "transient"),
        ("502", Behaviour::Answer(502, retry, Vec::new()), "uncertain"),
        ("redirect", Behaviour::Answer(307, elsewhere, Vec::new()), "service"),
        ("html", Behaviour::Answer(200, "content-type: text/html\r\n", b"<html>".to_vec()), "uncertain"),
    ];
    let upstream = upstream();
    for (fault, behaviour, expected) in table {
        let server = FakeServer::start(vec![json(FIRST), behaviour, json(SECOND)]);
        let tokens = connected(&server, &upstream);
        let provider = Provider { rotation: Rotation::Rotates, ..provider(&server) };
        let error = over(&upstream, |outside| refresh(&provider, &tokens, outside)).expect_err(fault);
        let class = match &error {
            RefreshError::Transient { retry_after, .. } => {
                assert_eq!(*retry_after, Some(Duration::from_secs(7)), "{fault}");
                "transient"
            }
            RefreshError::Uncertain { .. } => "uncertain",
            RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } => "service",
            RefreshError::Final(_) => "final",
        };
        assert_eq!(class, expected, "{fault}: {error:?}");
        assert_eq!(server.connections(), 2, "{fault}: one request, not two");
        let renewed = over(&upstream, |outside| refresh(&provider, &tokens, outside)).expect(fault);
        assert_eq!(renewed.scrub("access-2"), "•••", "{fault}: the new token came");
    }
}

#[test]
fn nobody_there_is_transient_even_for_rotating_tokens() {
    let server = FakeServer::start(vec![json(FIRST)]);
    let upstream = upstream();
    let mut tokens = connected(&server, &upstream);
    let mut provider = provider(&server);
    provider.token_url = Url::parse("http://127.0.0.1:1/token").expect("a URL");
    tokens.issued_by.token_url = provider.token_url.to_string();
    let error = over(&upstream, |outside| refresh(&provider, &tokens, outside)).expect_err("nobody is there");
    assert!(matches!(error, RefreshError::Transient { .. }), "{error:?}");
}

#[test]
fn a_slow_answer_is_uncertain() {
    let server = FakeServer::start(vec![json(FIRST), Behaviour::Slow(Duration::from_secs(3))]);
    let upstream = upstream();
    let tokens = connected(&server, &upstream);
    let short = Limits { total: Duration::from_millis(200), ..Limits::OAUTH };
    let send = |request| upstream.send_alone(request, short).map_err(Into::into);
    let outcome = refresh(&provider(&server), &tokens, &Outside { now: now(), random: &Sevens, send: &send });
    assert!(matches!(outcome, Err(RefreshError::Uncertain { .. })), "{outcome:?}");
}
