//! Deluge as a language: reads scripts and says what they name. Knows no connection, no project and no network.
//!
//! Text → tokens → tree → facts. Nothing here fails: a broken script is still a [`Script`], with its mistakes listed.

mod script;

pub use script::{ConnectionUse, Finding, FindingKind, Script, SyntaxError, TaskKind};

/// Reads a script. Total: any text gives a [`Script`].
pub fn parse(text: &str) -> Script {
    Script::read(text)
}
