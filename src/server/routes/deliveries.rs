//! What webhooks have to deliver, and how each try went.

use crate::broker::hook::Listed;
use crate::resource::Name;
use crate::resource::access::{Reach, Right, reach};
use crate::server::answer::Answer;
use crate::server::asked::{Asked, foreign_cursor};
use crate::server::served::Served;
use crate::server::trouble;
use crate::server::words;
use crate::store::DeliveryFilter;
use crate::wire::{self, DeliveryDetail, Page, Parameter, Problem};
use http::StatusCode;

/// How far back a list goes.
const KEPT: usize = 10_000;

pub(in crate::server) fn list(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let state = asked.text(Parameter::DELIVERY_STATE).and_then(wire::DeliveryState::from_word).map(words::stored);
    let after = asked.after()?;
    // The newest stand first, so a part is found behind the last one that was shown; and of what somebody may not see, some may
    // be among the newest.
    let sees_all = asked.who().projects.is_none() && reach(asked.who().role, Right::See) == Reach::Everything;
    let limit = if after.is_some() || !sees_all { KEPT } else { asked.limit() + 1 };
    let filter = DeliveryFilter { state, webhook: asked.text(Parameter::OF_WEBHOOK).map(Name::new), limit };
    let mut found = asked.admitted(served).deliveries(&filter).map_err(trouble::hook)?;
    if let Some(after) = after {
        let at = found.iter().position(|listed| listed.delivery.id == after);
        found.drain(..=at.ok_or_else(foreign_cursor)?);
    }
    let more = found.len() > asked.limit();
    found.truncate(asked.limit());
    let next = if more { asked.cursor(found.last().map(|listed| listed.delivery.id.as_str())) } else { None };
    Ok(Answer::ok(&Page { items: found.into_iter().map(words::delivery).collect(), next }))
}

pub(in crate::server) fn get(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let found = asked.admitted(served).delivery(asked.part(Parameter::DELIVERY)).map_err(trouble::hook)?;
    Ok(Answer::ok(&DeliveryDetail {
        delivery: words::delivery(found.listed),
        attempts: found.attempts.into_iter().map(words::attempt).collect(),
    }))
}

pub(in crate::server) fn again(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let delivery = asked.admitted(served).redeliver(asked.part(Parameter::DELIVERY)).map_err(trouble::hook)?;
    served.ring();
    Ok(Answer::json(StatusCode::ACCEPTED, &words::delivery(Listed { delivery, waits: None })))
}
