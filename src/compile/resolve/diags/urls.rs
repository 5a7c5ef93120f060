//! URLs and the hosts that credentials go to, in words. A URL is never quoted: parts of it may be secret.

use super::{listed, quoted};
use crate::deluge::data_centre;
use crate::diag::{Code, Diagnostic, Severity};
use crate::resource::{HostPattern, Name};
use crate::text::Span;
use std::collections::BTreeSet;

/// What is wrong with a URL.
pub(in crate::compile::resolve) enum UrlFault {
    Unreadable(url::ParseError),
    Backslash,
    UserName,
    Fragment,
}

pub(in crate::compile::resolve) struct BadUrl {
    pub at: Span,
    pub fault: UrlFault,
}

impl From<BadUrl> for Diagnostic {
    fn from(found: BadUrl) -> Self {
        let (headline, help) = match found.fault {
            UrlFault::Unreadable(error) => (format!("the URL cannot be read: {error}"), "write `https://`, the host, and the path"),
            UrlFault::Backslash => (
                "the URL holds a backslash, which clients read as `/`".to_owned(),
                "write `/`, or `%5C` where the backslash itself is meant",
            ),
            UrlFault::UserName => ("the URL holds a user name".to_owned(), "remove the part before `@`; a connection holds who is calling"),
            UrlFault::Fragment => (
                "the URL holds a fragment, which is never sent".to_owned(),
                "remove it, from the `#` on; write `%23` for a `#` that is meant",
            ),
        };
        Diagnostic::at(Code::BadUrl, found.at, headline).help(help)
    }
}

pub(in crate::compile::resolve) struct PlainHttp {
    pub at: Span,
    pub loopback: bool,
}

impl From<PlainHttp> for Diagnostic {
    fn from(found: PlainHttp) -> Self {
        if found.loopback {
            let mut diagnostic = Diagnostic::at(Code::PlainHttp, found.at, "the URL is plain HTTP, to this machine only");
            diagnostic.severity = Severity::Warning;
            return diagnostic.help("this is for trying things out: use `https://` for everything else");
        }
        Diagnostic::at(Code::PlainHttp, found.at, "the URL is plain HTTP: what is sent can be read on the way").help("use `https://`")
    }
}

/// Where in a URL a secret stands.
pub(in crate::compile::resolve) enum UrlSecret {
    Password,
    Path,
    Query(String),
}

pub(in crate::compile::resolve) struct SecretInUrl {
    pub at: Span,
    pub secret: UrlSecret,
}

impl From<SecretInUrl> for Diagnostic {
    fn from(found: SecretInUrl) -> Self {
        let (headline, help) = match found.secret {
            UrlSecret::Password => {
                ("a password is written into the URL".to_owned(), "use a connection of a `basic` service, or a header with `{ env: NAME }`")
            }
            UrlSecret::Path => (
                "the path of the URL holds a secret: whoever knows it is let in".to_owned(),
                "use a connection to the service, whose credential stays out of the URL, or a merge field `${…}` that brings it",
            ),
            UrlSecret::Query(name) => {
                let headline = format!("the query of the URL holds a secret: {}", quoted(&name));
                (headline, "move it to `query` of the webhook as `{ env: NAME }`, or use a connection")
            }
        };
        Diagnostic::at(Code::LiteralSecret, found.at, headline).help(help)
    }
}

pub(in crate::compile::resolve) struct HostNotAllowed {
    at: Span,
    signed_by: Option<Span>,
    host: String,
    service: String,
    allowed: Vec<String>,
}

impl HostNotAllowed {
    /// `signed_by` is where the connection is named, if that is elsewhere than the call itself.
    pub(in crate::compile::resolve) fn new(
        at: Span,
        signed_by: Option<Span>,
        host: &str,
        service: &Name,
        allowed: BTreeSet<HostPattern>,
    ) -> Self {
        let allowed = allowed.into_iter().map(|pattern| pattern.0).collect();
        HostNotAllowed { at, signed_by, host: host.to_owned(), service: service.to_string(), allowed }
    }
}

impl HostNotAllowed {
    /// The data centre of the host and that of the service's hosts, where both are Zoho's and they differ.
    fn data_centres(&self) -> Option<(&'static str, &'static str)> {
        let of = |host: &str| data_centre(host.strip_prefix("*.").unwrap_or(host));
        let called = of(&self.host)?;
        let own: BTreeSet<&'static str> = self.allowed.iter().filter_map(|pattern| of(pattern)).collect();
        // Where hosts of several are allowed, this one is missing for another reason.
        let own = own.first().copied().filter(|_| own.len() == 1)?;
        (own != called).then_some((called, own))
    }
}

impl From<HostNotAllowed> for Diagnostic {
    fn from(found: HostNotAllowed) -> Self {
        let (host, service) = (quoted(&found.host), quoted(&found.service));
        if let Some((called, own)) = found.data_centres() {
            let headline = format!("{host} is of Zoho's data centre `{called}`, and the credential of {service} of `{own}`");
            let diagnostic = Diagnostic::at(Code::DataCentreMismatch, found.at, headline)
                .help(format!("hosts of {service}: {}", listed(found.allowed.iter().map(String::as_str), 8)))
                .help(format!("where the account is of `{called}`, the connection's parameter `dc` has to say so"));
            return match found.signed_by {
                Some(span) => diagnostic.related(span, "the credential is this connection's"),
                None => diagnostic,
            };
        }
        let mut diagnostic =
            Diagnostic::at(Code::HostNotAllowed, found.at, format!("a credential of {service} would go to {host}, which is no host of it"));
        if let Some(span) = found.signed_by {
            diagnostic = diagnostic.related(span, "the credential is this connection's");
        }
        if found.allowed.is_empty() {
            return diagnostic.help(format!("list the hosts of {service} under its `hosts`"));
        }
        diagnostic.help(format!("hosts of {service}: {}", listed(found.allowed.iter().map(String::as_str), 8)))
    }
}
