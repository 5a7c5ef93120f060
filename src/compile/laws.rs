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

/// A project that is right, with something of everything that rules conclude from.
fn sound() -> Value {
    json!({
        "bowline": 1, "project": "p",
        "services": {
            "crm": { "name": "CRM", "description": "d", "protect": true, "hosts": ["api.crm.example"], "auth": {
                "type": "oauth2", "grant": "authorization_code", "param_type": "header", "client_authentication": "basic", "pkce": true,
                "authorize_url": "https://accounts.google.com/o?access_type=offline", "token_url": "https://a.crm.example/t",
                "refresh_url": "https://a.crm.example/r", "client_id": "x", "client_secret": { "env": "A" },
                "scopes": { "read": "R", "offline_access": "O" }, "scope_delimiter": "space" } },
            "signed": { "name": "K", "auth": {
                "type": "oauth2", "client_authentication": "private_key_jwt", "private_key": { "env": "K" }, "grant": "client_credentials",
                "token_url": "https://b.example/t", "client_id": "x" } },
            "keys": { "name": "K", "hosts": ["k.example"], "auth": { "type": "api_key", "param_type": "header", "parameters": { "X-Key": "K" } } },
            "old": { "name": "O", "auth": { "type": "oauth1", "consumer_key": "k", "consumer_secret": { "env": "A" }, "param_type": "header",
                "request_token_url": "https://o.example/r", "authorize_url": "https://o.example/a", "access_token_url": "https://o.example/t" } }
        },
        "connections": {
            "crm": { "name": "C", "service": "crm", "scopes": ["read", "offline_access"], "use_login_user_credentials": false },
            "machine": { "name": "M", "service": "signed", "use_login_user_credentials": false },
            "keyed": { "name": "K", "service": "keys", "credentials": { "X-Key": { "env": "A" } }, "depends_on": ["services.old"] },
            "old": { "name": "O", "service": "old" },
            "zoho": { "name": "Z", "service": "zoho-crm", "scopes": ["ZohoCRM.modules.READ"], "parameters": { "dc": "eu" } }
        },
        "webhooks": {
            "a": { "name": "A", "method": "POST", "url": "https://api.crm.example/x", "auth": { "connection": "crm" },
                "headers": { "X-A": "a" }, "query": { "q": "a" }, "body": { "form": { "a": "b" } }, "signing": { "secret": { "env": "S" } } },
            "b": { "name": "B", "method": "GET", "url": "https://k.example/x", "auth": { "connection": "keyed" } },
            "c": { "name": "C", "url": "https://o.example/x", "auth": { "connection": "old" }, "body": { "raw": { "format": "text", "content": "x" } },
                "depends_on": ["connections.machine", "connections.zoho"] }
        },
        "functions": { "f": { "name": "F", "category": "schedule", "script": "f.ds", "module": "m", "language": "deluge" } }
    })
}

fn found_in(project: &Value) -> Vec<crate::diag::Diagnostic> {
    let text = project.to_string();
    let files = folder([("bowline.yaml", text.as_str()), ("f.ds", "return 1;\n")]);
    let mut diags = Diagnostics::default();
    check_all(&mut diags, &mut Front::read(&files), &files, &BTreeMap::new());
    diags.finish()
}

/// The pointers of all values below one.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut go = |key: &str, value: &Value| {
        let pointer = format!("{at}/{key}");
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| go(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| go(&index.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where anything may stand as a key, another key is another meaning.
const FREE: [&str; 6] = ["scopes", "parameters", "credentials", "headers", "query", "form"];

/// The project broken in one place of each body: each value made something else, each key misspelt.
fn broken(sound: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    pointers(sound, "", &mut all);
    let mut broken = Vec::new();
    for pointer in all.into_iter().filter(|pointer| pointer.matches('/').count() > 2) {
        let is_free = |at: &str| FREE.iter().any(|free| at.ends_with(&format!("/{free}")));
        for wrong in [json!(7), json!([[]]), json!({ "nothing": {} }), json!(null), json!("\u{20ac} 9")] {
            if is_free(&pointer) && wrong.is_object() {
                continue;
            }
            let mut project = sound.clone();
            *project.pointer_mut(&pointer).expect("it is there") = wrong.clone();
            broken.push((format!("{pointer} = {wrong}"), project));
        }
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let mut project = sound.clone();
        if let (false, Some(Value::Object(members))) = (is_free(parent), project.pointer_mut(parent)) {
            let value = members.shift_remove(key).expect("it is there");
            members.insert(format!("{key}x"), value);
            broken.push((format!("{pointer} misspelt"), project));
        }
    }
    broken
}

/// What does not fit is told, and nothing that would follow from it.
#[test]
fn a_place_that_does_not_fit_is_told_alone() {
    use crate::diag::{Code, Family};
    let sound = sound();
    assert_eq!(found_in(&sound), []);
    let broken = broken(&sound);
    assert!(broken.len() > 400, "{}", broken.len());
    let mut follow = Vec::new();
    for (what, project) in broken {
        let found = found_in(&project);
        if found.iter().any(|one| one.code.family() == Family::Shape) {
            let follows = |code: Code| !matches!(code.family(), Family::Shape) && code != Code::LiteralSecret;
            follow.extend(found.iter().filter(|one| follows(one.code)).map(|one| format!("{what}: {} {}", one.code.id(), one.headline)));
        }
    }
    assert!(follow.is_empty(), "{follow:#?}");
}

/// What does not fit hides no other mistake of the same entry or of those that refer to it.
#[test]
fn a_place_that_does_not_fit_hides_nothing_else() {
    let mut faulty = sound();
    for (pointer, wrong) in [
        ("/services/crm/auth/token_url", json!("http://a.crm.example/t")),
        ("/services/crm/hosts/0", json!("*.com")),
        ("/connections/crm/scopes/0", json!("raed")),
        ("/connections/old/service", json!("odl")),
        ("/connections/keyed/credentials/X-Key", json!("written out")),
        ("/webhooks/a/headers/X-A", json!("${")),
        ("/webhooks/b/auth/connection", json!("kyed")),
        ("/webhooks/c/url", json!("https://elsewhere.example/x")),
        ("/functions/f/script", json!("g.ds")),
    ] {
        *faulty.pointer_mut(pointer).expect("it is there") = wrong;
    }
    let words = |found: Vec<crate::diag::Diagnostic>| {
        found.iter().map(|one| format!("{} {}", one.code.id(), one.headline)).collect::<BTreeSet<_>>()
    };
    let before = words(found_in(&faulty));
    assert_eq!(before.len(), 9, "{before:#?}");
    let bodies = ["services", "connections", "webhooks", "functions"];
    for section in bodies {
        for name in faulty[section].as_object().expect("a section").keys() {
            for (key, wrong) in [("name", json!(7)), ("description", json!([])), ("protect", json!("yes")), ("depends_on", json!(["x y"]))]
            {
                let mut project = faulty.clone();
                project[section][name][key] = wrong;
                let after = words(found_in(&project));
                let lost: Vec<_> = before.difference(&after).collect();
                assert!(lost.is_empty() && after.len() > before.len(), "{section}.{name} {key}: {lost:?}");
            }
        }
    }
}
