//! Codes, refreshes, revocation, introspection.

use super::{BASIC, CHALLENGE, VERIFIER, World, field, redeem, text};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn a_code_is_good_once_and_for_a_minute() {
    let world = World::new();
    let code = field(&world.consent("sandbox-basic", &[]), "code").expect("a code");
    let spend = || world.form("/oauth/token", &[("Authorization", BASIC)], &redeem(&code));
    let tokens = spend().value();
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 200);
    assert_eq!(spend().refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 401, "a stolen code ends what came of it");
    assert_eq!(world.refresh(text(&tokens, "refresh_token")).refusal().1, "invalid_grant");
    let late = field(&world.consent("sandbox-basic", &[]), "code").expect("a code");
    world.pass(Duration::from_secs(60));
    assert_eq!(world.form("/oauth/token", &[("Authorization", BASIC)], &redeem(&late)).refusal().1, "invalid_grant");
    assert_eq!(world.running.stats().code_reuses, 1);
}

#[test]
fn a_code_belongs_to_its_client_address_and_verifier() {
    let world = World::new();
    let challenged = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let with = |further: &[(&str, &str)], spend: &[(&str, &str)]| {
        let code = field(&world.consent("sandbox-basic", further), "code").expect("a code");
        let fields = [&redeem(&code)[..], spend].concat();
        world.form("/oauth/token", &[("Authorization", BASIC)], &fields).status
    };
    assert_eq!(with(&challenged, &[("code_verifier", VERIFIER)]), 200);
    assert_eq!(with(&challenged, &[]), 400);
    assert_eq!(with(&challenged, &[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX")]), 400);
    assert_eq!(with(&challenged, &[("code_verifier", "")]), 400);
    assert_eq!(with(&[], &[("code_verifier", VERIFIER)]), 400, "a verifier without a challenge is a downgrade");
    assert_eq!(with(&[], &[]), 200);

    let code = field(&world.consent("sandbox-basic", &[]), "code").expect("a code");
    let elsewhere = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", "http://127.0.0.1:9/other")];
    assert_eq!(world.form("/oauth/token", &[("Authorization", BASIC)], &elsewhere).status, 400);
    let other = [&redeem(&code)[..], &[("client_id", "sandbox-post"), ("client_secret", "sandbox-post-not-secret")]].concat();
    assert_eq!(world.form("/oauth/token", &[], &other).refusal().1, "invalid_grant");
    assert_eq!(world.form("/oauth/token", &[("Authorization", BASIC)], &redeem(&code)).status, 200, "nobody else's try spends it");
}

#[test]
fn refreshes_rotate_and_a_spent_one_ends_the_family() {
    let world = World::new();
    let first = world.connected(&[("scope", "devices.read")]);
    let second = world.refresh(text(&first, "refresh_token")).value();
    assert_ne!(text(&first, "refresh_token"), text(&second, "refresh_token"));
    assert_eq!(text(&second, "scope"), "devices.read");
    let third = world.refresh(text(&second, "refresh_token")).value();
    let other = world.connected(&[]);
    assert_eq!(world.running.stats().refreshes.values().copied().collect::<Vec<_>>(), [2, 0]);

    assert_eq!(world.refresh(text(&first, "refresh_token")).refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(world.refresh(text(&third, "refresh_token")).refusal().1, "invalid_grant", "the newest dies too");
    assert_eq!(world.call("/api/devices", text(&third, "access_token")).status, 401);
    assert_eq!(world.refresh(text(&other, "refresh_token")).status, 200, "another consent does not");
    let stats = world.running.stats();
    assert_eq!((stats.reuse_detections, stats.token_requests["refresh_token"], stats.refusals["invalid_grant"]), (1, 5, 2));
    assert_eq!(stats.token_requests_in_all(), 7);
}

#[test]
fn without_rotation_a_refresh_token_stays() {
    let world = World::with(|options| options.settings.rotate = false);
    let first = world.connected(&[]);
    let second = world.refresh(text(&first, "refresh_token")).value();
    assert!(second.get("refresh_token").is_none());
    assert_eq!(world.refresh(text(&first, "refresh_token")).status, 200);
    assert_eq!(world.running.stats().reuse_detections, 0);
}

#[test]
fn a_refresh_narrows_and_never_widens() {
    let world = World::new();
    let tokens = world.connected(&[("scope", "devices.read profile")]);
    let refresh = |token: &str, scope| {
        world.form(
            "/oauth/token",
            &[("Authorization", BASIC)],
            &[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)],
        )
    };
    assert_eq!(refresh(text(&tokens, "refresh_token"), "devices.read alarms.write").refusal().1, "invalid_scope");
    let narrow = refresh(text(&tokens, "refresh_token"), "profile").value();
    assert_eq!(text(&narrow, "scope"), "profile");
    assert_eq!(world.call("/api/devices", text(&narrow, "access_token")).refusal(), (403, "insufficient_scope".to_owned()));
}

#[test]
fn tokens_expire_by_the_clock_and_the_lifetime_is_rounded_up() {
    let world = World::with(|options| options.settings.token_lifetime = Duration::from_millis(4500));
    let tokens = world.connected(&[]);
    assert_eq!(tokens["expires_in"], 5);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 200);
    world.pass(Duration::from_millis(4500));
    let expired = world.call("/api/devices", text(&tokens, "access_token"));
    assert_eq!(expired.refusal(), (401, "invalid_token".to_owned()));
    assert!(expired.headers["www-authenticate"].contains("error=\"invalid_token\"") && expired.text().contains("expired"));
    assert_eq!(world.refresh(text(&tokens, "refresh_token")).status, 200, "the grant lives on");
}

#[test]
fn what_is_granted_may_be_narrower_and_unsaid() {
    let world = World::new();
    world.running.change(|settings| settings.grant_only = Some(BTreeSet::from(["profile".to_owned()])));
    let tokens = world.connected(&[("scope", "devices.read profile")]);
    assert_eq!(text(&tokens, "scope"), "profile");
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 403);
    assert_eq!(
        field(&world.consent("sandbox-basic", &[("scope", "devices.read")]), "error").as_deref(),
        Some("access_denied"),
        "nothing is left"
    );
    world.running.change(|settings| settings.echo_scope = false);
    assert!(world.connected(&[]).get("scope").is_none());
}

#[test]
fn a_client_speaks_for_itself_only_where_it_may() {
    let world = World::new();
    let machine = "Basic c2FuZGJveC1tYWNoaW5lOnNhbmRib3gtbWFjaGluZS1ub3Qtc2VjcmV0";
    let ask = |header: &str, scope| {
        world.form("/oauth/token", &[("Authorization", header)], &[("grant_type", "client_credentials"), ("scope", scope)])
    };
    let tokens = ask(machine, "readings.read").value();
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(world.call("/api/readings?device=reefer-7", text(&tokens, "access_token")).status, 200);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 403);
    assert_eq!(ask(machine, "all").refusal().1, "invalid_scope");
    let public = world.form("/oauth/token", &[], &[("grant_type", "client_credentials"), ("client_id", "sandbox-public")]);
    assert_eq!(public.refusal().1, "unauthorized_client");
    assert_eq!(
        world.form("/oauth/token", &[("Authorization", BASIC)], &[("grant_type", "password")]).refusal().1,
        "unsupported_grant_type"
    );
    assert_eq!(world.form("/oauth/token", &[("Authorization", BASIC)], &[]).refusal().1, "invalid_request");
    assert_eq!(world.json("/oauth/token", &[("Authorization", BASIC)], "{}").refusal().1, "invalid_request");
}

#[test]
fn revocation_ends_what_it_should() {
    let world = World::new();
    let revoke = |header: &str, token: &str| world.form("/oauth/revoke", &[("Authorization", header)], &[("token", token)]).status;
    let machine = "Basic c2FuZGJveC1tYWNoaW5lOnNhbmRib3gtbWFjaGluZS1ub3Qtc2VjcmV0";
    let tokens = world.connected(&[]);
    assert_eq!(revoke(machine, text(&tokens, "refresh_token")), 400, "not the holder");
    assert_eq!(revoke("Basic bm9ib2R5Ong=", text(&tokens, "refresh_token")), 401);
    assert_eq!(revoke(BASIC, "never-issued"), 200);
    assert_eq!(world.form("/oauth/revoke", &[("Authorization", BASIC)], &[]).status, 400);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 200);

    assert_eq!(revoke(BASIC, text(&tokens, "access_token")), 200);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 401);
    let renewed = world.refresh(text(&tokens, "refresh_token")).value();
    assert_eq!(revoke(BASIC, text(&renewed, "refresh_token")), 200);
    assert_eq!(world.call("/api/devices", text(&renewed, "access_token")).status, 401);
    assert_eq!(world.refresh(text(&renewed, "refresh_token")).refusal().1, "invalid_grant");
    assert_eq!(world.running.stats().reuse_detections, 0);
}

#[test]
fn introspection_tells_clients_what_a_token_is_worth() {
    let world = World::new();
    let look = |token: &str| world.form("/oauth/introspect", &[("Authorization", BASIC)], &[("token", token)]).value();
    let tokens = world.connected(&[("scope", "profile")]);
    let access = look(text(&tokens, "access_token"));
    assert_eq!((&access["active"], &access["scope"], &access["sub"]), (&true.into(), &"profile".into(), &"alex".into()));
    assert_eq!(access["exp"], 1_800_003_600_u64);
    assert_eq!(look(text(&tokens, "refresh_token"))["token_type"], "refresh_token");
    assert_eq!(look("never-issued"), serde_json::json!({ "active": false }));
    world.pass(Duration::from_secs(3600));
    assert_eq!(look(text(&tokens, "access_token")), serde_json::json!({ "active": false }));
    assert_eq!(world.form("/oauth/introspect", &[], &[("token", "x")]).status, 401);
}

#[test]
fn a_person_withdraws_a_consent_behind_the_clients_back() {
    let world = World::new();
    let tokens = world.connected(&[]);
    let listed = world.get("/control/consents", &[]).value();
    assert_eq!((&listed["consents"][0]["client"], &listed["consents"][0]["revoked"]), (&"sandbox-basic".into(), &serde_json::Value::Null));
    assert_eq!(world.json("/control/consents", &[], r#"{"family": 99}"#).status, 404);
    assert_eq!(world.json("/control/consents", &[], r#"{"family": 1}"#).status, 200);
    assert_eq!(world.call("/api/devices", text(&tokens, "access_token")).status, 401);
    assert_eq!(world.refresh(text(&tokens, "refresh_token")).refusal().1, "invalid_grant");
}

#[test]
fn the_metadata_names_paths_that_exist() {
    let world = World::new();
    let metadata = world.get("/.well-known/oauth-authorization-server", &[]).value();
    assert_eq!(text(&metadata, "issuer"), world.running.url(""));
    let endpoints = metadata.as_object().expect("an object").iter().filter(|(name, _)| name.ends_with("_endpoint"));
    for (name, url) in endpoints {
        let path = url.as_str().and_then(|url| url.strip_prefix(&world.running.url(""))).expect(name);
        assert_ne!(world.get(path, &[]).status, 404, "{path}");
    }
}
