//! Services, connections, webhooks and functions: one life for all kinds.

use crate::broker::{Expect, Part, Put, Whose};
use crate::resource::{Address, Live, Resource, SecretPath, Status};
use crate::secret::Secret;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::server::trouble;
use crate::store;
use crate::wire::{self, Code, Dependent, Dependents, Done, Page, Parameter, Problem, Script, State, Written};
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(in crate::server) fn list(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let after = asked.after()?;
    let whose = match asked.text(Parameter::WHOSE) {
        None => Whose::All,
        Some("mine") => Whose::Mine,
        Some(_) => Whose::Shared,
    };
    // One more than is shown, to know whether there is more.
    let part = Part { whose, owner: asked.text(Parameter::OWNER), after: after.as_deref(), limit: asked.limit() + 1 };
    let objects = asked.admitted(served).objects(asked.kind(), &part, &|live| is_so(asked, live)).map_err(trouble::broker)?;
    let more = objects.len() > asked.limit();
    let items: Vec<wire::Live<Arc<Resource>>> =
        objects.into_iter().take(asked.limit()).map(|(address, live)| shown(address, live)).collect();
    let next = if more { asked.cursor(items.last().map(|live| live.address.name.as_str())) } else { None };
    Ok(Answer::ok(&Page { items, next }))
}

/// Whether a connection is of the service and in the state that are asked for.
fn is_so(asked: &Asked, live: &Live) -> bool {
    let Resource::Connection(connection) = &*live.resource else { return true };
    let state = live.connection_status().and_then(|status| serde_json::to_value(status.state).ok());
    let is_state = |wanted: &str| state.as_ref().is_some_and(|state| state == wanted);
    asked.text(Parameter::OF_SERVICE).is_none_or(|service| connection.service.as_str() == service)
        && asked.text(Parameter::STATE).is_none_or(is_state)
}

pub(in crate::server) fn get(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let address = asked.address();
    let live = asked.admitted(served).object(&address).map_err(trouble::broker)?;
    let etag = live.etag.clone();
    if asked.knows(&etag) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).tagged(Some(&etag)));
    }
    Ok(Answer::ok(&shown(address, live)).tagged(Some(&etag)))
}

pub(in crate::server) fn put(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let expect = named_revision(asked)?;
    let (address, key) = (asked.address(), asked.key());
    let Written { body, secrets, script }: Written = asked.body()?;
    // Its reader's own words are left out: they could show a value.
    let unread = |_| Problem { pointer: Some("/body".to_owned()), ..Problem::new(Code::BadShape, "`body` does not fit its schema") };
    let resource = Resource::deserialize(address.kind, body).map_err(unread)?;
    let secrets: BTreeMap<SecretPath, Secret<String>> = secrets.into_iter().map(|(path, clear)| (path, clear.0)).collect();
    let put = Put { resource: &resource, secrets: &secrets, script: script.as_deref() };
    let answer = asked.admitted(served).put(&asked.how(&key)?, &address, put).map_err(trouble::broker)?;
    let status = if expect == Expect::Absent { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::json(status, &done(&answer)).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn delete(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    named_revision(asked)?;
    let key = asked.key();
    let answer = asked.admitted(served).delete(&asked.how(&key)?, &asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)))
}

pub(in crate::server) fn adopt(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    named_revision(asked)?;
    let key = asked.key();
    let answer = asked.admitted(served).adopt(&asked.how(&key)?, &asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn forget(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    named_revision(asked)?;
    let key = asked.key();
    let answer = asked.admitted(served).forget(&asked.how(&key)?, &asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn dependents(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let found = asked.admitted(served).dependents(&asked.address()).map_err(trouble::broker)?;
    let items = found.into_iter().map(|(address, link)| Dependent { address, link: link.words().to_owned() }).collect();
    Ok(Answer::ok(&Dependents { items }))
}

pub(in crate::server) fn script(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let script = asked.admitted(served).script(&asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&Script { script }))
}

/// What is written over or taken away is named by its revision, were it only to say that any will do.
fn named_revision(asked: &Asked) -> Result<Expect, Problem> {
    let unsaid = "send `If-Match` with the revision that is meant, or `*`; `If-None-Match: *` where nothing may be there yet";
    asked.expect()?.ok_or_else(|| Problem::new(Code::PreconditionRequired, unsaid))
}

/// An object in the API's words.
pub(in crate::server) fn shown(address: Address, live: Live) -> wire::Live<Arc<Resource>> {
    let (state, users) = match live.status {
        Status::Connection(status) => (Some(State::Connection(status.state)), status.users),
        Status::Webhook(state) => (Some(State::Webhook(state)), Vec::new()),
        Status::Service | Status::Function => (None, Vec::new()),
    };
    wire::Live {
        address,
        etag: live.etag,
        owner: live.owner,
        state,
        users,
        body: live.resource,
        applied: live.applied,
        secrets: live.secrets,
    }
}

pub(in crate::server) fn done(answer: &store::Answer) -> Done {
    let state = match answer.outcome {
        store::Outcome::Done => None,
        store::Outcome::Connection(state) => Some(State::Connection(state)),
        store::Outcome::Webhook(state) => Some(State::Webhook(state)),
    };
    Done { etag: answer.etag.clone(), state }
}
