//! Deliveries of webhooks, for machines.

use super::delivery_text;
use crate::broker::hook::{Listed, Preview, PreviewBody, PreviewValue, Shown};
use crate::clock::rfc3339;
use crate::store::{Attempt, DeliveryState};
use serde_json::{Map, Value, json};

/// A call that would be made. What the vault adds stands as a reference: `{ "secret": "env:KEY" }`.
pub(crate) fn preview(preview: &Preview) -> Value {
    let header = |value: &PreviewValue| match value {
        PreviewValue::Text(text) => json!(text),
        PreviewValue::Secret(from) => json!({ "secret": from.to_string() }),
    };
    let headers: Map<String, Value> = preview.headers.iter().map(|(name, value)| (name.clone(), header(value))).collect();
    let query: Map<String, Value> =
        preview.query.iter().map(|(name, from)| (name.clone(), json!({ "secret": from.to_string() }))).collect();
    let body = match &preview.body {
        PreviewBody::Empty => Value::Null,
        PreviewBody::Form(fields) => fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>().into(),
        PreviewBody::Text(text) => json!(text),
    };
    json!({
        "format_version": "1.0",
        "method": preview.method,
        "url": preview.url,
        "secret_query": query,
        "connection": preview.connection,
        "headers": headers,
        "body": body,
        "signed_with": preview.signing.as_ref().map(|from| json!({ "secret": from.to_string() })),
    })
}

pub(crate) fn listed(found: &[Listed]) -> Value {
    json!({ "format_version": "1.0", "deliveries": found.iter().map(one).collect::<Vec<_>>() })
}

pub(crate) fn shown(shown: &Shown) -> Value {
    let mut value = json!({ "format_version": "1.0" });
    if let (Some(into), Value::Object(from)) = (value.as_object_mut(), one(&shown.listed)) {
        into.extend(from);
        into.insert("attempts".to_owned(), shown.attempts.iter().map(attempt).collect());
    }
    value
}

fn one(listed: &Listed) -> Value {
    let delivery = &listed.delivery;
    let is_pending = delivery.state == DeliveryState::Pending;
    let state = if listed.waits.is_some() { json!("waiting") } else { json!(delivery.state) };
    json!({
        "id": delivery.id,
        "webhook": format!("webhooks.{}", delivery.webhook),
        "host": delivery.host,
        "state": state,
        "tries": delivery.tries,
        "created": rfc3339(delivery.created),
        "actor": delivery.actor,
        "user": Some(&delivery.user).filter(|user| !user.is_empty()),
        "due": is_pending.then(|| rfc3339(delivery.due)),
        "finished": delivery.finished.map(rfc3339),
        "reason": match listed.waits {
            Some(state) if delivery.reason.is_empty() => delivery_text::waits(state),
            Some(_) | None => &delivery.reason,
        },
    })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "number": attempt.number,
        "at": rfc3339(attempt.at),
        "milliseconds": u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
        "result": attempt.result,
        "status": attempt.status,
        "message": attempt.message,
        "excerpt": attempt.excerpt,
    })
}
