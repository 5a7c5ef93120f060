//! Two worlds → ordered steps: what is declared against what is live. Pure: no I/O, no clock, no YAML, no HTTP, and it
//! does not know how steps are carried out.
//!
//! A plan is closed and complete: the executor has no decision left. Its nodes are steps, not resources, because two
//! resources can need interleaved steps (detach a webhook, replace its connection, attach it again).

mod model;

pub use model::{
    Action, Actor, Affects, Change, DiffOp, DiffValue, Difference, Do, Drift, Hazard, Mode, Plan, Precondition, Reason, Refused,
    SourcePlace, Step, StepId, Summary, Waiting,
};
