//! The consent page and what is refused before it.

use super::{BACK, CHALLENGE, World, field};

fn query(fields: &[(&str, &str)]) -> String {
    format!("/oauth/authorize?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

fn page(world: &World, further: &[(&str, &str)]) -> String {
    let fields = [
        ("response_type", "code"),
        ("client_id", "sandbox-basic"),
        ("redirect_uri", BACK),
        ("state", "s"),
        ("scope", "devices.read profile"),
    ];
    let reply = world.get(&query(&[&fields[..], further].concat()), &[]);
    assert_eq!((reply.status, reply.headers["x-bowline-sandbox"].as_str()), (200, "1"));
    reply.text()
}

fn ticket(page: &str) -> String {
    page.split("name=\"ticket\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a ticket").to_owned()
}

#[test]
fn a_page_says_who_asks_for_what_and_that_it_is_a_sandbox() {
    let world = World::with(|options| options.auto_consent = false);
    let page = page(&world, &[("auto", "allow")]);
    for said in [
        "Bowline sandbox</title>",
        "Nobody signs in",
        "Sandbox application",
        "See the cold rooms",
        BACK,
        "Alex Example",
        ">Allow<",
        ">Deny<",
        "lang=\"en\"",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("Raise alarms"));
}

#[test]
fn a_person_narrows_chooses_an_account_and_answers_once() {
    let world = World::new();
    let ticket = ticket(&page(&world, &[]));
    let answer =
        [("ticket", ticket.as_str()), ("decision", "allow"), ("account", "robin"), ("grant:profile", "on"), ("grant:alarms.write", "on")];
    let reply = world.form("/oauth/authorize", &[], &answer);
    assert_eq!(reply.status, 303);
    let back = url::Url::parse(&reply.headers["location"]).expect("a URL");
    assert_eq!(field(&back, "iss").as_deref(), Some(world.running.url("").as_str()));
    assert_eq!(field(&back, "state").as_deref(), Some("s"));
    let code = field(&back, "code").expect("a code");
    let tokens = world.form("/oauth/token", &[("Authorization", super::BASIC)], &super::redeem(&code)).value();
    assert_eq!(super::text(&tokens, "scope"), "profile", "what was left out, and what was never asked for, is not granted");
    assert_eq!(super::text(&world.call("/oauth/userinfo", super::text(&tokens, "access_token")).value(), "sub"), "robin");
    assert_eq!(world.form("/oauth/authorize", &[], &answer).status, 400, "a page is answered once");
}

#[test]
fn deny_is_told_to_the_client() {
    let world = World::new();
    let ticket = ticket(&page(&world, &[]));
    let reply = world.form("/oauth/authorize", &[], &[("ticket", &ticket), ("decision", "deny"), ("grant:profile", "on")]);
    assert!(reply.headers["location"].contains("error=access_denied"), "{:?}", reply.headers);
    assert_eq!(field(&world.consent("sandbox-basic", &[("auto", "deny")]), "error").as_deref(), Some("access_denied"));
    let stats = world.running.stats();
    assert_eq!((stats.consents_allowed, stats.consents_denied), (0, 2));
}

#[test]
fn a_doubtful_address_gets_no_browser() {
    let world = World::with(|options| {
        options.redirect_uris.insert("https://broker.example/callback".to_owned());
    });
    let status = |client: &str, redirect: &str| {
        world.get(&query(&[("response_type", "code"), ("client_id", client), ("redirect_uri", redirect), ("auto", "allow")]), &[]).status
    };
    assert_eq!(status("nobody", BACK), 400);
    for bad in [
        "https://evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "javascript:alert(1)",
        "http://u:p@127.0.0.1/",
        "http://127.0.0.1/#f",
        "http://10.0.0.1/",
        "https://broker.example/callback/x",
    ] {
        assert_eq!(status("sandbox-basic", bad), 400, "{bad}");
    }
    for good in ["http://127.0.0.1:4711/callback/crm", "http://[::1]:1/", "http://localhost/x?y=z", "https://broker.example/callback"] {
        assert_eq!(status("sandbox-basic", good), 303, "{good}");
    }
    assert_eq!(world.get(&query(&[("client_id", "sandbox-basic"), ("redirect_uri", BACK), ("redirect_uri", BACK)]), &[]).status, 400);
}

#[test]
fn wrong_requests_go_back_with_the_reason() {
    let world = World::new();
    let error = |client: &str, further: &[(&str, &str)]| {
        let back = world.consent(client, further);
        assert_eq!(field(&back, "state").as_deref(), Some("s-1"));
        assert!(field(&back, "code").is_none() && field(&back, "iss").is_some());
        field(&back, "error").unwrap_or_default()
    };
    assert_eq!(error("sandbox-basic", &[("response_type", "token")]), "unsupported_response_type");
    assert_eq!(error("sandbox-basic", &[("scope", "devices.read everything")]), "invalid_scope");
    assert_eq!(error("sandbox-machine", &[]), "unauthorized_client");
    assert_eq!(error("sandbox-public", &[]), "invalid_request");
    assert_eq!(error("sandbox-basic", &[("code_challenge", CHALLENGE)]), "invalid_request");
    assert_eq!(error("sandbox-basic", &[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")]), "invalid_request");
    assert_eq!(error("sandbox-basic", &[("code_challenge", "short"), ("code_challenge_method", "S256")]), "invalid_request");
}
