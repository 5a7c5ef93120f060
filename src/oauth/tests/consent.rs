//! Link and callback: what the link says, and everything that is refused before any request.

use super::*;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

#[test]
fn a_link_says_what_rfc_6749_and_7636_want() {
    let (link, pending, state) = begun(&provider());
    let asked_for = query(&link);
    let verifier = pending.verifier.expect("a verifier always");
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()));
    let expected = [
        ("access_type", "offline"),
        ("response_type", "code"),
        ("client_id", "bowline"),
        ("redirect_uri", "https://bowline.example.net/callback/crm"),
        ("scope", "read write"),
        ("code_challenge_method", "S256"),
        ("code_challenge", &challenge),
        ("state", &state),
    ];
    assert_eq!(asked_for, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert_eq!(state.len(), 43, "256 bits");
    assert!(!link.as_str().contains(verifier.expose().as_str()));
    assert!(!format!("{:?}", pending.state_digest).contains(&state), "the state itself is not stored");
    assert_eq!(pending.expires_at, now() + Duration::from_secs(600));
}

#[test]
fn every_try_has_its_own_state_and_verifier() {
    let random = Counting::default();
    let tries: Vec<Pending> = (0..20).map(|_| begin(&provider(), asked(), &random, now()).expect("it can begin").1).collect();
    let states: BTreeSet<_> = tries.iter().map(|pending| pending.state_digest.clone()).collect();
    let verifiers: BTreeSet<_> = tries.iter().map(|pending| pending.verifier.as_ref().expect("always").expose().clone()).collect();
    assert_eq!((states.len(), verifiers.len()), (20, 20));
}

#[test]
fn scopes_are_spelt_as_the_service_says() {
    let spelt = |delimiter, parameter: &str| {
        let provider = Provider { scope_delimiter: delimiter, scope_parameter: parameter.to_owned(), ..provider() };
        let link = begun(&provider).0;
        link.query().expect("a query").split('&').find(|part| part.starts_with(parameter)).expect("scopes").to_owned()
    };
    assert_eq!(spelt(ScopeDelimiter::Comma, "user_scope"), "user_scope=read%2Cwrite");
    assert_eq!(spelt(ScopeDelimiter::Space, "scope"), "scope=read%20write");
    assert_eq!(spelt(ScopeDelimiter::Plus, "scope"), "scope=read+write");
}

#[test]
fn a_service_that_refuses_a_challenge_gets_none() {
    let (link, pending, _) = begun(&Provider { pkce: Challenge::Off, ..provider() });
    assert!(pending.verifier.is_none());
    assert!(!query(&link).keys().any(|name| name.starts_with("code_challenge")));
}

#[test]
fn a_good_callback_becomes_tokens() {
    let provider = provider();
    let (_, pending, state) = begun(&provider);
    let verifier = pending.verifier.as_ref().expect("always").expose().clone();
    let server =
        Scripted::new([json(200, r#"{"access_token":"a","refresh_token":"r","token_type":"bearer","expires_in":3600,"scope":"read"}"#)]);
    let tokens = server
        .with(now(), |outside| redeem(&provider, pending, &callback(&[("code", "c/0+d"), ("state", &state)]), outside))
        .expect("tokens");
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "c/0+d"),
        ("code_verifier", &verifier),
        ("redirect_uri", "https://bowline.example.net/callback/crm"),
        ("client_id", "bowline"),
        ("client_secret", "client-canary"),
    ];
    assert_eq!(server.form(0), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert_eq!(server.uri(0), "https://login.example.com/token");
    assert_eq!((tokens.access.expose().as_str(), tokens.granted.clone()), ("a", scopes(&["read"])));
    assert_eq!(tokens.refresh.as_ref().expect("one").expose(), "r");
    assert_eq!(tokens.expires_at, Some(now() + Duration::from_secs(3600)));
    assert_eq!(compare(&asked().scopes, &tokens.granted, &provider.unechoed).missing, scopes(&["write"]));
}

/// Redeems and expects a refusal without a request.
fn refused(provider: &Provider, pending: Pending, callback: &Callback, now: SystemTime) -> FlowError {
    let server = Scripted::new([]);
    let error = server.with(now, |outside| redeem(provider, pending, callback, outside)).expect_err("it is refused");
    assert_eq!(server.count(), 0);
    error
}

#[test]
fn a_strange_callback_is_refused_before_any_request() {
    let provider = provider();
    let table: [(&[(&str, &str)], FlowError); 5] = [
        (&[("code", "c"), ("state", "guessed")], FlowError::WrongState),
        (&[("code", "c")], FlowError::WrongState),
        (&[("code", "c"), ("state", "")], FlowError::WrongState),
        (&[("state", "STATE")], FlowError::NoCode),
        (&[("code", ""), ("state", "STATE")], FlowError::NoCode),
    ];
    for (parameters, expected) in table {
        let (_, pending, state) = begun(&provider);
        let filled: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (*name, if *value == "STATE" { state.as_str() } else { value })).collect();
        assert_eq!(refused(&provider, pending, &callback(&filled), now()), expected, "{parameters:?}");
    }
}

#[test]
fn only_who_began_can_finish_and_only_in_time_and_place() {
    let provider = provider();
    let (_, pending, state) = begun(&provider);
    let url = url(&format!("https://bowline.example.net/callback/crm?code=c&state={state}"));
    let good = Callback::arrived(&url, "nadia").expect("readable");
    let other = Callback::arrived(&url, "mallory").expect("readable");
    assert_eq!(refused(&provider, pending.clone(), &other, now()), FlowError::OtherUser);
    assert_eq!(refused(&provider, pending.clone(), &good, now() + Duration::from_secs(600)), FlowError::Expired);
    for elsewhere in
        ["https://bowline.example.net/callback/chat", "http://bowline.example.net/callback/crm", "https://evil.example/callback/crm"]
    {
        let moved = Callback::arrived(&self::url(&format!("{elsewhere}?code=c&state={state}")), "nadia").expect("readable");
        assert_eq!(refused(&provider, pending.clone(), &moved, now()), FlowError::OtherRedirect, "{elsewhere}");
    }
    let other_client = Provider { client_id: "other".to_owned(), ..self::provider() };
    assert_eq!(refused(&other_client, pending.clone(), &good, now()), FlowError::ServiceChanged);
    let other_server = Provider { token_url: self::url("https://evil.example/token"), ..self::provider() };
    assert_eq!(refused(&other_server, pending, &good, now()), FlowError::ServiceChanged);
}

#[test]
fn the_issuer_is_compared_as_text() {
    let issuer = |promised| Some(Issuer { identifier: "https://login.example.com".to_owned(), promised });
    let promised = Provider { issuer: issuer(true), ..provider() };
    let quiet = Provider { issuer: issuer(false), ..provider() };
    let with = |provider: &Provider, iss: Option<&str>| {
        let (_, pending, state) = begun(provider);
        let mut parameters = vec![("code", "c"), ("state", state.as_str())];
        parameters.extend(iss.map(|iss| ("iss", iss)));
        let server = Scripted::new([json(200, r#"{"access_token":"a","token_type":"Bearer"}"#)]);
        let outcome = server.with(now(), |outside| redeem(provider, pending, &callback(&parameters), outside));
        (outcome.err(), server.count())
    };
    let expected = "https://login.example.com".to_owned();
    let mismatch = |got: &str| Some(FlowError::IssuerMismatch { expected: expected.clone(), got: got.to_owned() });
    for wrong in ["https://evil.example", "https://login.example.com/", "HTTPS://login.example.com"] {
        assert_eq!(with(&promised, Some(wrong)), (mismatch(wrong), 0));
        assert_eq!(with(&quiet, Some(wrong)), (mismatch(wrong), 0));
    }
    assert_eq!(with(&promised, None), (Some(FlowError::IssuerMissing { expected: expected.clone() }), 0));
    assert_eq!(with(&promised, Some(&expected)), (None, 1));
    assert_eq!(with(&quiet, None), (None, 1));
}

#[test]
fn what_the_consent_page_says_is_told_and_escaped() {
    let provider = provider();
    let said = |error: &str, text: &str| {
        let (_, pending, state) = begun(&provider);
        let parameters =
            [("error", error), ("error_description", text), ("error_uri", "https://evil.example"), ("state", &state), ("code", "c")];
        refused(&provider, pending, &callback(&parameters), now())
    };
    assert_eq!(said("access_denied", "no"), FlowError::Denied { description: Some("no".to_owned()) });
    let escaped = said("invalid_scope\u{1b}[2J", "see \u{202e}\nthere");
    assert_eq!(escaped.to_string(), "the service refused with `invalid_scope\\u{1b}[2J` (the service says: see \\u{202e}\\u{a}there)");
    assert!(matches!(said("unauthorized_client", ""), FlowError::ServiceFault { description: None, .. }));
}

#[test]
fn a_parameter_must_not_come_twice() {
    let arrived = Callback::arrived(&url("https://bowline.example.net/callback/crm?state=a&code=1&code=2"), "nadia");
    assert_eq!(arrived.expect_err("it is refused"), FlowError::Repeated { parameter: "code".to_owned() });
    let long = format!("https://bowline.example.net/callback/crm?code={}", "x".repeat(20_000));
    assert_eq!(Callback::arrived(&url(&long), "nadia").expect_err("it is refused"), FlowError::TooLong);
}

fn zoho() -> Provider {
    Provider {
        moved: Some(MovedHost { field: "accounts-server".to_owned(), hosts: words(&["login.example.com", "login.example.eu"]) }),
        callback_fields: BTreeMap::from([(
            "location".to_owned(),
            CallbackField { keep_as: "dc".to_owned(), allowed: Some(words(&["us", "eu"])), fits: None },
        )]),
        captures: BTreeMap::from([("api_domain".to_owned(), "api_domain".to_owned())]),
        ..provider()
    }
}

#[test]
fn a_listed_data_centre_gets_the_code_and_all_that_follows() {
    let provider = zoho();
    let (_, pending, state) = begun(&provider);
    let parameters = [("code", "c"), ("state", state.as_str()), ("location", "eu"), ("accounts-server", "https://login.example.eu")];
    let token = r#"{"access_token":"a","refresh_token":"r","token_type":"Bearer","api_domain":"https://api.example.eu"}"#;
    let server = Scripted::new([json(200, token), json(200, token), json(200, "{}"), json(200, "{}")]);
    let tokens = server.with(now(), |outside| redeem(&provider, pending, &callback(&parameters), outside)).expect("tokens");
    let kept = [("api_domain", "https://api.example.eu"), ("dc", "eu")];
    assert_eq!(tokens.extra, kept.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let renewed = server.with(now(), |outside| refresh(&provider, &tokens, outside)).expect("renewed");
    assert_eq!(server.with(now(), |outside| revoke(&provider, &renewed, outside)), RevokeOutcome::Revoked);
    let uris: Vec<String> = (0..4).map(|at| server.uri(at)).collect();
    assert_eq!(uris, ["token", "token", "revoke", "revoke"].map(|path| format!("https://login.example.eu/{path}")));
    // Struck off the list, the host is not followed any longer.
    let struck = Scripted::new([json(200, token)]);
    struck.with(now(), |outside| refresh(&super::provider(), &tokens, outside)).expect("renewed");
    assert_eq!(struck.uri(0), "https://login.example.com/token");
}

#[test]
fn an_unlisted_data_centre_gets_nothing() {
    let provider = zoho();
    let hostile = [
        "https://evil.example",
        "evil.example",
        "http://login.example.eu",
        "https://login.example.eu:8443",
        "https://login.example.eu@evil.example",
        "https://x@login.example.eu",
        "https://login.example.eu.evil.example",
        "//evil.example",
        "javascript:alert(1)",
        "https://127.0.0.1",
    ];
    for value in hostile {
        let (_, pending, state) = begun(&provider);
        let given = callback(&[("code", "c"), ("state", &state), ("accounts-server", value)]);
        assert!(matches!(refused(&provider, pending, &given, now()), FlowError::NotListed { .. }), "{value}");
    }
    let (_, pending, state) = begun(&provider);
    let given = callback(&[("code", "c"), ("state", &state), ("location", "moon")]);
    assert!(matches!(refused(&provider, pending, &given, now()), FlowError::NotListed { .. }));
    // A service that declares no such field is not moved by one.
    let plain = super::provider();
    let (_, pending, state) = begun(&plain);
    let server = Scripted::new([json(200, r#"{"access_token":"a","token_type":"Bearer"}"#)]);
    let given = callback(&[("code", "c"), ("state", &state), ("accounts-server", "https://evil.example")]);
    server.with(now(), |outside| redeem(&plain, pending, &given, outside)).expect("tokens");
    assert_eq!(server.uri(0), "https://login.example.com/token");
}
