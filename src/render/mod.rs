//! Project → text that uses it: Deluge and JSON snippets, pictures of the graph, a runbook of a plan, a new project.
//!
//! Pure: the same project and templates give the same bytes. Knows no files and no network; it hands out texts with the
//! paths that they are for. Data never becomes template source, and a template cannot print a value without saying in
//! which language it stands: `{{ x | deluge }}`, `json`, `comment` or `markdown` (see `literal`).
//!
//! Why no autoescaping: an escaper chosen by a file's name does not know whether it stands in a string, in a comment or
//! between them, and `safe` would switch it off. Here the escaper is a guard that refuses, and `safe` refuses too.
//!
//! To add an output for a kind of resource: a file below `templates/` that is named after the kind, and its line in
//! `src/render/templates.rs`.

mod calls;
mod complaint;
mod diags;
mod docs;
mod graph;
mod limits;
mod literal;
mod runbook;
mod scaffold;
mod snippets;
mod templates;
mod view;

pub use diags::not_text;
pub use docs::{Places, docs};
pub use graph::{GraphOptions, dot, json, mermaid, mermaid_label};

pub use runbook::runbook;
pub use scaffold::scaffold;
pub use snippets::{Snippet, render};
pub use templates::Templates;
