//! A plan in the formats that were asked for: one on standard output, others in files.

use super::{own_files, planning};
use crate::apply::PlanFile;
use crate::cli::args::{PlanFormat, PlanReports};
use crate::cli::exit::Exit;
use crate::cli::report::page::Page;
use crate::cli::report::{json, markdown, plan_counts};
use crate::cli::talk::{Failure, Talk};
use crate::workspace;
use std::path::Path;

/// Writes the files first, so that a reader of standard output finds them.
/// May be written where [`may_be_written`] said so.
pub(super) fn report(file: &PlanFile, reports: &PlanReports, talk: &mut Talk<'_>) -> Result<(), Failure> {
    for (format, path) in &reports.outputs {
        let text = text(file, *format, reports.budget.max_bytes, Page::new(false));
        workspace::write_file(&talk.path(path), text.as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not write the report", error))?;
    }
    talk.data(&text(file, reports.format, reports.budget.max_bytes, talk.page()));
    Ok(())
}

/// Refuses reports over files of the project, or over what this run reads.
pub(super) fn may_be_written(reports: &PlanReports, read: Option<&Path>, talk: &Talk<'_>) -> Result<(), Failure> {
    own_files::may_be_written(reports.outputs.iter().map(|(_, path)| path.as_path()), read, talk)
}

fn text(file: &PlanFile, format: PlanFormat, max_bytes: usize, page: Page) -> String {
    match format {
        PlanFormat::Text => planning::text(file, page),
        PlanFormat::Json => file.to_text(),
        PlanFormat::Markdown => markdown::plan(file, max_bytes),
        PlanFormat::Gitlab => json(&plan_counts::gitlab(&file.plan.summary)),
    }
}
