//! What differs between two webhooks.

use super::fields::Fields;
use crate::resource::{Body, SecretPath, Signing, Webhook};

pub(super) fn compare(fields: &mut Fields<'_>, before: &Webhook, after: &Webhook) {
    let Webhook { name, description, method, url, auth: _, headers, query, body, signing, depends_on, protect } = before;
    fields.plain(&["name"], name, &after.name);
    fields.text(&["description"], description, &after.description);
    fields.plain(&["method"], method, &after.method);
    fields.plain(&["url"], url, &after.url);
    // A webhook without one is of the general type.
    fields.optional(&["auth", "connection"], before.connection(), after.connection());
    fields.values(&["headers"], headers, &after.headers);
    fields.values(&["query"], query, &after.query);
    bodies(fields, body, &after.body);
    signings(fields, signing.as_ref(), after.signing.as_ref());
    fields.bookkeeping((depends_on, *protect), (&after.depends_on, after.protect));
}

fn signings(fields: &mut Fields<'_>, before: Option<&Signing>, after: Option<&Signing>) {
    let secret = |signing: Option<&Signing>| signing.map(|signing| signing.secret.clone());
    fields.value(SecretPath::of(["signing", "secret"]), secret(before).as_ref(), secret(after).as_ref());
}

fn bodies(fields: &mut Fields<'_>, before: &Body, after: &Body) {
    let json = |body: &Body| match body {
        Body::None => serde_json::json!({}),
        some => serde_json::to_value(some).expect("bodies are plain JSON"),
    };
    fields.json(&["body"], &json(before), &json(after));
}
