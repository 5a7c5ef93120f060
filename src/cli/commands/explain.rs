//! `explain CODE`: what a finding means, why it matters, a wrong and a right example.

use crate::cli::args::Explain;
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::diag::{Code, nearest};

pub(crate) fn run(args: &Explain, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let Some(id) = &args.code else {
        list(talk);
        return Ok(Exit::Done);
    };
    let code = Code::from_id(id).ok_or_else(|| unknown(id))?;
    let mut page = talk.page();
    page.put(Tone::Strong, code.id()).say(&format!(" ({}): {}", code.severity().word(), code.title())).end().end();
    talk.data(&page.into_text());
    talk.data(code.explanation());
    Ok(Exit::Done)
}

fn list(talk: &mut Talk<'_>) {
    let mut page = talk.page();
    let width = Code::ALL.iter().map(|code| code.id().len()).max().unwrap_or(0);
    for code in Code::ALL {
        page.cell(Tone::Strong, code.id(), width).say("  ").cell(Tone::Quiet, code.severity().word(), 7).say("  ").line(code.title());
    }
    talk.data(&page.into_text());
}

fn unknown(id: &str) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("no diagnostic has the code `{id}`"));
    match nearest(id, Code::ALL.iter().map(|code| code.id())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline explain` lists every code"),
    }
}
