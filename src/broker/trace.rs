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
        let (Some(address), "done") = (&entry.address, entry.outcome.as_str()) else { return };
        let (by, at) = (entry.actor.clone(), rfc3339(entry.at));
        if entry.action == "revoke" {
            self.traces.entry(address.clone()).and_modify(|trace| trace.revoked = Some((by, at)));
            return;
        }
        let Some(deed) = deed(&entry.action) else { return };
        let before = self.traces.get(address);
        let was_ours = before.is_some_and(|trace| trace.ours);
        let speaks = entry.detail.get("project").is_some_and(|speaker| speaker == self.project);
        let ours = match deed {
            Deed::Put | Deed::Adopt => was_ours || speaks,
            Deed::Delete | Deed::Forget => was_ours && !speaks,
        };
        let revoked = before.and_then(|trace| trace.revoked.clone()).filter(|_| deed != Deed::Delete);
        self.traces.insert(address.clone(), Trace { by, at, deed, ours, revoked });
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
