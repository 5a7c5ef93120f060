//! What is wrong with a project's files as files, in words.

use super::folder::FolderError;
use crate::diag::{Code, Diagnostic};
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
