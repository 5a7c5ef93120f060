//! What webhooks have to deliver, and how each try went.

use crate::broker::hook::Listed;
use crate::clock::rfc3339;
use crate::resource::Name;
use crate::resource::access::{Reach, Right, reach};
use crate::server::answer::Answer;
use crate::server::asked::{Asked, foreign_cursor};
use crate::server::served::Served;
use crate::server::trouble;
use crate::store::{Attempt, DeliveryFilter, DeliveryState};
use crate::wire::{self, DeliveryDetail, Page, Parameter, Problem};
use http::StatusCode;

/// How far back a list goes.
const KEPT: usize = 10_000;

pub(in crate::server) fn list(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let state = asked.text(Parameter::DELIVERY_STATE).map(|word| match word {
        "pending" => DeliveryState::Pending,
        "delivered" => DeliveryState::Delivered,
        _ => DeliveryState::Dead,
    });
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
    Ok(Answer::ok(&Page { items: found.into_iter().map(shown).collect(), next }))
}

pub(in crate::server) fn get(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let found = asked.admitted(served).delivery(asked.part(Parameter::DELIVERY)).map_err(trouble::hook)?;
    Ok(Answer::ok(&DeliveryDetail { delivery: shown(found.listed), attempts: found.attempts.into_iter().map(attempt).collect() }))
}

pub(in crate::server) fn again(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let delivery = asked.admitted(served).redeliver(asked.part(Parameter::DELIVERY)).map_err(trouble::hook)?;
    served.ring();
    Ok(Answer::json(StatusCode::ACCEPTED, &shown(Listed { delivery, waits: None })))
}

/// A delivery in the API's words.
pub(in crate::server) fn shown(listed: Listed) -> wire::Delivery {
    let Listed { delivery, waits } = listed;
    let (state, due) = match delivery.state {
        DeliveryState::Pending => (wire::DeliveryState::Pending, Some(rfc3339(delivery.due))),
        DeliveryState::Delivered => (wire::DeliveryState::Delivered, None),
        DeliveryState::Dead => (wire::DeliveryState::Dead, None),
    };
    wire::Delivery {
        id: delivery.id,
        webhook: delivery.webhook,
        host: delivery.host,
        state,
        waits,
        tries: delivery.tries,
        created: rfc3339(delivery.created),
        actor: delivery.actor,
        user: Some(delivery.user).filter(|user| !user.is_empty()),
        due,
        finished: delivery.finished.map(rfc3339),
        reason: delivery.reason,
    }
}

fn attempt(attempt: Attempt) -> wire::Attempt {
    wire::Attempt {
        number: attempt.number,
        at: rfc3339(attempt.at),
        took_ms: u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
        result: attempt.result,
        status: attempt.status,
        message: attempt.message,
        excerpt: attempt.excerpt,
    }
}
