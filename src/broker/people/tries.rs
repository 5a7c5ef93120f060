//! Who failed to prove who they are, how often, and whether they may try again yet. Pure: the clock is handed in. Knows not
//! what a name stands for: a server names the address that a try comes from, and may name the account too.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Failures at once before anybody has to wait.
const FREE: u32 = 10;
/// One more is forgiven after this time.
const FORGIVEN_AFTER: Duration = Duration::from_secs(6);
/// Names that are remembered at most.
const ROOM: usize = 10_000;

/// A leaking bucket for each name: failures fill it, time empties it.
#[derive(Debug, Default)]
pub struct FailedTries {
    /// When each name's bucket will have run empty.
    empty_at: BTreeMap<String, SystemTime>,
}

/// It is too early to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub until: SystemTime,
}

impl FailedTries {
    /// Whether a try is looked at at all. To be asked before anything is looked up.
    pub fn admit(&self, name: &str, now: SystemTime) -> Result<(), Wait> {
        let Some(empty_at) = self.empty_at.get(name) else { return Ok(()) };
        let until = *empty_at - FORGIVEN_AFTER * (FREE - 1);
        if until <= now { Ok(()) } else { Err(Wait { until }) }
    }

    /// Notes that a try failed.
    pub fn failed(&mut self, name: &str, now: SystemTime) {
        let empty_at = self.empty_at.get(name).copied().filter(|at| *at > now).unwrap_or(now) + FORGIVEN_AFTER;
        // However long somebody goes on, it is over soon after they stop.
        let fullest = now + FORGIVEN_AFTER * (2 * FREE);
        if !self.empty_at.contains_key(name) && self.empty_at.len() >= ROOM {
            self.make_room(now);
        }
        self.empty_at.insert(name.to_owned(), empty_at.min(fullest));
    }

    /// Forgets what is over; where nothing is, the one that is over first.
    fn make_room(&mut self, now: SystemTime) {
        self.empty_at.retain(|_, at| *at > now);
        if self.empty_at.len() >= ROOM {
            let first = self.empty_at.iter().min_by_key(|(_, at)| **at).map(|(name, _)| name.clone());
            self.empty_at.remove(&first.expect("it is full"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + secs)
    }

    #[test]
    fn ten_failures_are_free_and_then_one_every_six_seconds() {
        let mut tries = FailedTries::default();
        for _ in 0..10 {
            assert_eq!(tries.admit("a", at(0)), Ok(()));
            tries.failed("a", at(0));
        }
        assert_eq!(tries.admit("a", at(0)), Err(Wait { until: at(6) }));
        assert_eq!(tries.admit("b", at(0)), Ok(()));
        assert_eq!(tries.admit("a", at(5)), Err(Wait { until: at(6) }));
        assert_eq!(tries.admit("a", at(6)), Ok(()));
        tries.failed("a", at(6));
        assert_eq!(tries.admit("a", at(6)), Err(Wait { until: at(12) }));
        assert_eq!(tries.admit("a", at(60)), Ok(()));
    }

    #[test]
    fn whoever_stops_may_soon_try_again() {
        let mut tries = FailedTries::default();
        (0..100_000).for_each(|_| tries.failed("a", at(0)));
        assert!(tries.admit("a", at(65)).is_err());
        assert_eq!(tries.admit("a", at(66)), Ok(()));
    }

    #[test]
    fn its_memory_is_bounded_and_who_failed_most_is_remembered() {
        let mut tries = FailedTries::default();
        (0..20).for_each(|_| tries.failed("worst", at(0)));
        (0..ROOM + 20).for_each(|number| tries.failed(&number.to_string(), at(0)));
        assert_eq!(tries.empty_at.len(), ROOM);
        assert!(tries.admit("worst", at(0)).is_err());
        tries.failed("later", at(1000));
        assert_eq!(tries.empty_at.len(), 1, "all others are over");
    }
}
