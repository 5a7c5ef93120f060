//! The canonical layout of one YAML file: text in, text out. Knows the order of keys, not what they mean; no files.
//!
//! The text is read twice. The compiler's own reader says whether it is valid and what it says; then its marks and
//! comments are laid out on a sheet, put in order and printed. What is printed is read again and has to say the same and
//! hold the same comments, or it is not handed out.
//!
//! Why a printer of our own: the ones that exist change what folded text says, or put comments elsewhere.

mod block;
mod flow;
mod lay;
mod lines;
mod marks;
mod order;
mod print;
mod refuse;
mod same;
mod scalar;
mod sheet;
#[cfg(test)]
mod tests;

pub use refuse::NotFormatted;

use crate::compile::syntax::{self, Budget, Tree};
use crate::diag::Diagnostics;
use crate::text::FileId;
use std::sync::Arc;

/// The most values that one text may hold, aliases written out.
const VALUES: u64 = 1_000_000;

/// Lays a text out anew. It says the same and has every comment; laid out again it stays as it is.
///
/// # Errors
/// When the text is not one valid document; its places are in file 0, without a byte order mark.
pub fn format(text: &str) -> Result<String, NotFormatted> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let before = parse(&text).map_err(NotFormatted::Invalid)?;
    let lines = lines::Lines::new(&text);
    let marks = marks::read(&text, &lines);
    let comments = marks.comments();
    let is_free = !marks.redefines;
    let mut sheet = lay::lay(&text, &lines, marks);
    if let (Some(root), true) = (&mut sheet.root, is_free) {
        order::arrange(&mut root.value);
    }
    let printed = print::print(&sheet);
    let after = parse(&printed).map_err(|_| NotFormatted::SaysAnother)?;
    if !same::same(&before, &after) {
        return Err(NotFormatted::SaysAnother);
    }
    if comments != marks::read(&printed, &lines::Lines::new(&printed)).comments() {
        return Err(NotFormatted::LosesComment);
    }
    Ok(printed)
}

fn parse(text: &str) -> Result<Tree, Vec<crate::diag::Diagnostic>> {
    let mut diags = Diagnostics::default();
    let (text, clean): (Arc<str>, bool) = syntax::admit(&mut diags, FileId(0), text.as_bytes().to_vec());
    let tree = syntax::parse(&mut diags, FileId(0), &text, &Budget::new(VALUES));
    if clean && !diags.has_errors() { Ok(tree) } else { Err(diags.finish()) }
}
