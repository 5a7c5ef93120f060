//! Whatever an event says, it stays a value in the place where it is put.

use super::super::message::{Message, MessageBody};
use super::super::render::render;
use super::*;
use crate::resource::Webhook;
use proptest::prelude::*;
use url::Url;

fn filled(body: Value, event: &Value) -> Result<Message, FillError> {
    let webhook: Webhook = serde_json::from_value(body).expect("the test's body has its kind's shape");
    render(&webhook, event)
}

fn with(part: &str, content: Value, value: &str) -> Message {
    let mut body = json!({ "name": "W", "url": "https://a.example/", "headers": {}, "query": {} });
    body[part] = content;
    filled(body, &json!({ "a": { "b": value } })).expect("it fills")
}

fn text(message: Message) -> String {
    match message.body {
        MessageBody::Text { text, .. } => text,
        MessageBody::Empty | MessageBody::Form(_) => panic!("it should be text"),
    }
}

/// Any text, and often one that means something somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let bits = [
        "\"",
        "\\",
        "\"}",
        "${a.b}",
        "../",
        "..",
        "%2e%2e",
        "//",
        "@",
        ":",
        "?",
        "#",
        "&x=1",
        "\r\nHost: evil",
        "\0",
        "\u{1b}[2J",
        "\u{202e}",
        "</a>",
        "]]>",
        "<!--",
        "é",
        "日",
        " ",
        "+",
        "%",
        "%00",
        "evil.example",
    ];
    prop_oneof![any::<String>(), proptest::collection::vec(proptest::sample::select(bits.to_vec()), 0..6).prop_map(|bits| bits.concat())]
}

proptest! {
    #[test]
    fn in_json_it_is_the_text_that_it_was(value in hostile()) {
        let body = with("body", json!({ "json": { "t": "is ${a.b}!", "l": ["${a.b}", 1, null] } }), &value);
        let parsed: Value = serde_json::from_str(&text(body)).expect("it is JSON");
        prop_assert_eq!(parsed, json!({ "t": format!("is {value}!"), "l": [&value, 1, null] }));
    }

    #[test]
    fn in_raw_json_it_is_text_inside_quotes_and_a_value_outside(value in hostile()) {
        let content = r#"{ "in\"side": "is ${a.b}!", "out": ${a.b}, "all": ${a} }"#;
        let body = with("body", json!({ "raw": { "format": "json", "content": content } }), &value);
        let parsed: Value = serde_json::from_str(&text(body)).expect("it is JSON");
        prop_assert_eq!(parsed, json!({ "in\"side": format!("is {value}!"), "out": &value, "all": { "b": &value } }));
    }

    #[test]
    fn in_a_url_it_changes_neither_host_nor_parts(value in hostile()) {
        let body = json!({ "name": "W", "url": "https://u@a.example:8443/x/${a.b}/y?q=${a.b}&r=1#f", "query": { "p": "${a.b}" } });
        match filled(body, &json!({ "a": { "b": &value } })) {
            Err(FillError::Path(_)) => prop_assert!([".", ".."].contains(&value.to_lowercase().as_str())),
            Err(FillError::TooLarge { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
            Ok(message) => {
                let url = Url::parse(&message.url).expect("it is a URL");
                prop_assert_eq!((url.scheme(), url.username(), url.host_str(), url.port()), ("https", "u", Some("a.example"), Some(8443)));
                prop_assert_eq!(url.path_segments().expect("it has a path").count(), 3);
                let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
                prop_assert_eq!(pairs, [("q", value.as_str()), ("r", "1"), ("p", value.as_str())].map(|(k, v)| (k.to_owned(), v.to_owned())));
            }
        }
    }

    #[test]
    fn in_a_header_it_stays_on_its_line(value in hostile()) {
        let message = with("headers", json!({ "X-A": "is ${a.b}!" }), &value);
        let header = http::HeaderValue::from_str(&message.headers[0].1).expect("it can be sent");
        prop_assert!(header.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte)));
        if value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            prop_assert_eq!(header.to_str().expect("ASCII"), format!("is {value}!"));
        }
    }

    #[test]
    fn in_a_form_it_is_one_field(value in hostile()) {
        let message = with("body", json!({ "form": { "t": "is ${a.b}!", "u": "1" } }), &value);
        let MessageBody::Form(fields) = message.body else { panic!("it should be a form") };
        prop_assert_eq!(fields, [("t".to_owned(), format!("is {value}!")), ("u".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn in_markup_it_opens_and_closes_nothing(value in hostile()) {
        for format in ["xml", "html"] {
            let body = with("body", json!({ "raw": { "format": format, "content": "<a b=\"${a.b}\">${a.b}</a>" } }), &value);
            let text = text(body);
            let inside = text.strip_prefix("<a b=\"").and_then(|rest| rest.strip_suffix("</a>")).expect("the frame stands");
            prop_assert_eq!(inside.matches(['<', '>', '"']).collect::<String>(), "\">");
        }
    }

    #[test]
    fn in_plain_text_it_is_itself(value in hostile()) {
        let body = with("body", json!({ "raw": { "format": "text", "content": "is ${a.b}!" } }), &value);
        prop_assert_eq!(text(body), format!("is {value}!"));
    }
}

#[test]
fn every_missing_field_is_named_at_once() {
    let body = json!({ "name": "W", "url": "https://a.example/${x.y}", "headers": { "H": "${h}" }, "query": { "q": "${a.b.c}" },
        "body": { "json": ["${a.b}", "${z} ${!Leads.Last Name}"] } });
    let error = filled(body, &json!({ "a": { "b": null } })).expect_err("fields are missing");
    assert_eq!(error.to_string(), "the event has no `Leads.Last Name`, `a.b.c`, `h`, `x.y`, `z`");
}

#[test]
fn values_that_are_no_text() {
    let body =
        json!({ "name": "W", "url": "https://a.example/", "body": { "raw": { "format": "text", "content": "${n} ${t} ${z}|${o} ${l}" } } });
    let event = json!({ "n": 1.50, "t": true, "z": null, "o": { "a": 1 }, "l": [1, "2"] });
    assert_eq!(text(filled(body, &event).expect("it fills")), r#"1.5 true |{"a":1} [1,"2"]"#);
}

#[test]
fn what_cannot_be_filled_safely_is_refused() {
    let refused = |body: Value| filled(body, &json!({ "a": "..", "b": "x" })).expect_err("it is refused");
    let url = |url: &str| json!({ "name": "W", "url": url });
    assert_eq!(refused(url("https://${b}.example/")), FillError::Host);
    assert_eq!(refused(url("https://a.example/x/${a}/y")), FillError::Path(["a".to_owned()].into()));
    assert_eq!(refused(url("https://a.example/x/%2E${c}")), FillError::Missing(["c".to_owned()].into()));
    let raw = json!({ "name": "W", "url": "https://a.example/", "body": { "raw": { "format": "json", "content": "\"\\${b}\"" } } });
    assert_eq!(refused(raw), FillError::AfterBackslash("b".to_owned()));
    let long = filled(url("https://a.example/${a}"), &json!({ "a": "x".repeat(9000) })).expect_err("it is too long");
    assert_eq!(long, FillError::TooLarge { place: "the URL".to_owned(), limit: 8192 });
}

#[test]
fn a_content_type_of_its_own_wins() {
    let message = with("headers", json!({ "content-type": "application/cloudevents+json" }), "");
    assert_eq!(message.headers, []);
    let body = json!({ "name": "W", "url": "https://a.example/", "headers": { "Content-Type": "a/b" }, "body": { "json": 1 } });
    let MessageBody::Text { content_type, text } = filled(body, &json!({})).expect("it fills").body else { panic!("it should be text") };
    assert_eq!((content_type.as_str(), text.as_str()), ("a/b", "1"));
}
