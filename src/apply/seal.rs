//! Digests of a plan as JSON, the same however its text is laid out: keys in order, no white space.

use super::digest::sha256;
use crate::plan::{DELETED_ELSEWHERE, NOT_THERE_YET};
use serde_json::Value;

/// What may differ between two plans that would do the same. What else is live, how often it
/// changed, and how it was looked at, are no part of it.
const NOT_IDENTITY: [&str; 6] = ["plan_id", "observed_revision", "snapshot", "created_at", "expires_at", "seal"];

/// The `plan_id` of a plan.
pub(super) fn identity(plan: &Value) -> String {
    match without_the_audit(plan) {
        Some(plan) => digest_without(&plan, &NOT_IDENTITY),
        None => digest_without(plan, &NOT_IDENTITY),
    }
}

/// A plan as somebody makes it who may not read who did what; `None` where it is that already. What is done is the same.
fn without_the_audit(plan: &Value) -> Option<Value> {
    let is_deleted = |reason: &Value| reason["code"] == DELETED_ELSEWHERE;
    let reasons = |change: &Value| change["reasons"].as_array().is_some_and(|reasons| reasons.iter().any(is_deleted));
    let tells = plan["changes"].as_array().is_some_and(|changes| changes.iter().any(reasons));
    let drifted = plan["drift"].as_array().is_some_and(|drift| drift.iter().any(|one| one["kind"] != "changed" || one.get("by").is_some()));
    if !tells && !drifted {
        return None;
    }
    let mut plan = plan.clone();
    for reason in plan["changes"].as_array_mut().into_iter().flatten().filter_map(|change| change["reasons"].as_array_mut()).flatten() {
        if is_deleted(reason) {
            reason["code"] = NOT_THERE_YET.into();
        }
    }
    if let Some(drift) = plan["drift"].as_array_mut() {
        drift.retain(|one| one["kind"] == "changed");
        for one in drift.iter_mut().filter_map(Value::as_object_mut) {
            one.shift_remove("by");
            one.shift_remove("at");
        }
    }
    Some(plan)
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_has_one_identity_whoever_may_read_the_audit() {
        let plan = |code: &str, drift: Value| json!({ "changes": [{ "reasons": [{ "code": code }] }], "drift": drift });
        let changed = json!({ "address": "connections.c", "kind": "changed", "diff": [] });
        let mut by = changed.clone();
        (by["by"], by["at"]) = (json!("ada"), json!("2026-11-24T05:30:00Z"));
        let deleted = json!({ "address": "webhooks.w", "kind": "deleted", "by": "ada", "diff": [] });
        let without = plan(NOT_THERE_YET, json!([changed]));
        assert_eq!(identity(&plan(DELETED_ELSEWHERE, json!([by, deleted]))), identity(&without));
        assert_ne!(identity(&plan("moved", json!([changed]))), identity(&without));
        assert_ne!(identity(&plan(NOT_THERE_YET, json!([]))), identity(&without));
        assert_ne!(seal(&plan(DELETED_ELSEWHERE, json!([changed]))), seal(&without));
    }
}
