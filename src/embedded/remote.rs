//! The apply's port, answered by the broker beside it.

use super::Embedded;
use crate::apply::{Done, IdempotencyKey, Order, Outcome, Remote, RemoteError};
use crate::broker::{BrokerError, Call, Expect, Put};
use crate::clock::rfc3339;
use crate::plan::Do;
use crate::resource::{Fingerprint, Observed};
use crate::secret::Secret;
use crate::store;

impl Remote for Embedded {
    fn observe(&self) -> Result<Observed, RemoteError> {
        self.broker.observe().map_err(answered)
    }

    fn fingerprint(&self, values: &[Secret<String>]) -> Result<Option<Vec<Fingerprint>>, RemoteError> {
        Ok(self.has_data.then(|| self.broker.fingerprint(values)))
    }

    fn spend(&self, plan_id: &str) -> Result<(), RemoteError> {
        self.broker.spend(&self.actor, plan_id).map_err(answered)
    }

    fn carry_out(&self, order: &Order<'_>, key: &IdempotencyKey) -> Result<Done, RemoteError> {
        let call = Call { actor: &self.actor, project: Some(order.project), key: Some(&key.0), expect: expectation(order), fence: None };
        let answer = match order.action {
            Do::Create | Do::Update => {
                let body = order.body.ok_or_else(|| RemoteError::Invalid(format!("`{}` was sent without a body", order.address)))?;
                let put = Put { resource: body, secrets: &order.secrets, script: order.script.as_deref() };
                self.broker.put(&call, order.address, put)
            }
            Do::Delete => self.broker.delete(&call, order.address),
            Do::Revoke => self.broker.revoke(&call, order.address),
            Do::Authorize => self.broker.authorize(&call, order.address),
            Do::Detach => self.broker.detach(&call, order.address),
            Do::Attach => self.broker.attach(&call, order.address),
            Do::Adopt => self.broker.adopt(&call, order.address),
            Do::Forget => self.broker.forget(&call, order.address),
        };
        answer.map(done).map_err(answered)
    }
}

/// What is written over or taken away must be named by its revision. Asking for an authorization and setting a webhook aside
/// take nothing from anybody, so an order that knows no revision goes ahead there.
fn expectation(order: &Order<'_>) -> Expect {
    match (order.action, &order.if_match) {
        (_, Some(etag)) => Expect::Revision(etag.clone()),
        (Do::Create | Do::Update | Do::Delete | Do::Revoke | Do::Adopt | Do::Forget, None) => Expect::Absent,
        (Do::Authorize | Do::Detach | Do::Attach, None) => Expect::Whatever,
    }
}

fn done(answer: store::Answer) -> Done {
    let outcome = match answer.outcome {
        store::Outcome::Done => Outcome::Done,
        store::Outcome::Connection(state) => Outcome::Connection(state),
        store::Outcome::Webhook(state) => Outcome::Webhook(state),
    };
    Done { etag: answer.etag, outcome }
}

fn answered(error: BrokerError) -> RemoteError {
    match error {
        BrokerError::Stale { address } => RemoteError::Stale { address },
        BrokerError::NotFound { address } => RemoteError::NotFound { address },
        BrokerError::Refused { refusal, .. } => RemoteError::Refused(refusal),
        BrokerError::Spent { at } => RemoteError::Spent { at: rfc3339(at) },
        BrokerError::Invalid(invalid) => RemoteError::Invalid(invalid.to_string()),
        error @ (BrokerError::ForeignKey(_) | BrokerError::Audit(_) | BrokerError::KeyMoved | BrokerError::Store(_)) => {
            RemoteError::Unavailable(Box::new(error))
        }
        BrokerError::LeaseHeld { project, holder, until } => RemoteError::LeaseHeld { project, holder, until: rfc3339(until) },
        BrokerError::LeaseLost { project } => RemoteError::LeaseLost { project },
        BrokerError::Forbidden(denied) => RemoteError::NotPermitted(denied.to_string()),
        BrokerError::Unauthenticated(why) => RemoteError::NotPermitted(why.to_string()),
        error @ (BrokerError::NotConnected { .. }
        | BrokerError::NeedsLoginUser { .. }
        | BrokerError::Unready { .. }
        | BrokerError::NothingToConsent { .. }
        | BrokerError::UnknownConsent
        | BrokerError::Flow { .. }
        | BrokerError::Flow1 { .. }
        | BrokerError::OtherAccount { .. }
        | BrokerError::AccountUntold { .. }
        | BrokerError::Busy { .. }
        | BrokerError::ServiceFault { .. }
        | BrokerError::Placement(_)
        | BrokerError::NoSuch { .. }
        | BrokerError::LastAdministrator { .. }
        | BrokerError::NeedsApplication { .. }
        | BrokerError::ApplicationInUse { .. }
        | BrokerError::Call(_)) => RemoteError::Invalid(error.to_string()),
    }
}
