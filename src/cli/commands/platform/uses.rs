//! What commands ask of either platform, in the broker's own words.

use super::there::unpacked::{self, Odd};
use super::{Platform, broker_failure, call_failure, failure};
use crate::apply::{self, RemoteError};
use crate::broker::Report;
use crate::broker::hook::{HookError, Listed, Shown};
use crate::cli::exit::Exit;
use crate::cli::talk::Failure;
use crate::clock::{Random, rfc3339};
use crate::embedded::LockError;
use crate::remote::{AuditWanted, CallError, DeliveriesWanted};
use crate::resource::{Address, Name, Traces, Webhook};
use crate::server::words;
use crate::store::{AuditHead, AuditLine, Delivery, DeliveryFilter};
use crate::wire::Code;
use std::time::Duration;

/// How long the lease of an apply lasts without a sign of life: one that died holds others up no longer.
const LEASE: Duration = Duration::from_secs(60);

impl Platform {
    /// Does something as the one apply of a project that runs; refused, without waiting, where there is another.
    pub(in crate::cli::commands) fn while_locked<T>(
        &self,
        project: &str,
        random: &dyn Random,
        work: impl FnOnce() -> T,
    ) -> Result<T, Failure> {
        match self {
            Platform::Here(embedded) => {
                let _lock = embedded.lock().map_err(locked)?;
                Ok(work())
            }
            Platform::There(http) => {
                // Tells this apply from every other one, of the same person too.
                let mut claim = [0; 16];
                random.fill(&mut claim);
                apply::while_leased(&http.lease_of(project), &hex::encode(claim), LEASE, |_| work()).map_err(leased)
            }
        }
    }

    /// How every connection stands, by address.
    pub(in crate::cli::commands) fn status(&self) -> Result<Vec<Report>, Failure> {
        let message = "could not read the state";
        match self {
            Platform::Here(embedded) => embedded.broker().status().map_err(|error| broker_failure(message, error)),
            Platform::There(http) => {
                let reports = http.status().map_err(|error| call_failure(message, error))?;
                reports.into_iter().map(unpacked::report).collect::<Result<_, _>>().map_err(odd)
            }
        }
    }

    /// How one connection stands; `None` where there is none of that name.
    pub(in crate::cli::commands) fn status_of(&self, connection: &Address) -> Result<Option<Report>, Failure> {
        let message = "could not read the state";
        match self {
            Platform::Here(embedded) => embedded.broker().status_of(&connection.name).map_err(|error| broker_failure(message, error)),
            Platform::There(http) => match http.connection_status(connection.name.as_str()) {
                Ok(report) => unpacked::report(report).map(Some).map_err(odd),
                Err(error) if is_not_there(&error) => Ok(None),
                Err(error) => Err(call_failure(message, error)),
            },
        }
    }

    /// When a run was applied, RFC 3339.
    pub(in crate::cli::commands) fn spent(&self, run_id: &str) -> Result<Option<String>, Failure> {
        let message = "could not read the state";
        match self {
            Platform::Here(embedded) => {
                embedded.broker().spent(run_id).map(|at| at.map(rfc3339)).map_err(|error| broker_failure(message, error))
            }
            Platform::There(http) => http.spent(run_id).map(|spent| spent.spent_at).map_err(|error| call_failure(message, error)),
        }
    }

    /// When a plan was last applied, RFC 3339, and by whom, as far as that may be known.
    pub(in crate::cli::commands) fn applied(&self, plan_id: &str) -> Result<Option<(String, String)>, Failure> {
        match self {
            Platform::Here(embedded) => {
                let applied = embedded.broker().applied(plan_id).map_err(|error| broker_failure("could not read the audit", error))?;
                Ok(applied.map(|(at, actor)| (rfc3339(at), actor)))
            }
            // The audit is not everybody's to read, and it would be read whole.
            Platform::There(_) => Ok(None),
        }
    }

    /// The text of a live function's script.
    pub(in crate::cli::commands) fn script(&self, function: &Address) -> Result<String, Failure> {
        let message = format!("could not read the script of `{function}`");
        match self {
            Platform::Here(embedded) => {
                let script = embedded.broker().script(function).map_err(|error| broker_failure(&message, error))?;
                script.ok_or_else(|| Failure::new(Exit::Failed, message).hint("it went away meanwhile: try again"))
            }
            Platform::There(http) => http.script(function).map_err(|error| call_failure(&message, error)),
        }
    }

    /// Who did what last to each object of a project.
    pub(in crate::cli::commands) fn traces(&self, project: &str) -> Result<Traces, Failure> {
        let message = "could not read who did what";
        match self {
            Platform::Here(embedded) => embedded.broker().traces(project).map_err(|error| broker_failure(message, error)),
            Platform::There(http) => {
                let traces = http.traces(project).map_err(|error| call_failure(message, error))?;
                Ok(traces.items.into_iter().map(unpacked::trace).collect())
            }
        }
    }

    /// The newest lines of the audit, the newest last, and where it ends.
    pub(in crate::cli::commands) fn audit(&self, last: usize) -> Result<Vec<AuditLine>, Failure> {
        let message = "could not read the audit";
        match self {
            Platform::Here(embedded) => {
                let failed = |error| broker_failure(message, error);
                let head = embedded.broker().audit_head().map_err(failed)?;
                embedded.broker().audit(head.seq.saturating_sub(last as u64), last).map_err(failed)
            }
            Platform::There(http) => {
                let failed = |error| call_failure(message, error);
                let end = http.audit(AuditWanted { after: 0, limit: 1 }).map_err(failed)?.head;
                let page = http.audit(AuditWanted { after: end.seq.saturating_sub(last as u64), limit: last }).map_err(failed)?;
                page.items.into_iter().map(unpacked::audit_line).collect::<Result<_, _>>().map_err(odd)
            }
        }
    }

    /// Checks the audit, and says where it ends.
    pub(in crate::cli::commands) fn verify_audit(&self) -> Result<AuditHead, Failure> {
        let message = "the audit cannot be trusted";
        match self {
            Platform::Here(embedded) => embedded.broker().verify_audit().map_err(|error| broker_failure(message, error)),
            Platform::There(http) => {
                let verdict = http.verify_audit().map_err(|error| call_failure("could not check the audit", error))?;
                match verdict.head.filter(|_| verdict.holds) {
                    Some(end) => Ok(AuditHead { seq: end.seq, digest: end.digest }),
                    None => Err(Failure::new(Exit::Failed, format!("{message}: {}", verdict.fault.unwrap_or_default()))),
                }
            }
        }
    }

    pub(in crate::cli::commands) fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Listed>, Failure> {
        match self {
            Platform::Here(embedded) => embedded.broker().deliveries(filter).map_err(hook_failure),
            Platform::There(http) => {
                let state = filter.state.map(words::shown);
                let webhook = filter.webhook.as_ref().map(ToString::to_string);
                let wanted = DeliveriesWanted { webhook, state, limit: filter.limit };
                let found = http.deliveries(&wanted).map_err(|error| call_failure("could not read the queue", error))?;
                found.into_iter().map(unpacked::listed).collect::<Result<_, _>>().map_err(odd)
            }
        }
    }

    /// A live webhook.
    pub(in crate::cli::commands) fn webhook(&self, name: &Name) -> Result<Option<Webhook>, Failure> {
        let message = "could not read the webhook";
        match self {
            Platform::Here(embedded) => embedded.broker().webhook(name).map_err(hook_failure),
            Platform::There(http) => match http.webhook(name.as_str()) {
                Ok(webhook) => Ok(Some(webhook)),
                Err(error) if is_not_there(&error) => Ok(None),
                Err(error) => Err(call_failure(message, error)),
            },
        }
    }

    /// One delivery, with every try.
    pub(in crate::cli::commands) fn delivery(&self, id: &str) -> Result<Shown, Failure> {
        let none = || hook_failure(HookError::NoDelivery(id.to_owned()));
        match self {
            Platform::Here(embedded) => embedded.broker().delivery(id).map_err(hook_failure)?.ok_or_else(none),
            Platform::There(http) => match http.delivery(id) {
                Ok(detail) => unpacked::shown(detail).map_err(odd),
                Err(error) if is_not_there(&error) => Err(none()),
                Err(error) => Err(call_failure("could not read the queue", error)),
            },
        }
    }

    /// Puts a delivery back into the queue.
    pub(in crate::cli::commands) fn redeliver(&self, id: &str) -> Result<Delivery, Failure> {
        match self {
            Platform::Here(embedded) => embedded.broker().redeliver(embedded.actor(), id).map_err(hook_failure),
            Platform::There(http) => match http.redeliver(id) {
                Ok(delivery) => unpacked::listed(delivery).map(|listed| listed.delivery).map_err(odd),
                Err(error) if is_not_there(&error) => Err(hook_failure(HookError::NoDelivery(id.to_owned()))),
                Err(error) => Err(call_failure("could not queue it again", error)),
            },
        }
    }
}

fn is_not_there(error: &CallError) -> bool {
    // A name that is none in form is refused before it is looked for.
    matches!(error.code(), Some(Code::NotFound | Code::BadParameter))
}

/// A failure of the queue as the end of a command.
pub(in crate::cli::commands) fn hook_failure(error: HookError) -> Failure {
    let exit = match &error {
        HookError::Unfilled { .. } | HookError::NoDelivery(_) | HookError::KeyReused(_) => Exit::Usage,
        HookError::UnderWay(_) | HookError::Broker(_) => Exit::Failed,
    };
    match error {
        HookError::Unfilled { webhook, source } => Failure::because(exit, format!("the event does not fill `{webhook}`"), source),
        error @ HookError::NoDelivery(_) => Failure::new(exit, error.to_string()).hint("`bowline webhook deliveries` lists them"),
        error @ HookError::KeyReused(_) => Failure::new(exit, error.to_string()).hint("each event has a key of its own"),
        error @ HookError::UnderWay(_) => Failure::new(exit, error.to_string()).hint("it ends by itself, or is taken over within minutes"),
        HookError::Broker(error) => broker_failure("could not work the queue", error),
    }
}

fn locked(error: LockError) -> Failure {
    match &error {
        LockError::Held { .. } => Failure::new(Exit::Locked, error.to_string()).hint("wait for it to end, then run this again"),
        LockError::Unusable { .. } => Failure::because(Exit::Failed, "could not take the apply lock", error),
    }
}

fn leased(error: RemoteError) -> Failure {
    match &error {
        RemoteError::LeaseHeld { .. } => Failure::new(Exit::Locked, format!("another apply is at work: {error}"))
            .hint("wait for it to end, then run this again; `bowline lock list` shows who applies what"),
        _ => failure(error),
    }
}

fn odd(odd: Odd) -> Failure {
    Failure::new(Exit::Failed, format!("the API answered what this program cannot read: {odd}"))
        .hint("is the broker newer than this program?")
}
