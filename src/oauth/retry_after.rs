//! How long a server asks us to wait (RFC 9110 section 10.2.3): seconds, or a date.

use crate::clock::parse_rfc3339;
use http::HeaderMap;
use http::header::RETRY_AFTER;
use std::time::{Duration, SystemTime};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// A server that asks for more is not believed: a typing error of theirs must not stop a connection for a year.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `Retry-After`; `None` where it is missing or unreadable. At most a day.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => date(text)?.duration_since(now).unwrap_or_default(),
    };
    Some(wait.min(LONGEST))
}

/// `Tue, 24 Nov 2026 06:00:00 GMT`, the one form that servers may still send.
fn date(text: &str) -> Option<SystemTime> {
    let mut parts = text.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    parse_rfc3339(&format!("{year}-{month:02}-{day}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_dates_and_nonsense() {
        let now = parse_rfc3339("2026-11-24T06:00:00Z").expect("it is one");
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header value"));
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(read("30"), Some(30));
        assert_eq!(read("Tue, 24 Nov 2026 06:01:30 GMT"), Some(90));
        assert_eq!(read("Tue, 24 Nov 2026 05:00:00 GMT"), Some(0));
        assert_eq!(read("99999999999"), Some(86_400));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
    }
}
