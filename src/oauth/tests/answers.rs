//! What token endpoints answer: as the RFC says, as they declare, and as nobody should.

use super::*;

fn read(provider: &Provider, response: Result<HttpResponse, SendError>) -> Result<TokenSet, FlowError> {
    Scripted::new([response]).with(now(), |outside| client_credentials(provider, &scopes(&["read"]), outside))
}

#[test]
fn each_departure_needs_its_tolerance_and_no_other() {
    use Tolerance::*;
    let table = [
        (FormAnswer, "application/x-www-form-urlencoded", "access_token=a&token_type=bearer&expires_in=3600&scope=read"),
        (UnlabelledJson, "text/html; charset=utf-8", r#"{"access_token":"a","token_type":"bearer"}"#),
        (MissingTokenType, "application/json", r#"{"access_token":"a"}"#),
        (OwnTokenType, "application/json", r#"{"access_token":"a","token_type":"bot"}"#),
        (OddExpiresIn, "application/json", r#"{"access_token":"a","token_type":"Bearer","expires_in":"3600"}"#),
        (CommaScopes, "application/json", r#"{"access_token":"a","token_type":"Bearer","scope":"read,write"}"#),
        (ScopeList, "application/json", r#"{"access_token":"a","token_type":"Bearer","scope":["read","write"]}"#),
    ];
    for (tolerance, content_type, body) in table {
        let others = Tolerance::ALL.into_iter().filter(|other| *other != tolerance).collect();
        let strict = Provider { tolerates: others, ..provider() };
        let Err(FlowError::Answer(fault)) = read(&strict, answer(200, content_type, body)) else { panic!("{tolerance:?} was not needed") };
        assert_eq!(fault.tolerance(), Some(tolerance));
        let lenient = Provider { tolerates: BTreeSet::from([tolerance]), ..provider() };
        assert_eq!(read(&lenient, answer(200, content_type, body)).expect("it is read").access.expose(), "a");
        // A renewal reads it in any case: refusing it could lose a rotated token.
        let server = Scripted::new([answer(200, content_type, body)]);
        server.with(now(), |outside| refresh(&provider(), &token_set(&provider()), outside)).expect("it is read");
        assert_eq!(serde_json::json!(tolerance), tolerance.word());
    }
}

#[test]
fn an_error_inside_a_good_status_is_an_error_either_way() {
    let said = || json(200, r#"{"error":"invalid_code","error_description":"bad \u001b[1m"}"#);
    let Err(FlowError::Answer(fault)) = read(&provider(), said()) else { panic!("it is undeclared") };
    assert_eq!(fault.tolerance(), Some(Tolerance::ErrorInside200));
    let declared = Provider { tolerates: BTreeSet::from([Tolerance::ErrorInside200]), ..provider() };
    let expected = FlowError::Refused { code: "invalid_code".to_owned(), description: Some("bad \\u{1b}[1m".to_owned()) };
    assert_eq!(read(&declared, said()).expect_err("refused"), expected);
}

#[test]
fn odd_lifetimes() {
    let lenient =
        Provider { tolerates: BTreeSet::from([Tolerance::OddExpiresIn]), access_lifetime: Some(Duration::from_secs(77)), ..provider() };
    let seconds = |expires_in: &str| {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{expires_in}}}"#);
        let tokens = read(&lenient, json(200, &body)).expect("it is read");
        tokens.expires_at.expect("known").duration_since(now()).expect("later").as_secs()
    };
    let table = [
        ("3600", 3600),
        ("\"3600\"", 3600),
        ("3599.9", 3599),
        ("\" 60.5 \"", 60),
        ("-1", 77),
        ("0", 77),
        ("1e300", 77),
        ("18446744073709551615", 77),
        ("\"soon\"", 77),
        ("null", 77),
        ("true", 77),
        ("\"\"", 77),
        ("[]", 77),
        ("\"NaN\"", 77),
    ];
    for (expires_in, expected) in table {
        assert_eq!(seconds(expires_in), expected, "{expires_in}");
    }
    let undocumented = read(&provider(), json(200, r#"{"access_token":"a","token_type":"Bearer"}"#)).expect("it is read");
    assert_eq!(undocumented.expires_at, None, "unknown is not for ever, and not a guess");
}

#[test]
fn a_token_can_stand_elsewhere() {
    let provider = Provider {
        token_at: vec!["access_token".to_owned(), "authed_user.access_token".to_owned()],
        captures: BTreeMap::from([
            ("team".to_owned(), "team".to_owned()),
            ("n".to_owned(), "n".to_owned()),
            ("deep".to_owned(), "deep".to_owned()),
        ]),
        ..provider()
    };
    let body = r#"{"ok":true,"team":"T1","n":7,"deep":{"x":1},"authed_user":{"access_token":"u","token_type":"bearer","scope":"chat"}}"#;
    let tokens = read(&provider, json(200, body)).expect("it is read");
    assert_eq!((tokens.access.expose().as_str(), tokens.granted.clone()), ("u", scopes(&["chat"])));
    assert_eq!(tokens.extra, BTreeMap::from([("n".to_owned(), "7".to_owned()), ("team".to_owned(), "T1".to_owned())]));
}

#[test]
fn what_is_no_answer_is_none() {
    let deep = format!(r#"{{"access_token":"a","token_type":"Bearer","x":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    let bodies = [
        "",
        "null",
        "[]",
        "\"a\"",
        "{",
        "<html>canary</html>",
        "\u{0}",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        &deep,
    ];
    for body in bodies {
        let all = Provider { tolerates: Tolerance::ALL.into(), ..provider() };
        let error = read(&all, json(200, body)).expect_err(body);
        assert!(matches!(error, FlowError::Answer(_)), "{body}: {error:?}");
        assert!(!format!("{error:?}").contains("canary"), "no body in an error");
    }
    assert!(matches!(read(&provider(), json(302, "")), Err(FlowError::Redirects { status: 302 })));
}

#[test]
fn refusals_are_told_apart_and_hold_no_secret() {
    let said = |status, body: &str| read(&provider(), json(status, body)).expect_err("refused");
    let echo = said(400, r#"{"error":"invalid_grant","error_description":"client-canary is wrong"}"#);
    assert_eq!(echo, FlowError::Refused { code: "invalid_grant".to_owned(), description: Some("••• is wrong".to_owned()) });
    assert!(matches!(said(401, r#"{"error":"invalid_client"}"#), FlowError::ServiceFault { .. }));
    assert!(matches!(said(401, "<html>"), FlowError::ServiceFault { .. }));
    assert!(matches!(said(403, r#"{"error":"access_denied"}"#), FlowError::Refused { .. }));
    assert!(matches!(said(503, r#"{"error":"invalid_grant"}"#), FlowError::Busy { .. }));
    let throttles = Provider { transient_codes: words(&["access_denied"]), ..provider() };
    let throttled = read(&throttles, json(400, r#"{"error":"access_denied"}"#)).expect_err("refused");
    assert!(matches!(throttled, FlowError::Busy { .. }), "what a service calls throttling is no denial");
    let object = said(400, r#"{"error":{"message":"nope","type":"OAuthException","code":190}}"#);
    assert_eq!(object, FlowError::Refused { code: "OAuthException".to_owned(), description: Some("nope".to_owned()) });
    let form = read(&provider(), answer(400, "text/plain", "error=bad_verification_code&error_description=old")).expect_err("refused");
    assert_eq!(form, FlowError::Refused { code: "bad_verification_code".to_owned(), description: Some("old".to_owned()) });
}

#[test]
fn what_passes_by_itself() {
    let after = |response| read(&provider(), response).expect_err("it failed").passes();
    assert!(after(json(503, "")) && after(Err(SendError::NotSent(String::new()))) && after(Err(SendError::MayHaveBeenSent(String::new()))));
    assert!(!after(Err(SendError::Forbidden(String::new()))) && !after(json(401, "")) && !after(json(200, "{}")));
}
