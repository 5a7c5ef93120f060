//! Words, JSON and counters between records and columns, the same for every database.

use super::port::StoreError;
use crate::resource::{Address, Link, Resource};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A counter as a column holds it: signed.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).expect("a counter of changes stays below 2^63")
}

pub(super) fn json<T: DeserializeOwned>(text: &str, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| damaged(column))
}

pub(super) fn as_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("records have string keys and no failing parts")
}

/// The word of a state, as its JSON has it without the quotes.
pub(super) fn state_word(state: impl serde::Serialize) -> String {
    as_json(&state).trim_matches('"').to_owned()
}

pub(super) fn word<T: DeserializeOwned>(word: &str, column: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|_| damaged(column))
}

/// The body of an object.
pub(super) fn resource(address: &Address, body: &str) -> Result<Arc<Resource>, StoreError> {
    Resource::deserialize(address.kind, &mut serde_json::Deserializer::from_str(body))
        .map(Arc::new)
        .map_err(|_| damaged(&format!("the body of {address}")))
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged { what: format!("{what} cannot be read") }
}

pub(super) fn link_word(link: Link) -> &'static str {
    match link {
        Link::Service => "service",
        Link::SignedBy => "signed_by",
        Link::Named => "named",
        Link::DependsOn => "depends_on",
    }
}

pub(super) fn link_from(word: &str) -> Result<Link, StoreError> {
    let all = [Link::Service, Link::SignedBy, Link::Named, Link::DependsOn];
    all.into_iter().find(|link| link_word(*link) == word).ok_or_else(|| damaged("links.link"))
}
