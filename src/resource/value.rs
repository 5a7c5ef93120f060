//! Values that may come from outside the files, and where they stand.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a secret is fetched when it is needed: never the secret itself. No reference ever runs a command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueFrom {
    /// An environment variable of the process that plans or applies.
    Env(String),
    /// A file below the project's root; one trailing line break is not part of the value.
    File(String),
}

impl fmt::Display for ValueFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueFrom::Env(name) => write!(f, "env:{name}"),
            ValueFrom::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// Text written out, or a reference to where it is fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Literal(String),
    From(ValueFrom),
}

impl Value {
    pub fn literal(&self) -> Option<&str> {
        match self {
            Value::Literal(text) => Some(text),
            Value::From(_) => None,
        }
    }

    pub fn reference(&self) -> Option<&ValueFrom> {
        match self {
            Value::Literal(_) => None,
            Value::From(from) => Some(from),
        }
    }
}

/// A JSON pointer (RFC 6901) to a value inside a resource's body, for example `/auth/client_secret`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretPath(pub String);

impl SecretPath {
    /// Joins keys into a pointer, escaping `~` and `/`.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
        SecretPath(keys.into_iter().map(|key| format!("/{}", escape(key))).collect())
    }
}

impl fmt::Display for SecretPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
