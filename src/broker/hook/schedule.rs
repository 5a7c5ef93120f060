//! When a delivery is tried again, and when not.

use super::courier::{Reply, Undelivered};
use std::time::Duration;

/// The waits between tries. After the last one comes a last try.
pub const SCHEDULE: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

/// How often a delivery is tried before it is given up.
pub const TRIES: u32 = SCHEDULE.len() as u32 + 1;

/// How long a delivery is put aside whose connection turned out not to be connected: consent is noticed that soon.
const CONSENT_POLL: Duration = Duration::from_secs(60);

/// What follows from one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Done,
    Again(Duration),
    /// It did not count as a try.
    Wait(Duration),
    GiveUp,
}

/// `tries` counts this one; `jitter` is any number, and spreads the waits of many by a fifth.
pub(super) fn next(result: &Result<Reply, Undelivered>, tries: u32, jitter: u16) -> Next {
    let asked = match result {
        Ok(reply) if (200..300).contains(&reply.status) => return Next::Done,
        Ok(reply) if is_final(reply.status) => return Next::GiveUp,
        Ok(reply) => reply.retry_after,
        Err(Undelivered::NotConnected(_)) => return Next::Wait(CONSENT_POLL),
        Err(Undelivered::Forbidden(_) | Undelivered::Unsendable(_)) => return Next::GiveUp,
        Err(Undelivered::NotSent(_) | Undelivered::NoAnswer(_) | Undelivered::BadAnswer(_) | Undelivered::NoCredential(_)) => None,
    };
    match SCHEDULE.get(tries.saturating_sub(1) as usize) {
        Some(wait) => Next::Again((*wait + *wait / 5 * u32::from(jitter) / u32::from(u16::MAX)).max(asked.unwrap_or_default())),
        None => Next::GiveUp,
    }
}

/// Client errors say that the same call will never be taken, but for those that speak of the moment: RFC 9110 sections
/// 15.5.9 (timeout), RFC 8470 section 5.2 (too early) and RFC 6585 section 4 (too many requests).
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && ![408, 425, 429].contains(&status)
}
