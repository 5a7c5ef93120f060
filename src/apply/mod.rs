//! Carries out a plan against a platform: the executor, its `Remote` port, the plan file and the snapshot. Knows no HTTP, no database
//! and no terminal.
//!
//! What an interrupted apply leaves behind is repaired by planning and applying again, never by undoing: the next plan
//! finds revoked, half moved and set-aside objects as they are.

mod carry;
mod digest;
mod executor;
mod lease;
mod plan_file;
mod refusal;
mod remote;
mod report;
mod seal;
mod snapshot_file;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod laws;

pub use executor::{Applying, apply};
pub use lease::{Leases, while_leased};
pub use plan_file::{Binding, ConfigDigest, ConfigFile, FORMAT_VERSION, LIFETIME, PlanFile, PlanFileError, Remark, ScriptPlace};
pub use refusal::{FileMove, ObjectMove, PlanRefusal, Present};
pub use remote::{Done, IdempotencyKey, Material, MaterialError, Order, Outcome, Remote, RemoteError};
pub use report::{Because, Event, Report, StepError, Task};
pub use snapshot_file::{FromSnapshot, SnapshotError, SnapshotFile, SnapshotObject};
