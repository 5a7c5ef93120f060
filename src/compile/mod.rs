//! Text → project: syntax, variables, shape, declarations, names. Pure: files come through [`Folder`], and nothing is
//! known of what is live, of templates or of the network.

mod compiled;
mod declare;
mod folder;
mod resolve;
mod resolving;
mod shape;
pub mod syntax;

pub use compiled::{Api, Compiled, ConfigFile, Environment};
pub use declare::{Body, Declaration};
pub use folder::{Folder, FolderError};
