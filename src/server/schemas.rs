//! The schemas of bodies, gathered from the types of `wire` and from `schemas/`: what the OpenAPI document shows, and what
//! requests are judged by.

use crate::compile::shape::{self, Judge};
use crate::resource::{Kind, NAME_PATTERN};
use crate::wire::{Code, Fault, Live, Operation, Page, Problem, Shape, Written, route};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where a document keeps them.
const HOME: &str = "#/components/schemas/";

/// Faults of one body that are told.
const FAULTS: usize = 50;

/// What judges every body that can be sent.
pub(super) struct Judges(BTreeMap<Operation, Judge>);

impl Judges {
    pub(super) fn new() -> Self {
        let mut gathered = Gathered::new();
        let bodies: Vec<(Operation, Value)> =
            Operation::all().filter_map(|operation| Some((operation, gathered.schema(route(operation).body)?))).collect();
        let components = gathered.finish();
        let judge = |schema: Value| {
            let mut whole = json!({ "allOf": [schema] });
            whole["components"] = json!({ "schemas": components });
            Judge::new(&whole)
        };
        Judges(bodies.into_iter().map(|(operation, schema)| (operation, judge(schema))).collect())
    }

    /// Refuses a body that does not fit its schema, naming every place.
    pub(super) fn check(&self, operation: Operation, body: &Value) -> Result<(), Problem> {
        let misfits = self.0.get(&operation).map(|judge| judge.misfits(body, FAULTS)).unwrap_or_default();
        let Some(first) = misfits.first() else { return Ok(()) };
        let detail = if first.pointer.is_empty() { first.wanted.clone() } else { format!("`{}`: {}", first.pointer, first.wanted) };
        let pointer = Some(first.pointer.clone());
        let errors = misfits.into_iter().map(|misfit| Fault { pointer: misfit.pointer, detail: misfit.wanted }).collect();
        Err(Problem { pointer, errors, ..Problem::new(Code::BadShape, detail) })
    }
}

/// Schemas on their way into a document.
pub(super) struct Gathered {
    generator: SchemaGenerator,
    /// Those that no single type has: of kinds, and of what holds one.
    made: Map<String, Value>,
}

impl Gathered {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = HOME.trim_start_matches('#').trim_end_matches('/').into();
            settings.meta_schema = None;
        });
        let mut made = Map::new();
        for kind in Kind::ALL {
            insert_kind(kind, &mut made);
        }
        Gathered { generator: settings.into_generator(), made }
    }

    /// The schema of a shape; `None` where there is no body.
    pub(super) fn schema(&mut self, shape: Shape) -> Option<Value> {
        match shape {
            Shape::Of(of) | Shape::Maybe(of) => Some(of(&mut self.generator).to_value()),
            Shape::Live(kind) => Some(self.live(kind)),
            Shape::Written(kind) => Some(self.written(kind)),
            Shape::Page(kind) => Some(self.page(kind)),
            Shape::Document(_) | Shape::Nothing => None,
        }
    }

    /// Every schema that was referred to, by name.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        let mut all: Vec<(String, Value)> = self.generator.take_definitions(true).into_iter().chain(self.made).collect();
        all.iter_mut().for_each(|(_, schema)| tidy(schema));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all.into_iter().collect()
    }

    fn live(&mut self, kind: Kind) -> Value {
        let mut schema = self.whole::<Live>();
        let body = reference(title(kind));
        schema["properties"]["body"] = body.clone();
        schema["properties"]["applied"] = body;
        self.keep(format!("Live{}", title(kind)), schema)
    }

    fn written(&mut self, kind: Kind) -> Value {
        let mut schema = self.whole::<Written>();
        schema["properties"]["body"] = reference(title(kind));
        self.keep(format!("Written{}", title(kind)), schema)
    }

    fn page(&mut self, kind: Kind) -> Value {
        let item = self.live(kind);
        let mut schema = self.whole::<Page<Live>>();
        schema["properties"]["items"]["items"] = item;
        self.keep(format!("PageOf{}", title(kind)), schema)
    }

    /// A type's schema itself, not a reference to it.
    fn whole<T: schemars::JsonSchema>(&mut self) -> Value {
        T::json_schema(&mut self.generator).to_value()
    }

    fn keep(&mut self, name: String, schema: Value) -> Value {
        let to = reference(&name);
        self.made.insert(name, schema);
        to
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("{HOME}{name}") })
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Service => "Service",
        Kind::Connection => "Connection",
        Kind::Webhook => "Webhook",
        Kind::Function => "Function",
    }
}

/// The schema of a kind out of `schemas/`, its definitions beside it.
fn insert_kind(kind: Kind, made: &mut Map<String, Value>) {
    let mut schema = shape::document(Some(kind));
    if kind == Kind::Function {
        as_held(&mut schema);
    }
    let own = schema.as_object_mut().and_then(|schema| {
        schema.shift_remove("$schema");
        schema.shift_remove("$defs")
    });
    point_home(&mut schema);
    if let Some(Value::Object(own)) = own {
        for (name, mut definition) in own {
            point_home(&mut definition);
            made.insert(name, definition);
        }
    }
    made.insert(title(kind).to_owned(), schema);
}

/// A function as the platform holds it: its script is known by its digest, and the connections that the script names have
/// been found.
fn as_held(schema: &mut Value) {
    schema["properties"]["script"] = json!({
        "description": "The script's file and the SHA-256 of its bytes. The text travels beside the body.",
        "type": "object", "additionalProperties": false, "required": ["path", "sha256"],
        "properties": {
            "path": { "type": "string", "minLength": 1, "maxLength": 1024, "examples": ["functions/average_temperature.ds"] },
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" }
        }
    });
    schema["properties"]["connections"] = json!({
        "description": "The connections that the script names.",
        "type": "array", "items": { "type": "string", "pattern": NAME_PATTERN }
    });
    schema["examples"] = json!([]);
}

fn point_home(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::String(to)) = keywords.get_mut("$ref") {
                *to = to.replace("#/$defs/", HOME);
            }
            keywords.values_mut().for_each(point_home);
        }
        Value::Array(items) => items.iter_mut().for_each(point_home),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes out what is no word of JSON Schema's, or says nothing.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            for own in ["x-code", "patternErrorMessage"] {
                keywords.shift_remove(own);
            }
            if keywords.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
                keywords.shift_remove("format");
            }
            if keywords.get("examples").is_some_and(|examples| examples.as_array().is_some_and(Vec::is_empty)) {
                keywords.shift_remove("examples");
            }
            keywords.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::broker::{BODY_CAP, LONGEST_LEASE, LONGEST_TOKEN_LIFE, LONGEST_USER_NAME, PATIENCE, SHORTEST_LEASE};
    use crate::wire::{ConsentAsked, Invocation, LeaseAsked, LeaseRenewed, NewToken, RevokeAsked};
    use schemars::{JsonSchema, schema_for};

    fn bound<T: JsonSchema>(of: &str, keyword: &str) -> Option<u64> {
        schema_for!(T).as_value()["properties"][of][keyword].as_u64()
    }

    #[test]
    fn bodies_are_bounded_where_the_broker_is() {
        assert_eq!(bound::<Invocation>("timeout_seconds", "maximum"), Some(PATIENCE.as_secs()));
        assert_eq!(bound::<Invocation>("max_bytes", "maximum"), Some(BODY_CAP));
        assert_eq!(bound::<NewToken>("ttl_seconds", "maximum"), Some(LONGEST_TOKEN_LIFE.as_secs()));
        for of_lease in [bound::<LeaseAsked>, bound::<LeaseRenewed>] {
            assert_eq!(of_lease("ttl_seconds", "minimum"), Some(SHORTEST_LEASE.as_secs()));
            assert_eq!(of_lease("ttl_seconds", "maximum"), Some(LONGEST_LEASE.as_secs()));
        }
        for of_user in [bound::<Invocation>, bound::<ConsentAsked>, bound::<RevokeAsked>] {
            assert_eq!(of_user("user", "maxLength"), Some(LONGEST_USER_NAME as u64));
        }
    }
}
