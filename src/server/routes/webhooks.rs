//! Webhooks: firing them, setting them aside, attaching them again.

use super::objects::done;
use crate::broker::hook::Listed;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::server::trouble;
use crate::server::words;
use crate::wire::{Event, Problem};
use http::StatusCode;

pub(in crate::server) fn trigger(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let Event { event, user } = asked.body()?;
    let key = asked.key();
    let how = (key.as_deref(), user.as_deref());
    let delivery = asked.admitted(served).trigger(&asked.name(), &event, how).map_err(trouble::hook)?;
    served.ring();
    Ok(Answer::json(StatusCode::ACCEPTED, &words::delivery(Listed { delivery, waits: None })))
}

pub(in crate::server) fn detach(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let key = asked.key();
    let answer = asked.admitted(served).detach(&asked.how(&key)?, &asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn attach(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let key = asked.key();
    let answer = asked.admitted(served).attach(&asked.how(&key)?, &asked.address()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)).tagged(answer.etag.as_ref()))
}
