//! What is wrong with a project's files as files, in words.

use super::folder::FolderError;
use crate::diag::{Code, Diagnostic};
use crate::policy;
use crate::resource::Address;
use crate::text::Span;

pub(super) struct MissingProject {
    /// A file that may have been meant.
    pub(super) instead: Option<String>,
}

impl From<MissingProject> for Diagnostic {
    fn from(found: MissingProject) -> Self {
        let diagnostic = Diagnostic::nowhere(Code::MissingProject, "there is no `bowline.yaml` in this folder");
        match found.instead {
            Some(path) => diagnostic.help(format!("`{path}` is there: is it in another folder, or under another name?")),
            None => diagnostic.help("make one with `bowline init`"),
        }
    }
}

pub(super) struct Unreadable<'a> {
    pub(super) path: &'a str,
    /// The `include` pattern that names it; `None` for the project file.
    pub(super) named: Option<Span>,
    pub(super) error: FolderError,
}

impl From<Unreadable<'_>> for Diagnostic {
    fn from(found: Unreadable<'_>) -> Self {
        let Unreadable { path, named, error } = found;
        let code = match error {
            FolderError::Escapes => Code::IncludeEscapes,
            FolderError::TooLarge { .. } => Code::FileTooLarge,
            FolderError::Missing | FolderError::NotAFile | FolderError::FolderLink | FolderError::NameNotText | FolderError::Io(_) => {
                Code::UnreadableFile
            }
        };
        let headline = match &error {
            FolderError::Escapes => format!("`{path}` leads out of the project's folder"),
            FolderError::TooLarge { limit } => format!("`{path}` is larger than {} MiB", limit >> 20),
            other => format!("`{path}` cannot be read: {other}"),
        };
        match named {
            Some(span) => Diagnostic::at(code, span, headline),
            None => Diagnostic::nowhere(code, headline),
        }
    }
}

pub(super) struct ProjectTooLarge {
    pub(super) limit: u64,
}

impl From<ProjectTooLarge> for Diagnostic {
    fn from(found: ProjectTooLarge) -> Self {
        let headline = format!("the files of the project are larger than {} MiB together", found.limit >> 20);
        Diagnostic::nowhere(Code::FileTooLarge, headline).help("split the project: one project may use the services of another's")
    }
}

pub(super) struct ProjectHoldsTooMuch;

impl From<ProjectHoldsTooMuch> for Diagnostic {
    fn from(_: ProjectHoldsTooMuch) -> Self {
        Diagnostic::nowhere(Code::TooManyValues, "the files of the project hold more values together than Bowline reads")
            .help("values count as often as aliases and variables repeat them; files were not read to their end")
    }
}

pub(super) struct EscapingPattern<'a> {
    pub(super) span: Span,
    pub(super) pattern: &'a str,
}

impl From<EscapingPattern<'_>> for Diagnostic {
    fn from(found: EscapingPattern<'_>) -> Self {
        Diagnostic::at(Code::IncludeEscapes, found.span, format!("`{}` leads out of the project's folder", found.pattern))
            .help("patterns are relative to the folder of bowline.yaml, with `/` and without `..`")
    }
}

pub(super) struct BadPattern<'a> {
    pub(super) span: Span,
    pub(super) pattern: &'a str,
}

impl From<BadPattern<'_>> for Diagnostic {
    fn from(found: BadPattern<'_>) -> Self {
        Diagnostic::at(Code::BadValue, found.span, format!("`{}` is not a pattern", found.pattern)).help(
            "`*` stands for anything but `/`, `**` for any folders, `?` for one character, `{a,b}` for either, `[ab]` for one of some",
        )
    }
}

pub(super) struct MatchesNothing<'a> {
    pub(super) span: Span,
    pub(super) pattern: &'a str,
    pub(super) files: &'a [String],
}

impl From<MatchesNothing<'_>> for Diagnostic {
    fn from(found: MatchesNothing<'_>) -> Self {
        let MatchesNothing { span, pattern, files } = found;
        let yaml = files.iter().map(String::as_str).filter(|path| path.ends_with(".yaml") || path.ends_with(".yml"));
        Diagnostic::at(Code::IncludeMatchesNothing, span, format!("`{pattern}` matches no file"))
            .did_you_mean(pattern, yaml, Some(span))
            .help("hidden files and folders, and bowline.yaml itself, are never included")
    }
}

pub(super) struct RepeatedEntry<'a> {
    pub(super) span: Span,
    pub(super) key: &'a str,
    pub(super) first: Span,
}

impl From<RepeatedEntry<'_>> for Diagnostic {
    fn from(found: RepeatedEntry<'_>) -> Self {
        Diagnostic::at(Code::DuplicateResource, found.span, format!("two files of `catalogue` are about `{}`", found.key))
            .label("again here")
            .related(found.first, "first here")
            .help("say everything about a service in one file")
    }
}

/// A part of a catalogue entry that does not go with the others.
pub(super) struct DoesNotFit {
    pub(super) span: Span,
    pub(super) words: String,
}

impl From<DoesNotFit> for Diagnostic {
    fn from(found: DoesNotFit) -> Self {
        Diagnostic::at(Code::Contradiction, found.span, found.words)
            .help("`bowline services show NAME` prints the whole entry; `bowline schema catalogue` says what each key means")
    }
}

pub(super) struct Duplicate<'a> {
    pub(super) address: &'a Address,
    pub(super) span: Span,
    pub(super) first: Span,
}

impl From<Duplicate<'_>> for Diagnostic {
    fn from(found: Duplicate<'_>) -> Self {
        let Duplicate { address, span, first } = found;
        let headline = format!("{} `{}` is declared twice", address.kind.word(), address.name);
        Diagnostic::at(Code::DuplicateResource, span, headline)
            .label("again here")
            .related(first, "first here")
            .help("a link name is unique among those of its kind, in all files")
    }
}

pub(super) struct UnknownRule<'a> {
    pub(super) id: &'a str,
    pub(super) span: Span,
}

impl From<UnknownRule<'_>> for Diagnostic {
    fn from(found: UnknownRule<'_>) -> Self {
        let known = Code::ALL.iter().map(|code| code.id());
        Diagnostic::at(Code::UnknownRule, found.span, format!("no rule has the code `{}`", found.id))
            .did_you_mean(found.id, known, Some(found.span))
            .help("`bowline explain` lists every code")
    }
}

pub(super) struct FixedRule {
    pub(super) code: Code,
    pub(super) span: Span,
}

impl From<FixedRule> for Diagnostic {
    fn from(found: FixedRule) -> Self {
        Diagnostic::at(Code::FixedRule, found.span, format!("`{}` is always an error", found.code.id()))
            .label("cannot be relaxed")
            .help("a project that it is true of means nothing; only warnings have a level")
    }
}

/// What is wrong with an ignore comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IgnoreFault {
    NoCode,
    NoReason,
    UnknownCode(String),
    Fixed(Code),
}

pub(super) struct BadIgnore {
    pub(super) span: Span,
    pub(super) fault: IgnoreFault,
}

impl From<BadIgnore> for Diagnostic {
    fn from(found: BadIgnore) -> Self {
        let at = |headline: String| Diagnostic::at(Code::BadIgnore, found.span, headline);
        let form = "write `# bowline: ignore[code] reason`, on the line or above it";
        match &found.fault {
            IgnoreFault::NoCode => at("the comment does not say what to ignore".to_owned()).help(form),
            IgnoreFault::NoReason => at("the comment does not say why".to_owned()).label("a reason is missing").help(form),
            IgnoreFault::UnknownCode(id) => at(format!("no finding has the code `{id}`"))
                .did_you_mean(id, Code::ALL.iter().map(|code| code.id()), None)
                .help("`bowline explain` lists every code"),
            IgnoreFault::Fixed(code) => {
                at(format!("`{}` is always an error, and cannot be ignored", code.id())).help("only warnings can be ignored")
            }
        }
    }
}

pub(super) struct UnusedIgnore {
    pub(super) code: Code,
    pub(super) span: Span,
}

impl From<UnusedIgnore> for Diagnostic {
    fn from(found: UnusedIgnore) -> Self {
        Diagnostic::at(Code::UnusedIgnore, found.span, format!("there is no `{}` here to ignore", found.code.id()))
            .help("remove the comment, so that it hides nothing later")
    }
}

pub(super) struct DuplicatePolicy<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) first: Span,
}

impl From<DuplicatePolicy<'_>> for Diagnostic {
    fn from(found: DuplicatePolicy<'_>) -> Self {
        Diagnostic::at(Code::DuplicateResource, found.span, format!("policy `{}` is declared twice", found.name))
            .label("again here")
            .related(found.first, "first here")
            .help("a policy's name is unique in all files")
    }
}

pub(super) struct EmptyPolicy<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
}

impl From<EmptyPolicy<'_>> for Diagnostic {
    fn from(found: EmptyPolicy<'_>) -> Self {
        Diagnostic::at(Code::BadPolicy, found.span, format!("policy `{}` has neither `deny` nor `warn`", found.name))
            .help("say with an expression when it denies a plan, or when it warns")
    }
}

/// What is wrong with an expression of a policy.
pub(super) enum PolicyFault<'a> {
    Syntax(&'a str),
    UnknownName(&'a str),
    UnknownFunction(&'a str),
    UnknownField { of: &'a str, name: &'a str, known: &'a [String] },
    NotTruth,
    BadPattern(&'a str),
    TooLong(usize),
    Brace,
}

pub(super) struct BadPolicy<'a> {
    pub(super) span: Span,
    pub(super) fault: PolicyFault<'a>,
}

impl From<BadPolicy<'_>> for Diagnostic {
    fn from(found: BadPolicy<'_>) -> Self {
        let at = |headline: String| Diagnostic::at(Code::BadPolicy, found.span, headline);
        match found.fault {
            PolicyFault::Syntax(message) => at(format!("the expression cannot be read: {message}")),
            PolicyFault::UnknownName(name) => at(format!("a policy sees nothing named `{name}`"))
                .did_you_mean(name, policy::ROOTS, Some(found.span))
                .help("it sees `change`, `plan`, `environment`, `project`, `api` and `labels`"),
            PolicyFault::UnknownFunction(name) => at(format!("there is no function `{name}` here")).help(
                "there are the functions and macros of standard CEL, but for those of times: `size`, `startsWith`, `exists`, `matches` …",
            ),
            PolicyFault::UnknownField { of, name, known } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                at(format!("`{of}` has no field `{name}`"))
                    .did_you_mean(name, known.iter().copied(), Some(found.span))
                    .help(format!("it has: `{}`", known.join("`, `")))
            }
            PolicyFault::NotTruth => at("the expression is neither true nor false, whatever the plan".to_owned())
                .help("compare something: `change.action == 'delete'`"),
            PolicyFault::BadPattern(message) => at(format!("the pattern cannot be read: {message}"))
                .help("patterns are those of RE2: https://github.com/google/re2/wiki/Syntax"),
            PolicyFault::TooLong(limit) => at(format!("the expression is longer than {limit} bytes")).help("make two policies of it"),
            PolicyFault::Brace => at("a brace of the message has no counterpart".to_owned())
                .help("an expression stands between `{` and `}`; `{{` and `}}` are braces"),
        }
    }
}
