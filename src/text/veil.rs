//! Veils what reads like a secret in values that are shown: leaves of JSON, texts and URLs. Where a mask keeps the columns of
//! a file, a veil keeps nothing, not even a length.

use super::mask::in_urls;
use super::secrets::{in_text, is_literal_secret, named_values};
use serde_json::Value;
use std::ops::Range;

/// What stands in place of a secret.
const VEIL: &str = "••••••••";

/// Veils the secrets at and below a value that stands under `name`; items of a list stand under the list's name.
pub fn veil(name: &str, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(veiled) = veiled(name, text) {
                *text = veiled;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| veil(name, item)),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| veil(name, member)),
        Value::Number(_) if is_secret_number(name, value) => *value = VEIL.into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a number is a secret by its name: a PIN, not a count or a flag.
pub fn is_secret_number(name: &str, value: &Value) -> bool {
    value.as_u64().is_some_and(|number| number > 999) && is_literal_secret(name, "number")
}

/// Where a text that stands under a name writes secrets out, other than as a whole.
pub fn secrets_within(text: &str) -> Vec<Range<usize>> {
    let mut found = in_text(text);
    found.extend(in_urls(text).into_iter().map(|(from, to)| from..to).filter(|range| !text[range.clone()].contains("${")));
    let named = named_values(text).into_iter();
    found.extend(named.filter(|(name, value)| is_literal_secret(name, &text[value.clone()])).map(|(_, value)| value));
    found.retain(|range| !range.is_empty());
    found.sort_by_key(|range| (range.start, range.end));
    found
}

fn veiled(name: &str, text: &str) -> Option<String> {
    let hidden = secrets_within(text);
    if hidden.is_empty() {
        return is_literal_secret(name, text).then(|| VEIL.to_owned());
    }
    let (mut shown, mut at) = (String::new(), 0);
    for range in hidden {
        if range.start >= at {
            shown.push_str(&text[at..range.start]);
            shown.push_str(VEIL);
        }
        at = at.max(range.end);
    }
    shown.push_str(&text[at..]);
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_of_a_body_are_veiled_and_the_rest_stays() {
        let mut body = json!({
            "api_key": "canary", "text": "Door ${alarm.id}", "tokens": 3, "token": ["canary", "${alarm.token}"], "pwd": 123456, "secret": 1,
            "in": { "note": "use ghp_0123456789canary here", "raw": "{\"password\": \"canary\"}" },
            "url": "https://me:canary@a.example/?api_key=canary&x=${alarm.id}&token=${alarm.token}",
        });
        veil("json", &mut body);
        assert_eq!(
            body,
            json!({
                "api_key": VEIL, "text": "Door ${alarm.id}", "tokens": 3, "token": [VEIL, "${alarm.token}"], "pwd": VEIL, "secret": 1,
                "in": { "note": format!("use {VEIL} here"), "raw": format!("{{\"password\": \"{VEIL}\"}}") },
                "url": format!("https://{VEIL}@a.example/?api_key={VEIL}&x=${{alarm.id}}&token=${{alarm.token}}"),
            })
        );
    }

    #[test]
    fn a_reference_is_shown() {
        let mut value = json!({ "env": "NAME" });
        veil("password", &mut value);
        assert_eq!(value, json!({ "env": "NAME" }));
    }
}
