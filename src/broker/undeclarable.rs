//! What no file of a project can say, so that no broker keeps it either: what is live can be declared.

use crate::resource::Resource;
use crate::text::is_forbidden;
use serde_json::Value;

/// Where a body holds text that `check` would refuse, as a JSON pointer: characters that no file may hold, or a key that
/// would read as an expression.
pub(super) fn undeclarable(resource: &Resource) -> Option<String> {
    let body = serde_json::to_value(resource).expect("bodies are plain JSON");
    within(&body)
}

fn within(value: &Value) -> Option<String> {
    let is_refused = |text: &str| text.chars().any(is_forbidden);
    match value {
        Value::String(text) => is_refused(text).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| Some(format!("/{at}{}", within(item)?))),
        Value::Object(entries) => entries.iter().find_map(|(key, value)| {
            // The key itself would not be shown as it is.
            if is_refused(key) || key.contains("${{") {
                return Some(String::new());
            }
            Some(format!("/{}{}", key.replace('~', "~0").replace('/', "~1"), within(value)?))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
