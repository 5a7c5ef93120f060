//! Names that lead nowhere, in words.

use super::{or_near, quoted};
use crate::diag::{Code, Diagnostic};
use crate::resource::Address;
use crate::text::Span;

pub(in crate::compile::resolve) struct UnknownService {
    pub at: Span,
    pub name: String,
    pub near: Option<String>,
}

impl From<UnknownService> for Diagnostic {
    fn from(found: UnknownService) -> Self {
        let diagnostic = Diagnostic::at(Code::UnknownService, found.at, format!("no service named {}", quoted(&found.name)));
        or_near(diagnostic, found.near, found.at, "declare it under `services`, or look for a default one: `bowline services search`")
    }
}

pub(in crate::compile::resolve) struct CannotAuthenticate {
    pub at: Span,
    pub name: String,
    pub auth: &'static str,
}

impl From<CannotAuthenticate> for Diagnostic {
    fn from(found: CannotAuthenticate) -> Self {
        let headline = format!("no connection can be made to {}: it authenticates by {}", quoted(&found.name), found.auth);
        Diagnostic::at(Code::UnknownService, found.at, headline)
            .help("where the service offers another way of authenticating, declare it under `services`")
    }
}

pub(in crate::compile::resolve) struct UnknownConnection {
    pub at: Span,
    pub name: String,
    pub near: Option<String>,
}

impl From<UnknownConnection> for Diagnostic {
    fn from(found: UnknownConnection) -> Self {
        let diagnostic = Diagnostic::at(Code::UnknownConnection, found.at, format!("no connection named {}", quoted(&found.name)));
        or_near(diagnostic, found.near, found.at, "declare it under `connections`, by its link name")
    }
}

pub(in crate::compile::resolve) struct UnknownDependency {
    pub at: Span,
    pub address: String,
    pub near: Option<String>,
}

impl From<UnknownDependency> for Diagnostic {
    fn from(found: UnknownDependency) -> Self {
        let headline = format!("nothing is declared at {}", quoted(&found.address));
        let diagnostic = Diagnostic::at(Code::UnknownDependency, found.at, headline);
        or_near(diagnostic, found.near, found.at, "`depends_on` names declared resources only; default services are always there")
    }
}

/// How an entry of `moved` does not fit.
pub(in crate::compile::resolve) enum MoveFault {
    /// Nothing is declared at `to`.
    Nowhere { near: Option<String> },
    /// `from` is declared still.
    StillThere { declared: Span },
    /// The two ends are of different kinds.
    OtherKind,
    /// `from` and `to` are the same.
    Nothing,
    /// Another entry has the same `from`.
    FromTwice { first: Span },
    /// The `to` of one entry is the `from` of another.
    Chain { next: Span },
}

pub(in crate::compile::resolve) struct UnknownMoved {
    pub at: Span,
    pub address: Address,
    pub fault: MoveFault,
}

impl From<UnknownMoved> for Diagnostic {
    fn from(found: UnknownMoved) -> Self {
        let name = quoted(&found.address.to_string());
        let say = |headline: String| Diagnostic::at(Code::UnknownMoved, found.at, headline);
        match found.fault {
            MoveFault::Nowhere { near } => {
                or_near(say(format!("nothing is declared at {name}")), near, found.at, "`to` is where the resource is declared now")
            }
            MoveFault::StillThere { declared } => say(format!("{name} is declared still, so nothing has moved away from it"))
                .related(declared, "declared here")
                .help("rename the declaration, or remove the entry"),
            MoveFault::OtherKind => {
                say(format!("{name} is of another kind than `from`")).help("a move keeps the kind; only the name changes")
            }
            MoveFault::Nothing => say(format!("{name} moves to itself")).help("remove the entry"),
            MoveFault::FromTwice { first } => {
                say(format!("{name} has moved twice")).related(first, "moved here first").help("keep one entry for each former name")
            }
            MoveFault::Chain { next } => say(format!("{name} moves on in another entry"))
                .related(next, "moves on here")
                .help("let both entries lead to the newest name"),
        }
    }
}

/// How an entry of `adopt` or `forget` does not fit.
pub(in crate::compile::resolve) enum OwnershipFault {
    /// Of `adopt`: nothing is declared there.
    NotDeclared { near: Option<String> },
    /// Of `forget`: it is declared still.
    StillThere { declared: Span },
    /// Of `forget`: an entry of `moved` gives it another name, which would let go of nothing.
    Moved { to: Address },
    /// Another entry says so already.
    Twice { first: Span },
}

pub(in crate::compile::resolve) struct BadOwnership {
    pub at: Span,
    pub address: Address,
    pub fault: OwnershipFault,
}

impl From<BadOwnership> for Diagnostic {
    fn from(found: BadOwnership) -> Self {
        let name = quoted(&found.address.to_string());
        let say = |headline: String| Diagnostic::at(Code::BadOwnership, found.at, headline);
        match found.fault {
            OwnershipFault::NotDeclared { near } => {
                or_near(say(format!("nothing is declared at {name}")), near, found.at, "what is adopted has to be declared, as it is live")
            }
            OwnershipFault::StillThere { declared } => say(format!("{name} is declared still, so it cannot be forgotten"))
                .related(declared, "declared here")
                .help("remove the declaration, or the entry"),
            OwnershipFault::Moved { to } => say(format!("{name} moves to {}, so it cannot be forgotten", quoted(&to.to_string())))
                .help("remove this entry, or that of `moved`"),
            OwnershipFault::Twice { first } => {
                say(format!("{name} is listed twice")).related(first, "listed here first").help("keep one entry")
            }
        }
    }
}
