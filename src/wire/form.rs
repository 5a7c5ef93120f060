//! Schemas of the small words inside bodies: names, addresses, times. Used by `#[schemars(schema_with = …)]`.

use crate::resource::NAME_PATTERN;
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use schemars::{Schema, SchemaGenerator, json_schema};

/// Of a link name.
pub(super) const NAME: &str = NAME_PATTERN;

/// The id of a consent: the digest of its state.
pub(super) const CONSENT: &str = "^[0-9a-f]{64}$";
/// Of an address.
pub(super) const ADDRESS: &str = "^(services|connections|webhooks|functions)\\.[a-z][a-z0-9_-]{0,63}$";
/// Of a person, a service or whoever else acts.
pub(super) const ACTOR: &str = "^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$";

pub(super) fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": NAME, "examples": ["crm_read"] })
}

pub(super) fn address(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": ADDRESS, "examples": ["connections.crm_read"] })
}

pub(super) fn addresses(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "pattern": ADDRESS } })
}

pub(super) fn some_address(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "pattern": ADDRESS })
}

pub(super) fn some_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "pattern": NAME })
}

pub(super) fn names(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "pattern": NAME } })
}

pub(super) fn texts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string" } })
}

pub(super) fn role(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Role::ALL.map(Role::word) })
}

pub(super) fn principal_kind(_: &mut SchemaGenerator) -> Schema {
    let words = [PrincipalKind::Person, PrincipalKind::Service].map(|kind| serde_json::json!(kind));
    json_schema!({ "type": "string", "enum": words })
}

pub(super) fn scopes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "enum": TokenScope::ALL.map(TokenScope::word) } })
}

pub(super) fn wanted_scopes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array", "minItems": 1, "maxItems": 16, "items": { "type": "string", "enum": TokenScope::ALL.map(TokenScope::word) }
    })
}

pub(super) fn time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time", "examples": ["2026-11-24T05:30:00Z"] })
}

pub(super) fn some_time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "format": "date-time" })
}

/// The opaque name of a revision, as it stands between the quotes of an `ETag`.
pub(super) fn etag(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$", "examples": ["17"] })
}

pub(super) fn some_etag(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "pattern": "^[0-9A-Za-z_-]{1,64}$", "examples": ["17"] })
}

pub(super) fn prints(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": { "type": "string" } })
}

pub(super) fn print_list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string" } })
}

pub(super) fn webhook_states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": { "type": "string", "enum": ["active", "blocked", "detached"] } })
}

/// An object of the application's own making, whatever it holds.
pub(super) fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Kind;

    #[test]
    fn an_address_is_a_kind_and_a_name() {
        let kinds = Kind::ALL.map(Kind::plural).join("|");
        assert_eq!(ADDRESS, format!("^({kinds})\\.{}", NAME.trim_start_matches('^')));
    }
}
