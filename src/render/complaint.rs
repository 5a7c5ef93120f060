//! The template engine's errors as diagnostics at their place in a project's own template.

use super::diags::{BadTemplate, NoLanguage};
use super::templates::{LANGUAGES, LARGEST_SNIPPET, Templates};
use crate::diag::Diagnostic;
use crate::text::Span;
use std::io;
use std::ops::Range;
use tera::ErrorKind;

/// What is wrong with the template that was read or rendered.
pub(super) fn of(templates: &Templates, name: &str, error: &tera::Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            // A filter that is given an undefined value complains of its type.
            let undefined = report.message().ends_with("got `undefined`");
            let message = if undefined { "this is not defined" } else { report.message() };
            bad(report.filename(), span(templates, report.filename(), report.span().range.clone()), message)
        }
        ErrorKind::Io(io::ErrorKind::FileTooLarge) => {
            bad(name, span(templates, name, 0..0), &format!("it writes more than {LARGEST_SNIPPET} bytes for one resource"))
        }
        // The engine does not say where its escaper refused.
        ErrorKind::Io(_) => without_language(templates, name).into(),
        // The engine's list of errors is open.
        other => bad(name, span(templates, name, 0..0), &other.to_string()),
    }
}

/// What is wrong with the templates as a whole: each reference to something that is not there.
pub(super) fn unbuilt(templates: &Templates, error: &tera::Error) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            vec![bad(tpl, span(templates, tpl, 0..0), "it includes itself")]
        }
        ErrorKind::MissingParent { current, parent } => {
            vec![bad(current, span(templates, current, 0..0), &format!("there is no template `{parent}`"))]
        }
        ErrorKind::Msg(text) if text.starts_with("error: ") => reports(templates, text),
        // The engine's list of errors is open.
        other => vec![bad("templates", None, &other.to_string())],
    }
}

/// Reads the engine's drawn reports: several of them come as one text only, each with `error: `, ` --> file:line:column`
/// and a line of carets.
fn reports(templates: &Templates, text: &str) -> Vec<Diagnostic> {
    let report = |text: &str| {
        let mut lines = text.lines();
        let message = lines.next().unwrap_or_default();
        let (place, column) = lines.next().and_then(|line| line.split_once("--> "))?.1.rsplit_once(':')?;
        let (name, line) = place.rsplit_once(':')?;
        let source = &templates.own.get(name)?.source;
        let line: usize = line.parse().ok()?;
        let column: usize = column.parse().ok()?;
        let before: usize = source.line(line - 1).chars().take(column - 1).map(char::len_utf8).sum();
        let start = *source.line_starts().get(line - 1)? as usize + before;
        let length = lines.last().map_or(0, |carets| carets.matches('^').count());
        Some(bad(name, span(templates, name, start..start + length), message))
    };
    let all = text.strip_prefix("error: ").unwrap_or(text).split("\n\nerror: ");
    all.map(|one| report(one).unwrap_or_else(|| bad("templates", None, one))).collect()
}

fn bad(name: &str, at: Option<Span>, message: &str) -> Diagnostic {
    BadTemplate { name: name.to_owned(), at, message: message.to_owned() }.into()
}

fn span(templates: &Templates, name: &str, range: Range<usize>) -> Option<Span> {
    templates.own.get(name).map(|own| Span::new(own.file, range.start, range.end))
}

/// The first `{{ … }}` that does not end in a language: in the template itself, otherwise in one that it may include.
fn without_language(templates: &Templates, name: &str) -> NoLanguage {
    let included = templates.own.keys().filter(|other| other.starts_with('_')).map(String::as_str);
    let found =
        std::iter::once(name).chain(included).find_map(|name| Some((name, bare_expression(&templates.own.get(name)?.source.text)?)));
    let (name, range) = found.unwrap_or((name, 0..0));
    NoLanguage { name: name.to_owned(), at: span(templates, name, range) }
}

fn bare_expression(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        let end = text[start..].find("}}").map_or(text.len(), |at| start + at + 2);
        let inside = text[start..end].trim_matches(['{', '}', '-', ' ', '\n', '\t']);
        let last = inside.rsplit('|').next().unwrap_or_default().trim();
        if inside.len() == last.len() || !LANGUAGES.contains(&last) {
            return Some(start..end);
        }
        from = end;
    }
    None
}
