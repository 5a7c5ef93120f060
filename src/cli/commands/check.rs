//! `check`: everything that is wrong with the project, in every environment, without a network.

use super::opened;
use crate::cli::args::{Check, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::{diagnostics_json, diagnostics_text};
use crate::cli::talk::{Failure, Talk};
use crate::diag::Severity;

pub(crate) fn run(args: &Check, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let checked = opened::check(&args.project, talk)?;
    match args.format {
        TextOrJson::Json => {
            let limit = args.limit.unwrap_or(diagnostics_json::LIMIT);
            talk.data(&diagnostics_json::diagnostics(&checked.found, checked.front.sources(), limit));
        }
        TextOrJson::Text => {
            let limit = args.limit.unwrap_or(diagnostics_text::LIMIT);
            talk.data(&diagnostics_text::diagnostics(&checked.found, checked.front.sources(), talk.look(), limit));
            let mut page = talk.aside_page();
            diagnostics_text::counts_line(&checked.found, &mut page);
            page.end();
            talk.aside(&page.into_text());
        }
    }
    let fails = |severity| severity == Severity::Error || (args.deny_warnings && severity == Severity::Warning);
    let failed = checked.found.iter().any(|diagnostic| fails(diagnostic.severity));
    Ok(if failed { Exit::Invalid } else { Exit::Done })
}
