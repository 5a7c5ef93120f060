//! The API's words as the broker's, so that a report looks the same wherever it comes from.

use crate::broker::hook::{Listed, Shown};
use crate::broker::{HeldReport, Report, UserReport};
use crate::clock::parse_rfc3339;
use crate::store::{Attempt, AuditEntry, AuditLine, Delivery, DeliveryState};
use crate::wire;
use std::time::{Duration, SystemTime};

/// What cannot be read, in words.
pub(in super::super) type Odd = String;

pub(in super::super) fn report(report: wire::Report) -> Result<Report, Odd> {
    Ok(Report {
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
        since: some_time(report.since)?,
        held: held(report.held)?,
        users: report.users.into_iter().map(user).collect::<Result<_, _>>()?,
        webhooks: report.webhooks,
    })
}

fn user(user: wire::UserReport) -> Result<UserReport, Odd> {
    Ok(UserReport {
        user: user.user,
        state: user.state,
        message: user.message,
        since: time(&user.since)?,
        application: user.application,
        held: held(user.held)?,
    })
}

fn held(held: wire::Held) -> Result<HeldReport, Odd> {
    Ok(HeldReport {
        account: held.account,
        account_untold: held.account_untold,
        granted: held.granted,
        expires: some_time(held.expires)?,
        ends: some_time(held.ends)?,
        last_used: some_time(held.last_used)?,
        last_error: held.last_error,
        retry_at: some_time(held.retry_at)?,
    })
}

pub(in super::super) fn listed(delivery: wire::Delivery) -> Result<Listed, Odd> {
    let created = time(&delivery.created)?;
    Ok(Listed {
        waits: delivery.waits,
        delivery: Delivery {
            id: delivery.id,
            webhook: delivery.webhook,
            host: delivery.host,
            state: match delivery.state {
                wire::DeliveryState::Pending => DeliveryState::Pending,
                wire::DeliveryState::Delivered => DeliveryState::Delivered,
                wire::DeliveryState::Dead => DeliveryState::Dead,
            },
            tries: delivery.tries,
            created,
            actor: delivery.actor,
            user: delivery.user.unwrap_or_default(),
            due: some_time(delivery.due)?.unwrap_or(created),
            lease: None,
            finished: some_time(delivery.finished)?,
            reason: delivery.reason,
        },
    })
}

pub(in super::super) fn wire_state(state: DeliveryState) -> wire::DeliveryState {
    match state {
        DeliveryState::Pending => wire::DeliveryState::Pending,
        DeliveryState::Delivered => wire::DeliveryState::Delivered,
        DeliveryState::Dead => wire::DeliveryState::Dead,
    }
}

pub(in super::super) fn shown(detail: wire::DeliveryDetail) -> Result<Shown, Odd> {
    let attempts = detail.attempts.into_iter().map(attempt).collect::<Result<_, _>>()?;
    Ok(Shown { listed: listed(detail.delivery)?, attempts })
}

fn attempt(attempt: wire::Attempt) -> Result<Attempt, Odd> {
    Ok(Attempt {
        number: attempt.number,
        at: time(&attempt.at)?,
        took: Duration::from_millis(attempt.took_ms),
        result: attempt.result,
        status: attempt.status,
        message: attempt.message,
        excerpt: attempt.excerpt,
    })
}

/// A line without the digest of the one before, which the API does not repeat.
pub(in super::super) fn audit_line(line: wire::AuditLine) -> Result<AuditLine, Odd> {
    let wire::AuditLine { seq, at, actor, action, address, outcome, detail, digest } = line;
    let entry = AuditEntry { at: time(&at)?, actor, action, address, outcome, detail };
    Ok(AuditLine { seq, entry, previous: String::new(), digest })
}

fn some_time(text: Option<String>) -> Result<Option<SystemTime>, Odd> {
    text.as_deref().map(time).transpose()
}

fn time(text: &str) -> Result<SystemTime, Odd> {
    parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time"))
}
