//! The OpenAPI document is the one that is checked in, and every answer of these tests is one that it shows.

use super::{Reply, Server};
use bowline::compile::shape::Judge;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

#[test]
fn the_document_is_the_one_that_is_checked_in() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemas/openapi.json");
    let made = format!("{}\n", serde_json::to_string_pretty(document()).expect("it is data"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("it can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "schemas/openapi.json is not what the program makes: UPDATE=1 cargo test --test it the_document");
}

#[test]
fn the_document_is_served_and_refers_to_nothing_that_is_not_in_it() {
    let server = Server::start();
    let served = server.ask("GET", "/api/v1/openapi.json", None, &[], None);
    assert_eq!((served.status, &served.json()), (200, document()));
    let mut wrong = Vec::new();
    references(document(), &mut |to| {
        if document().pointer(to.trim_start_matches('#')).is_none() {
            wrong.push(to.to_owned());
        }
    });
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn references(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(to)) = members.get("$ref") {
                found(to);
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(bowline::server::document)
}

/// Whether an answer of a path that the document has is one that it shows: status, media type and body.
pub(crate) fn holds(method: &str, path: &str, reply: &Reply) {
    let path = path.split('?').next().unwrap_or_default();
    let Some((template, methods)) = paths().find(|(template, _)| fits(template, path)) else { return };
    let Some(operation) = methods.get(method.to_lowercase()) else { return };
    let whole = format!("{method} {path} answered {}: {}", reply.status, reply.text);
    let response = &operation["responses"][reply.status.to_string()];
    assert!(response.is_object(), "{template} does not say so: {whole}");
    let Some(content) = response["content"].as_object() else {
        assert!(reply.text.is_empty(), "{whole}");
        return;
    };
    let media_type = reply.header("content-type").split(';').next().unwrap_or_default().to_owned();
    let schema = content.get(&media_type).unwrap_or_else(|| panic!("no {media_type} there: {whole}"));
    let pointer = format!("{template} {method} {} {media_type}", reply.status);
    let misfits = with_judge(&pointer, &schema["schema"], |judge| judge.misfits(&reply.json(), 9));
    assert!(misfits.is_empty(), "{misfits:?} in {whole}");
}

fn paths() -> impl Iterator<Item = (&'static String, &'static Value)> {
    document()["paths"].as_object().expect("paths").iter()
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(&path).all(|(one, other)| one.starts_with('{') || one == other)
}

fn with_judge<T>(name: &str, schema: &Value, work: impl FnOnce(&Judge) -> T) -> T {
    static JUDGES: Mutex<BTreeMap<String, Judge>> = Mutex::new(BTreeMap::new());
    let mut judges = JUDGES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let judge = judges
        .entry(name.to_owned())
        .or_insert_with(|| Judge::new(&json!({ "allOf": [schema], "components": { "schemas": document()["components"]["schemas"] } })));
    work(judge)
}
