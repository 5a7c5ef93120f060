//! What is written is what is live, whatever that says.

use super::declaration::declaration;
use super::pages::Page;
use crate::resource::{Address, Kind, Resource};
use proptest::prelude::*;
use serde_json::{Value, json};

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
