//! `rules:` of the project file: the levels of its findings.

use super::diags::{FixedRule, UnknownRule};
use super::syntax::Tree;
use crate::diag::{Code, Diagnostics, Level, Rules};

/// Reads the section. What is not of the right shape is left out, and told by the schema.
pub(super) fn rules(diags: &mut Diagnostics, tree: &Tree) -> Rules {
    let mut rules = Rules::default();
    let Some(section) = tree.entry(tree.root(), "rules") else { return rules };
    for entry in tree.entries(section.value) {
        let (id, span) = (tree.key(entry), tree.key_span(entry));
        let Some(level) = tree.string(entry.value).and_then(Level::from_word) else { continue };
        match Code::from_id(id) {
            None => diags.push(UnknownRule { id, span }),
            Some(code) if level != Level::Error && !code.is_adjustable() => {
                diags.push(FixedRule { code, span });
            }
            Some(code) => rules.set(code, level),
        }
    }
    rules
}
