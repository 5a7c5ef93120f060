//! A plan as the comment of a pull request: the verdict first, what needs attention in full, the rest folded away, the
//! command that applies exactly this. Fits a byte budget and names what it leaves out.
//!
//! Everything that comes from files, APIs or a plan's text is inert: it stands in code spans, in fences longer than any
//! run inside, in `<code>` with every sign as a number, or as numbers in the picture. None of it can mention, link, close
//! an issue, start a quick action, draw or be HTML. Numbers alone would not do: the sites look for mentions in what comes
//! out of the Markdown, and leave code alone there.
//!
//! The same plan gives the same bytes; no time but a snapshot's stands in it, so that a comment changes where the plan does.

mod attention;
mod budget;
mod details;
mod head;
mod how_to_apply;
mod inert;
mod picture;
mod policies;

#[cfg(test)]
mod tests;

pub(crate) use budget::{SMALLEST, plan};
pub(crate) use head::marker;
