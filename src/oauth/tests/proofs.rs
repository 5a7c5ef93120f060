//! How the client proves itself: one way each, and a key's assertion that holds.

use super::*;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

fn spoken(proof: ClientProof) -> Scripted {
    let provider = Provider { proof, client_id: "id:1 ü".to_owned(), ..provider() };
    let server = Scripted::new([json(200, r#"{"access_token":"a","token_type":"Bearer"}"#)]);
    server.with(now(), |outside| client_credentials(&provider, &scopes(&["read", "write"]), outside)).expect("a token");
    server
}

#[test]
fn basic_encodes_id_and_secret_first() {
    let server = spoken(ClientProof::Basic(secret("p:w %&")));
    let expected = format!("Basic {}", BASE64_STANDARD.encode("id%3A1+%C3%BC:p%3Aw+%25%26"));
    assert_eq!(server.header(0, "authorization"), Some(expected));
    assert_eq!(server.form(0).keys().collect::<Vec<_>>(), ["grant_type", "scope"]);
    assert_eq!(server.form(0)["scope"], "read write");
}

#[test]
fn post_and_public_stand_in_the_body() {
    let server = spoken(ClientProof::Post(secret("p:w %&")));
    assert_eq!((server.header(0, "authorization"), server.form(0)["client_secret"].as_str()), (None, "p:w %&"));
    let server = spoken(ClientProof::Public);
    assert_eq!((server.header(0, "authorization"), server.form(0)["client_id"].as_str()), (None, "id:1 ü"));
    assert!(!server.form(0).contains_key("client_secret"));
    assert_eq!(server.uri(0), "https://login.example.com/token", "nothing of the client stands in the URL");
}

fn pem(der: &[u8]) -> Secret<String> {
    Secret::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der)))
}

fn assertion_of(key: JwtKey, issuer: Option<Issuer>) -> (Scripted, String) {
    let provider = Provider { proof: ClientProof::PrivateKeyJwt(key), issuer, ..provider() };
    let good = r#"{"access_token":"a","token_type":"Bearer"}"#;
    let server = Scripted::new([json(200, good), json(200, good)]);
    for _ in 0..2 {
        server.with(now(), |outside| client_credentials(&provider, &scopes(&[]), outside)).expect("a token");
    }
    let assertion = server.form(0)["client_assertion"].clone();
    (server, assertion)
}

fn part(assertion: &str, at: usize) -> serde_json::Value {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(assertion.split('.').nth(at).expect("three parts")).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn an_assertion_is_fresh_short_and_for_this_server() {
    let key = signature::EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let der = key.to_pkcs8v1().expect("its bytes");
    let jwt_key = JwtKey { pem: pem(der.as_ref()), key_id: Some("k1".to_owned()), audience: None };
    let issuer = Issuer { identifier: "https://login.example.com".to_owned(), promised: true };
    let (server, assertion) = assertion_of(jwt_key.clone(), Some(issuer));
    assert_eq!(server.form(0)["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert!(!server.form(0).contains_key("client_secret"));
    assert_eq!(part(&assertion, 0), serde_json::json!({ "typ": "JWT", "alg": "ES256", "kid": "k1" }));
    let claims = part(&assertion, 1);
    assert_eq!((&claims["iss"], &claims["sub"]), (&"bowline".into(), &"bowline".into()));
    assert_eq!(claims["aud"], "https://login.example.com");
    assert_eq!((&claims["iat"], &claims["exp"]), (&1_800_000_000_u64.into(), &1_800_000_060_u64.into()));
    assert_ne!(claims["jti"], part(&server.form(1)["client_assertion"], 1)["jti"]);

    let (message, signed) = assertion.rsplit_once('.').expect("three parts");
    let signed = BASE64_URL_SAFE_NO_PAD.decode(signed).expect("base64");
    let public = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    public.verify(message.as_bytes(), &signed).expect("the signature holds");

    assert_eq!(part(&assertion_of(jwt_key.clone(), None).1, 1)["aud"], "https://login.example.com/token");
    let audience = Some("urn:other".to_owned());
    assert_eq!(part(&assertion_of(JwtKey { audience, ..jwt_key }, None).1, 1)["aud"], "urn:other");
}

#[test]
fn every_kind_of_key_signs_in_its_own_way() {
    let p384 = signature::EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key");
    let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
    let edwards = signature::Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    let rsa: aws_lc_rs::encoding::Pkcs8V1Der = rsa.as_der().expect("its bytes");
    let table = [
        (p384.to_pkcs8v1().expect("its bytes").as_ref().to_vec(), "ES384"),
        (rsa.as_ref().to_vec(), "RS256"),
        (edwards.as_ref().to_vec(), "EdDSA"),
    ];
    for (der, algorithm) in table {
        let (_, assertion) = assertion_of(JwtKey { pem: pem(&der), key_id: None, audience: None }, None);
        assert_eq!(part(&assertion, 0)["alg"], algorithm);
    }
}

#[test]
fn a_broken_key_sends_nothing_and_shows_nothing() {
    let key = JwtKey { pem: secret("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"), key_id: None, audience: None };
    let provider = Provider { proof: ClientProof::PrivateKeyJwt(key), ..provider() };
    let server = Scripted::new([]);
    let error = server.with(now(), |outside| client_credentials(&provider, &scopes(&[]), outside)).expect_err("it cannot sign");
    assert_eq!((error.clone(), server.count()), (FlowError::BadKey, 0));
    assert!(!format!("{error} {error:?} {provider:?}").contains("canary"));
}

#[test]
fn a_service_that_wants_json_gets_json() {
    let provider = Provider { token_body: TokenBody::Json, ..provider() };
    let server = Scripted::new([json(200, r#"{"access_token":"a","token_type":"Bearer"}"#)]);
    server.with(now(), |outside| refresh(&provider, &token_set(&provider), outside)).expect("renewed");
    let body: serde_json::Value = serde_json::from_slice(server.seen.borrow()[0].body()).expect("JSON");
    assert_eq!(server.header(0, "content-type").as_deref(), Some("application/json"));
    assert_eq!((&body["grant_type"], &body["refresh_token"]), (&"refresh_token".into(), &"refresh-canary".into()));
}
