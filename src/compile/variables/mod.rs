//! Variables: declared by the project, set by its environments and by the command line, put into scalars.
//!
//! Structure is never templated: an expression stands inside a scalar, never in a key, and the file is YAML before any is
//! looked at. Knows nothing of schemas.

mod assign;
mod declared;
mod diags;
mod expand;
mod expression;

pub use assign::Choice;
pub(super) use assign::{Assignment, assign};
pub(super) use declared::{Declared, declared};
pub(super) use expand::{expand, refuse_in_section};
