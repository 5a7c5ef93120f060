//! Circles and leftovers, in words.

use super::quoted;
use crate::diag::{Code, Diagnostic};
use crate::resource::{Address, Link};
use crate::text::Span;

/// How many resources of a circle the headline names, and how many of its links are shown.
const NAMED: usize = 5;
const SHOWN: usize = 24;

/// One link of a circle: from a resource to the next, and where the file says so.
pub(in crate::compile::resolve) struct Edge {
    pub from: Address,
    pub link: Link,
    pub to: Address,
    pub at: Span,
}

/// The links in order, at least one; the last one leads back to the first.
pub(in crate::compile::resolve) struct DependencyCycle {
    pub edges: Vec<Edge>,
}

impl From<DependencyCycle> for Diagnostic {
    fn from(found: DependencyCycle) -> Self {
        let mut names: Vec<String> = found.edges.iter().take(NAMED).map(|edge| quoted(&edge.from.to_string())).collect();
        let hidden = found.edges.len().saturating_sub(NAMED);
        if hidden > 0 {
            names.push(format!("{hidden} more"));
        }
        names.extend(found.edges.first().map(|edge| quoted(&edge.from.to_string())));
        let headline = format!("resources depend on each other in a circle: {}", names.join(" → "));
        let say = |edge: &Edge| format!("{} {} {}", quoted(&edge.from.to_string()), edge.link.words(), quoted(&edge.to.to_string()));
        let mut diagnostic = Diagnostic::at(Code::DependencyCycle, found.edges[0].at, headline).label(say(&found.edges[0]));
        for edge in found.edges.iter().take(SHOWN).skip(1) {
            diagnostic = diagnostic.related(edge.at, say(edge));
        }
        diagnostic.help("remove the link that is not needed, mostly one of `depends_on`")
    }
}

pub(in crate::compile::resolve) struct UnusedConnection {
    pub at: Span,
    pub name: String,
}

impl From<UnusedConnection> for Diagnostic {
    fn from(found: UnusedConnection) -> Self {
        Diagnostic::at(Code::UnusedConnection, found.at, format!("nothing uses the connection {}", quoted(&found.name)))
            .help("remove it, or leave it if something outside the project uses it")
    }
}

pub(in crate::compile::resolve) struct UnusedService {
    pub at: Span,
    pub name: String,
}

impl From<UnusedService> for Diagnostic {
    fn from(found: UnusedService) -> Self {
        Diagnostic::at(Code::UnusedService, found.at, format!("no connection is of the service {}", quoted(&found.name)))
            .help("remove it, or make a connection of it")
    }
}
