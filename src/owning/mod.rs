//! `adopt` and `forget`: what is live and the project's files, brought together by changing the files alone. Pure: files come
//! through [`Folder`](crate::compile::Folder), and what is handed out are their new texts; nothing is written here, and nothing
//! that is live is touched.
//!
//! An adoption declares what is live as it is: its body is written out, and read back by the compiler it has to be the same.
//! Whether a text is right is never taken from the care with which it was made: the project is compiled again with it, and
//! has to be the old one and what was taken in, or without what was let go of.

mod adopt;
mod choice;
mod declaration;
mod fit;
mod forget;
mod pages;
mod proof;
#[cfg(test)]
mod tests;

pub use adopt::Adoption;
pub use choice::{Asked, Choice, Left};
pub use fit::{Fit, fit};
pub use forget::forget;
pub use pages::NewText;
pub use proof::Refused;
