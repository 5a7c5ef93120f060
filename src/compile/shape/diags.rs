//! What is wrong with a value's shape, in words. Says what is wanted, never what a value is.

use super::check::Role;
use crate::compile::syntax::Value;
use crate::diag::{Code, Diagnostic};
use crate::text::Span;

/// A sort of value, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Text,
    Mapping,
    List,
    Number,
    Truth,
    Nothing,
}

impl Shape {
    pub(super) fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null | Value::Missing => Shape::Nothing,
            Value::Bool(_) => Shape::Truth,
            Value::Integer(_) | Value::Unsigned(_) | Value::Float(_) => Shape::Number,
            Value::String(_) => Shape::Text,
            Value::Sequence(_) => Shape::List,
            Value::Mapping(_) => Shape::Mapping,
        }
    }

    pub(super) fn is_scalar(self) -> bool {
        match self {
            Shape::Text | Shape::Number | Shape::Truth => true,
            Shape::Mapping | Shape::List | Shape::Nothing => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Mapping => "a mapping",
            Shape::List => "a list",
            Shape::Number => "a number",
            Shape::Truth => "`true` or `false`",
            Shape::Nothing => "nothing",
        }
    }
}

/// Something is wrong with an entry and nothing of it stands in the file.
pub(super) struct EntryLacks {
    pub(super) span: Span,
}

impl From<EntryLacks> for Diagnostic {
    fn from(found: EntryLacks) -> Self {
        let span = Span { end: found.span.start, ..found.span };
        Diagnostic::at(Code::BadValue, span, "the file does not make an entry of the catalogue")
            .help("`bowline schema catalogue` says what an entry is")
    }
}

pub(super) struct EmptyFile {
    pub(super) span: Span,
    pub(super) role: Role,
}

impl From<EmptyFile> for Diagnostic {
    fn from(found: EmptyFile) -> Self {
        let help = match found.role {
            Role::Project => "a project starts with `bowline: 1` and `project: NAME`",
            Role::Included => "declare something in it, or take it out of `include`",
        };
        Diagnostic::at(Code::WrongType, found.span, "the file is empty").help(help)
    }
}

pub(super) struct UnknownKey<'a> {
    pub(super) span: Span,
    pub(super) key: &'a str,
    pub(super) known: &'a [&'a str],
}

impl From<UnknownKey<'_>> for Diagnostic {
    fn from(found: UnknownKey<'_>) -> Self {
        const LISTED: usize = 16;
        let UnknownKey { span, key, known } = found;
        let diagnostic = Diagnostic::at(Code::UnknownKey, span, format!("unknown key `{}`", short(key)));
        let diagnostic = diagnostic.did_you_mean(key, known.iter().copied(), Some(span));
        match known.len() {
            0 => diagnostic.help("no key is allowed here"),
            1..=LISTED => diagnostic.help(format!("allowed here: {}", Allowed(known))),
            _ => diagnostic,
        }
    }
}

pub(super) struct MissingKey<'a> {
    pub(super) span: Span,
    pub(super) key: &'a str,
    pub(super) description: Option<&'a str>,
}

impl From<MissingKey<'_>> for Diagnostic {
    fn from(found: MissingKey<'_>) -> Self {
        let diagnostic = Diagnostic::at(Code::MissingKey, found.span, format!("key `{}` is missing", found.key));
        match found.description {
            Some(description) => diagnostic.help(format!("`{}`: {}", found.key, lowered(description))),
            None => diagnostic,
        }
    }
}

pub(super) struct WrongType<'a> {
    pub(super) span: Span,
    pub(super) name: &'a str,
    pub(super) wanted: Vec<Shape>,
    pub(super) found: Shape,
}

impl From<WrongType<'_>> for Diagnostic {
    fn from(found: WrongType<'_>) -> Self {
        let WrongType { span, name, wanted, found } = found;
        let words: Vec<&str> = wanted.iter().map(|shape| shape.words()).collect();
        let subject = if name.is_empty() { "the file".to_owned() } else { format!("`{}`", short(name)) };
        let headline = format!("{subject} takes {}, not {}", words.join(" or "), found.words());
        let diagnostic = Diagnostic::at(Code::WrongType, span, headline);
        match found {
            Shape::Number | Shape::Truth if wanted.contains(&Shape::Text) => diagnostic.help("put quotes around it to make it text"),
            Shape::Nothing => diagnostic.help("give it a value, or leave the key out"),
            Shape::Text | Shape::Mapping | Shape::List | Shape::Number | Shape::Truth => diagnostic,
        }
    }
}

pub(super) struct LiteralSecret<'a> {
    pub(super) span: Span,
    pub(super) name: &'a str,
}

impl From<LiteralSecret<'_>> for Diagnostic {
    fn from(found: LiteralSecret<'_>) -> Self {
        let name = short(found.name);
        Diagnostic::at(Code::LiteralSecret, found.span, format!("`{name}` holds a secret written out"))
            .help(format!("write a reference: `{name}: {{ env: NAME }}` or `{name}: {{ file: PATH }}`"))
            .help("if the file was ever shared, treat the secret as known and replace it at its service")
    }
}

pub(super) struct NotListed<'a> {
    pub(super) span: Span,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) allowed: Allowed<'a, String>,
}

impl From<NotListed<'_>> for Diagnostic {
    fn from(found: NotListed<'_>) -> Self {
        let NotListed { span, name, value, allowed } = found;
        let headline = match value {
            "" => format!("`{}` has no value", short(name)),
            _ => format!("`{}` is not a value of `{}`", short(value), short(name)),
        };
        Diagnostic::at(Code::ValueNotAllowed, span, headline)
            .did_you_mean(value, allowed.0.iter().map(String::as_str), Some(span))
            .help(format!("allowed: {allowed}"))
    }
}

pub(super) struct Form<'a> {
    pub(super) span: Span,
    pub(super) name: &'a str,
    /// The code that the schema names; without one, that of a bad value.
    pub(super) code: Option<Code>,
    pub(super) form: String,
}

impl From<Form<'_>> for Diagnostic {
    fn from(found: Form<'_>) -> Self {
        let name = short(found.name);
        let (code, headline) = match found.code {
            Some(Code::BadUrl) => (Code::BadUrl, format!("`{name}` is not a URL that can be called")),
            Some(Code::BadLinkName) => (Code::BadLinkName, format!("`{name}` is not a link name")),
            _ => (Code::BadValue, format!("`{name}` does not have the required form")),
        };
        Diagnostic::at(code, found.span, headline).help(found.form)
    }
}

pub(super) struct Limit<'a> {
    pub(super) span: Span,
    pub(super) name: &'a str,
    pub(super) limit: String,
}

impl From<Limit<'_>> for Diagnostic {
    fn from(found: Limit<'_>) -> Self {
        Diagnostic::at(Code::BadValue, found.span, format!("`{}` does not have the required form", short(found.name))).help(found.limit)
    }
}

/// Words in backticks.
pub(super) struct Allowed<'a, T>(pub(super) &'a [T]);

impl<T: AsRef<str>> std::fmt::Display for Allowed<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, word) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}`{}`", word.as_ref())?;
        }
        Ok(())
    }
}

/// A word of the file as it may be printed: short.
fn short(word: &str) -> String {
    const LONGEST: usize = 60;
    match word.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &word[..at]),
        None => word.to_owned(),
    }
}

/// A sentence of a schema as part of a help: without its capital and its full stop.
fn lowered(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
