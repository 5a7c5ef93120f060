//! Deluge as a language: reads scripts and says what they name. Knows no connection, no project and no network.
//!
//! Text → tokens (`lexer.rs`) → tree (`parser/`, `ast.rs`) → facts (`connections.rs`, `findings.rs`). Nothing here fails: a
//! broken script is still a [`Script`], with its mistakes listed and the rest of it read. There is no published grammar;
//! where the definitions in use differ, the reader is the tolerant one, because a wrong error here stops a project whose
//! script runs.

mod ast;
mod calls;
mod connections;
mod diags;
mod findings;
mod hosts;
mod integration;
mod lexer;
mod literal;
mod parser;
mod rename;
mod script;
mod secrets;
mod token;
mod variables;
mod walk;

pub use ast::{Block, Catch, Entry, Expr, ExprKind, Function, Operator, Parameter, Statement, StatementKind, Step, StepKind, Task};
pub use calls::{BlockKeys, METHODS, block_keys};
pub use hosts::data_centre;
pub use literal::literal;
pub use rename::{Doubt, DoubtKind, Renamed, rename};
pub use script::{ConnectionUse, Finding, FindingKind, Script, SyntaxError, TaskKind, UrlSlip};
pub use token::Extent;

/// Reads a script. Total and linear: any text gives a [`Script`].
pub fn parse(text: &str) -> Script {
    Script::read(text)
}
