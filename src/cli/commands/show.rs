//! `show PLAN`: a saved plan, offline.

use super::planning;
use crate::cli::args::{Show, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};

pub(crate) fn run(args: &Show, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let saved = planning::read(&args.plan, talk)?;
    match args.format {
        TextOrJson::Json => talk.data(&saved.to_text()),
        TextOrJson::Text => planning::print(&saved, talk),
    }
    Ok(Exit::Done)
}
