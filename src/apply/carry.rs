//! Carries out one step: gathers what it needs, sends the order, and sends it again where the platform was not reached.
//! Secrets are fetched here, at the last moment, and dropped here.

use super::digest::sha256_hex;
use super::remote::{Done, IdempotencyKey, Material, Order, Remote, RemoteError};
use super::report::StepError;
use crate::plan::{Action, Change, DiffOp, Do, Step};
use crate::resource::{Address, Etag, Resource, SecretPath};
use crate::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};

/// How often one order is sent at most.
const TRIES: usize = 3;

/// Where a step is carried out.
pub(super) struct Place<'a> {
    pub(super) run_id: &'a str,
    pub(super) project: &'a str,
    pub(super) remote: &'a dyn Remote,
    pub(super) material: &'a dyn Material,
}

impl Place<'_> {
    /// Does one step; `again` is told of every repetition.
    pub(super) fn carry_out(
        &self,
        (change, step): (&Change, &Step),
        if_match: Option<Etag>,
        again: &mut dyn FnMut(usize),
    ) -> Result<Done, StepError> {
        let order = self.order(change, step, if_match)?;
        let key = IdempotencyKey(format!("{}/{}", self.run_id, step.id.0));
        let mut tries = 1;
        loop {
            match self.remote.carry_out(&order, &key) {
                Err(RemoteError::Unavailable(_)) if tries < TRIES => {
                    again(tries);
                    tries += 1;
                }
                answer => return Ok(answer?),
            }
        }
    }

    fn order<'o>(&'o self, change: &'o Change, step: &'o Step, if_match: Option<Etag>) -> Result<Order<'o>, StepError> {
        let writes = matches!(step.action, Do::Create | Do::Update);
        let body = change.after.as_deref().filter(|_| writes);
        let secrets = body.map(|body| self.secrets(change, step, body)).transpose()?.unwrap_or_default();
        let script = body.map(|body| self.script(body)).transpose()?.flatten();
        let address = address(change, step);
        Ok(Order { project: self.project, action: step.action, address, body, secrets, script, actor: step.actor, if_match })
    }

    /// A new object is given every secret; an existing one those that the plan says are written, and no others.
    fn secrets(&self, change: &Change, step: &Step, body: &Resource) -> Result<BTreeMap<SecretPath, Secret<String>>, StepError> {
        let planned: BTreeSet<&str> = change
            .diff
            .iter()
            .filter(|difference| difference.op == DiffOp::SecretWrite)
            .map(|difference| difference.path.as_str())
            .collect();
        let written = body.secrets().into_iter().filter(|(path, _)| step.action == Do::Create || planned.contains(path.0.as_str()));
        written.map(|(path, from)| Ok((path, self.material.secret(from)?))).collect()
    }

    /// The script, where it is still the one that was planned.
    fn script(&self, body: &Resource) -> Result<Option<String>, StepError> {
        let Resource::Function(function) = body else { return Ok(None) };
        let text = self.material.script(&function.script.path)?;
        if function.script.sha256.is_empty() || sha256_hex(text.as_bytes()) == function.script.sha256 {
            Ok(Some(text))
        } else {
            Err(StepError::ScriptChanged { path: function.script.path.clone() })
        }
    }
}

/// The object that a step calls upon.
pub(super) fn address<'a>(change: &'a Change, step: &'a Step) -> &'a Address {
    step.target.as_ref().unwrap_or(&change.address)
}

/// The live object that a change's precondition speaks of.
pub(super) fn subject(change: &Change) -> &Address {
    match (change.action, &change.previous_address) {
        (Action::Move, Some(from)) => from,
        (
            Action::Create
            | Action::Update
            | Action::Reconnect
            | Action::Replace
            | Action::Move
            | Action::Delete
            | Action::Adopt
            | Action::Forget,
            _,
        ) => &change.address,
    }
}
