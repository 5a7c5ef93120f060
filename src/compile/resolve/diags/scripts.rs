//! Scripts and the connections that they name, in words.

use super::{or_near, quoted};
use crate::deluge::UrlSlip;
use crate::diag::{Code, Diagnostic, Severity};
use crate::text::Span;

/// A path leads out of the project's folder.
pub(in crate::compile::resolve) struct EscapingFile {
    pub at: Span,
    pub path: String,
}

impl From<EscapingFile> for Diagnostic {
    fn from(found: EscapingFile) -> Self {
        Diagnostic::at(Code::IncludeEscapes, found.at, format!("the path {} leads out of the project's folder", quoted(&found.path)))
            .help("name a file below the folder that holds `bowline.yaml`, with `/` and without `..`")
    }
}

pub(in crate::compile::resolve) struct MissingScript {
    pub at: Span,
    pub path: String,
    pub near: Option<String>,
}

impl From<MissingScript> for Diagnostic {
    fn from(found: MissingScript) -> Self {
        let diagnostic = Diagnostic::at(Code::MissingScript, found.at, format!("no script at {}", quoted(&found.path)));
        or_near(diagnostic, found.near, found.at, "paths start at the project's folder, also in an included file")
    }
}

pub(in crate::compile::resolve) struct UnreadableScript {
    pub at: Span,
    pub path: String,
    pub why: String,
}

impl From<UnreadableScript> for Diagnostic {
    fn from(found: UnreadableScript) -> Self {
        Diagnostic::at(Code::UnreadableFile, found.at, format!("the script {} cannot be read: {}", quoted(&found.path), found.why))
            .help("make it a regular file that the user who runs Bowline may read")
    }
}

pub(in crate::compile::resolve) struct ScriptTooLarge {
    pub at: Span,
    pub path: String,
    /// Bytes.
    pub limit: u64,
}

impl From<ScriptTooLarge> for Diagnostic {
    fn from(found: ScriptTooLarge) -> Self {
        let headline = format!("the script {} is larger than {} KiB", quoted(&found.path), found.limit >> 10);
        Diagnostic::at(Code::FileTooLarge, found.at, headline).help("divide it into several functions")
    }
}

pub(in crate::compile::resolve) struct ScriptMistake {
    pub at: Span,
    pub message: String,
    pub help: Option<String>,
}

impl From<ScriptMistake> for Diagnostic {
    fn from(found: ScriptMistake) -> Self {
        let diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, found.message);
        match found.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A warning where it is near a known key; else perhaps one that we do not know.
pub(in crate::compile::resolve) struct UnknownBlockKey {
    pub at: Span,
    pub task: &'static str,
    pub key: String,
    pub near: Option<String>,
}

impl From<UnknownBlockKey> for Diagnostic {
    fn from(found: UnknownBlockKey) -> Self {
        let headline = format!("`{}` has no key {}", found.task, quoted(&found.key));
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, headline);
        diagnostic.severity = if found.near.is_some() { Severity::Warning } else { Severity::Note };
        or_near(diagnostic, found.near, found.at, "the documentation knows none of that name: take it out, or look for what it was to do")
    }
}

/// The URL is the one key that is documented as needed; of the others it is likely: a warning.
pub(in crate::compile::resolve) struct MissingBlockKey {
    pub at: Span,
    pub task: &'static str,
    pub key: &'static str,
}

impl From<MissingBlockKey> for Diagnostic {
    fn from(found: MissingBlockKey) -> Self {
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, format!("`{}` has no `{}`", found.task, found.key));
        diagnostic.severity = if found.key == "url" { Severity::Error } else { Severity::Warning };
        diagnostic.help(format!("say with `{} : …` what is called", found.key))
    }
}

/// Which of them counts is not documented: a warning.
pub(in crate::compile::resolve) struct RepeatedBlockKey {
    pub at: Span,
    pub task: &'static str,
    pub key: String,
}

impl From<RepeatedBlockKey> for Diagnostic {
    fn from(found: RepeatedBlockKey) -> Self {
        let headline = format!("{} stands twice in one `{}`", quoted(&found.key), found.task);
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, headline);
        diagnostic.severity = Severity::Warning;
        diagnostic.help("keep the one that is meant: which of them counts is not documented")
    }
}

pub(in crate::compile::resolve) struct NamelessConnection {
    pub at: Span,
}

impl From<NamelessConnection> for Diagnostic {
    fn from(found: NamelessConnection) -> Self {
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, "the call names a connection without a name");
        diagnostic.severity = Severity::Warning;
        diagnostic.help("write the link name of a connection, or leave `connection` out")
    }
}

/// The platform may learn more methods than we know: a warning.
pub(in crate::compile::resolve) struct UnknownMethod {
    pub at: Span,
    pub task: &'static str,
    pub method: String,
    pub near: Option<String>,
}

impl From<UnknownMethod> for Diagnostic {
    fn from(found: UnknownMethod) -> Self {
        let headline = format!("`{}` has no type {}", found.task, quoted(&found.method));
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, headline);
        diagnostic.severity = Severity::Warning;
        or_near(diagnostic, found.near, found.at, "use GET, POST, PUT, PATCH or DELETE")
    }
}

/// Where the call's arguments are not known to us it only seems so: a warning if a declared one is near, else a note.
pub(in crate::compile::resolve) struct UndeclaredConnection {
    pub at: Span,
    pub name: String,
    pub near: Option<String>,
    pub sure: bool,
}

impl From<UndeclaredConnection> for Diagnostic {
    fn from(found: UndeclaredConnection) -> Self {
        let names = if found.sure { "names" } else { "seems to name" };
        let headline = format!("the script {names} the connection {}, which is not declared", quoted(&found.name));
        let mut diagnostic = Diagnostic::at(Code::UndeclaredConnection, found.at, headline);
        diagnostic.severity = match (found.sure, &found.near) {
            (true, _) => Severity::Error,
            (false, Some(_)) => Severity::Warning,
            (false, None) => Severity::Note,
        };
        or_near(diagnostic, found.near, found.at, "declare it under `connections`, by its link name")
    }
}

/// How sure it is that a connection does not fit a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compile::resolve) enum Misfit {
    NotZoho,
    /// A warning: it may have been given scopes of the app that the catalogue does not know.
    OtherApp,
}

pub(in crate::compile::resolve) struct ForeignConnection {
    pub at: Span,
    pub call: String,
    pub connection: String,
    pub service: String,
    /// The service of the app, where the catalogue has it.
    pub wanted: Option<String>,
    pub misfit: Misfit,
}

impl From<ForeignConnection> for Diagnostic {
    fn from(found: ForeignConnection) -> Self {
        let called = found.wanted.as_deref().map_or("Zoho".to_owned(), quoted);
        let connection = quoted(&found.connection);
        let headline = format!("{} calls {called} with the connection {connection} of {}", quoted(&found.call), quoted(&found.service));
        let mut diagnostic = Diagnostic::at(Code::ForeignConnection, found.at, headline);
        diagnostic.severity = match found.misfit {
            Misfit::NotZoho => Severity::Error,
            Misfit::OtherApp => Severity::Warning,
        };
        let services = found.wanted.map_or("`zoho-oauth`".to_owned(), |wanted| format!("{} or `zoho-oauth`", quoted(&wanted)));
        diagnostic.help(format!("name a connection of {services}"))
    }
}

pub(in crate::compile::resolve) struct OwnAuthorization {
    pub at: Span,
}

impl From<OwnAuthorization> for Diagnostic {
    fn from(found: OwnAuthorization) -> Self {
        Diagnostic::at(Code::OwnAuthorization, found.at, "the script puts an `Authorization` header together itself")
            .help("let a connection sign the call: it keeps the credential, renews it and shows who uses it")
    }
}

pub(in crate::compile::resolve) struct BadScriptUrl {
    pub at: Span,
    pub slip: UrlSlip,
}

impl From<BadScriptUrl> for Diagnostic {
    fn from(found: BadScriptUrl) -> Self {
        match found.slip {
            UrlSlip::Backslash => Diagnostic::at(Code::BadUrl, found.at, "the URL holds a `\\`, which clients read differently")
                .help("write `/` in its place"),
            UrlSlip::NoScheme => {
                let mut diagnostic = Diagnostic::at(Code::BadUrl, found.at, "the URL says a host and no scheme");
                diagnostic.severity = Severity::Warning;
                diagnostic.help("begin it with `https://`")
            }
        }
    }
}

pub(in crate::compile::resolve) struct DeprecatedCall {
    pub at: Span,
    pub call: String,
    pub instead: &'static str,
}

impl From<DeprecatedCall> for Diagnostic {
    fn from(found: DeprecatedCall) -> Self {
        Diagnostic::at(Code::DeprecatedCall, found.at, format!("the platform is phasing out {}", quoted(&found.call)))
            .help(format!("write `{}`, which takes a connection", found.instead))
    }
}

pub(in crate::compile::resolve) struct DynamicConnection {
    pub at: Span,
}

impl From<DynamicConnection> for Diagnostic {
    fn from(found: DynamicConnection) -> Self {
        Diagnostic::at(Code::DynamicConnection, found.at, "the script chooses this connection when it runs, so nothing is checked of it")
            .help("write the link name out, or give it to a variable once")
    }
}

pub(in crate::compile::resolve) struct UnquotedConnection {
    pub at: Span,
    pub name: String,
}

impl From<UnquotedConnection> for Diagnostic {
    fn from(found: UnquotedConnection) -> Self {
        let headline = format!("the connection {} is named without quotes", quoted(&found.name));
        let with_quotes = crate::deluge::literal(&found.name);
        Diagnostic::at(Code::UnquotedConnection, found.at, headline).fix("put quotes around it", found.at, with_quotes)
    }
}

/// Told by its look, so it may be none: a warning.
pub(in crate::compile::resolve) struct SecretInScript {
    pub at: Span,
    /// Which kind of secret.
    pub what: &'static str,
}

impl From<SecretInScript> for Diagnostic {
    fn from(found: SecretInScript) -> Self {
        let mut diagnostic =
            Diagnostic::at(Code::LiteralSecret, found.at, format!("a secret seems to be written into the script: {}", found.what));
        diagnostic.severity = Severity::Warning;
        diagnostic.help("let a connection hold it, and have a new one issued if others have seen the script")
    }
}
