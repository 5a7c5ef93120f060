//! Judges a body that came as JSON by any schema: where it does not fit and what was wanted, never what stood there.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

/// A compiled schema.
pub struct Judge {
    validator: Validator,
}

/// One place that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A JSON pointer.
    pub pointer: String,
    /// What is wanted. Names keys and words of the schema, no value.
    pub wanted: String,
}

impl Judge {
    /// Compiles a schema that refers to nothing outside of itself.
    pub fn new(schema: &Value) -> Self {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(schema)
            .expect("the program's own schemas are valid; a test compiles each");
        Judge { validator }
    }

    /// What does not fit, so many at most.
    pub fn misfits(&self, value: &Value, most: usize) -> Vec<Misfit> {
        if self.validator.is_valid(value) {
            return Vec::new();
        }
        let misfit = |error: jsonschema::ValidationError<'_>| Misfit {
            pointer: error.instance_path().to_string(),
            wanted: error.masked_with("the value").to_string(),
        };
        self.validator.iter_errors(value).take(most).map(misfit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_misfit_has_its_place_and_no_value() {
        let judge = Judge::new(&json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": { "name": { "type": "string", "maxLength": 3 }, "secret": { "type": "integer" } }
        }));
        assert_eq!(judge.misfits(&json!({ "name": "abc" }), 9), []);
        let found = judge.misfits(&json!({ "name": "canary", "secret": "canary", "more": 1 }), 9);
        let pointers: Vec<&str> = found.iter().map(|misfit| misfit.pointer.as_str()).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(pointers.contains(&"/name") && pointers.contains(&"/secret"), "{found:?}");
        assert!(found.iter().all(|misfit| !misfit.wanted.contains("canary")), "{found:?}");
        assert_eq!(judge.misfits(&json!({}), 1).len(), 1);
    }
}
