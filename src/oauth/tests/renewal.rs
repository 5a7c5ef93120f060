//! Renewals: what is sent, what is kept, and the class of every way to fail.

use super::*;

fn renew(provider: &Provider, response: Result<HttpResponse, SendError>) -> Result<TokenSet, RefreshError> {
    let server = Scripted::new([response]);
    let outcome = server.with(now(), |outside| refresh(provider, &token_set(provider), outside));
    assert_eq!(server.count(), 1, "exactly one request, whatever came of it");
    outcome
}

#[test]
fn one_request_without_more_scope_than_granted() {
    let mut declared = provider();
    declared.refresh_url = Some(url("https://login.example.com/renew"));
    declared.refresh_parameters = BTreeMap::from([("resource".to_owned(), "crm".to_owned())]);
    let good = || json(200, r#"{"access_token":"a","token_type":"Bearer"}"#);
    let server = Scripted::new([good(), good()]);
    server.with(now(), |outside| refresh(&declared, &token_set(&declared), outside)).expect("renewed");
    assert_eq!(server.uri(0), "https://login.example.com/renew");
    let form = server.form(0);
    assert_eq!(form.keys().collect::<Vec<_>>(), ["client_id", "client_secret", "grant_type", "refresh_token", "resource"]);
    declared.scopes_on_refresh = true;
    server.with(now(), |outside| refresh(&declared, &token_set(&declared), outside)).expect("renewed");
    assert_eq!(server.form(1)["scope"], "read");
}

#[test]
fn what_the_answer_leaves_out_stands() {
    let provider = provider();
    for silent in [
        r#"{"access_token":"b","token_type":"Bearer"}"#,
        r#"{"access_token":"b","token_type":"Bearer","refresh_token":null,"scope":""}"#,
        r#"{"access_token":"b","token_type":"Bearer","refresh_token":""}"#,
    ] {
        let renewed = renew(&provider, json(200, silent)).expect("renewed");
        assert_eq!(renewed.access.expose(), "b");
        assert_eq!(renewed.refresh.expect("the old one").expose(), "refresh-canary");
        assert_eq!((renewed.granted, renewed.extra), (scopes(&["read"]), token_set(&provider).extra));
        assert_eq!(renewed.expires_at, None, "the old end is not the new token's");
    }
    let rotated = renew(&provider, json(200, r#"{"access_token":"b","token_type":"Bearer","refresh_token":"r2","scope":"read write"}"#))
        .expect("renewed");
    assert_eq!(rotated.refresh.expect("the new one").expose(), "r2");
    assert_eq!(rotated.granted, scopes(&["read", "write"]));
}

#[derive(Debug, PartialEq, Eq)]
enum Class {
    Transient,
    Uncertain,
    Final,
    ServiceFault,
}

fn class(error: &RefreshError) -> Class {
    match error {
        RefreshError::Transient { .. } => Class::Transient,
        RefreshError::Uncertain { .. } => Class::Uncertain,
        RefreshError::Final(_) => Class::Final,
        RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } => Class::ServiceFault,
    }
}

#[test]
fn every_failure_has_its_class() {
    use Class::*;
    let declared = |rotation| Provider {
        rotation,
        fatal_codes: words(&["bad_refresh_token"]),
        transient_codes: words(&["access_denied"]),
        ..provider()
    };
    let error = |code: &str| json(400, &format!(r#"{{"error":"{code}"}}"#));
    let no = |make: fn(String) -> SendError| Err(make("why".to_owned()));
    // Answer, class for a service that rotates or does not say, class for one whose tokens stay.
    let table = [
        (no(SendError::NotSent), Transient, Transient),
        (no(SendError::Forbidden), Transient, Transient),
        (no(SendError::MayHaveBeenSent), Uncertain, Transient),
        (no(SendError::BadAnswer), Uncertain, Transient),
        (json(429, "slow"), Transient, Transient),
        (json(408, ""), Transient, Transient),
        (json(503, ""), Transient, Transient),
        (json(500, ""), Uncertain, Transient),
        (json(502, "<html>"), Uncertain, Transient),
        (json(504, ""), Uncertain, Transient),
        (json(503, r#"{"error":"invalid_grant"}"#), Transient, Transient),
        (json(200, "{\"access_token\":\"cut"), Uncertain, Transient),
        (json(200, "<html>garbage</html>"), Uncertain, Transient),
        (json(200, "{}"), Uncertain, Transient),
        (json(200, r#"{"error":"invalid_grant"}"#), Final, Final),
        (json(200, r#"{"error":"bad_refresh_token"}"#), Final, Final),
        (json(200, r#"{"error":"access_denied"}"#), Transient, Transient),
        (error("invalid_grant"), Final, Final),
        (json(401, r#"{"error":"invalid_grant"}"#), Final, Final),
        (error("bad_refresh_token"), Final, Final),
        (error("invalid_code"), ServiceFault, ServiceFault),
        (error("invalid_client"), ServiceFault, ServiceFault),
        (error("unauthorized_client"), ServiceFault, ServiceFault),
        (error("temporarily_unavailable"), Transient, Transient),
        (error("slow_down"), Transient, Transient),
        (error("what_is_this"), ServiceFault, ServiceFault),
        (json(400, "<html>firewall</html>"), Transient, Transient),
        (json(401, ""), ServiceFault, ServiceFault),
        (json(404, "not here"), ServiceFault, ServiceFault),
        (json(307, ""), ServiceFault, ServiceFault),
    ];
    for (response, rotates, keeps) in table {
        let shown =
            format!("{:?}", response.as_ref().map(|response| (response.status(), String::from_utf8_lossy(response.body()).into_owned())));
        for (rotation, expected) in [(Rotation::Rotates, &rotates), (Rotation::Unknown, &rotates), (Rotation::Keeps, &keeps)] {
            let error = renew(&declared(rotation), response.clone()).expect_err("it failed");
            assert_eq!(&class(&error), expected, "{shown}, {rotation:?}: {error:?}");
        }
    }
}

#[test]
fn a_server_that_names_a_wait_is_heard() {
    let mut busy = json(429, "").expect("an answer");
    busy.headers_mut().insert("retry-after", "17".parse().expect("a value"));
    let wait = |error: RefreshError| match error {
        RefreshError::Transient { retry_after, .. } | RefreshError::Uncertain { retry_after, .. } => retry_after.map(|wait| wait.as_secs()),
        RefreshError::Final(_) | RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } => None,
    };
    assert_eq!(wait(renew(&provider(), Ok(busy.clone())).expect_err("busy")), Some(17));
    *busy.status_mut() = http::StatusCode::BAD_GATEWAY;
    assert_eq!(wait(renew(&provider(), Ok(busy.clone())).expect_err("busy")), Some(17));
    *busy.status_mut() = http::StatusCode::BAD_REQUEST;
    *busy.body_mut() = br#"{"error":"slow_down"}"#.to_vec();
    assert_eq!(wait(renew(&provider(), Ok(busy)).expect_err("busy")), Some(17));
}

#[test]
fn a_grant_goes_to_nobody_else() {
    let tokens = token_set(&provider());
    let nowhere = Scripted::new([]);
    let changed = Provider { token_url: url("https://evil.example/token"), ..provider() };
    let outcome = nowhere.with(now(), |outside| refresh(&changed, &tokens, outside));
    assert_eq!(outcome.expect_err("refused"), RefreshError::Final(FinalReason::ServiceChanged));
    let lone = TokenSet { refresh: None, ..tokens };
    let outcome = nowhere.with(now(), |outside| refresh(&provider(), &lone, outside));
    assert_eq!(outcome.expect_err("refused"), RefreshError::Final(FinalReason::NoRefreshToken));
    assert_eq!(nowhere.count(), 0);
}

#[test]
fn an_echoed_token_does_not_reach_the_error() {
    let echo = r#"{"error":"invalid_grant","error_description":"refresh-canary and client-canary"}"#;
    let error = renew(&provider(), json(400, echo)).expect_err("refused");
    assert_eq!(error.to_string(), "the access cannot be renewed: `invalid_grant` (the service says: ••• and •••)");
    assert!(!format!("{error:?}").contains("canary"));
}
