//! Connections with their scopes, credentials and parameters, in words.

use super::{CannotAuthenticate, listed, or_near, quoted};
use crate::catalogue::ParameterProblem;
use crate::diag::{Code, Diagnostic};
use crate::text::Span;

pub(in crate::compile::resolve) struct ScopeNotInService {
    pub at: Span,
    pub scope: String,
    pub service: String,
    pub near: Option<String>,
    /// Scopes of the service, some of them where there are many.
    pub offered: Vec<String>,
}

impl From<ScopeNotInService> for Diagnostic {
    fn from(found: ScopeNotInService) -> Self {
        let (scope, service) = (quoted(&found.scope), quoted(&found.service));
        let offers = match found.offered.len() {
            0 => format!("{service} lists no scopes: add it there"),
            1..=8 => format!("{service} offers {}", listed(found.offered.iter().map(String::as_str), 8)),
            _ => format!("add it to the scopes of {service} if the service has it"),
        };
        let diagnostic = Diagnostic::at(Code::ScopeNotInService, found.at, format!("{service} offers no scope {scope}"));
        or_near(diagnostic, found.near, found.at, offers)
    }
}

pub(in crate::compile::resolve) struct ScopeWithoutService {
    pub at: Span,
    pub service: String,
    pub auth: &'static str,
}

impl From<ScopeWithoutService> for Diagnostic {
    fn from(found: ScopeWithoutService) -> Self {
        let headline = format!("{} authenticates by {}, which knows no scopes", quoted(&found.service), quoted(found.auth));
        Diagnostic::at(Code::ScopeNotInService, found.at, headline).help("remove `scopes`")
    }
}

pub(in crate::compile::resolve) struct UnknownScope {
    pub at: Span,
    pub scope: String,
    pub service: String,
    pub near: Option<String>,
}

impl From<UnknownScope> for Diagnostic {
    fn from(found: UnknownScope) -> Self {
        let (scope, service) = (quoted(&found.scope), quoted(&found.service));
        let diagnostic = Diagnostic::at(Code::UnknownScope, found.at, format!("the catalogue knows no scope {scope} of {service}"));
        or_near(diagnostic, found.near, found.at, "leave it if the service documents it")
    }
}

pub(in crate::compile::resolve) struct DeprecatedScope {
    pub at: Span,
    pub scope: String,
    pub service: String,
    pub successor: String,
    /// A sentence of the catalogue on what to do.
    pub note: String,
}

impl From<DeprecatedScope> for Diagnostic {
    fn from(found: DeprecatedScope) -> Self {
        let headline = format!("{} is phasing out the scope {}", quoted(&found.service), quoted(&found.scope));
        let diagnostic = Diagnostic::at(Code::DeprecatedScope, found.at, headline);
        // A change of scopes is a change of what the calls may be, so it is said and not offered as an edit.
        let diagnostic = diagnostic.help(format!("use {} instead", quoted(&found.successor)));
        if found.note.is_empty() { diagnostic } else { diagnostic.help(found.note.trim_end_matches('.').to_owned()) }
    }
}

pub(in crate::compile::resolve) struct MissingScope {
    pub at: Span,
    pub service: String,
}

impl From<MissingScope> for Diagnostic {
    fn from(found: MissingScope) -> Self {
        let headline = format!("the connection asks for no scope of {}", quoted(&found.service));
        Diagnostic::at(Code::MissingScope, found.at, headline).help("add `scopes` with those that the calls need")
    }
}

pub(in crate::compile::resolve) struct MissingCredential {
    pub at: Span,
    pub key: String,
    pub service: String,
}

impl From<MissingCredential> for Diagnostic {
    fn from(found: MissingCredential) -> Self {
        let (key, service) = (quoted(&found.key), quoted(&found.service));
        Diagnostic::at(Code::MissingCredential, found.at, format!("{service} asks for the credential {key}"))
            .help(format!("add {key} to `credentials`, as `{{ env: NAME }}` or `{{ file: path }}`"))
    }
}

pub(in crate::compile::resolve) struct UnknownCredential {
    pub at: Span,
    pub key: String,
    pub service: String,
    pub near: Option<String>,
    /// What the service does ask for.
    pub asked: Vec<String>,
}

impl From<UnknownCredential> for Diagnostic {
    fn from(found: UnknownCredential) -> Self {
        let (key, service) = (quoted(&found.key), quoted(&found.service));
        let diagnostic = Diagnostic::at(Code::UnknownCredential, found.at, format!("{service} asks for no credential {key}"));
        let asks = match found.asked.len() {
            0 => "remove it: with OAuth the service holds the client's credentials, and a person consents".to_owned(),
            _ => format!("it asks for {}", listed(found.asked.iter().map(String::as_str), 8)),
        };
        or_near(diagnostic, found.near, found.at, asks)
    }
}

pub(in crate::compile::resolve) struct NoParameters {
    pub at: Span,
    pub service: String,
}

impl From<NoParameters> for Diagnostic {
    fn from(found: NoParameters) -> Self {
        let headline = format!("{} is a custom service, and those have no parameters", quoted(&found.service));
        Diagnostic::at(Code::UnknownCredential, found.at, headline)
            .help("write the values into the service, with `${{ var.name }}` where they change")
    }
}

/// What is wrong with the parameters of a default service's connection.
pub(in crate::compile::resolve) struct BadParameter {
    pub at: Span,
    pub service: String,
    pub near: Option<String>,
    pub problem: ParameterProblem,
}

impl From<BadParameter> for Diagnostic {
    fn from(found: BadParameter) -> Self {
        let service = quoted(&found.service);
        match found.problem {
            ParameterProblem::CannotAuthenticate { auth } => CannotAuthenticate { at: found.at, name: found.service, auth }.into(),
            ParameterProblem::Missing { name, title } => {
                Diagnostic::at(Code::MissingParameter, found.at, format!("{service} needs the parameter {}", quoted(&name)))
                    .help(format!("add it under `parameters`: {title}"))
            }
            ParameterProblem::Unknown { name, known } => {
                let headline = format!("{service} has no parameter {}", quoted(&name));
                let has = match known.len() {
                    0 => "remove it: the service has none".to_owned(),
                    _ => format!("it has {}", listed(known.iter().map(String::as_str), 8)),
                };
                or_near(Diagnostic::at(Code::UnknownCredential, found.at, headline), found.near, found.at, has)
            }
            ParameterProblem::NotAllowed { name, value, allowed, meant } => {
                let headline = format!("{} is not a value of the parameter {}", quoted(&value), quoted(&name));
                let allows = format!("allowed: {}", listed(allowed.iter().map(String::as_str), 12));
                or_near(Diagnostic::at(Code::ValueNotAllowed, found.at, headline), meant, found.at, allows)
            }
            ParameterProblem::BadForm { name, value, title, pattern } => {
                let headline = format!("{} does not have the form of the parameter {}", quoted(&value), quoted(&name));
                Diagnostic::at(Code::BadValue, found.at, headline).help(format!("{title}; it matches {}", quoted(&pattern)))
            }
            ParameterProblem::HostElsewhere { name, value, hosts } => {
                let headline = format!("{}, the parameter {}, lies outside the hosts of {service}", quoted(&value), quoted(&name));
                let help = format!("hosts with these parameters: {}", listed(hosts.iter().map(String::as_str), 8));
                Diagnostic::at(Code::HostNotAllowed, found.at, headline).help(help)
            }
        }
    }
}
