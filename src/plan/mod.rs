//! Two worlds → ordered steps: what is declared against what is live. Pure: no I/O, no clock, no YAML, no HTTP, and it
//! does not know how steps are carried out.
//!
//! A plan is closed and complete: the executor has no decision left. Its nodes are steps, not resources, because two
//! resources can need interleaved steps (detach a webhook, replace its connection, attach it again).
//!
//! The stages, each deciding one thing: `fate` what becomes of an object · `targets` which are looked at · `diff` what
//! differs · `choreography` the steps of one change · `link` how changes wait for each other, and what is refused ·
//! `hazard` what a reviewer must see (`reach`: where credentials go) · `order` the ids. `inspect` checks a finished plan
//! without any of them, `approval` takes out of it what nobody approved.
//!
//! Adding a kind: a file in `diff/`, a line in `choreography` where it has steps of its own.

mod approval;
mod change;
mod choreography;
mod diff;
mod draft;
mod drift;
mod fate;
mod hazard;
mod inspect;
mod link;
mod model;
mod options;
mod order;
mod planner;
mod reach;
mod rehearsal;
mod renames;
mod summary;
mod targets;
mod worlds;

#[cfg(test)]
mod scenes;

pub use approval::{Approval, ApprovalError, Approved, LeftOut, adoptions, approve};
pub use change::{Action, Affects, Change, DiffOp, DiffValue, Difference, Hazard, Precondition, Reason, Refused, SourcePlace};
pub use choreography::{DELETED_ELSEWHERE, NOT_THERE_YET};
pub use drift::drift;
pub use inspect::{Finding, inspect};
pub use model::{Actor, Do, Drift, DriftKind, Drifted, Effect, LikelyRename, Mode, Plan, Side, Step, StepId, Summary, Verdict, Waiting};
pub use options::{Fingerprints, PlanError, PlanOptions};
pub use planner::plan;
pub use rehearsal::{Mishap, Prop, Rehearsal};
