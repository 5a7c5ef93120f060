//! Findings for machines: one JSON object, published as `schemas/diagnostics.schema.json`.

use crate::diag::{Diagnostic, Label, Severity};
use crate::text::{Sources, Span};
use serde::Serialize;

/// Findings that are listed at most unless the person says otherwise. The counts are always those of all.
pub(crate) const LIMIT: usize = 1000;

#[derive(Debug, Serialize)]
struct Report<'a> {
    format_version: &'static str,
    summary: Counts,
    diagnostics: Vec<Finding<'a>>,
}

#[derive(Debug, Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    /// How many of them are listed below.
    shown: usize,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    related: Vec<Related<'a>>,
    help: Vec<Mend<'a>>,
}

/// Lines and columns from 1, columns in characters, the end exclusive.
#[derive(Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Mend<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<Edit<'a>>,
}

#[derive(Debug, Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    replacement: &'a str,
}

/// The findings as pretty JSON with a line break at its end.
pub(crate) fn diagnostics(found: &[Diagnostic], sources: &Sources, limit: usize) -> String {
    let count = |severity| found.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let summary = Counts {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        shown: found.len().min(limit),
    };
    let report = Report {
        format_version: "1.0",
        summary,
        diagnostics: found.iter().take(limit).map(|diagnostic| finding(diagnostic, sources)).collect(),
    };
    super::json(&report)
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Finding<'a> {
    Finding {
        code: diagnostic.code.id(),
        severity: diagnostic.severity.word(),
        message: &diagnostic.headline,
        place: diagnostic.at.as_ref().map(|at| place(at.span, sources)),
        label: diagnostic.at.as_ref().map_or("", |at| &at.text),
        related: diagnostic
            .related
            .iter()
            .map(|label: &Label| Related { place: place(label.span, sources), message: &label.text })
            .collect(),
        help: diagnostic
            .help
            .iter()
            .map(|help| Mend {
                message: &help.text,
                edit: help.edit.as_ref().map(|edit| Edit { place: place(edit.span, sources), replacement: &edit.replacement }),
            })
            .collect(),
    }
}

fn place(span: Span, sources: &Sources) -> Place<'_> {
    let source = sources.get(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    Place { file: &source.path, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}
