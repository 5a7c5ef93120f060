//! Catalogue entries of a project's own. What is checked is the whole entry, laid over the catalogue's; what is told is told
//! at the part that the file says.

use super::diags::EntryLacks;
use super::translate::translate;
use crate::catalogue::SCHEMA;
use crate::compile::syntax::Tree;
use crate::diag::Diagnostics;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;
use std::sync::OnceLock;

struct Schema {
    validator: Validator,
    document: Value,
}

fn schema() -> &'static Schema {
    static MADE: OnceLock<Schema> = OnceLock::new();
    MADE.get_or_init(|| {
        let document = serde_json::from_str(SCHEMA).expect("the embedded schema is JSON; a test reads it");
        let options = jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(PatternOptions::regex()).offline();
        Schema { validator: options.build(&document).expect("the embedded schema is valid; a test compiles it"), document }
    })
}

/// Whether a value is an entry in full.
pub(in crate::compile) fn is_entry(whole: &Value) -> bool {
    schema().validator.is_valid(whole)
}

/// Tells what does not hold of an entry.
pub(in crate::compile) fn check_entry(diags: &mut Diagnostics, tree: &Tree, whole: &Value) {
    let Schema { validator, document } = schema();
    let mut is_told = false;
    for error in validator.iter_errors(whole) {
        for finding in translate(tree, tree.root(), None, document, &error) {
            diags.push(finding);
            is_told = true;
        }
    }
    if !is_told {
        diags.push(EntryLacks { span: tree.span(tree.root()) });
    }
}
