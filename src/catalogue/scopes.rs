//! The scopes that a service offers and what is known of each. Knows nothing of which ones a connection chose.

use super::evidence::SurveyedScopes;
use super::scopes_form::{Told, Written};
use crate::resource::{Scope, ScopeClass};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The scopes of one service. Read and written in the forms of `scopes_form.rs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Told")]
pub struct Scopes {
    /// A sensible first choice.
    pub default: Vec<String>,
    /// What is known of single scopes beside their names.
    pub known: BTreeMap<String, KnownScope>,
    /// Offered ones that were found in one place only.
    pub unconfirmed: Vec<String>,
    pub evidence: Option<SurveyedScopes>,
    pub offered: ScopeList,
}

impl Scopes {
    /// Whether there is nothing to say of them.
    pub fn says_nothing(&self) -> bool {
        *self == Scopes::default()
    }

    /// How far a scope reaches: as the entry says, or else as its name tells, be it offered or not.
    pub fn class(&self, scope: &str) -> ScopeClass {
        self.known.get(scope).and_then(|known| known.class).unwrap_or_else(|| Scope(scope.to_owned()).class())
    }

    /// What is known of a scope; `None` if the service does not offer it as far as the catalogue knows.
    pub fn find(&self, scope: &str) -> Option<ScopeInfo> {
        if !self.offered.iter().any(|offered| fits(offered, scope)) {
            return None;
        }
        let known = self.known.get(scope);
        Some(ScopeInfo {
            class: self.class(scope),
            description: known.and_then(|known| known.description.clone()),
            confirmed: !self.unconfirmed.iter().any(|unconfirmed| unconfirmed == scope),
            deprecated: known.and_then(|known| known.deprecated.clone()),
        })
    }
}

/// A scope that names a variable (`session:role:{role}`) stands for all that differ in that place.
fn fits(offered: &str, scope: &str) -> bool {
    match offered.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))) {
        Some((before, after)) => scope.len() > before.len() + after.len() && scope.starts_with(before) && scope.ends_with(after),
        None => offered == scope,
    }
}

/// Scope tokens in order, written as RFC 6749 section 3.3 writes them: with white space between. One scalar instead of a
/// sequence makes an entry with a thousand scopes as quick to read as one with three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ScopeList(pub(super) String);

impl ScopeList {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// What is known of a single scope beside its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownScope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the name misleads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ScopeClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Successor>,
    /// The page that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What takes the place of a scope that is being phased out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    #[serde(rename = "successor")]
    pub scope: String,
    /// A sentence on what to do.
    pub note: String,
}

/// A scope as the catalogue knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeInfo {
    pub class: ScopeClass,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it was found in a second place.
    pub confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Successor>,
}
