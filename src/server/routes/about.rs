//! The server itself: what it is, its document, whether it lives and whether it can serve.

use crate::broker::BrokerError;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::wire::{Health, Problem, Ready, ServerInfo};
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

pub(in crate::server) fn server(_: &Served, _: &Asked) -> Result<Answer, Problem> {
    Ok(Answer::ok(&ServerInfo { name: "bowline".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }))
}

pub(in crate::server) fn openapi(_: &Served, _: &Asked) -> Result<Answer, Problem> {
    Ok(Answer::ok(&crate::server::document()))
}

pub(in crate::server) fn health(_: &Served, _: &Asked) -> Result<Answer, Problem> {
    Ok(Answer::ok(&Health { status: "ok".to_owned() }))
}

/// Asks the data, the key and the audit, and says of each only whether it is well: the rest is the operator's.
pub(in crate::server) fn ready(served: &Served, _: &Asked) -> Result<Answer, Problem> {
    let (checks, ready) = checks(served);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(Answer::json(status, &Ready { ready, checks }))
}

/// What it takes to serve, and whether all of it is well. A server that was asked to stop is not ready.
pub(in crate::server) fn checks(served: &Served) -> (BTreeMap<String, String>, bool) {
    let word = |answer: Result<(), BrokerError>| match answer {
        Ok(()) => "ok".to_owned(),
        Err(BrokerError::ForeignKey(_) | BrokerError::KeyMoved) => "sealed".to_owned(),
        Err(_) => "unavailable".to_owned(),
    };
    let mut checks = BTreeMap::from([
        ("database".to_owned(), word(served.broker.audit_head().map(drop))),
        ("key".to_owned(), word(served.broker.check_key())),
        ("audit".to_owned(), word(served.broker.check_audit_end())),
    ]);
    if served.draining.load(Ordering::SeqCst) {
        checks.insert("server".to_owned(), "draining".to_owned());
    }
    let ready = checks.values().all(|word| word == "ok");
    (checks, ready)
}
