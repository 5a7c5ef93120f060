//! What is written is what is live, whatever that says.

use super::declaration::declaration;
use super::pages::Page;
use super::{Asked, Fit, Refused, fit};
use crate::compile::{Choice, Folder, FolderError, Front, Listing, Setting, compile};
use crate::diag::Diagnostics;
use crate::resource::{Address, Etag, Kind, Live, Observed, Resource, Status, WebhookState};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

struct Memory(BTreeMap<String, String>);

impl Folder for Memory {
    fn read(&self, path: &str, _: u64) -> Result<Vec<u8>, FolderError> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or(FolderError::Missing)
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        Ok(Listing { files: self.0.keys().cloned().collect(), unseen: Vec::new() })
    }
}

/// What can be adopted of webhooks with these JSON bodies, none of them anybody's, by a project.
fn fitting(project: &str, bodies: &[(&str, Value)], named: &[&str]) -> Result<Fit, Refused> {
    let folder = Memory([("bowline.yaml".to_owned(), project.to_owned())].into());
    let setting = Setting { choice: Choice::Default, variables: BTreeMap::new() };
    let mut front = Front::read(&folder);
    let before = compile(&mut Diagnostics::default(), &mut front, &folder, &setting).expect("a project");
    let live = |(name, json): &(&str, Value)| {
        let body = json!({ "name": "W", "url": "https://a.example", "body": { "json": json } });
        let live = Live {
            resource: Arc::new(Resource::deserialize(Kind::Webhook, body).expect("a webhook")),
            etag: Etag("e".to_owned()),
            owner: None,
            status: Status::Webhook(WebhookState::Active),
            applied: None,
            secrets: BTreeMap::new(),
        };
        (Address::new(Kind::Webhook, *name), live)
    };
    let observed = Observed { objects: bodies.iter().map(live).collect(), revision: 1 };
    let addresses = named.iter().map(|name| Address::new(Kind::Webhook, *name)).collect();
    fit((&folder, &before, &setting), &observed, &Asked { addresses, ..Asked::default() }, "adopted.yaml", |_| Ok(String::new()))
}

#[test]
fn what_cannot_be_declared_is_left_out_and_stops_nothing_else() {
    let bodies = [
        ("a", json!({ "text": "${{ x }}" })),
        ("b", json!({ "text": "line\u{2028}line" })),
        ("c", json!({ "${{ x }}": true })),
        ("d", json!({ "text": "plain" })),
    ];
    let project = "bowline: 1\nproject: p\n";
    let Fit { choice, adoption, unfit } = fitting(project, &bodies, &[]).expect("something can be taken in");
    let told = |addresses: Vec<&Address>| addresses.into_iter().map(Address::to_string).collect::<Vec<_>>();
    assert_eq!(told(choice.all().into_iter().collect()), ["webhooks.d"]);
    assert_eq!(told(unfit.keys().collect()), ["webhooks.a", "webhooks.b", "webhooks.c"]);
    let adoption = adoption.expect("there are declarations");
    assert!(adoption.texts[0].after.contains("text: plain") && adoption.differs.is_empty(), "{adoption:?}");
    assert!(matches!(fitting(project, &bodies, &["b"]), Err(Refused::Worse { .. })), "what was asked for by name is not left out");
}

#[test]
fn what_is_adopted_by_name_is_forgotten_no_more() {
    let project = "bowline: 1\nproject: p\nforget:\n  - webhooks.a\n  # Of b.\n  - webhooks.b\n";
    let bodies = [("a", json!({})), ("b", json!({}))];
    let found = fitting(project, &bodies, &[]).expect("nothing is wrong");
    assert_eq!((found.choice.is_empty(), found.choice.forgotten.len()), (true, 2), "nobody named them");
    let adoption = fitting(project, &bodies, &["b"]).expect("it is named").adoption.expect("it is declared");
    let text = adoption.texts.iter().find(|text| text.path == "bowline.yaml").expect("it is changed");
    assert_eq!(text.before.as_deref(), Some(project));
    assert_eq!(text.after, "bowline: 1\nproject: p\nforget:\n  - webhooks.a\n\ninclude:\n  - adopted.yaml\n");
    let adoption = fitting(project, &bodies, &["a", "b"]).expect("both are named").adoption.expect("they are declared");
    assert!(adoption.texts.iter().all(|text| !text.after.contains("forget")), "{adoption:?}");
}

proptest! {
    #[test]
    fn a_declaration_reads_back_as_the_body(body in body()) {
        let address = Address::new(Kind::Webhook, "hook");
        let resource = Resource::deserialize(Kind::Webhook, &body).expect("the body of a webhook");
        let text = format!("webhooks:\n{}", declaration(&address, &resource));
        let read: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut read = read["webhooks"]["hook"].clone();
        unescape(&mut read);
        let read = Resource::deserialize(Kind::Webhook, &read).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(read, resource, "{}", text);
    }
}

fn unescape(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace("$${{", "${{"),
        Value::Array(items) => items.iter_mut().for_each(unescape),
        Value::Object(entries) => entries.values_mut().for_each(unescape),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A webhook that says anything, with what YAML reads as something else among it.
fn body() -> impl Strategy<Value = Value> {
    let odd = [
        "yes",
        "~",
        "null",
        "1e3",
        "0x1f",
        "- a",
        "a: b",
        " # c",
        "${{ x }}",
        "'",
        "\"",
        "|",
        ">\n  x",
        "\ta",
        "a\n\n  b\n",
        "*a",
        "&b",
        "%",
        "@",
        "",
        " ",
        "\n",
        "2026-11-24",
    ];
    let text = prop_oneof![proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), "[ -~\n\té☃]{0,12}", "\\PC{0,6}"];
    let leaf = prop_oneof![
        text.clone().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    let tree = leaf.prop_recursive(3, 12, 4, {
        let text = text.clone();
        move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(text.clone(), inner, 0..4).prop_map(|map| json!(map)),
            ]
        }
    });
    let headers = proptest::collection::btree_map(
        "[A-Za-z-]{1,8}",
        prop_oneof![text.clone().prop_map(Value::from), "[A-Z_]{1,6}".prop_map(|name| json!({ "env": name }))],
        0..3,
    );
    (text.clone(), text, headers, tree).prop_map(|(name, description, headers, tree)| {
        json!({ "name": name, "description": description, "url": "https://a.example", "headers": headers, "body": { "json": tree } })
    })
}

#[test]
fn comments_around_an_entry_go_and_others_stay() {
    let text = "# Top.\nwebhooks:\n  # Of a.\n  # Two lines.\n  a:\n    name: A # last\n\n  # Of b.\n  b: { name: B }\n  # The end.\nadopt:\n  - { address: webhooks.a }\n";
    let page = Page::read("bowline.yaml", text);
    let cut = page.cut(page.lines_of("webhooks", &["a"]).expect("lines"));
    assert_eq!(cut, "# Top.\nwebhooks:\n\n  # Of b.\n  b: { name: B }\n  # The end.\nadopt:\n  - { address: webhooks.a }\n");
    let cut = page.cut(page.items_of("adopt", &["webhooks.a".to_owned()]).expect("lines"));
    assert!(!cut.contains("adopt"), "{cut}");
    let with = page.with(&[("webhooks", "  c:\n    name: C\n".to_owned())]).expect("a section of lines");
    assert!(with.contains("  b: { name: B }\n  c:\n    name: C\n  # The end.\n"), "{with}");
}

#[test]
fn a_script_is_written_where_scripts_stand() {
    for path in ["functions/a.ds", "a"] {
        assert!(super::adopt::may_be_a_script(path), "{path}");
    }
    for path in ["../a.ds", "/etc/a", ".git/hooks/x", "a/.b", "bowline.yaml", "a.YML", "c:\\a", "a//b", ""] {
        assert!(!super::adopt::may_be_a_script(path), "{path}");
    }
}
