//! Who did what last to each object, from the audit.

use super::{Broker, BrokerError};
use crate::clock::rfc3339;
use crate::resource::{Deed, Trace, Traces};

impl Broker {
    /// Of every object that was ever written, taken over, let go of or deleted: the last deed, and whether it is a project's
    /// as far as that one knows. Reads the whole audit.
    pub fn traces(&self, project: &str) -> Result<Traces, BrokerError> {
        let mut traces = Traces::new();
        self.each_line(|line| {
            let entry = &line.entry;
            let (Some(address), Some(deed), "done") = (&entry.address, deed(&entry.action), entry.outcome.as_str()) else { return };
            let before = traces.get(address).is_some_and(|trace: &Trace| trace.ours);
            let speaks = entry.detail.get("project").is_some_and(|speaker| speaker == project);
            let ours = match deed {
                Deed::Put | Deed::Adopt => before || speaks,
                Deed::Delete | Deed::Forget => before && !speaks,
            };
            traces.insert(address.clone(), Trace { by: entry.actor.clone(), at: rfc3339(entry.at), deed, ours });
        })?;
        Ok(traces)
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
