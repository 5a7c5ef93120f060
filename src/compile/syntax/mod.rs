//! Text → tree. YAML 1.2 with its core schema (`no` is a string, `010` is ten), every node with its place; nothing is
//! ignored in silence. Knows nothing of what keys mean.
//!
//! The parser below is granit: byte spans, linear on hostile input, no recursion. On top stand the limits: bytes, depth,
//! aliases, and the number of values counted as if every alias were written out. A broken file still gives what was read
//! before the break, and [`names_after_break`] what its lines seem to declare.

mod admit;
mod alias;
mod budget;
mod builder;
mod collection;
mod diags;
mod json;
mod parse;
mod read;
mod scalar;
mod tail;
mod template;
mod tree;

#[cfg(test)]
mod tests;

pub use admit::{FILE_BYTES, admit};
pub use budget::Budget;
pub use json::{ArenaJson, ArenaNode};
pub use parse::parse;
pub use read::{At, ReadError};
pub use tail::names_after_break;
pub use template::Expanded;
pub use tree::{Entry, Located, NodeId, Tree, Value};
