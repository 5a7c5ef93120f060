//! What an apply tells: events while it runs, and a report at its end.

use super::remote::{MaterialError, Outcome, RemoteError};
use crate::plan::{Do, LeftOut, Plan, Refused, StepId, Waiting};
use crate::resource::{Address, ConnectionState};
use std::collections::BTreeSet;

/// A step and what it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub step: StepId,
    pub action: Do,
    /// The object that is called upon.
    pub address: Address,
}

/// Told on the caller's thread, in the order in which it happened.
#[derive(Debug)]
pub enum Event {
    Started(Task),
    /// The platform could not be reached; the same order is sent again.
    Retried {
        task: Task,
        /// 1 for the first time again.
        again: usize,
    },
    Done {
        task: Task,
        outcome: Outcome,
    },
    Failed {
        task: Task,
        message: String,
    },
    NotAttempted {
        task: Task,
        because: Because,
    },
}

/// Why a step was not attempted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// It waits, directly or not, for a step that failed.
    Failed(StepId),
    Cancelled,
    /// Somebody else may be applying by now.
    LeaseLost,
}

/// A step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Material(#[from] MaterialError),
    #[error("`{path}` has changed since the plan was made")]
    ScriptChanged { path: String },
}

/// How an apply ended. Enough to tell "done", "incomplete: run it again" and "a person's consent is pending" apart.
#[derive(Debug, Default)]
pub struct Report {
    pub done: Vec<(Task, Outcome)>,
    pub failed: Vec<(Task, StepError)>,
    pub not_attempted: Vec<(Task, Because)>,
    /// Changes that the plan lists as refused.
    pub refused: Vec<(Address, Refused)>,
    /// Changes that the plan holds and that were not approved.
    pub left_out: Vec<LeftOut>,
    /// Connections that wait for a person's consent, also those that waited before.
    pub waiting: BTreeSet<Address>,
    /// Connections that nobody has to consent to and whose service gave no access, also those that it gave none before.
    pub not_connected: BTreeSet<Address>,
    /// Webhooks that were written, or used a connection that was, and cannot fire until a connection is connected.
    pub blocked: BTreeSet<Address>,
}

impl Report {
    /// Whether every step that the plan holds was done. Refused changes hold none.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.not_attempted.is_empty()
    }

    /// Notes how what a plan leaves as it is stands.
    pub fn stands(&mut self, plan: &Plan) {
        for Waiting { address, state } in &plan.waiting {
            let is_asked = *state == ConnectionState::AwaitingConsent;
            if is_asked { &mut self.waiting } else { &mut self.not_connected }.insert(address.clone());
        }
    }
}
