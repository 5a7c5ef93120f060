//! The apply's port, answered over HTTP.

use super::client::{Ask, Http};
use super::error::CallError;
use crate::apply::{Done, IdempotencyKey, Order, Outcome, Remote, RemoteError};
use crate::plan::Do;
use crate::resource::{Address, ConnectionStatus, Fingerprint, Kind, Live, Observed, Resource, Status};
use crate::secret::Secret;
use crate::wire::{self, Clear, FINGERPRINTS_AT_ONCE, Operation, header};
use serde_json::Value;
use std::sync::Arc;

impl Remote for Http {
    fn observe(&self) -> Result<Observed, RemoteError> {
        let estate: wire::Estate = self.inner.ask(&Ask::new(Operation::Estate)).map_err(unowned)?;
        let objects = estate.objects.into_iter().map(|live| Ok((live.address.clone(), read(live)?))).collect::<Result<_, RemoteError>>()?;
        Ok(Observed { objects, revision: estate.revision })
    }

    fn fingerprint(&self, values: &[Secret<String>]) -> Result<Option<Vec<Fingerprint>>, RemoteError> {
        let mut prints = Vec::with_capacity(values.len());
        for some in values.chunks(FINGERPRINTS_AT_ONCE) {
            let body = wire::ToFingerprint { values: some.iter().cloned().map(Clear).collect() };
            let made: wire::Fingerprinted = self.inner.ask(&Ask::new(Operation::Fingerprints).body(&body).repeatable()).map_err(unowned)?;
            if made.fingerprints.len() != some.len() {
                return Err(RemoteError::Invalid("the API answered another number of fingerprints".to_owned()));
            }
            prints.extend(made.fingerprints);
        }
        Ok(Some(prints))
    }

    fn spend(&self, plan_id: &str) -> Result<(), RemoteError> {
        let ask = Ask::new(Operation::Spend).name("plan", plan_id);
        // A fence is given to one apply only, so it tells a lost answer from another apply of the plan.
        let ask = match self.inner.fence() {
            Some(fence) => ask.header(header::IDEMPOTENCY_KEY, format!("spend-{fence}")).repeatable(),
            None => ask,
        };
        self.inner.tell(&ask).map_err(unowned)
    }

    fn carry_out(&self, order: &Order<'_>, key: &IdempotencyKey) -> Result<Done, RemoteError> {
        let ask = conditional(asked(order)?, order).header(header::IDEMPOTENCY_KEY, &key.0).header(header::PROJECT, order.project);
        let done: wire::Done = self.inner.ask(&ask.repeatable()).map_err(|error| error.of_apply(order.project))?;
        Ok(self::done(done))
    }
}

/// Where no project speaks.
fn unowned(error: CallError) -> RemoteError {
    error.of_apply("")
}

fn asked<'a>(order: &Order<'_>) -> Result<Ask<'a>, RemoteError> {
    let kind = order.address.kind;
    let operation = match order.action {
        Do::Create | Do::Update => Operation::Put(kind),
        Do::Delete => Operation::Delete(kind),
        Do::Revoke => Operation::Revoke,
        Do::Authorize => Operation::Authorize,
        Do::Detach => Operation::Detach,
        Do::Attach => Operation::Attach,
        Do::Adopt => Operation::Adopt(kind),
        Do::Forget => Operation::Forget(kind),
    };
    let ask = Ask::new(operation).name("name", order.address.name.to_string());
    match order.action {
        Do::Create | Do::Update => {
            let body = order.body.ok_or_else(|| RemoteError::Invalid(format!("`{}` was sent without a body", order.address)))?;
            let secrets = order.secrets.iter().map(|(path, value)| (path.clone(), Clear(value.clone()))).collect();
            Ok(ask.body(&wire::Written { body, secrets, script: order.script.clone() }))
        }
        Do::Delete | Do::Revoke | Do::Authorize | Do::Detach | Do::Attach | Do::Adopt | Do::Forget => Ok(ask),
    }
}

/// What is written over or taken away must be named by its revision; asking for an authorization and setting a webhook aside
/// take nothing from anybody.
fn conditional<'a>(ask: Ask<'a>, order: &Order<'_>) -> Ask<'a> {
    match (order.action, &order.if_match) {
        (_, Some(etag)) => ask.header(header::IF_MATCH, format!("\"{}\"", etag.0)),
        (Do::Create | Do::Update, None) => ask.header(header::IF_NONE_MATCH, "*"),
        (Do::Delete | Do::Revoke | Do::Authorize | Do::Detach | Do::Attach | Do::Adopt | Do::Forget, None) => ask,
    }
}

fn done(done: wire::Done) -> Done {
    let outcome = match done.state {
        None => Outcome::Done,
        Some(wire::State::Connection(state)) => Outcome::Connection(state),
        Some(wire::State::Webhook(state)) => Outcome::Webhook(state),
    };
    Done { etag: done.etag, outcome }
}

/// An object as a planner sees it.
fn read(live: wire::Live) -> Result<Live, RemoteError> {
    let wire::Live { address, etag, owner, state, users, body, applied, secrets } = live;
    let status = match (address.kind, state) {
        (Kind::Service, None) => Status::Service,
        (Kind::Function, None) => Status::Function,
        (Kind::Connection, Some(wire::State::Connection(state))) => Status::Connection(ConnectionStatus { state, users }),
        (Kind::Webhook, Some(wire::State::Webhook(state))) => Status::Webhook(state),
        (Kind::Service | Kind::Connection | Kind::Webhook | Kind::Function, _) => {
            return Err(RemoteError::Invalid(format!("the API says of `{address}` how it stands in words of another kind")));
        }
    };
    let resource = Arc::new(resource(&address, body)?);
    let applied = applied.map(|body| self::resource(&address, body)).transpose()?.map(Arc::new);
    Ok(Live { resource, etag, owner, status, applied, secrets })
}

fn resource(address: &Address, body: Value) -> Result<Resource, RemoteError> {
    Resource::deserialize(address.kind, body).map_err(|error| {
        RemoteError::Invalid(format!("the body of `{address}` does not read as this program knows it ({error}): is it newer?"))
    })
}
