//! Digests of a plan as JSON, the same however its text is laid out: keys in order, no white space.

use super::digest::sha256;
use serde_json::Value;

/// What may differ between two plans that would do the same. What else is live, how often it
/// changed, and how it was looked at, are no part of it.
const NOT_IDENTITY: [&str; 6] = ["plan_id", "observed_revision", "snapshot", "created_at", "expires_at", "seal"];

/// The `plan_id` of a plan.
pub(super) fn identity(plan: &Value) -> String {
    digest_without(plan, &NOT_IDENTITY)
}

/// The `seal` of a plan: over everything but itself.
pub(super) fn seal(plan: &Value) -> String {
    digest_without(plan, &["seal"])
}

/// SHA-256 of a document without some of its fields.
pub(super) fn digest_without(plan: &Value, left_out: &[&str]) -> String {
    let mut text = String::new();
    match plan {
        Value::Object(fields) => object(fields.iter().filter(|(key, _)| !left_out.contains(&key.as_str())), &mut text),
        other => canonical(other, &mut text),
    }
    sha256(text.as_bytes())
}

fn object<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by_key(|(key, _)| *key);
    text.push('{');
    for (at, (key, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        scalar(&Value::String(key.clone()), text);
        text.push(':');
        canonical(value, text);
    }
    text.push('}');
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => object(fields.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => scalar(value, text),
    }
}

fn scalar(value: &Value, text: &mut String) {
    text.push_str(&value.to_string());
}
