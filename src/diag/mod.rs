//! What is wrong with the user's text. Knows places and words, not which stage speaks, and no colours.
//!
//! Logic pushes small structs (`UnknownService { name, known }`) that turn into a [`Diagnostic`]; their wording stands
//! beside the stage, in its `diags.rs`. A stage pushes all that it finds. To add a diagnostic: a line in `code.rs`, a
//! struct in the stage's `diags.rs`, `explain/<id>.md`, and a case in `tests/cases/check/`.

mod code;
mod rules;

pub use code::{Code, Family};
pub use rules::{Level, Rules};

use crate::text::Span;

/// How much a finding matters. Errors stop; warnings and notes never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place with a few words to show beside it (may be empty).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// Text that would mend the finding when put in place of a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

/// How to mend a finding, in words and where possible as an edit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Help {
    pub text: String,
    pub edit: Option<Edit>,
}

/// One finding. The headline is a lower-case phrase with literals in backticks and no full stop; it never holds the
/// value of a field that may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub headline: String,
    pub at: Option<Label>,
    pub related: Vec<Label>,
    pub help: Vec<Help>,
}

impl Diagnostic {
    /// A finding of the code's usual severity at a place.
    pub fn at(code: Code, span: Span, headline: impl Into<String>) -> Self {
        let at = Some(Label { span, text: String::new() });
        Diagnostic { code, severity: code.severity(), headline: headline.into(), at, related: Vec::new(), help: Vec::new() }
    }

    /// A finding that has no place in any file (a missing project file, say).
    pub fn nowhere(code: Code, headline: impl Into<String>) -> Self {
        Diagnostic { code, severity: code.severity(), headline: headline.into(), at: None, related: Vec::new(), help: Vec::new() }
    }

    /// Puts words beside the underlined text.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(at) = &mut self.at {
            at.text = text.into();
        }
        self
    }

    /// Shows a second place.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Says how to mend it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: None });
        self
    }

    /// Says how to mend it, with the edit that does so.
    pub fn fix(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: Some(Edit { span, replacement: replacement.into() }) });
        self
    }

    /// Adds `did you mean …?` where one of the known words is near. With `edit`, the fix replaces that span.
    pub fn did_you_mean<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>, edit: Option<Span>) -> Self {
        match (nearest(word, known), edit) {
            (Some(near), Some(span)) => {
                let near = near.to_owned();
                self.fix(format!("did you mean `{near}`?"), span, near)
            }
            (Some(near), None) => self.help(format!("did you mean `{near}`?")),
            (None, _) => self,
        }
    }
}

/// The known word that is nearest to a misspelt one, or none that is near enough to be worth saying.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= allowed * 4)
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The findings of one run. Stages push; nobody prints before the end.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

/// Proof that errors were recorded. Only [`Diagnostics::gate`] makes one.
#[derive(Debug)]
pub struct Stopped(());

impl Diagnostics {
    pub fn push(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.found.push(diagnostic.into());
    }

    /// Takes over the findings of another part of the run.
    pub fn extend(&mut self, other: Diagnostics) {
        self.found.extend(other.found);
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Stops the run where errors were found. Stands only where going on would repeat the same complaint in other words.
    pub fn gate(&self) -> Result<(), Stopped> {
        if self.has_errors() { Err(Stopped(())) } else { Ok(()) }
    }

    /// The findings by place, then code, then words, each once: the same bytes on every run.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        self.found.dedup();
        self.found
    }
}

fn sort_key(diagnostic: &Diagnostic) -> (bool, Option<Span>, Code, &str) {
    let span = diagnostic.at.as_ref().map(|label| label.span);
    (span.is_some(), span, diagnostic.code, &diagnostic.headline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_speaks_only_when_near() {
        assert_eq!(nearest("slak", ["slack", "zoho-crm"]), Some("slack"));
        assert_eq!(nearest("zoom", ["slack", "zoho-crm"]), None);
    }
}
