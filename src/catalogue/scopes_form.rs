//! How the scopes of an entry are written: in files briefly, what is known of a few beside the names of all; where an entry
//! is shown, each with all that is known of it. Files may use the longer form too, so that what is shown can be kept.

use super::evidence::SurveyedScopes;
use super::scopes::{KnownScope, ScopeList, Scopes, Successor};
use crate::resource::ScopeClass;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// As a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    default: Vec<String>,
    #[serde(default)]
    known: BTreeMap<String, KnownScope>,
    #[serde(default)]
    unconfirmed: Vec<String>,
    evidence: Option<SurveyedScopes>,
    offered: Offered,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Offered {
    Text(String),
    List(Vec<Item>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Name(String),
    Known(OfferedScope),
}

/// One scope in the longer form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferedScope {
    name: String,
    /// In a file, where the name misleads; shown of every scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    class: Option<ScopeClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deprecated: Option<Successor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

impl From<Written> for Scopes {
    fn from(written: Written) -> Self {
        let Written { default, mut known, unconfirmed, evidence, offered } = written;
        let offered = match offered {
            Offered::Text(text) => text,
            Offered::List(items) => items.into_iter().map(|item| format!("{}\n", name(item, &mut known))).collect(),
        };
        Scopes { default, known, unconfirmed, evidence, offered: ScopeList(offered) }
    }
}

/// The name of a scope; what the list tells of it goes to what is known, in front of that.
fn name(item: Item, known: &mut BTreeMap<String, KnownScope>) -> String {
    let scope = match item {
        Item::Name(name) => return name,
        Item::Known(scope) => scope,
    };
    if scope.class.is_some() || scope.description.is_some() || scope.deprecated.is_some() || scope.source.is_some() {
        let there = known.entry(scope.name.clone()).or_default();
        there.class = scope.class.or(there.class);
        there.description = scope.description.or(there.description.take());
        there.deprecated = scope.deprecated.or(there.deprecated.take());
        there.source = scope.source.or(there.source.take());
    }
    scope.name
}

/// As an entry is shown.
#[derive(Serialize)]
pub(super) struct Told {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    default: Vec<String>,
    /// Of scopes that are not offered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    known: BTreeMap<String, KnownScope>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unconfirmed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<SurveyedScopes>,
    offered: Vec<OfferedScope>,
}

impl From<Scopes> for Told {
    fn from(scopes: Scopes) -> Self {
        let offered = scopes.offered.iter().map(|name| {
            let KnownScope { description, deprecated, source, .. } = scopes.known.get(name).cloned().unwrap_or_default();
            OfferedScope { name: name.to_owned(), class: Some(scopes.class(name)), description, deprecated, source }
        });
        let offered: Vec<OfferedScope> = offered.collect();
        let Scopes { default, mut known, unconfirmed, evidence, .. } = scopes;
        offered.iter().for_each(|scope| drop(known.remove(&scope.name)));
        Told { default, known, unconfirmed, evidence, offered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_scope_is_shown_with_its_class_and_what_is_shown_reads_back() {
        let written =
            json!({ "default": ["a.READ"], "known": { "b": { "description": "B it", "class": "read" } }, "offered": "a.READ\nb\nc" });
        let scopes: Scopes = serde_json::from_value(written).expect("it is well-formed");
        let told = serde_json::to_value(&scopes).expect("plain JSON");
        let offered = json!([{ "name": "a.READ", "class": "read" }, { "name": "b", "class": "read", "description": "B it" },
            { "name": "c", "class": "write" }]);
        assert_eq!(told, json!({ "default": ["a.READ"], "offered": offered }));
        let again: Scopes = serde_json::from_value(told.clone()).expect("what is shown is well-formed");
        assert_eq!(again.find("b"), scopes.find("b"));
        assert_eq!(serde_json::to_value(&again).expect("plain JSON"), told);
    }

    #[test]
    fn a_list_may_be_of_names_and_says_it_before_what_is_known() {
        let written =
            json!({ "known": { "b": { "class": "admin", "description": "B" } }, "offered": ["a", { "name": "b", "class": "read" }] });
        let scopes: Scopes = serde_json::from_value(written).expect("it is well-formed");
        assert_eq!(scopes.offered.iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(scopes.class("b"), ScopeClass::Read);
        assert_eq!(scopes.find("b").and_then(|info| info.description).as_deref(), Some("B"));
    }
}
