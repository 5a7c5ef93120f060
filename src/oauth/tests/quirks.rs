//! What single services do their own way: each declared form, and that nothing of it happens undeclared.

use super::*;

fn exchanging() -> Provider {
    let step = |path: &str, grant_type: &str, secret| ExchangeStep {
        url: url(&format!("https://graph.example.com/{path}")),
        parameters: BTreeMap::from([("grant_type".to_owned(), grant_type.to_owned())]),
        token_as: "access_token".to_owned(),
        sends_client_id: false,
        sends_client_secret: secret,
    };
    let exchanges =
        Exchanges { first: step("access_token", "own_exchange_token", true), again: step("refresh", "own_refresh_token", false) };
    Provider {
        exchanges: Some(exchanges),
        token_at: vec!["access_token".to_owned(), "data.0.access_token".to_owned()],
        captures: BTreeMap::from([("user_id".to_owned(), "user_id".to_owned())]),
        tolerates: BTreeSet::from([Tolerance::MissingTokenType]),
        access_lifetime: Some(Duration::from_secs(5_184_000)),
        refresh_lifetime: Some(Duration::from_secs(5_184_000)),
        rotation: Rotation::Keeps,
        ..provider()
    }
}

fn redeemed(provider: &Provider, server: &Scripted) -> Result<TokenSet, FlowError> {
    let (_, pending, state) = begun(provider);
    server.with(now(), |outside| redeem(provider, pending, &callback(&[("code", "code-canary"), ("state", &state)]), outside))
}

#[test]
fn a_short_lived_token_is_exchanged_at_once_and_lives_on_by_exchanges() {
    let provider = exchanging();
    let server = Scripted::new([
        json(200, r#"{"data":[{"access_token":"short-canary","user_id":"77","permissions":"a,b"}]}"#),
        json(200, r#"{"access_token":"long-canary","token_type":"bearer","expires_in":5183944}"#),
        json(200, r#"{"access_token":"longer-canary","token_type":"bearer","expires_in":5183944}"#),
        json(400, r#"{"error":{"message":"Session has expired longer-canary","type":"OAuthException","code":190}}"#),
    ]);
    let mut tokens = redeemed(&provider, &server).expect("it is exchanged");
    assert_eq!(
        server.uri(1),
        "https://graph.example.com/access_token?grant_type=own_exchange_token&access_token=short-canary&client_secret=client-canary"
    );
    assert_eq!((tokens.access.expose().as_str(), tokens.extra["user_id"].as_str()), ("long-canary", "77"));
    assert!(account(&mut tokens).expect("the first answer says").expose().ends_with("user_id:77"));

    let half = now() + Duration::from_secs(5_184_000 / 2);
    assert!(!tokens.lapses(&provider, now()) && tokens.lapses(&provider, half), "renewed long before it is over");
    let longer = server.with(half, |outside| refresh(&provider, &tokens, outside)).expect("it lives on");
    assert_eq!(server.uri(2), "https://graph.example.com/refresh?grant_type=own_refresh_token&access_token=long-canary");
    assert_eq!(longer.access.expose(), "longer-canary");

    let over = half + Duration::from_secs(5_184_000);
    let refused = server.with(over, |outside| refresh(&provider, &longer, outside)).expect_err("it is over");
    assert!(matches!(refused, RefreshError::Final(FinalReason::Refused { .. })), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("canary"));
}

#[test]
fn a_refused_exchange_of_a_good_token_ends_nothing() {
    let provider = exchanging();
    let tokens = token_set(&provider);
    let server = Scripted::new([json(400, r#"{"error":{"message":"later","type":"OAuthException","code":4}}"#)]);
    let refused = server.with(now(), |outside| refresh(&provider, &tokens, outside)).expect_err("not now");
    assert!(matches!(refused, RefreshError::ServiceFault { .. }), "{refused:?}");
}

#[test]
fn a_challenge_in_hexadecimal_is_the_verifier_s_digest() {
    let provider = Provider { pkce: Challenge::S256Hex, ..provider() };
    let (link, pending, _) = begun(&provider);
    let verifier = pending.verifier.expect("there is one");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.expose().as_bytes());
    assert_eq!(query(&link)["code_challenge"], hex::encode(digest));
    assert_eq!(query(&link)["code_challenge_method"], "S256");
}

#[test]
fn a_service_s_own_headers_go_with_every_token_request() {
    let headers = BTreeMap::from([("Accept".to_owned(), "application/vnd.own+json".to_owned())]);
    let provider = Provider { token_headers: headers, ..provider() };
    let server = Scripted::new([json(200, r#"{"access_token":"a","token_type":"bearer"}"#)]);
    redeemed(&provider, &server).expect("it is a token");
    assert_eq!(server.header(0, "accept").as_deref(), Some("application/vnd.own+json"));
}

#[test]
fn a_signed_callback_is_checked_and_nothing_is_asked_for_a_bad_one() {
    let provider = Provider { signed_callback: true, ..provider() };
    let signed = |secret: &str, state: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        hex::encode(aws_lc_rs::hmac::sign(&key, format!("code=c&shop=acme.example&state={state}").as_bytes()))
    };
    let arrive = |fields: &dyn Fn(&str) -> Option<String>, answers: Vec<Result<HttpResponse, SendError>>| {
        let (_, pending, state) = begun(&provider);
        let server = Scripted::new(answers);
        let mut parameters = vec![("code", "c".to_owned()), ("shop", "acme.example".to_owned()), ("state", state.clone())];
        parameters.extend(fields(&state).map(|hmac| ("hmac", hmac)));
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let outcome = server.with(now(), |outside| redeem(&provider, pending, &callback(&parameters), outside));
        (outcome.map(|_| ()), server.count())
    };
    let good = arrive(&|state| Some(signed("client-canary", state)), vec![json(200, r#"{"access_token":"a","token_type":"bearer"}"#)]);
    assert_eq!(good, (Ok(()), 1));
    assert_eq!(arrive(&|state| Some(signed("other", state)), Vec::new()), (Err(FlowError::BadSignature), 0));
    assert_eq!(arrive(&|_| Some("no hex".to_owned()), Vec::new()), (Err(FlowError::BadSignature), 0));
    assert_eq!(arrive(&|_| None, Vec::new()), (Err(FlowError::BadSignature), 0));
}

#[test]
fn an_account_of_another_data_centre_is_told_by_name_before_anything_is_asked() {
    let names = BTreeMap::from([("us".to_owned(), "`dc: com`".to_owned()), ("eu".to_owned(), "`dc: eu` (Europe)".to_owned())]);
    let fits = Some(Fits { value: "us".to_owned(), names });
    let field = CallbackField { keep_as: "dc".to_owned(), allowed: Some(words(&["us", "eu"])), fits };
    let provider = Provider { callback_fields: BTreeMap::from([("location".to_owned(), field)]), ..provider() };
    let (_, pending, state) = begun(&provider);
    let server = Scripted::new([]);
    let arrived = callback(&[("code", "c"), ("state", &state), ("location", "eu")]);
    let error = server.with(now(), |outside| redeem(&provider, pending, &arrived, outside)).expect_err("it is elsewhere");
    assert_eq!(error.to_string(), "the account is in `dc: eu` (Europe), and the connection is set up for `dc: com`");
    assert_eq!(server.count(), 0);
}

#[test]
fn only_believed_values_of_an_answer_are_kept() {
    let believed = BTreeMap::from([("api_domain".to_owned(), words(&["https://www.zohoapis.eu"]))]);
    let captures = BTreeMap::from([("api_domain".to_owned(), "api_domain".to_owned())]);
    let provider = Provider { believed, captures, ..provider() };
    for (said, kept) in [("https://www.zohoapis.eu", true), ("https://www.zohoapis.eu.evil.example", false)] {
        let server = Scripted::new([json(200, &format!(r#"{{"access_token":"a","token_type":"bearer","api_domain":"{said}"}}"#))]);
        assert_eq!(redeemed(&provider, &server).expect("a token").extra.contains_key("api_domain"), kept, "{said}");
    }
}

fn revoked(proof: RevocationProof, sends: Revokes, tokens: &TokenSet) -> (RevokeOutcome, Scripted) {
    let declared = DeclaredRevocation { method: http::Method::POST, url: url("https://own.example.com/revoke"), proof, sends };
    let provider = Provider { revocation: Revocation::Declared(Box::new(declared)), ..provider() };
    let server = Scripted::new([json(200, "{}")]);
    let outcome = server.with(now(), |outside| revoke(&provider, tokens, outside));
    (outcome, server)
}

#[test]
fn square_and_stripe_revoke_in_their_own_ways() {
    let mut tokens = token_set(&provider());
    let sends = Revokes::JsonWithClient { name: "access_token".to_owned(), token: RevocationToken::Access };
    let (outcome, server) = revoked(RevocationProof::ClientScheme, sends, &tokens);
    assert_eq!(outcome, RevokeOutcome::Revoked);
    assert_eq!(server.header(0, "authorization").as_deref(), Some("Client client-canary"));
    let body: serde_json::Value = serde_json::from_slice(server.seen.borrow()[0].body()).expect("JSON");
    assert_eq!(body, serde_json::json!({ "client_id": "bowline", "access_token": "access-canary" }));

    tokens.extra.insert("stripe_user_id".to_owned(), "acct_1".to_owned());
    let sends = Revokes::ClientAndAccount { field: "stripe_user_id".to_owned() };
    let (outcome, server) = revoked(RevocationProof::SecretAsBearer, sends, &tokens);
    assert_eq!(outcome, RevokeOutcome::Revoked);
    assert_eq!(server.header(0, "authorization").as_deref(), Some("Bearer client-canary"));
    assert_eq!(server.form(0), [("client_id", "bowline"), ("stripe_user_id", "acct_1")].map(|(a, b)| (a.to_owned(), b.to_owned())).into());
}
