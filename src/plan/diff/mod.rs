//! Two bodies of one kind → what differs, field by field, as JSON pointers. Knows no order and no choreography.
//!
//! Each kind's file takes its noun apart by name, so that a new field breaks the build until it is compared.

mod connection;
mod fields;
mod function;
mod service;
mod webhook;

pub(super) use fields::Secrets;

use super::change::Difference;
use crate::resource::Resource;
use fields::Fields;

/// What has to change in `before` to make it `after`; of a creation, its scopes and the secrets that it is given.
pub(super) fn differences(before: Option<&Resource>, after: &Resource, secrets: Secrets<'_>) -> Vec<Difference> {
    let mut fields = Fields::new(secrets);
    match (before, after) {
        (None, after) => created(&mut fields, after),
        (Some(Resource::Service(before)), Resource::Service(after)) => service::compare(&mut fields, before, after),
        (Some(Resource::Connection(before)), Resource::Connection(after)) => connection::compare(&mut fields, before, after),
        (Some(Resource::Webhook(before)), Resource::Webhook(after)) => webhook::compare(&mut fields, before, after),
        (Some(Resource::Function(before)), Resource::Function(after)) => function::compare(&mut fields, before, after),
        (Some(before), after) => unreachable!("a {} is never compared with a {}", before.kind().word(), after.kind().word()),
    }
    fields.found
}

fn created(fields: &mut Fields<'_>, after: &Resource) {
    if let Resource::Connection(connection) = after {
        fields.scopes(&Default::default(), &connection.scopes);
    }
    for (path, value) in after.values() {
        if value.reference().is_some() {
            fields.value(path, None, Some(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{DiffOp, DiffValue};
    use crate::resource::{Fingerprint, Kind, SecretPath};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn body(kind: Kind, body: serde_json::Value) -> Resource {
        Resource::deserialize(kind, body).expect("the body is well-formed")
    }

    fn compare(before: &Resource, after: &Resource, held: &[(&str, &str)], wanted: &[(&str, &str)]) -> Vec<Difference> {
        let prints = |pairs: &[(&str, &str)]| -> BTreeMap<SecretPath, Fingerprint> {
            pairs.iter().map(|(path, print)| (SecretPath((*path).to_owned()), Fingerprint((*print).to_owned()))).collect()
        };
        differences(Some(before), after, Secrets { held: &prints(held), wanted: &prints(wanted), all: false })
    }

    #[test]
    fn scopes_are_sets_and_carry_their_class() {
        let before = body(Kind::Connection, json!({ "name": "n", "service": "s", "scopes": ["b", "a"] }));
        let after = body(Kind::Connection, json!({ "name": "n", "service": "s", "scopes": ["a", "c.READ", "b"] }));
        let found = compare(&before, &after, &[], &[]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].op), ("/scopes", DiffOp::SetAdd));
        assert_eq!(found[0].class, Some(crate::resource::ScopeClass::Read));
    }

    #[test]
    fn a_secret_differs_by_reference_or_fingerprint_and_not_where_it_could_not_be_read() {
        let basic =
            |name: &str| body(Kind::Connection, json!({ "name": "n", "service": "s", "credentials": { "password": { "env": name } } }));
        let (a, b) = (basic("A"), basic("B"));
        let path = "/credentials/password";
        assert!(compare(&a, &a, &[(path, "1")], &[]).is_empty());
        assert!(compare(&a, &a, &[(path, "1")], &[(path, "1")]).is_empty());
        let rotated = compare(&a, &a, &[(path, "1")], &[(path, "2")]);
        assert_eq!(rotated[0].op, DiffOp::SecretWrite);
        assert_eq!(
            rotated[0].value,
            Some(DiffValue::Secret { reference: "env:A".to_owned(), fingerprint: Some(Fingerprint("2".to_owned())) })
        );
        assert_eq!(compare(&a, &b, &[(path, "1")], &[]).len(), 1);
    }

    #[test]
    fn what_reads_like_a_secret_in_a_webhook_is_veiled_on_both_sides() {
        let hook = |one: &str| {
            let url = format!("https://hooks.slack.com/services/T0123ABCD/B0123ABCD/{one}EFGHijklMNOPqrst");
            let body = json!({ "json": { "password": one, "list": [{ "token": one }], "site": format!("{one}-site") } });
            body_of(&url, one, body)
        };
        fn body_of(url: &str, header: &str, sent: serde_json::Value) -> Resource {
            body(Kind::Webhook, json!({ "name": "n", "url": url, "headers": { "X-Api-Key": header }, "body": sent }))
        }
        let found = compare(&hook("canary-a"), &hook("canary-b"), &[], &[]);
        assert_eq!(found.len(), 5);
        let told = serde_json::to_string(&found).expect("plain JSON").replace("canary-a-site", "").replace("canary-b-site", "");
        assert!(!told.contains("canary"), "{told}");
    }

    #[test]
    fn json_bodies_differ_leaf_by_leaf() {
        let hook = |json: serde_json::Value| body(Kind::Webhook, json!({ "name": "n", "url": "https://a", "body": { "json": json } }));
        let found =
            compare(&hook(json!({ "a": { "b": 1, "c/d": 2 }, "l": [1] })), &hook(json!({ "a": { "b": 1 }, "l": [1, 2] })), &[], &[]);
        let paths: Vec<_> = found.iter().map(|difference| (difference.path.as_str(), difference.op)).collect();
        assert_eq!(paths, [("/body/json/a/c~1d", DiffOp::Remove), ("/body/json/l", DiffOp::Replace)]);
    }
}
