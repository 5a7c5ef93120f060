//! Custom services, in words.

use super::quoted;
use crate::diag::{Code, Diagnostic};
use crate::text::Span;

/// What is wrong with an entry of `hosts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compile::resolve) enum HostFault {
    Unreadable,
    /// Clients call it by another spelling, so the pattern would never match.
    Spelling(String),
    TooWide,
}

pub(in crate::compile::resolve) struct BadHost {
    pub at: Span,
    pub fault: HostFault,
}

impl From<BadHost> for Diagnostic {
    fn from(found: BadHost) -> Self {
        let say = |headline: &str| Diagnostic::at(Code::BadHost, found.at, headline);
        match found.fault {
            HostFault::Unreadable => say("the host cannot be read").help("give a name such as `api.example.com` or `*.example.com`"),
            HostFault::Spelling(called) => {
                let help = format!("write {}", quoted(&called));
                say("clients call this host by another spelling, so it would never match").fix(help, found.at, called)
            }
            HostFault::TooWide => say("the pattern covers hosts of strangers").help("put a name of your own service after `*.`"),
        }
    }
}

/// A key that is needed because of what stands beside it.
pub(in crate::compile::resolve) struct MissingSetting {
    pub at: Span,
    pub key: &'static str,
    pub because: &'static str,
}

impl From<MissingSetting> for Diagnostic {
    fn from(found: MissingSetting) -> Self {
        Diagnostic::at(Code::MissingKey, found.at, format!("{} is missing", quoted(found.key))).help(format!("add it: {}", found.because))
    }
}

/// What asks a service for a refresh token.
pub(in crate::compile::resolve) enum OfflineBy {
    /// A parameter of the authorize URL, at this host.
    Address(String),
    Scope(String),
}

pub(in crate::compile::resolve) struct MissingOfflineAccess {
    pub at: Span,
    pub by: OfflineBy,
}

impl From<MissingOfflineAccess> for Diagnostic {
    fn from(found: MissingOfflineAccess) -> Self {
        let (headline, help) = match found.by {
            OfflineBy::Address(host) => (
                format!("{} will issue no refresh token: connections end with their first access token", quoted(&host)),
                "add `access_type=offline&prompt=consent` to the query of `authorize_url`".to_owned(),
            ),
            OfflineBy::Scope(scope) => (
                "the connection will get no refresh token: it ends with its first access token".to_owned(),
                format!("add {} to `scopes`", quoted(&scope)),
            ),
        };
        Diagnostic::at(Code::MissingOfflineAccess, found.at, headline).help(help)
    }
}

pub(in crate::compile::resolve) struct UnclearDelimiter {
    pub at: Span,
    /// The authorization server.
    pub host: String,
}

impl From<UnclearDelimiter> for Diagnostic {
    fn from(found: UnclearDelimiter) -> Self {
        let headline = format!("several scopes would be joined by commas, and {} wants spaces", quoted(&found.host));
        Diagnostic::at(Code::ScopeDelimiter, found.at, headline).help("add `scope_delimiter: space` beside `scopes`")
    }
}

pub(in crate::compile::resolve) struct ShadowsDefaultService {
    pub at: Span,
    pub name: String,
}

impl From<ShadowsDefaultService> for Diagnostic {
    fn from(found: ShadowsDefaultService) -> Self {
        let headline = format!("{} is also a default service; connections here take this one", quoted(&found.name));
        Diagnostic::at(Code::ShadowsDefaultService, found.at, headline).help("give it another link name if that is not meant")
    }
}
