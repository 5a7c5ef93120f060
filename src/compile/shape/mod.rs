//! Tree → shaped entries: what the schemas in `schemas/` hold. They own shape; no rule of theirs stands in Rust.
//!
//! The root is checked against the project's schema, then each entry of a kind against that kind's one schema, so that an
//! error never reads "none of these fit". The validator's findings are turned into diagnostics here and nowhere else, by
//! place; no value of the file is ever part of one, but for words that a schema lists.
//!
//! An entry that does not hold is read as far as it can be (`mend`), with a note of what is not known of it.

mod bundle;
mod check;
mod diags;
mod entry;
mod judge;
mod mend;
mod schemas;
mod snapshot;
mod translate;

#[cfg(test)]
mod tests;

pub use bundle::bundle;
pub(super) use check::{Checked, Role, Shaped, check};
pub(super) use entry::{check_entry, is_entry};
pub use judge::{Judge, Misfit};
pub(super) use mend::Unknown;
pub use schemas::{document, text};
pub use snapshot::{Fault, snapshot_faults};
