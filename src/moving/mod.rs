//! `move`: a resource under another link name, in every file that names it. Pure: files come through
//! [`Folder`](crate::compile::Folder), and what is handed out are their new texts; nothing is written here.
//!
//! Mentions in YAML are told by the compiler, uses in scripts by the reader of Deluge; each becomes an edit of a few bytes,
//! and every other byte stays. Then the project is compiled again from the new texts: it has to be the old one with the
//! name changed and nothing else, in every environment, with no finding that was not there before. That proof, not the
//! care taken with the edits, is why a move can be trusted.

mod entry;
mod places;
mod proof;
mod remarks;
mod rewrite;
mod scripts;
mod worlds;

pub use places::Remark;
pub use rewrite::{Moving, Refused, Rewritten, Wish, rewrite};

#[cfg(test)]
mod tests;
