//! `completions SHELL`: made from the same definition as the command line.

use crate::cli::args::{Cli, Completions};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use clap::CommandFactory;

pub(crate) fn run(args: &Completions, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bowline", &mut script);
    talk.data(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
