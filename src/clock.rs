//! The time and randomness, as parameters. Nothing below the door may ask the machine for either.

use std::time::{Duration, SystemTime};

/// Tells the time. The door hands in the machine's; tests hand in one that stands still.
pub trait Clock: Send + Sync {
    fn now(&self) -> SystemTime;
}

/// Fills buffers with unpredictable bytes.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A clock that stands still, for tests and golden cases.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub SystemTime);

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// Writes a time in UTC as RFC 3339 with whole seconds, for example `2026-11-24T05:30:00Z`.
pub fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Reads an RFC 3339 time in UTC; `None` where the text is not one.
pub fn parse_rfc3339(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

/// Reads a duration such as `24h` or `30m`; `None` where the text is not one.
pub fn parse_duration(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}
