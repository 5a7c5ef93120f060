//! `check`: everything that is wrong with the project, in every environment, without a network; in several formats at once.

use super::opened::{self, Checked};
use crate::cli::args::{Check, CheckFormat};
use crate::cli::exit::Exit;
use crate::cli::report::{Look, annotations, diagnostics_json, diagnostics_text, junit, sarif};
use crate::cli::talk::{Failure, Talk};
use crate::diag::Severity;
use crate::workspace;

pub(crate) fn run(args: &Check, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let checked = opened::check(&args.project, talk)?;
    for (format, file) in &args.outputs {
        let plain = Look { colour: false, ..talk.look() };
        let text = report(&checked, *format, args.limit, plain);
        workspace::write_file(&talk.path(file), text.as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not write the report", error))?;
    }
    talk.data(&report(&checked, args.format, args.limit, talk.look()));
    if args.format == CheckFormat::Text {
        let mut page = talk.aside_page();
        diagnostics_text::counts_line(&checked.found, &mut page);
        page.end();
        talk.aside(&page.into_text());
    }
    let fails = |severity| severity == Severity::Error || (args.deny_warnings && severity == Severity::Warning);
    let failed = checked.found.iter().any(|diagnostic| fails(diagnostic.severity));
    Ok(if failed { Exit::Invalid } else { Exit::Done })
}

fn report(checked: &Checked, format: CheckFormat, limit: Option<usize>, look: Look) -> String {
    let (found, sources) = (&checked.found, checked.front.sources());
    let listed = &found[..limit.unwrap_or(diagnostics_json::LIMIT).min(found.len())];
    match format {
        CheckFormat::Text => diagnostics_text::diagnostics(found, sources, look, limit.unwrap_or(diagnostics_text::LIMIT)),
        CheckFormat::Json => diagnostics_json::diagnostics(found, sources, limit.unwrap_or(diagnostics_json::LIMIT)),
        CheckFormat::Sarif => sarif::sarif(listed, sources),
        CheckFormat::Junit => junit::junit(listed, sources),
        CheckFormat::Github => annotations::github(listed, sources),
        CheckFormat::Gitlab => annotations::gitlab(listed, sources),
    }
}
