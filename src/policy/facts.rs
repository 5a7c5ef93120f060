//! What an expression sees of a change and of its plan: plain JSON, every key always there.

use super::judge::Case;
use crate::plan::{Change, DiffValue, Plan, Summary};
use crate::resource::Resource;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The fields of `change`; a test holds that they are those of [`of_change`].
pub(super) const CHANGE: [&str; 14] = [
    "id",
    "address",
    "kind",
    "name",
    "action",
    "previous_address",
    "from",
    "before",
    "after",
    "diff",
    "hazards",
    "reasons",
    "affects",
    "steps",
];

/// What is there whatever the plan: fields in their places, values where they say something of others.
pub(super) fn known() -> &'static Json {
    static KNOWN: LazyLock<Json> = LazyLock::new(|| {
        let change: BTreeMap<&str, Json> = CHANGE.into_iter().map(|field| (field, Json::Null)).collect();
        json!({ "change": change, "plan": seen(&Plan::default()) })
    });
    &KNOWN
}

/// Everything but `change`.
pub(super) fn of_plan(plan: &Plan, case: &Case<'_>) -> BTreeMap<&'static str, Json> {
    BTreeMap::from([
        ("plan", seen(plan)),
        ("environment", json!(case.environment.unwrap_or_default())),
        ("project", json!(case.project)),
        ("api", json!(case.api)),
        ("labels", json!(plan.labels)),
    ])
}

fn seen(plan: &Plan) -> Json {
    json!({ "mode": plan.mode, "targets": plan.targets, "summary": summary(&plan.summary) })
}

/// With the counts that files leave out where they are none.
fn summary(summary: &Summary) -> Json {
    let mut counts = json!(summary);
    counts["unprotected"] = json!(summary.unprotected);
    counts["sent_elsewhere"] = json!(summary.sent_elsewhere);
    counts["taken_over"] = json!(summary.taken_over);
    counts
}

/// One change. What there is none of is null, an empty text or an empty list.
pub(super) fn of_change(change: &Change, before: Option<&Resource>) -> Json {
    let diff: Vec<Json> = change
        .diff
        .iter()
        .map(|one| json!({ "path": one.path, "op": one.op, "before": value(one.before.as_ref()), "value": value(one.value.as_ref()), "class": one.class }))
        .collect();
    json!({
        "id": change.id,
        "address": change.address,
        "kind": change.address.kind.word(),
        "name": change.address.name,
        "action": change.action,
        "previous_address": change.previous_address,
        "from": change.from,
        "before": before.map(body),
        "after": change.after.as_deref().map(body),
        "diff": diff,
        "hazards": change.hazards,
        "reasons": change.reasons.iter().map(|reason| &reason.code).collect::<Vec<_>>(),
        "affects": change.affects,
        "steps": change.steps.iter().map(|step| step.action.word()).collect::<Vec<_>>(),
    })
}

/// A body with the keys that are left out of files where they have their default.
fn body(resource: &Resource) -> Json {
    let mut body = json!(resource);
    if let Resource::Connection(connection) = resource {
        body["scopes"] = json!(connection.scopes);
        body["use_login_user_credentials"] = json!(connection.use_login_user_credentials);
    }
    body
}

fn value(value: Option<&DiffValue>) -> Json {
    value.map_or(Json::Null, |value| json!(value))
}
