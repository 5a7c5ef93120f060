//! Scripts and the connections that they name, in words.

use super::{or_near, quoted};
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

/// Told by its nearness to a known key: a warning.
pub(in crate::compile::resolve) struct MisspeltKey {
    pub at: Span,
    pub key: String,
    pub near: String,
}

impl From<MisspeltKey> for Diagnostic {
    fn from(found: MisspeltKey) -> Self {
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, format!("`invokeurl` has no key {}", quoted(&found.key)));
        diagnostic.severity = Severity::Warning;
        or_near(diagnostic, Some(found.near), found.at, "")
    }
}

/// The platform may learn more methods than we know: a warning.
pub(in crate::compile::resolve) struct UnknownMethod {
    pub at: Span,
    pub method: String,
    pub near: Option<String>,
}

impl From<UnknownMethod> for Diagnostic {
    fn from(found: UnknownMethod) -> Self {
        let headline = format!("`invokeurl` has no type {}", quoted(&found.method));
        let mut diagnostic = Diagnostic::at(Code::ScriptSyntax, found.at, headline);
        diagnostic.severity = Severity::Warning;
        or_near(diagnostic, found.near, found.at, "use GET, POST, PUT, PATCH or DELETE")
    }
}

pub(in crate::compile::resolve) struct UndeclaredConnection {
    pub at: Span,
    pub name: String,
    pub near: Option<String>,
}

impl From<UndeclaredConnection> for Diagnostic {
    fn from(found: UndeclaredConnection) -> Self {
        let headline = format!("the script names the connection {}, which is not declared", quoted(&found.name));
        let diagnostic = Diagnostic::at(Code::UndeclaredConnection, found.at, headline);
        or_near(diagnostic, found.near, found.at, "declare it under `connections`, by its link name")
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
