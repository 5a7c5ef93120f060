//! The schemas: embedded, and compiled once a process, each when it is first needed.

use crate::compile::syntax::ArenaJson;
use crate::resource::Kind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;
use std::sync::OnceLock;

const PROJECT: &str = include_str!("../../../schemas/project.schema.json");
const SERVICE: &str = include_str!("../../../schemas/service.schema.json");
const CONNECTION: &str = include_str!("../../../schemas/connection.schema.json");
const WEBHOOK: &str = include_str!("../../../schemas/webhook.schema.json");
const FUNCTION: &str = include_str!("../../../schemas/function.schema.json");

/// What an included file may hold.
const INCLUDED: [&str; 8] = ["services", "connections", "webhooks", "functions", "policies", "moved", "adopt", "forget"];

/// A schema as text: of a kind, or where none is given of the project file.
pub fn text(kind: Option<Kind>) -> &'static str {
    match kind {
        None => PROJECT,
        Some(Kind::Service) => SERVICE,
        Some(Kind::Connection) => CONNECTION,
        Some(Kind::Webhook) => WEBHOOK,
        Some(Kind::Function) => FUNCTION,
    }
}

/// A schema as JSON.
pub fn document(kind: Option<Kind>) -> Value {
    serde_json::from_str(text(kind)).expect("the embedded schemas are JSON; a test reads each")
}

/// A compiled schema with its text, in which findings look up what was wanted.
pub(super) struct Schema {
    pub(super) validator: Validator<ArenaJson>,
    pub(super) document: Value,
    of_json: OnceLock<Validator>,
}

impl Schema {
    fn new(document: Value) -> Self {
        let validator = jsonschema::options_for::<ArenaJson>()
            .with_draft(Draft::Draft202012)
            // The linear engine: a pattern cannot be made slow by what it is matched against.
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&document)
            .expect("the embedded schemas are valid; a test compiles each");
        Schema { validator, document, of_json: OnceLock::new() }
    }

    /// The same for JSON, which is what an entry becomes that has to be mended.
    pub(super) fn of_json(&self) -> &Validator {
        self.of_json.get_or_init(|| {
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(PatternOptions::regex()).offline();
            options.build(&self.document).expect("the embedded schemas are valid; a test compiles each")
        })
    }
}

/// The schema of the project file.
pub(super) fn project() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Schema::new(document(None)))
}

/// The schema of an included file: the project's, without what only the project file may say.
pub(super) fn included() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut document = document(None);
        if let Some(schema) = document.as_object_mut() {
            schema.remove("required");
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                properties.retain(|key, _| INCLUDED.contains(&key.as_str()));
            }
        }
        Schema::new(document)
    })
}

/// The schema of one kind of resource.
pub(super) fn of(kind: Kind) -> &'static Schema {
    static SCHEMAS: [OnceLock<Schema>; 4] = [const { OnceLock::new() }; 4];
    SCHEMAS[kind as usize].get_or_init(|| Schema::new(document(Some(kind))))
}
