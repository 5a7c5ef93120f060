//! Revocations: what is asked, and that the outcome is told as it was.

use super::*;
use http::Method;

fn ok() -> Result<HttpResponse, SendError> {
    answer(200, "text/plain", "")
}

fn failed(outcome: RevokeOutcome) -> (String, bool) {
    match outcome {
        RevokeOutcome::Failed { why, again, .. } => (why, again),
        RevokeOutcome::Revoked | RevokeOutcome::NoEndpoint { .. } => panic!("{outcome:?}"),
    }
}

#[test]
fn both_tokens_are_named_refresh_first() {
    let provider = provider();
    let server = Scripted::new([ok(), ok()]);
    assert_eq!(server.with(now(), |outside| revoke(&provider, &token_set(&provider), outside)), RevokeOutcome::Revoked);
    let named: Vec<_> = (0..2).map(|at| (server.form(at)["token_type_hint"].clone(), server.form(at)["token"].clone())).collect();
    assert_eq!(named, [("refresh_token", "refresh-canary"), ("access_token", "access-canary")].map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(server.form(0)["client_secret"], "client-canary");
    assert_eq!(server.uri(0), "https://login.example.com/revoke");
}

#[test]
fn the_outcome_is_told_as_it_was() {
    let provider = provider();
    let table = [
        (vec![ok(), json(400, r#"{"error":"unsupported_token_type"}"#)], None),
        (vec![json(400, r#"{"error":"unsupported_token_type"}"#)], Some(("status 400, `unsupported_token_type`", false))),
        (vec![json(503, "")], Some(("status 503", true))),
        (vec![ok(), json(503, "")], Some(("status 503", true))),
        (vec![json(200, r#"{"ok":false,"error":"not_authed"}"#)], Some(("status 200, `not_authed`", false))),
        (vec![json(404, "gone")], Some(("status 404", false))),
        (vec![json(302, "")], Some(("status 302", false))),
        (vec![Err(SendError::MayHaveBeenSent("the time is up".to_owned()))], Some(("no answer: the time is up", true))),
        (vec![Err(SendError::Forbidden("x".to_owned()))], Some(("not allowed: x", false))),
        (
            vec![json(400, r#"{"error":"invalid_client","error_description":"refresh-canary client-canary"}"#)],
            Some(("status 400, `invalid_client`: ••• •••", false)),
        ),
    ];
    for (answers, expected) in table {
        let outcome = Scripted::new(answers).with(now(), |outside| revoke(&provider, &token_set(&provider), outside));
        match expected {
            None => assert_eq!(outcome, RevokeOutcome::Revoked),
            Some((why, again)) => assert_eq!(failed(outcome), (why.to_owned(), again)),
        }
    }
    let none = Provider { revocation: Revocation::None { instead: Some("Remove the app.".to_owned()) }, ..provider };
    let outcome = Scripted::new([]).with(now(), |outside| revoke(&none, &token_set(&none), outside));
    assert_eq!(outcome, RevokeOutcome::NoEndpoint { instead: Some("Remove the app.".to_owned()) });
}

fn declared(method: Method, at: &str, proof: RevocationProof, sends: Revokes) -> Scripted {
    let declared = DeclaredRevocation { method, url: url(at), proof, sends };
    let provider = Provider { revocation: Revocation::Declared(Box::new(declared)), ..provider() };
    let server = Scripted::new([ok()]);
    assert_eq!(server.with(now(), |outside| revoke(&provider, &token_set(&provider), outside)), RevokeOutcome::Revoked);
    server
}

#[test]
fn declared_forms_send_what_they_declare() {
    let named = |token| ("token".to_owned(), token);
    let (name, token) = named(RevocationToken::Refresh);
    let zoho = declared(Method::POST, "https://login.example.com/revoke", RevocationProof::Nothing, Revokes::Query { name, token });
    assert_eq!(zoho.uri(0), "https://login.example.com/revoke?token=refresh-canary");
    assert_eq!((zoho.form(0).len(), zoho.header(0, "authorization")), (0, None));

    let slack = declared(Method::POST, "https://slack.example/auth.revoke", RevocationProof::AccessToken, Revokes::Nothing);
    assert_eq!(slack.header(0, "authorization").as_deref(), Some("Bearer access-canary"));
    assert!(slack.seen.borrow()[0].body().is_empty());

    let name = "access_token".to_owned();
    let sends = Revokes::Json { name, token: RevocationToken::Access };
    let github = declared(Method::DELETE, "https://api.example.com/applications/1/grant", RevocationProof::ClientBasic, sends);
    assert_eq!(github.seen.borrow()[0].method(), Method::DELETE);
    assert_eq!(github.seen.borrow()[0].body(), br#"{"access_token":"access-canary"}"#);
    assert!(github.header(0, "authorization").is_some_and(|value| value.starts_with("Basic ")));

    let path = Revokes::Path { token: RevocationToken::Refresh };
    let path = declared(Method::DELETE, "https://api.example.com/tokens/{}", RevocationProof::AccessToken, path);
    assert_eq!(path.uri(0), "https://api.example.com/tokens/refresh-canary");

    let (name, token) = named(RevocationToken::Access);
    let body = declared(Method::POST, "https://login.example.com/r", RevocationProof::ClientInBody, Revokes::Form { name, token });
    assert_eq!(body.form(0).into_keys().collect::<Vec<_>>(), ["client_id", "client_secret", "token"]);
}
