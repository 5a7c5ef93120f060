//! The API's words as the broker's, so that a report looks the same wherever it comes from.

use crate::broker::hook::{Listed, Shown};
use crate::broker::{HeldReport, Report, UserReport};
use crate::clock::parse_rfc3339;
use crate::resource::{Address, Trace};
use crate::server::words;
use crate::store::{Attempt, AuditEntry, AuditLine, Delivery};
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
            state: words::stored(delivery.state),
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

/// What a served broker tells of is the project's own.
pub(in super::super) fn trace(trace: wire::Trace) -> (Address, Trace) {
    let wire::Trace { address, by, at, deed, revoked } = trace;
    (address, Trace { by, at, deed, ours: true, revoked: revoked.map(|wire::TakenAway { by, at }| (by, at)) })
}

fn some_time(text: Option<String>) -> Result<Option<SystemTime>, Odd> {
    text.as_deref().map(time).transpose()
}

fn time(text: &str) -> Result<SystemTime, Odd> {
    parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{ConnectionState, Fingerprint, Kind, Name, Scope, WebhookState};
    use crate::store::DeliveryState;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
    }

    /// As it arrives.
    fn sent<T: Serialize + DeserializeOwned>(body: &T) -> T {
        serde_json::from_str(&serde_json::to_string(body).expect("bodies are JSON")).expect("and read as such")
    }

    fn held_at(first: u64) -> HeldReport {
        HeldReport {
            granted: [Scope("a.read".to_owned())].into(),
            expires: Some(at(first)),
            ends: Some(at(first + 1)),
            last_used: Some(at(first + 2)),
            account: Some(Fingerprint("fp:7".to_owned())),
            account_untold: true,
            last_error: format!("late {first}"),
            retry_at: Some(at(first + 3)),
        }
    }

    // Every field is written out, and none is as it would be left out: a new one has to be thought of here.
    #[test]
    fn a_report_arrives_as_the_broker_made_it() {
        let hook = Address::new(Kind::Webhook, "door");
        let made = Report {
            address: Address::new(Kind::Connection, "crm"),
            name: "CRM".to_owned(),
            service: Name::new("zoho"),
            scopes: [Scope("a.read".to_owned()), Scope("b".to_owned())].into(),
            owner: Some("cold_chain".to_owned()),
            maker: Some("ada".to_owned()),
            use_login_user_credentials: true,
            application: Some(Name::new("portal")),
            state: ConnectionState::Error,
            message: "m".to_owned(),
            since: Some(at(1)),
            held: held_at(10),
            users: vec![UserReport {
                user: "zoe".to_owned(),
                state: ConnectionState::Expired,
                message: "n".to_owned(),
                since: at(2),
                application: Some(Name::new("other")),
                held: held_at(20),
            }],
            webhooks: [(hook, WebhookState::Blocked)].into(),
        };
        assert_eq!(report(sent(&words::report(made.clone()))), Ok(made));
        assert_eq!(report(sent(&words::report(bare()))), Ok(bare()));
    }

    /// What may be left out is.
    fn bare() -> Report {
        Report {
            address: Address::new(Kind::Connection, "crm"),
            name: "CRM".to_owned(),
            service: Name::new("zoho"),
            scopes: Default::default(),
            owner: None,
            maker: None,
            use_login_user_credentials: false,
            application: None,
            state: ConnectionState::NotConnected,
            message: String::new(),
            since: None,
            held: HeldReport::default(),
            users: Vec::new(),
            webhooks: Default::default(),
        }
    }

    #[test]
    fn a_delivery_arrives_as_the_broker_made_it() {
        for state in [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead] {
            let is_pending = state == DeliveryState::Pending;
            let made = Listed {
                delivery: Delivery {
                    id: "msg_1".to_owned(),
                    webhook: Name::new("door"),
                    host: "x.example".to_owned(),
                    state,
                    tries: 2,
                    created: at(0),
                    actor: "ada".to_owned(),
                    user: "zoe".to_owned(),
                    // When it is due is said of what is pending alone, and who is at it of nothing.
                    due: if is_pending { at(9) } else { at(0) },
                    lease: None,
                    finished: (!is_pending).then(|| at(8)),
                    reason: "r".to_owned(),
                },
                waits: is_pending.then_some(WebhookState::Blocked),
            };
            assert_eq!(listed(sent(&words::delivery(made.clone()))), Ok(made));
        }
        let made = Attempt {
            number: 3,
            at: at(4),
            took: Duration::from_millis(1234),
            result: "status".to_owned(),
            status: Some(503),
            message: "m".to_owned(),
            excerpt: "e".to_owned(),
        };
        assert_eq!(attempt(sent(&words::attempt(made.clone()))), Ok(made));
    }
}
