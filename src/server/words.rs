//! The broker's words as the API's. What stands in a project's own folder is shown in them too.

use crate::broker::hook::Listed;
use crate::broker::{HeldReport, Report, Told, ToldOutcome, UserReport};
use crate::clock::rfc3339;
use crate::store::{Attempt, DeliveryState};
use crate::wire::{self, Held};
use std::time::SystemTime;

/// What a service made of a revocation.
pub fn told(told: &Told) -> wire::Told {
    wire::Told { user: told.user.clone(), outcome: outcome(&told.outcome), message: told.outcome.words() }
}

fn outcome(outcome: &ToldOutcome) -> wire::ToldOutcome {
    match outcome {
        ToldOutcome::Revoked => wire::ToldOutcome::Revoked,
        ToldOutcome::NoEndpoint { .. } => wire::ToldOutcome::NoEndpoint,
        ToldOutcome::Queued { .. } => wire::ToldOutcome::Queued,
        ToldOutcome::Failed { .. } => wire::ToldOutcome::Failed,
    }
}

/// How a connection stands.
pub fn report(report: Report) -> wire::Report {
    let user = |user: UserReport| wire::UserReport {
        user: user.user,
        state: user.state,
        message: user.message,
        since: rfc3339(user.since),
        application: user.application,
        held: held(user.held),
    };
    wire::Report {
        address: report.address,
        name: report.name,
        service: report.service,
        scopes: report.scopes,
        owner: report.owner,
        maker: report.maker,
        application: report.application,
        use_login_user_credentials: report.use_login_user_credentials,
        state: report.state,
        message: report.message,
        since: report.since.map(rfc3339),
        held: held(report.held),
        users: report.users.into_iter().map(user).collect(),
        webhooks: report.webhooks,
    }
}

fn held(held: HeldReport) -> Held {
    let time = |time: Option<SystemTime>| time.map(rfc3339);
    Held {
        account: held.account,
        account_untold: held.account_untold,
        granted: held.granted,
        expires: time(held.expires),
        ends: time(held.ends),
        last_used: time(held.last_used),
        last_error: held.last_error,
        retry_at: time(held.retry_at),
    }
}

/// A delivery in the API's words.
pub fn delivery(listed: Listed) -> wire::Delivery {
    let Listed { delivery, waits } = listed;
    let due = (delivery.state == DeliveryState::Pending).then(|| rfc3339(delivery.due));
    wire::Delivery {
        id: delivery.id,
        webhook: delivery.webhook,
        host: delivery.host,
        state: shown(delivery.state),
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

pub fn attempt(attempt: Attempt) -> wire::Attempt {
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

/// A delivery's state, in the API's words.
pub fn shown(state: DeliveryState) -> wire::DeliveryState {
    match state {
        DeliveryState::Pending => wire::DeliveryState::Pending,
        DeliveryState::Delivered => wire::DeliveryState::Delivered,
        DeliveryState::Dead => wire::DeliveryState::Dead,
    }
}

/// The same the other way around.
pub fn stored(state: wire::DeliveryState) -> DeliveryState {
    match state {
        wire::DeliveryState::Pending => DeliveryState::Pending,
        wire::DeliveryState::Delivered => DeliveryState::Delivered,
        wire::DeliveryState::Dead => DeliveryState::Dead,
    }
}
