//! Who did what last to each object, from the audit.

use super::{Broker, BrokerError};
use crate::clock::rfc3339;
use crate::resource::{Deed, Trace, Traces};
use crate::store::AuditEntry;

/// Follows the lines of an audit, the oldest first, as one project sees them.
struct Tracing<'p> {
    project: &'p str,
    traces: Traces,
}

impl<'p> Tracing<'p> {
    fn new(project: &'p str) -> Self {
        Tracing { project, traces: Traces::new() }
    }

    fn follow(&mut self, entry: &AuditEntry) {
        let (Some(address), Some(deed), "done") = (&entry.address, deed(&entry.action), entry.outcome.as_str()) else { return };
        let before = self.traces.get(address).is_some_and(|trace: &Trace| trace.ours);
        let speaks = entry.detail.get("project").is_some_and(|speaker| speaker == self.project);
        let ours = match deed {
            Deed::Put | Deed::Adopt => before || speaks,
            Deed::Delete | Deed::Forget => before && !speaks,
        };
        self.traces.insert(address.clone(), Trace { by: entry.actor.clone(), at: rfc3339(entry.at), deed, ours });
    }

    /// Of every object that was ever written, taken over, let go of or deleted: the last deed, and whether it is the project's
    /// as far as that one knows.
    fn ended(self) -> Traces {
        self.traces
    }
}

impl Broker {
    /// Who did what last to each object. Reads the whole audit.
    pub fn traces(&self, project: &str) -> Result<Traces, BrokerError> {
        let mut tracing = Tracing::new(project);
        self.each_line(|line| tracing.follow(&line.entry))?;
        Ok(tracing.ended())
    }
}

fn deed(action: &str) -> Option<Deed> {
    match action {
        "put" => Some(Deed::Put),
        "delete" => Some(Deed::Delete),
        "adopt" => Some(Deed::Adopt),
        "forget" => Some(Deed::Forget),
        _ => None,
    }
}
