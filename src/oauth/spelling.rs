//! How a value is spelt from the fields of a credential, in the words of a service's file: `Basic base64({api_key}:X)`.

use super::placement::PlacementError;
use crate::secret::Secret;
use http::{HeaderName, HeaderValue};
use std::collections::BTreeMap;

/// A header that a service wants in every call, beside the credential (Datadog's second key). `None` where it names what
/// nobody knows: it is left to the caller then.
pub fn own_header(name: &str, format: &str, fields: &BTreeMap<String, Secret<String>>) -> Option<(HeaderName, HeaderValue)> {
    let text = Secret::new(filled(format, fields).ok()?);
    let mut value = HeaderValue::from_str(text.expose()).ok()?;
    value.set_sensitive(format.contains('{'));
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
}

/// The three parts of a text with one `base64(…)` in it.
pub(super) fn text_around(format: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = format.split_once("base64(")?;
    let (inside, after) = rest.split_once(')')?;
    Some((before, inside, after))
}

/// A text with `{name}` replaced by the field of that name.
pub(super) fn filled(text: &str, fields: &BTreeMap<String, Secret<String>>) -> Result<String, PlacementError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        let value = fields.get(name).ok_or_else(|| PlacementError::MissingKey(name.to_owned()))?;
        out.push_str(before);
        out.push_str(value.expose());
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}
