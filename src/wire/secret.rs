//! A secret on its way to the server: the one place where a value is written into a body, and read out of one.

use crate::secret::Secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A secret in a request. No answer has any but the one that hands out a new token.
#[derive(Debug, Clone)]
pub struct Clear(pub Secret<String>);

impl Clear {
    /// The text itself, for whoever hands out a new token.
    pub fn text(&self) -> &str {
        self.0.expose()
    }
}

impl Serialize for Clear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Clear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Clear(Secret::new(text)))
    }
}

impl JsonSchema for Clear {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "maxLength": 65536 })
    }
}
