//! Laws of the compiler, over random projects.

use super::tests::folder;
use super::{Front, check_all, shape};
use crate::diag::Diagnostics;
use crate::resource::Kind;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Values that one schema or another takes somewhere, and some that none does.
fn values() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("x"),
        json!(""),
        json!("https://a.example/b"),
        json!("oauth2"),
        json!("api_key"),
        json!("basic"),
        json!("general"),
        json!("none"),
        json!("POST"),
        json!("schedule"),
        json!("header"),
        json!("connections.c-1"),
        json!(["connections.c-1", "services.a", "connections.c-1"]),
        json!(["a", "b", "a"]),
        json!(["*.a.example"]),
        json!({ "env": "A" }),
        json!({ "file": "a" }),
        json!({ "connection": "c" }),
        json!({ "json": { "a": [1, null, 2.5] } }),
        json!({ "json": null }),
        json!({ "form": { "a": "b" } }),
        json!({ "raw": { "format": "text", "content": "x" } }),
        json!({ "k": { "env": "A" }, "l": "m" }),
        json!({ "k": "K" }),
        json!({ "type": "basic" }),
        json!({ "type": "api_key", "parameters": { "k": "K" } }),
        json!({ "type": "oauth2", "token_url": "https://a.example", "client_id": "x", "scopes": { "s": "S" } }),
        json!({ "type": "oauth2", "token_url": "https://a.example", "client_secret": "x" }),
        json!({ "type": "oauth1", "consumer_key": "k", "consumer_secret": { "env": "A" }, "request_token_url": "https://a.example",
            "authorize_url": "https://a.example", "access_token_url": "https://a.example" }),
        json!(true),
        json!(7),
        json!(-1.5),
        json!(null),
        json!([]),
        json!({}),
    ])
}

/// A body with some of the keys of its kind; what it needs most is nearly always there.
fn body(kind: Kind) -> impl Strategy<Value = Value> {
    let document = shape::document(Some(kind));
    let keys: Vec<String> = document["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    let example = document["examples"][0].as_object().cloned().unwrap_or_default();
    let changes = prop::collection::vec((prop::sample::select(keys), prop::option::weighted(0.9, values())), 0..4);
    changes.prop_map(move |changes| {
        let mut body: Map<String, Value> = example.clone();
        for (key, value) in changes {
            match value {
                Some(value) => body.insert(key, value),
                None => body.shift_remove(&key),
            };
        }
        Value::Object(body)
    })
}

fn project() -> impl Strategy<Value = Value> {
    let bodies = |kind: Kind| prop::collection::vec(body(kind), 1..3);
    let kinds = (bodies(Kind::Service), bodies(Kind::Connection), bodies(Kind::Webhook), bodies(Kind::Function));
    kinds.prop_map(|(services, connections, webhooks, functions)| {
        let named = |bodies: Vec<Value>| -> Map<String, Value> {
            bodies.into_iter().enumerate().map(|(at, body)| (format!("n{at}"), body)).collect()
        };
        json!({ "bowline": 1, "project": "p", "services": named(services), "connections": named(connections),
            "webhooks": named(webhooks), "functions": named(functions) })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// What a schema takes, its noun reads: `declare` is total.
    #[test]
    fn whatever_is_shaped_can_be_declared(project in project()) {
        let text = serde_json::to_string(&project).expect("JSON");
        let files = folder([("bowline.yaml", text.as_str())]);
        let mut diags = Diagnostics::default();
        check_all(&mut diags, &mut Front::read(&files), &files, &BTreeMap::new());
        let _ = diags.finish();
    }

    /// Our view of a tree and serde's of the same JSON agree with the schemas alike.
    #[test]
    fn checking_in_place_is_checking_json(body in body(Kind::Webhook)) {
        let text = json!({ "bowline": 1, "project": "p", "webhooks": { "w": body.clone() } }).to_string();
        let files = folder([("bowline.yaml", text.as_str())]);
        let mut diags = Diagnostics::default();
        check_all(&mut diags, &mut Front::read(&files), &files, &BTreeMap::new());
        let validator = jsonschema::validator_for(&shape::document(Some(Kind::Webhook))).expect("a schema");
        prop_assert_eq!(complains_of_shape(diags), !validator.is_valid(&body), "{}", text);
    }

    /// A file that breaks off anywhere is told to be broken, and nothing is told of what may have come behind.
    #[test]
    fn a_cut_off_file_makes_no_false_finding(cut in 0usize..400) {
        let text = "bowline: 1\nproject: p\nservices:\n  s:\n    name: S\n    auth: { type: api_key, parameters: { k: K } }\n    hosts: ['a.example']\nconnections:\n  c:\n    name: \"C\"\n    service: s\n    scopes: [a,\n      b]\n  d: { name: D, service: s }\nwebhooks:\n  w: { name: W, url: 'https://a.example', body: { json: { a: [1, 2] } } }\n";
        let cut = &text[..cut.min(text.len())];
        let broken = format!("{cut}\n]");
        let files = folder([("bowline.yaml", broken.as_str())]);
        let mut diags = Diagnostics::default();
        check_all(&mut diags, &mut Front::read(&files), &files, &BTreeMap::new());
        let is_broken = diags.clone().finish().iter().any(|found| found.code == crate::diag::Code::YamlSyntax);
        prop_assert!(!(is_broken && complains_of_shape(diags)), "{}", broken);
    }
}

fn complains_of_shape(diags: Diagnostics) -> bool {
    let codes: BTreeSet<crate::diag::Family> = diags.finish().iter().map(|found| found.code.family()).collect();
    codes.contains(&crate::diag::Family::Shape)
}
