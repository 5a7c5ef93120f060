//! What differs between two functions. Scripts are compared by digest; their text is no part of a plan.

use super::fields::Fields;
use crate::resource::{Function, Script};

pub(super) fn compare(fields: &mut Fields<'_>, before: &Function, after: &Function) {
    let Function { name, description, category, language, module, script, connections, depends_on, protect } = before;
    let Script { path, sha256 } = script;
    fields.plain(&["name"], name, &after.name);
    fields.text(&["description"], description, &after.description);
    fields.plain(&["category"], category, &after.category);
    fields.plain(&["language"], language, &after.language);
    fields.optional(&["module"], module.as_ref(), after.module.as_ref());
    fields.plain(&["script", "path"], path, &after.script.path);
    fields.plain(&["script", "sha256"], sha256, &after.script.sha256);
    fields.set(&["connections"], connections, &after.connections);
    fields.bookkeeping((depends_on, *protect), (&after.depends_on, after.protect));
}
