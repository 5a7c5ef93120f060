//! A live object as its declaration: its body in YAML, with a comment where it holds what no file may.

use crate::resource::{Address, Resource, ValueFrom};
use crate::text::is_hidden;
use serde_json::Value;
use std::collections::BTreeMap;

/// The lines of a declaration, comments first, as they stand two columns deep in the section of its kind.
pub(super) fn declaration(address: &Address, resource: &Resource) -> String {
    let declared = BTreeMap::from([(address.name.as_str(), body(resource))]);
    let text = serde_yaml::to_string(&declared).expect("JSON values under names can be written as YAML");
    let lines = comments(resource).into_iter().chain(text.lines().map(str::to_owned));
    lines.map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}

/// The body as it is declared: without what is read from a script, and with text that only looks like a variable escaped.
fn body(resource: &Resource) -> Value {
    let mut body = serde_json::to_value(resource).expect("a resource is JSON");
    if let (Resource::Function(function), Value::Object(body)) = (resource, &mut body) {
        body.insert("script".to_owned(), Value::String(function.script.path.clone()));
        body.shift_remove("connections");
    }
    escape(&mut body);
    body
}

fn escape(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace("${{", "$${{"),
        Value::Array(items) => items.iter_mut().for_each(escape),
        Value::Object(entries) => entries.values_mut().for_each(escape),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// One for each secret: its value stays with the platform until somebody gives another one.
fn comments(resource: &Resource) -> Vec<String> {
    let told = |from: &ValueFrom| match from {
        ValueFrom::Env(name) => format!("set {name}"),
        ValueFrom::File(path) => format!("put it in {path}"),
    };
    let secrets = resource.secrets().into_iter();
    let line = |line: String| line.chars().filter(|c| !is_hidden(*c)).collect();
    secrets
        .map(|(path, from)| {
            let path = path.0.trim_start_matches('/').replace('/', ".");
            line(format!("# the platform holds a value for {path}; {} where this is applied to give another", told(from)))
        })
        .collect()
}
