//! What is wrong with a file as YAML, in words.

use crate::diag::{Code, Diagnostic};
use crate::text::Span;
use granit_parser::ErrorKind;
use std::sync::Arc;

pub(super) struct InvalidUtf8 {
    pub(super) span: Span,
}

impl From<InvalidUtf8> for Diagnostic {
    fn from(found: InvalidUtf8) -> Self {
        Diagnostic::at(Code::InvalidUtf8, found.span, "the file is not UTF-8 text")
            .label("the first byte that is not")
            .help("save it as UTF-8")
    }
}

pub(super) struct ControlCharacter {
    pub(super) span: Span,
    pub(super) character: char,
}

impl From<ControlCharacter> for Diagnostic {
    fn from(found: ControlCharacter) -> Self {
        let what = match found.character {
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "control character",
            '\u{feff}' => "byte order mark inside the text",
            '\u{2028}' | '\u{2029}' => "line separator",
            _ => "character that changes the direction of text",
        };
        Diagnostic::at(Code::ControlCharacter, found.span, format!("{what} U+{:04X}", u32::from(found.character)))
            .help("remove it: it can make the text look like something else than it is")
    }
}

pub(super) struct Syntax<'a> {
    pub(super) span: Span,
    pub(super) kind: ErrorKind,
    pub(super) text: &'a Arc<str>,
}

impl From<Syntax<'_>> for Diagnostic {
    fn from(found: Syntax<'_>) -> Self {
        if found.kind == ErrorKind::RecursionLimitExceeded {
            return NestedTooDeep { span: found.span, limit: 32 }.into();
        }
        let (headline, help) = words(&found.kind);
        let diagnostic = Diagnostic::at(Code::YamlSyntax, found.span, headline);
        let diagnostic = if help.is_empty() { diagnostic } else { diagnostic.help(help) };
        if has_bare_expression(found.text, found.span) {
            return diagnostic.help("put quotes around a text that holds `${{ … }}` inside `[ ]` or `{ }`");
        }
        diagnostic
    }
}

/// Whether an expression stands on the line of a place: inside a flow collection its braces are YAML's own.
fn has_bare_expression(text: &str, span: Span) -> bool {
    let at = (span.start as usize).min(text.len());
    let start = text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text[start..].lines().next().is_some_and(|line| line.contains("${{") && line.contains(['[', '{']))
}

/// The parser's finding in plain words, and what mends it (empty where nothing more can be said).
fn words(kind: &ErrorKind) -> (String, &'static str) {
    let (headline, help) = match kind {
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabAtBlockScalarStart => {
            ("a tab stands where YAML takes spaces only", "indent with spaces")
        }
        ErrorKind::UnclosedQuotedScalar => ("a quote is opened and never closed", "close it, and write `\\\"` for a quote inside"),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => ("a bracket is opened and never closed", ""),
        ErrorKind::MismatchedFlowCollectionEnd { .. } | ErrorKind::MisplacedFlowCollectionEnd => ("a bracket closes nothing", ""),
        ErrorKind::ExpectedFlowSequenceSeparator => ("expected `,` or `]`", "put a comma between the items of a list"),
        ErrorKind::ExpectedFlowMappingSeparator => ("expected `,` or `}`", "put a comma between the entries, and a space after each `:`"),
        ErrorKind::ExpectedBlockMappingKey => ("expected a key here", "indent it like the keys around it, and follow it with `: `"),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("expected `:` after a key", "follow the key with `: `; quote a text that goes over several lines")
        }
        ErrorKind::ExpectedBlockSequenceEntry => ("expected `-` here", "indent each item like the one before it"),
        ErrorKind::BlockSequenceEntryNotAllowed => ("a list cannot start here", "begin it on a line of its own, below its key"),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidQuotedScalarIndent | ErrorKind::InvalidBlockScalarIndent => {
            ("the indentation does not fit the lines around it", "indent it like its neighbours, with spaces")
        }
        ErrorKind::ExpectedNodeContent => ("expected a value here", ""),
        ErrorKind::CommentNotSeparated => ("a comment needs a space before its `#`", ""),
        ErrorKind::InvalidTrailingSingleQuotedScalar => ("more text follows a closed quote", "quote all of it, or none"),
        ErrorKind::UndeclaredTagHandle => ("a tag of an unknown kind", "remove the tag"),
        ErrorKind::UnexpectedCharacter { character } => {
            let headline = format!("no value can start with `{}`", character.escape_default());
            return (headline, "put quotes around it");
        }
        other => return (printable(&other.to_string()), ""),
    };
    (headline.to_owned(), help)
}

/// The parser's own words where ours say nothing: lower case, no full stop, nothing that steers a terminal.
fn printable(words: &str) -> String {
    let words: String = words.chars().filter(|character| !character.is_control()).collect();
    words.trim_end_matches('.').to_owned()
}

pub(super) struct NestedTooDeep {
    pub(super) span: Span,
    pub(super) limit: usize,
}

impl From<NestedTooDeep> for Diagnostic {
    fn from(found: NestedTooDeep) -> Self {
        Diagnostic::at(Code::NestedTooDeep, found.span, format!("values are nested more than {} deep here", found.limit))
            .help("the rest of the file was not read")
    }
}

pub(super) struct TooManyValues {
    pub(super) span: Span,
    pub(super) limit: u64,
}

impl From<TooManyValues> for Diagnostic {
    fn from(found: TooManyValues) -> Self {
        Diagnostic::at(Code::TooManyValues, found.span, format!("the file holds more than {} values from here on", found.limit))
            .help("values count as often as aliases repeat them; spread large projects over several files")
    }
}

pub(super) struct TooManyAliases {
    pub(super) span: Span,
    pub(super) limit: usize,
}

impl From<TooManyAliases> for Diagnostic {
    fn from(found: TooManyAliases) -> Self {
        Diagnostic::at(Code::TooManyValues, found.span, format!("the file holds more than {} aliases", found.limit))
            .help("write the values out, or spread them over several files")
    }
}

pub(super) struct SecondDocument {
    pub(super) span: Span,
}

impl From<SecondDocument> for Diagnostic {
    fn from(found: SecondDocument) -> Self {
        Diagnostic::at(Code::SecondDocument, found.span, "a second document starts here")
            .help("move it to a file of its own; nothing behind this place was read")
    }
}

pub(super) struct UnknownTag {
    pub(super) span: Span,
    pub(super) tag: String,
}

impl From<UnknownTag> for Diagnostic {
    fn from(found: UnknownTag) -> Self {
        let help = match found.tag.as_str() {
            "!include" => "other files are named under `include` in bowline.yaml",
            "!env" | "!ENV" | "!secret" => "write a reference instead, `{ env: NAME }` or `{ file: PATH }`",
            _ => "remove it: types follow from the values themselves",
        };
        Diagnostic::at(Code::UnknownTag, found.span, format!("unknown tag `{}`", found.tag)).help(help)
    }
}

pub(super) struct UndefinedAlias {
    pub(super) span: Span,
    pub(super) name: String,
    pub(super) inside_itself: bool,
}

impl From<UndefinedAlias> for Diagnostic {
    fn from(found: UndefinedAlias) -> Self {
        let UndefinedAlias { span, name, inside_itself } = found;
        if inside_itself {
            return Diagnostic::at(Code::UndefinedAlias, span, format!("`*{name}` stands inside the value that it stands for"));
        }
        Diagnostic::at(Code::UndefinedAlias, span, format!("no anchor `&{name}` comes before this alias"))
            .help("anchors hold for one file, from where they stand on; a text that starts with `*` needs quotes")
    }
}

pub(super) struct BadMerge {
    pub(super) span: Span,
}

impl From<BadMerge> for Diagnostic {
    fn from(found: BadMerge) -> Self {
        Diagnostic::at(Code::BadMerge, found.span, "only mappings can be merged")
            .help("`<<` takes an alias of a mapping, or a list of such aliases")
    }
}

/// Why something cannot be a key.
pub(super) enum KeyFault {
    Empty,
    Collection,
    Alias,
}

pub(super) struct BadKey {
    pub(super) span: Span,
    pub(super) fault: KeyFault,
}

impl From<BadKey> for Diagnostic {
    fn from(found: BadKey) -> Self {
        let headline = match found.fault {
            KeyFault::Empty => "a key is empty",
            KeyFault::Collection => "a list or mapping cannot be a key",
            KeyFault::Alias => "an alias cannot be a key",
        };
        Diagnostic::at(Code::BadKey, found.span, headline).help("write the key out as plain text")
    }
}

pub(super) struct TemplateInKey {
    pub(super) span: Span,
}

impl From<TemplateInKey> for Diagnostic {
    fn from(found: TemplateInKey) -> Self {
        Diagnostic::at(Code::BadInterpolation, found.span, "a key cannot hold an expression")
            .help("`${{ … }}` stands in values only; the structure of a file is the same in every environment")
    }
}

pub(super) struct DuplicateKey {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) first: Span,
    /// The later of the two came in through a merge key.
    pub(super) merged: bool,
}

impl From<DuplicateKey> for Diagnostic {
    fn from(found: DuplicateKey) -> Self {
        let DuplicateKey { name, span, first, merged } = found;
        let help = if merged || span.start < first.start {
            "a merge key adds entries and never replaces any: leave the key out in one of the two places"
        } else {
            "remove one of the two"
        };
        let words = if merged { "brings it in again" } else { "again here" };
        Diagnostic::at(Code::DuplicateKey, span, format!("`{}` stands twice in one mapping", shown(&name)))
            .label(words)
            .related(first, "first here")
            .help(help)
    }
}

pub(super) struct NotANumber {
    pub(super) span: Span,
}

impl From<NotANumber> for Diagnostic {
    fn from(found: NotANumber) -> Self {
        Diagnostic::at(Code::BadValue, found.span, "a number that JSON cannot carry").help("put quotes around it if it is meant as text")
    }
}

/// A key as it may be printed: short.
pub(super) fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    match key.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &key[..at]),
        None => key.to_owned(),
    }
}
