//! `show PLAN`: a saved plan, offline.

use super::{planning, reporting};
use crate::cli::args::Show;
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};

pub(crate) fn run(args: &Show, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    reporting::may_be_written(&args.reports, Some(&args.plan), talk)?;
    let saved = planning::read(&args.plan, talk)?;
    if saved.is_altered() {
        let mut page = talk.aside_page();
        page.put(Tone::Caution, "warning").line(": the plan was altered after it was made; `bowline apply` refuses it");
        talk.insist(&page.into_text());
    }
    reporting::report(&saved, &args.reports, talk)?;
    Ok(Exit::Done)
}
