//! Text → project: syntax, variables, shape, declarations, names. Pure: files come through [`Folder`], and nothing is
//! known of what is live, of templates or of the network.

mod compiled;
mod declare;
mod diags;
mod folder;
mod front;
mod ignores;
mod include;
mod mentions;
mod own_services;
mod policies;
mod pool;
mod project;
mod resolve;
mod resolving;
mod rules;
mod settle;
pub mod shape;
pub mod syntax;
mod variables;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use compiled::{Api, Compiled, ConfigFile, Environment};
pub use declare::{Body, Declaration};
pub use folder::{Folder, FolderError, Listing, Overlaid, Unseen};
pub use front::{Front, PROJECT_FILE};
pub use mentions::{Mention, MentionRole, SectionPlace, Written};
pub use project::{Setting, check_all, compile, own_catalogue};
pub use resolve::credential_hosts;
pub use settle::{Settled, settle};
pub use variables::Choice;
