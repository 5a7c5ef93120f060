//! The wording of what can be wrong with a template.

use super::limits::Refused;
use crate::diag::{Code, Diagnostic, nearest};
use crate::text::Span;

/// The engine's own complaint, at its place.
pub(super) struct BadTemplate {
    pub(super) name: String,
    pub(super) at: Option<Span>,
    pub(super) message: String,
}

impl From<BadTemplate> for Diagnostic {
    fn from(bad: BadTemplate) -> Self {
        let headline = format!("the template `{}` cannot be rendered", bad.name);
        match bad.at {
            Some(span) => place(Some(span), headline).label(bad.message),
            None => place(None, headline).help(bad.message),
        }
    }
}

/// `{{ x }}` without a language.
pub(super) struct NoLanguage {
    pub(super) name: String,
    pub(super) at: Option<Span>,
}

impl From<NoLanguage> for Diagnostic {
    fn from(bad: NoLanguage) -> Self {
        place(bad.at, format!("the template `{}` prints a value without saying in which language", bad.name))
            .label("needs a filter")
            .help("end it with `| deluge`, `| json`, `| comment` or `| markdown`")
    }
}

/// A template whose bytes are not UTF-8, from `at` on.
pub fn not_text(name: &str, at: Span) -> Diagnostic {
    let headline = format!("the template `{name}` is not UTF-8 text");
    place(Some(at), headline).label("here").help("save the file as UTF-8")
}

/// Something that the engine knows and a project's template may not do.
pub(super) struct Forbidden<'a> {
    pub(super) name: &'a str,
    pub(super) at: Span,
    pub(super) refused: Refused,
}

impl From<Forbidden<'_>> for Diagnostic {
    fn from(bad: Forbidden<'_>) -> Self {
        let headline = format!("the template `{}` may not do this", bad.name);
        place(Some(bad.at), headline).label(bad.refused.message).help(bad.refused.help)
    }
}

/// A file among the templates that would never be rendered.
pub(super) struct Unplaced<'a> {
    pub(super) name: &'a str,
    pub(super) at: Span,
    pub(super) known: &'a [&'static str],
}

impl From<Unplaced<'_>> for Diagnostic {
    fn from(bad: Unplaced<'_>) -> Self {
        let diagnostic =
            Diagnostic::at(Code::BadTemplate, bad.at, format!("the template `{}` is for nothing that Bowline renders", bad.name));
        let stem = bad.name.split('.').next().unwrap_or_default();
        let near = nearest(stem, bad.known.iter().copied()).map(|near| bad.name.replacen(stem, near, 1));
        let named = format!("templates are named after {} and end in an extension; those for `include` start with `_`", list(bad.known));
        match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).help(named),
            None => diagnostic.help(named),
        }
    }
}

fn place(at: Option<Span>, headline: String) -> Diagnostic {
    match at {
        Some(span) => Diagnostic::at(Code::BadTemplate, span, headline),
        None => Diagnostic::nowhere(Code::BadTemplate, headline),
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
