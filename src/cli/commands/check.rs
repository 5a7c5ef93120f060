//! `check`: everything that is wrong with the project, in every environment, without a network; in several formats at once.

use super::opened::{self, Checked};
use super::{known, own_files};
use crate::cli::args::{Check, CheckFormat};
use crate::cli::exit::Exit;
use crate::cli::report::baseline::Baseline;
use crate::cli::report::page::Tone;
use crate::cli::report::{Look, annotations, counted, diagnostics_json, diagnostics_text, json, junit, sarif};
use crate::cli::talk::{Failure, Talk};
use crate::diag::Severity;
use crate::workspace;
use std::path::Path;

/// Stale entries that are named at most.
const STALE_SHOWN: usize = 10;

pub(crate) fn run(args: &Check, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let mut checked = opened::check(&args.project, &args.rules, talk)?;
    let baseline = match &args.write_baseline {
        Some(path) => Some(write_baseline(path, &checked, talk)?),
        None => known::baseline(&args.rules, &checked.front, &checked.folder, talk)?,
    };
    let left_out = leave_out_known(&mut checked, baseline.as_ref());
    own_files::may_be_written(args.outputs.iter().map(|(_, file)| file.as_path()), args.rules.baseline.as_deref(), talk)?;
    let place = talk.place_in_repository();
    for (format, file) in &args.outputs {
        let plain = Look { colour: false, ..talk.look() };
        let text = report(&checked, *format, args.limit, plain, &place);
        workspace::write_file(&talk.path(file), text.as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not write the report", error))?;
    }
    talk.data(&report(&checked, args.format, args.limit, talk.look(), &place));
    if args.format == CheckFormat::Text {
        let mut page = talk.aside_page();
        diagnostics_text::counts_line(&checked.found, &mut page);
        page.put(Tone::Quiet, &left_out.words(checked.ignored)).end();
        talk.aside(&page.into_text());
    }
    say_stale(&left_out.stale, talk);
    let fails = |severity| severity == Severity::Error || (args.deny_warnings && severity == Severity::Warning);
    let failed = checked.found.iter().any(|diagnostic| fails(diagnostic.severity));
    Ok(if failed { Exit::Invalid } else { Exit::Done })
}

fn report(checked: &Checked, format: CheckFormat, limit: Option<usize>, look: Look, place: &str) -> String {
    let (found, sources) = (&checked.found, checked.front.sources());
    let listed = &found[..limit.unwrap_or(diagnostics_json::LIMIT).min(found.len())];
    match format {
        CheckFormat::Text => diagnostics_text::diagnostics(found, sources, look, limit.unwrap_or(diagnostics_text::LIMIT)),
        CheckFormat::Json => diagnostics_json::diagnostics(found, sources, limit.unwrap_or(diagnostics_json::LIMIT)),
        CheckFormat::Sarif => sarif::sarif(listed, sources, place),
        CheckFormat::Junit => junit::junit(listed, sources),
        CheckFormat::Github => annotations::github(listed, sources, place),
        CheckFormat::Gitlab => annotations::gitlab(listed, sources, place),
    }
}

/// What a baseline took out of the findings.
#[derive(Default)]
struct LeftOut {
    known: usize,
    stale: Vec<String>,
}

impl LeftOut {
    /// ` (1 ignored by a comment, 2 in the baseline)`; nothing where nothing was left out.
    fn words(&self, ignored: usize) -> String {
        let counts = [(ignored, "ignored by a comment"), (self.known, "in the baseline")];
        let words: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
    }
}

fn leave_out_known(checked: &mut Checked, baseline: Option<&Baseline>) -> LeftOut {
    let Some(baseline) = baseline else { return LeftOut::default() };
    let compared = baseline.compare(std::mem::take(&mut checked.found), checked.front.sources());
    checked.found = compared.found;
    LeftOut { known: compared.known, stale: compared.stale }
}

/// Only a baseline is written over: anything else that is there was put there by somebody.
fn write_baseline(path: &Path, checked: &Checked, talk: &Talk<'_>) -> Result<Baseline, Failure> {
    let place = talk.path(path);
    let is_ours = || workspace::read_file(&place, known::LIMIT).is_ok_and(|text| Baseline::parse(&text).is_some());
    if place.exists() && !is_ours() {
        return Err(Failure::new(Exit::Usage, format!("`{}` is there and is no baseline: it is not written over", path.display()))
            .hint("choose another file"));
    }
    let baseline = Baseline::of(&checked.found, checked.front.sources());
    workspace::write_file(&place, json(&baseline).as_bytes())
        .map_err(|error| Failure::because(Exit::Failed, "could not write the baseline", error))?;
    Ok(baseline)
}

fn say_stale(stale: &[String], talk: &mut Talk<'_>) {
    if stale.is_empty() {
        return;
    }
    let mut page = talk.aside_page();
    let is = if stale.len() == 1 { "is" } else { "are" };
    page.put(Tone::Caution, "note");
    page.line(&format!(": {} of the baseline {is} no longer found; write it anew", counted(stale.len(), "finding")));
    for entry in stale.iter().take(STALE_SHOWN) {
        page.line(&format!("  {entry}"));
    }
    if stale.len() > STALE_SHOWN {
        page.line(&format!("  and {} more", stale.len() - STALE_SHOWN));
    }
    talk.aside(&page.into_text());
}
