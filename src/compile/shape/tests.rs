//! The schemas themselves: complete, in step with the nouns, and with the editors' bundle.

use super::{bundle, document};
use crate::resource::{
    Auth, Body, Category, ClientAuthentication, Connection, Grant, Kind, Language, Method, Placement, RawFormat, Resource, ScopeDelimiter,
    Service, SignatureMethod, Tolerance, Webhook, WebhookAuth,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn documents() -> Vec<(String, Value)> {
    let kinds = Kind::ALL.into_iter().map(|kind| (kind.word().to_owned(), document(Some(kind))));
    std::iter::once(("project".to_owned(), document(None))).chain(kinds).collect()
}

/// Every schema of a document that describes a value, with its pointer.
fn described(schema: &Value, pointer: String, found: &mut Vec<(String, Value)>) {
    match schema {
        Value::Object(keywords) => {
            for (key, below) in keywords {
                let pointer = format!("{pointer}/{key}");
                if ["properties", "$defs"].contains(&key.as_str()) {
                    for (name, property) in below.as_object().into_iter().flatten() {
                        let is_condition = pointer.contains("/if/");
                        if !is_condition {
                            found.push((format!("{pointer}/{name}"), property.clone()));
                        }
                        described(property, format!("{pointer}/{name}"), found);
                    }
                } else if !["examples", "default", "enum"].contains(&key.as_str()) {
                    described(below, pointer, found);
                }
            }
        }
        Value::Array(below) => below.iter().enumerate().for_each(|(at, below)| described(below, format!("{pointer}/{at}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_property_is_described_and_its_examples_and_default_hold() {
    for (name, document) in documents() {
        let mut found = Vec::new();
        described(&document, String::new(), &mut found);
        assert!(found.len() > 8, "{name}");
        for (pointer, mut schema) in found {
            let place = format!("{name}{pointer}");
            assert!(schema["description"].is_string(), "{place} has no description");
            let examples: Vec<Value> = schema["examples"].as_array().cloned().unwrap_or_default();
            assert!(!examples.is_empty() || schema.get("const").is_some(), "{place} has no example");
            let samples: Vec<Value> = examples.into_iter().chain(schema.get("default").cloned()).collect();
            schema["$defs"] = document["$defs"].clone();
            let validator = jsonschema::validator_for(&schema).expect(&place);
            for sample in samples {
                // An empty description says that there is none.
                assert!(validator.is_valid(&sample), "{place}: {sample}");
            }
        }
    }
}

#[test]
fn definitions_of_one_name_are_one_definition() {
    let mut all: std::collections::BTreeMap<String, Value> = Default::default();
    for (name, document) in documents() {
        for (key, definition) in document["$defs"].as_object().into_iter().flatten() {
            let first = all.entry(key.clone()).or_insert_with(|| definition.clone());
            assert_eq!(first, definition, "{name} defines `{key}` in its own way");
            assert!(Kind::ALL.iter().all(|kind| kind.word() != key) && key != "expression");
        }
    }
}

#[test]
fn the_bundle_for_editors_is_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/bowline.schema.json");
    let made = serde_json::to_string_pretty(&bundle()).expect("JSON") + "\n";
    #[expect(clippy::disallowed_methods, reason = "a test keeps a checked-in file in step")]
    {
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &made).expect("written");
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(there == made, "run `UPDATE=1 cargo test --lib shape` to make schemas/bowline.schema.json again");
    }
}

#[test]
fn the_bundle_takes_projects_included_files_and_expressions() {
    let validator = jsonschema::validator_for(&bundle()).expect("a schema");
    let service = json!({ "name": "S", "auth": { "type": "basic" }, "protect": "${{ var.p }}", "hosts": ["*.a.${{ var.dc }}"] });
    assert!(validator.is_valid(&json!({ "bowline": 1, "project": "p", "services": { "s": service.clone() } })));
    assert!(validator.is_valid(&json!({ "services": { "s": service } })));
    assert!(validator.is_valid(&json!({ "webhooks": { "w": { "name": "W", "url": "${{ var.u }}", "method": "${{ var.m }}" } } })));
    assert!(!validator.is_valid(&json!({ "webhooks": { "w": { "name": "W", "url": "x" } } })));
    assert!(!validator.is_valid(&json!({ "services": { "s": { "name": "S", "auth": { "type": "basic" }, "protect": "yes" } } })));
    assert!(!validator.is_valid(&json!({ "services": { "s": { "name": "S", "auth": { "type": "basic", "token_url": "https://x" } } } })));
    assert!(!validator.is_valid(&json!({ "project": "p" })));
    assert!(!validator.is_valid(&json!({ "variables": {} })));
    assert!(!bundle().to_string().contains("x-code"));
}

/// The schema's list of words is the noun's list of variants.
fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(schema: &Value, variants: &[T]) {
    let words: Vec<Value> = variants.iter().map(|variant| serde_json::to_value(variant).expect("a word")).collect();
    let listed = schema["enum"].as_array().expect("a list of words");
    assert_eq!(listed.len(), words.len());
    for word in listed {
        assert!(words.contains(word), "{word}");
        serde_json::from_value::<T>(word.clone()).expect("a variant");
    }
}

#[test]
fn lists_of_words_are_those_of_the_nouns() {
    let service = document(Some(Kind::Service));
    let auth = |at: usize, key: &str| service["properties"]["auth"]["allOf"][at]["then"]["properties"][key].clone();
    same(&auth(0, "grant"), &[Grant::AuthorizationCode, Grant::ClientCredentials]);
    same(&auth(0, "param_type"), &[Placement::Header, Placement::Query]);
    same(
        &auth(0, "client_authentication"),
        &[ClientAuthentication::Basic, ClientAuthentication::Post, ClientAuthentication::PrivateKeyJwt],
    );
    same(&auth(0, "scope_delimiter"), &[ScopeDelimiter::Comma, ScopeDelimiter::Space, ScopeDelimiter::Plus]);
    same(&auth(0, "tolerates")["items"], &Tolerance::ALL);
    same(&auth(1, "param_type"), &[Placement::Header, Placement::Query, Placement::Form]);
    same(&auth(1, "signature_method"), &[SignatureMethod::HmacSha1, SignatureMethod::HmacSha256]);
    same(&auth(2, "param_type"), &[Placement::Header, Placement::Query, Placement::Form]);
    let types: Vec<&str> =
        service["properties"]["auth"]["properties"]["type"]["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(types, ["oauth2", "oauth1", "api_key", "basic"]);
    let webhook = document(Some(Kind::Webhook));
    same(&webhook["properties"]["method"], &[Method::Post, Method::Get]);
    let raw = &webhook["properties"]["body"]["properties"]["raw"]["properties"];
    same(&raw["format"], &[RawFormat::Json, RawFormat::Xml, RawFormat::Text, RawFormat::Html]);
    let function = document(Some(Kind::Function));
    same(&function["properties"]["language"], &[Language::Deluge]);
    same(
        &function["properties"]["category"],
        &[
            Category::AlarmRule,
            Category::NotificationProfile,
            Category::Workflow,
            Category::Schedule,
            Category::Command,
            Category::MessageHandler,
            Category::ApiTrigger,
        ],
    );
}

/// Bodies with every field filled in: what the nouns write is what the schemas take, field by field.
#[test]
fn fields_are_those_of_the_nouns() {
    let common = json!({ "description": "d", "depends_on": ["services.a"], "protect": true });
    let auths = [
        json!({ "type": "oauth2", "grant": "client_credentials", "param_type": "query", "authorize_url": "https://a", "token_url": "https://a",
            "refresh_url": "https://a", "revoke_url": "https://a", "client_id": "x", "client_secret": { "env": "A" },
            "client_authentication": "basic", "private_key": { "file": "k" }, "pkce": false, "scopes": { "s": "S" }, "scope_delimiter": "plus",
            "issuer": "https://a", "userinfo_url": "https://a", "account_field": "id", "tolerates": ["form_answer"] }),
        json!({ "type": "oauth1", "consumer_key": { "env": "A" }, "consumer_secret": { "env": "A" }, "request_token_url": "https://a",
            "authorize_url": "https://a", "access_token_url": "https://a", "param_type": "form", "signature_method": "HMAC-SHA256" }),
        json!({ "type": "api_key", "param_type": "form", "parameters": { "k": "K" } }),
        json!({ "type": "basic" }),
    ];
    for auth in auths {
        full::<Service>(Kind::Service, merge(json!({ "name": "S", "auth": auth, "hosts": ["a.example"] }), &common));
    }
    let connection = json!({ "name": "C", "service": "s", "scopes": ["a"], "use_login_user_credentials": true,
        "credentials": { "k": { "env": "A" } }, "parameters": { "dc": "eu" } });
    full::<Connection>(Kind::Connection, merge(connection, &common));
    let webhook = json!({ "name": "W", "method": "GET", "url": "https://a", "auth": { "connection": "c" }, "headers": { "A": "b" },
        "query": { "a": { "env": "A" } }, "body": { "raw": { "format": "xml", "content": "x" } }, "signing": { "secret": { "env": "A" } } });
    full::<Webhook>(Kind::Webhook, merge(webhook, &common));
    let function = merge(json!({ "name": "F", "category": "command", "language": "deluge", "module": "m", "script": "a.ds" }), &common);
    // A script is declared by its path and known by its digest too, so this one noun writes more than it reads.
    let validator = jsonschema::validator_for(&document(Some(Kind::Function))).expect("a schema");
    assert!(validator.is_valid(&function));
    assert_eq!(
        document(Some(Kind::Function))["properties"].as_object().map(serde_json::Map::len),
        function.as_object().map(serde_json::Map::len)
    );
    assert!(Resource::deserialize(Kind::Function, function).is_ok());
    assert_eq!(serde_json::to_value(Body::None).expect("a word"), json!("none"));
    assert_eq!(serde_json::to_value(WebhookAuth::General).expect("a word"), json!("general"));
    assert!(matches!(serde_json::from_value::<Auth>(json!({ "type": "basic" })), Ok(Auth::Basic)));
}

fn merge(mut body: Value, more: &Value) -> Value {
    let body_fields = body.as_object_mut().expect("a body");
    body_fields.extend(more.as_object().cloned().expect("fields"));
    body
}

fn full<T: Serialize + DeserializeOwned>(kind: Kind, body: Value) {
    let validator = jsonschema::validator_for(&document(Some(kind))).expect("a schema");
    assert!(validator.is_valid(&body), "{body}");
    let noun = Resource::deserialize(kind, body.clone()).expect("a noun");
    assert_eq!(serde_json::to_value(noun).expect("JSON"), body, "every field is read and written");
    serde_json::from_value::<T>(body).expect("the same noun");
}
