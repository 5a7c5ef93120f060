//! One self-contained schema for editors, made of the others: `schemas/bowline.schema.json`.

use super::schemas::document;
use crate::resource::Kind;
use serde_json::{Map, Value, json};

/// Makes the editors' schema. It serves the project file and included ones alike, and lets `${{ var.name }}` stand
/// wherever a scalar may.
pub fn bundle() -> Value {
    let mut root = document(None);
    let mut definitions = Map::new();
    for kind in Kind::ALL {
        let mut schema = document(Some(kind));
        hoist(&mut schema, &mut definitions);
        definitions.insert(kind.word().to_owned(), schema);
    }
    hoist(&mut root, &mut definitions);
    for kind in Kind::ALL {
        if let Some(section) = root.pointer_mut(&format!("/properties/{}", kind.plural())) {
            section["additionalProperties"] = json!({ "$ref": format!("#/$defs/{}", kind.word()) });
        }
    }
    serve_included_files(&mut root);
    allow_expressions(&mut root);
    definitions.values_mut().for_each(allow_expressions);
    definitions.insert("expression".to_owned(), expression());
    root["$defs"] = Value::Object(definitions);
    drop_own_keywords(&mut root);
    root
}

/// Moves a schema's own definitions to the bundle's. Equal names mean equal definitions; a test holds that.
fn hoist(schema: &mut Value, definitions: &mut Map<String, Value>) {
    let Some(schema) = schema.as_object_mut() else { return };
    schema.shift_remove("$schema");
    if let Some(Value::Object(own)) = schema.shift_remove("$defs") {
        definitions.extend(own);
    }
}

/// An included file says neither `bowline` nor `project`; a project file says both.
fn serve_included_files(root: &mut Value) {
    let Some(schema) = root.as_object_mut() else { return };
    schema.shift_remove("required");
    let own = ["project", "application", "include", "catalogue", "variables", "environments", "rules", "baseline"];
    let mut needs: Map<String, Value> = own.iter().map(|key| ((*key).to_owned(), json!(["bowline"]))).collect();
    needs.insert("bowline".to_owned(), json!(["project"]));
    schema.insert("dependentRequired".to_owned(), Value::Object(needs));
    schema.shift_insert(0, "$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
}

fn expression() -> Value {
    json!({
        "title": "Expression",
        "description": "Text with an expression: the value of a variable is put in its place.",
        "type": "string",
        "pattern": "\\$\\{\\{.*\\}\\}",
        "examples": ["${{ var.dc }}"]
    })
}

/// What a schema says of a scalar moves below `anyOf`, beside an expression. Conditions and names of keys stay as they are.
fn allow_expressions(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, below) in keywords.iter_mut() {
                if !["if", "propertyNames", "examples", "default", "enum", "const"].contains(&keyword.as_str()) {
                    allow_expressions(below);
                }
            }
            if is_constrained_scalar(keywords) {
                wrap(keywords);
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(allow_expressions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes out what only our own checks understand.
fn drop_own_keywords(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.shift_remove("x-code");
            keywords.values_mut().for_each(drop_own_keywords);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(drop_own_keywords),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Keywords that an unexpanded text may break.
const CONSTRAINTS: [&str; 6] = ["type", "enum", "pattern", "patternErrorMessage", "minLength", "maxLength"];

fn is_constrained_scalar(keywords: &Map<String, Value>) -> bool {
    let is_text = keywords.get("type") == Some(&json!("string"));
    let is_truth = keywords.get("type") == Some(&json!("boolean"));
    is_truth || (is_text && ["enum", "pattern", "maxLength"].iter().any(|keyword| keywords.contains_key(*keyword)))
}

fn wrap(keywords: &mut Map<String, Value>) {
    let moved: Map<String, Value> = CONSTRAINTS.iter().filter_map(|key| Some(((*key).to_owned(), keywords.shift_remove(*key)?))).collect();
    keywords.insert("anyOf".to_owned(), json!([moved, { "$ref": "#/$defs/expression" }]));
}
