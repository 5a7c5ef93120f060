//! Link names and addresses: how everything is referred to.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The four kinds of resource, in the order in which they depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Service,
    Connection,
    Webhook,
    Function,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Service, Kind::Connection, Kind::Webhook, Kind::Function];

    /// One of the kind: `connection`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Service => "service",
            Kind::Connection => "connection",
            Kind::Webhook => "webhook",
            Kind::Function => "function",
        }
    }

    /// The key of its map in a project file, and the first part of an address: `connections`.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Service => "services",
            Kind::Connection => "connections",
            Kind::Webhook => "webhooks",
            Kind::Function => "functions",
        }
    }

    pub fn from_plural(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.plural() == word)
    }
}

/// The form of a link name, as `schemas/` has it: what [`Name::parse`] reads, and nothing else.
pub const NAME_PATTERN: &str = "^[a-z][a-z0-9_-]{0,63}$";

/// A link name: the stable identifier of a resource among those of its kind. In files and bodies its form is a matter of
/// `schemas/`; what comes from elsewhere is parsed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(Arc<str>);

impl Name {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Name(text.into())
    }

    /// A text of the form of a link name; `None` where it is of another.
    pub fn parse(text: &str) -> Option<Name> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        let is_name = text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(is_plain);
        is_name.then(|| Name::new(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A resource's full name, written `connections.crm_read`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub kind: Kind,
    pub name: Name,
}

impl Address {
    pub fn new(kind: Kind, name: impl Into<Arc<str>>) -> Self {
        Address { kind, name: Name::new(name) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind.plural(), self.name)
    }
}

/// The text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address such as `connections.crm_read`")]
pub struct BadAddress(pub String);

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        let (kind, name) = text.split_once('.').ok_or_else(bad)?;
        let kind = Kind::from_plural(kind).ok_or_else(bad)?;
        if name.is_empty() || name.contains('.') {
            return Err(bad());
        }
        Ok(Address::new(kind, name))
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_form_is_that_of_the_schemas() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../schemas/connection.schema.json")).expect("the schema is JSON");
        assert_eq!(schema["properties"]["service"]["pattern"], NAME_PATTERN);
    }

    proptest! {
        #[test]
        fn what_is_parsed_is_what_the_pattern_lets_in(text in "[a-z]?[a-zA-Z0-9_.é-]{0,70}") {
            let pattern = regex::Regex::new(NAME_PATTERN).expect("the pattern is one");
            prop_assert_eq!(Name::parse(&text).is_some(), pattern.is_match(&text));
        }
    }
}
