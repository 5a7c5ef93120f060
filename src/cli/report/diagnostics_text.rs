//! Findings for people: headline, place, the text underlined, how to mend.

use super::Look;
use super::excerpt::Excerpt;
use super::page::{Page, Tone, visible};
use crate::diag::{Code, Diagnostic, Label, Severity};
use crate::text::{FileId, Masked, Sources, masked};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::collections::BTreeMap;
use std::fmt;

/// Lines between two labels that still fit into one excerpt.
const NEAR: usize = 12;

/// Findings that are shown at most unless the person says otherwise.
pub(crate) const LIMIT: usize = 20;

/// All findings, then one line of counts. Empty when there are none.
pub(crate) fn diagnostics(found: &[Diagnostic], sources: &Sources, look: Look, limit: usize) -> String {
    let handler = handler(look);
    let mut text = String::new();
    let mut shown_files = BTreeMap::new();
    for diagnostic in found.iter().take(limit) {
        let file = diagnostic.at.as_ref().map(|at| at.span.file);
        let masked = file.map(|file| &*shown_files.entry(file).or_insert_with(|| shown_file(found, sources, file)));
        let shown = Finding::new(diagnostic, sources, masked);
        handler.render_report(&mut text, &shown).expect("writing into a string does not fail");
        text.push('\n');
    }
    if found.len() > limit {
        text.push_str(&format!("… and {} more; `--limit {}` shows all\n\n", found.len() - limit, found.len()));
    }
    text
}

/// A file with its secrets hidden: those that its lines tell, and those that findings are about.
fn shown_file<'s>(found: &[Diagnostic], sources: &'s Sources, file: FileId) -> Masked<'s> {
    let mut masked = masked(sources.get(file));
    let secrets = found.iter().filter(|diagnostic| diagnostic.code == Code::LiteralSecret).filter_map(|diagnostic| diagnostic.at.as_ref());
    secrets.filter(|at| at.span.file == file).for_each(|at| masked.hide(at.span.start, at.span.end));
    masked
}

/// `2 errors, 1 warning`, or nothing found.
pub(crate) fn counts(found: &[Diagnostic]) -> String {
    let count = |severity| found.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let words: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity.word(), count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| super::counted(count, word))
        .collect();
    if words.is_empty() { "nothing to complain about".to_owned() } else { words.join(", ") }
}

/// The counts as a line of their own, in the tone that they deserve.
pub(crate) fn counts_line(found: &[Diagnostic], page: &mut Page) {
    let tone = match found.iter().map(|diagnostic| diagnostic.severity).min() {
        Some(Severity::Error) => Tone::Bad,
        Some(Severity::Warning) => Tone::Caution,
        Some(Severity::Note) | None => Tone::Good,
    };
    page.put(tone, &counts(found));
}

fn handler(look: Look) -> GraphicalReportHandler {
    let mut theme = if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters.error = "×".to_owned();
    theme.characters.warning = "!".to_owned();
    theme.characters.advice = "i".to_owned();
    GraphicalReportHandler::new_themed(theme).with_links(false).with_width(look.width).with_context_lines(1).without_syntax_highlighting()
}

/// A finding in the drawing library's terms.
#[derive(Debug)]
struct Finding {
    headline: String,
    code: &'static str,
    severity: miette::Severity,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
}

impl Finding {
    fn new(diagnostic: &Diagnostic, sources: &Sources, masked: Option<&Masked<'_>>) -> Self {
        let (near, far): (Vec<&Label>, Vec<&Label>) = diagnostic.related.iter().partition(|related| is_near(diagnostic, related, sources));
        let (excerpt, labels) = diagnostic.at.as_ref().zip(masked).map(|(at, masked)| excerpt(at, &near, sources, masked)).unzip();
        let mut help: Vec<String> = diagnostic.help.iter().map(|help| visible(&help.text).into_owned()).collect();
        help.extend(far.iter().map(|related| elsewhere(related, sources)));
        Finding {
            headline: visible(&diagnostic.headline).into_owned(),
            code: diagnostic.code.id(),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Note => miette::Severity::Advice,
            },
            help: (!help.is_empty()).then(|| help.join("\n")),
            excerpt,
            labels: labels.unwrap_or_default(),
        }
    }
}

fn is_near(diagnostic: &Diagnostic, related: &Label, sources: &Sources) -> bool {
    diagnostic.at.as_ref().is_some_and(|at| {
        let source = sources.get(at.span.file);
        at.span.file == related.span.file && source.line_of(at.span.start).abs_diff(source.line_of(related.span.start)) <= NEAR
    })
}

fn elsewhere(related: &Label, sources: &Sources) -> String {
    let (path, position) = sources.place(related.span);
    let words = if related.text.is_empty() { "see" } else { &related.text };
    format!("{}: {}:{}:{}", visible(words), visible(path), position.line, position.column)
}

/// One excerpt around the label and those near it; only the first line of a long span is underlined.
fn excerpt(at: &Label, near: &[&Label], sources: &Sources, masked: &Masked<'_>) -> (Excerpt, Vec<LabeledSpan>) {
    let source = sources.get(at.span.file);
    let line = |label: &Label| source.line_of(label.span.start);
    let all = || std::iter::once(at).chain(near.iter().copied());
    let first = all().map(line).min().expect("there is at least the label itself");
    let last = all().map(line).max().expect("there is at least the label itself");
    let excerpt = Excerpt::new(source, masked, first, last, source.position(at.span.start).column - 1);
    let labels = all()
        .map(|label| {
            let mut span = label.span;
            span.end = span.end.min(end_of_line(source, span.start));
            let text = (!label.text.is_empty()).then(|| visible(&label.text).into_owned());
            let place = excerpt.locate(source, span);
            if label == at { LabeledSpan::new_primary_with_span(text, place) } else { LabeledSpan::new_with_span(text, place) }
        })
        .collect();
    (excerpt, labels)
}

fn end_of_line(source: &crate::text::Source, offset: u32) -> u32 {
    let line = source.line_of(offset);
    source.line_starts()[line] + source.line(line).len() as u32
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline)
    }
}

impl std::error::Error for Finding {}

impl miette::Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
