//! The server itself: what it is, its document, whether it lives and whether it can serve.

use crate::broker::BrokerError;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::wire::{Health, Problem, Ready, ServerInfo};
use http::StatusCode;
use std::collections::BTreeMap;

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
    let word = |answer: Result<(), BrokerError>| match answer {
        Ok(()) => "ok".to_owned(),
        Err(BrokerError::ForeignKey(_) | BrokerError::KeyMoved) => "sealed".to_owned(),
        Err(_) => "unavailable".to_owned(),
    };
    let checks = BTreeMap::from([
        ("database".to_owned(), word(served.broker.audit_head().map(drop))),
        ("key".to_owned(), word(served.broker.check_key())),
        ("audit".to_owned(), word(served.broker.check_audit_end())),
    ]);
    let ready = checks.values().all(|word| word == "ok");
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(Answer::json(status, &Ready { ready, checks }))
}
