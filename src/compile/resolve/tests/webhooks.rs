//! Webhooks: connections, hosts, headers, bodies.

use super::{check, codes};

fn general(settings: &str) -> String {
    format!("webhooks:\n  call: {{ name: Call, url: https://hooks.example.com/, {settings} }}\n")
}

fn signed(url: &str, settings: &str) -> String {
    format!(
        "connections:\n  chat: {{ name: Chat, service: slack, scopes: [chat:write] }}\nwebhooks:\n  call: {{ name: Call, url: '{url}', auth: {{ connection: chat }}{settings} }}\n"
    )
}

#[test]
fn general_authentication_needs_no_headers() {
    assert_eq!(codes(&general("auth: general")), [] as [&str; 0]);
}

#[test]
fn a_connection_is_named_by_its_link_name() {
    let run =
        check(&(signed("https://slack.com/", "") + "  other: { name: Other, url: https://slack.com/, auth: { connection: chatt } }\n"));
    assert_eq!(run.lines(), ["unknown-connection bowline.yaml:5:70 no connection named `chatt`"]);
    assert_eq!(run.help(), "did you mean `chat`?");
}

#[test]
fn a_credential_stays_with_its_service() {
    assert_eq!(codes(&signed("https://slack.com/api/chat.postMessage", "")), [] as [&str; 0]);
    for url in ["https://slack.com.example.org/", "https://evilslack.com/", "https://slack.com@evil.example/"] {
        assert!(codes(&signed(url, "")).contains(&"host-not-allowed"), "{url}");
    }
    assert_eq!(codes(&signed("https://slack.com:8443/", "")), [] as [&str; 0]);
    assert_eq!(codes(&signed("http://slack.com/", "")), ["plain-http"]);
}

#[test]
fn a_signed_body_stays_as_it_was_signed() {
    let with = |place: &str| {
        format!(
            "services:\n  keys: {{ name: Keys, auth: {{ type: api_key, param_type: {place}, parameters: {{ k: K }} }}, hosts: [a.example] }}\n\
             connections:\n  c: {{ name: C, service: keys, credentials: {{ k: {{ env: K }} }} }}\n\
             webhooks:\n  w: {{ name: W, url: 'https://a.example/', auth: {{ connection: c }}, signing: {{ secret: {{ env: S }} }} }}\n"
        )
    };
    assert_eq!(codes(&with("header")), [] as [&str; 0]);
    assert_eq!(codes(&with("form")), ["contradiction"]);
    assert_eq!(codes(&general("headers: { Webhook-Id: mine }")), ["forbidden-header"]);
}

#[test]
fn no_merge_field_decides_the_host() {
    assert_eq!(codes(&signed("https://${alarm.host}/", "")), ["host-not-allowed"]);
    assert_eq!(codes(&signed("https://slack.com/${alarm.id}?at=${alarm.time}", "")), [] as [&str; 0]);
    assert_eq!(codes("webhooks:\n  call: { name: Call, url: 'https://${alarm.host}.example.com/' }\n"), ["bad-url"]);
}

#[test]
fn a_get_carries_no_body() {
    let run = check(&general("method: GET, body: { json: { a: b } }"));
    assert_eq!((run.found[0].code.id(), run.underlined()), ("contradiction", "body"));
    assert_eq!(codes(&general("method: GET, body: none")), [] as [&str; 0]);
}

#[test]
fn headers_once_and_none_of_the_platform_s() {
    let run = check(&general("headers: { X-Site: north, x-site: south }"));
    assert_eq!((run.found[0].code.id(), run.underlined(), run.found[0].related.len()), ("duplicate-header", "x-site", 1));
    for header in ["Host", "content-length", "Transfer-Encoding", "Connection", "Cookie"] {
        assert_eq!(codes(&general(&format!("headers: {{ {header}: x }}")))[0], "forbidden-header", "{header}");
    }
    assert_eq!(codes(&general(r#"headers: { X-Site: "a\nHost: b" }"#)), ["bad-value"]);
}

#[test]
fn secrets_are_references() {
    for header in ["Authorization: Bearer canary", "X-Api-Key: canary", "X-Auth-Token: canary", "X-Any: xoxb-canary-1234567890"] {
        let run = check(&general(&format!("headers: {{ {header} }}")));
        assert_eq!(run.found[0].code.id(), "literal-secret", "{header}");
        assert!(!format!("{:?}", run.found).contains("canary"));
    }
    assert_eq!(codes(&general("query: { access_token: canary }")), ["literal-secret"]);
    assert_eq!(codes(&general("headers: { Authorization: { env: TOKEN } }, query: { site: north }")), [] as [&str; 0]);
    let run = check(&general("").replace("https://hooks", "https://ops:canary@hooks"));
    assert_eq!(run.found[0].code.id(), "literal-secret");
    assert!(!format!("{:?}", run.found).contains("canary"));
}

#[test]
fn secrets_in_bodies_are_told_and_merge_fields_are_none() {
    for body in [
        "json: { door: [{ password: canary }] }",
        "json: { api_key: [canary] }",
        "json: { pin: { pwd: 123456 } }",
        "json: { note: 'use ghp_canary0123456789 for it' }",
        "form: { client_secret: canary }",
        "form: { to: 'https://hooks.slack.com/services/T0123ABCD/B0123ABCD/canaryEFGHijklMNOPqrst' }",
        r#"raw: { format: json, content: '{ "n": ${alarm.n}, "password": "canary" }' }"#,
        "raw: { format: xml, content: '<a><token>canary</token></a>' }",
        "raw: { format: text, content: 'Zoho-oauthtoken 1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef' }",
    ] {
        let run = check(&general(&format!("body: {{ {body} }}")));
        assert_eq!(run.found.iter().map(|found| found.code.id()).collect::<Vec<_>>(), ["literal-secret"], "{body}");
        assert!(!format!("{:?}", run.found).contains("canary"));
    }
    for body in [
        "json: { password: '${alarm.password}', token: 3, tokens: many, secret: true, text: 'the password was changed' }",
        "form: { authorization: 'Bearer ${alarm.token}' }",
        r#"raw: { format: json, content: '{ "password": "${alarm.password}", "text": "token: none" }' }"#,
    ] {
        assert_eq!(codes(&general(&format!("body: {{ {body} }}"))), [] as [&str; 0], "{body}");
    }
    let slack = general("").replace("https://hooks", "https://hooks.slack.com/services/T0123ABCD/B0123ABCD/canaryEFGHijklMNOPqrst?x=");
    let run = check(&slack);
    assert_eq!(run.found[0].code.id(), "literal-secret");
    assert!(!format!("{:?}", run.found).contains("canary"));
}

#[test]
fn words_merge_fields_identifiers_and_slugs_are_no_secrets() {
    let uuid = "550e8400-e29b-41d4-a716-446655440000";
    for path in [
        "docs/how-to-silence-the-door-open-alarm-of-the-northern-warehouse-in-2024",
        &format!("devices/{uuid}/alarms?key={uuid}&code=door-open-alarm-2024-north"),
        "alarms/${alarm.id}?token=${alarm.token}&site=north",
        "api/v3/organizations/60012345678/cold-rooms/bwl_north_dock_4_and_the_freezer",
    ] {
        let url = general("").replace("https://hooks.example.com/", &format!("'https://hooks.example.com/{path}'"));
        assert_eq!(codes(&url), [] as [&str; 0], "{path}");
    }
    for body in [
        format!("json: {{ device: {uuid}, key: {uuid}, code: WAREHOUSE-NORTH-0012, auth: none, link: 'https://a.example/x?key={uuid}' }}"),
        "form: { secret_santa: yes, author: ada, text: 'Bearer of the key: ask for the password', page_url: 'https://a.example/token' }"
            .to_owned(),
        r#"raw: { format: json, content: '{ "key": "temperatureSensor01", "note": "token ring", "keys": ["a1", "b2"] }' }"#.to_owned(),
    ] {
        assert_eq!(codes(&general(&format!("body: {{ {body} }}"))), [] as [&str; 0], "{body}");
    }
}

#[test]
fn what_the_connection_writes_is_not_written_by_hand() {
    let run = check(&signed("https://slack.com/", ", headers: { authorization: { env: TOKEN } }"));
    assert_eq!(run.lines(), ["contradiction bowline.yaml:4:89 the connection already writes `authorization`"]);
}

#[test]
fn merge_fields_are_well_formed_wherever_they_stand() {
    let run = check(&general(r#"body: { json: { list: [{ text: "${alarm.device" }] } }"#));
    assert_eq!((run.found[0].code.id(), run.underlined()), ("bad-merge-field", r#""${alarm.device""#));
    assert_eq!(codes(&general(r#"body: { form: { text: "${}" } }"#)), ["bad-merge-field"]);
    assert_eq!(codes(&general(r#"body: { raw: { format: text, content: "${a b;}" } }"#)), ["bad-merge-field"]);
    assert_eq!(codes(&general(r#"headers: { X-Site: "${" }"#)), ["bad-merge-field"]);
}

#[test]
fn a_scheme_may_be_in_capitals() {
    let found = codes(&general("").replace("https://", "HTTPS://"));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_text_full_of_broken_merge_fields_is_told_briefly() {
    let body = format!(r#"body: {{ raw: {{ format: text, content: "{}" }} }}"#, "${".repeat(100_000));
    assert!(check(&general(&body)).found.len() <= 3);
    let many = format!("body: {{ json: [{}] }}", "'${', ".repeat(1_000));
    assert!(check(&general(&many)).found.len() <= 50);
}
