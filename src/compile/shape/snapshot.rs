//! Whether a JSON document has the shape of a snapshot. Its bodies are judged when they are read.

use jsonschema::Draft;
use serde_json::Value;

const SNAPSHOT: &str = include_str!("../../../schemas/snapshot.schema.json");

/// What is wrong with a document at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON pointer; empty for the document itself.
    pub path: String,
    /// Holds no value of the document.
    pub message: String,
}

/// What does not fit a snapshot's schema, so many findings at most. Fields that a newer minor version of the format adds are
/// let be.
pub fn snapshot_faults(document: &Value, limit: usize) -> Vec<Fault> {
    let mut schema: Value = serde_json::from_str(SNAPSHOT).expect("the embedded schemas are JSON; a test reads each");
    let newer = document.get("format_version").and_then(Value::as_str).is_some_and(|version| version != "1.0");
    if newer {
        open(&mut schema);
    }
    let validator = jsonschema::options().with_draft(Draft::Draft202012).offline().build(&schema);
    let validator = validator.expect("the embedded schemas are valid; a test compiles each");
    let faults = validator.iter_errors(document);
    faults.take(limit).map(|error| Fault { path: error.instance_path().to_string(), message: error.masked().to_string() }).collect()
}

fn open(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.shift_remove("additionalProperties");
            keywords.values_mut().for_each(open);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
