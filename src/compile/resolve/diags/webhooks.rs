//! Webhooks, and settings that exclude each other, in words.

use super::quoted;
use crate::diag::{Code, Diagnostic};
use crate::resource::MergeFault;
use crate::text::Span;

/// A value that has to be a reference.
pub(in crate::compile::resolve) struct LiteralSecret {
    pub at: Span,
    /// The key that the value hangs on.
    pub what: String,
}

impl From<LiteralSecret> for Diagnostic {
    fn from(found: LiteralSecret) -> Self {
        let key = quoted(&found.what);
        Diagnostic::at(Code::LiteralSecret, found.at, format!("{key} holds a secret written out"))
            .help("write a reference: `{ env: NAME }` or `{ file: PATH }`")
            .help("if the file was ever shared, treat the secret as known and replace it at its service")
    }
}

/// A value of a body, which can hold no reference.
pub(in crate::compile::resolve) struct SecretInBody {
    pub at: Span,
    /// The key that the value hangs on; empty where it hangs on none.
    pub what: String,
}

impl From<SecretInBody> for Diagnostic {
    fn from(found: SecretInBody) -> Self {
        let key = if found.what.is_empty() { "the body".to_owned() } else { quoted(&found.what) };
        Diagnostic::at(Code::LiteralSecret, found.at, format!("{key} holds a secret written out"))
            .help("a body holds no references: let a connection sign the call, or send a header `{ env: NAME }` with `auth: general`")
            .help("a merge field `${…}` is filled in when the webhook fires, and is no secret of the file")
            .help("if the file was ever shared, treat the secret as known and replace it at its service")
    }
}

pub(in crate::compile::resolve) struct Contradiction {
    pub at: Span,
    pub headline: String,
    pub help: &'static str,
    /// The setting that it cannot stand beside, and what that one says.
    pub other: Option<(Span, &'static str)>,
}

impl From<Contradiction> for Diagnostic {
    fn from(found: Contradiction) -> Self {
        let diagnostic = Diagnostic::at(Code::Contradiction, found.at, found.headline).help(found.help);
        match found.other {
            Some((span, says)) => diagnostic.related(span, says),
            None => diagnostic,
        }
    }
}

/// A webhook that only somebody's own account can sign.
pub(in crate::compile::resolve) struct NeedsLoginUser {
    pub at: Span,
    /// Its display name.
    pub connection: String,
}

impl From<NeedsLoginUser> for Diagnostic {
    fn from(found: NeedsLoginUser) -> Self {
        let headline = format!("{} uses each login user's own account, and an event has no login user", quoted(&found.connection));
        Diagnostic::at(Code::NeedsLoginUser, found.at, headline)
            .help("let a connection sign it that runs with its owner's credentials")
            .help("or fire it on somebody's behalf only: `bowline webhook trigger NAME --as USER`")
    }
}

pub(in crate::compile::resolve) struct DuplicateHeader {
    pub at: Span,
    pub first: Span,
    pub name: String,
}

impl From<DuplicateHeader> for Diagnostic {
    fn from(found: DuplicateHeader) -> Self {
        Diagnostic::at(Code::DuplicateHeader, found.at, format!("the header {} is given twice", quoted(&found.name)))
            .related(found.first, "given here first")
            .help("keep one: header names are the same in any case")
    }
}

pub(in crate::compile::resolve) struct ForbiddenHeader {
    pub at: Span,
    pub name: String,
}

impl From<ForbiddenHeader> for Diagnostic {
    fn from(found: ForbiddenHeader) -> Self {
        Diagnostic::at(Code::ForbiddenHeader, found.at, format!("the platform sets the header {} itself", quoted(&found.name)))
            .help("remove it")
    }
}

/// A header's value goes over several lines.
pub(in crate::compile::resolve) struct BrokenHeader {
    pub at: Span,
    pub name: String,
}

impl From<BrokenHeader> for Diagnostic {
    fn from(found: BrokenHeader) -> Self {
        Diagnostic::at(Code::BadValue, found.at, format!("the value of the header {} goes over several lines", quoted(&found.name)))
            .help("write it on one line; `>-` folds a long text")
    }
}

pub(in crate::compile::resolve) struct BadMergeField {
    pub at: Span,
    pub fault: MergeFault,
}

impl From<BadMergeField> for Diagnostic {
    fn from(found: BadMergeField) -> Self {
        let (headline, help) = match found.fault {
            MergeFault::Open => ("a merge field `${` is not closed", "close it with `}`"),
            MergeFault::Empty => ("a merge field `${}` is empty", "name a field, such as `${alarm.device}`"),
            MergeFault::NotAName => ("a merge field is not a name", "write names joined by dots, such as `${alarm.device}`"),
        };
        Diagnostic::at(Code::BadMergeField, found.at, headline).help(help)
    }
}

/// A merge field stands in the host of a URL.
pub(in crate::compile::resolve) struct HostDecidedLater {
    pub at: Span,
    /// Whether a connection's credential goes with the call.
    pub signed: bool,
}

impl From<HostDecidedLater> for Diagnostic {
    fn from(found: HostDecidedLater) -> Self {
        let (code, headline) = if found.signed {
            (Code::HostNotAllowed, "a merge field would decide which host gets the credential")
        } else {
            (Code::BadUrl, "a merge field would decide which host is called")
        };
        Diagnostic::at(code, found.at, headline).help("write the host out; a variable `${{ var.name }}` may stand in it")
    }
}
