//! How often one token may ask: a bucket for each that fills at a steady rate. Bounded: full buckets are forgotten, for they
//! say nothing.

use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Buckets that are kept; tokens that ask at one time are far fewer.
const KEPT: usize = 10_000;

/// The buckets.
pub(super) struct Rates {
    per_second: f64,
    buckets: BTreeMap<String, Bucket>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Rates {
    /// 0 is no limit.
    pub(super) fn of(per_second: u32) -> Self {
        Rates { per_second: per_second.into(), buckets: BTreeMap::new() }
    }

    /// Takes one turn, or says after how long there is one.
    pub(super) fn take(&mut self, token: &str, now: Instant) -> Result<(), Duration> {
        if self.per_second == 0.0 {
            return Ok(());
        }
        let (rate, most) = (self.per_second, self.per_second * 2.0);
        let filled = |bucket: &Bucket| (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * rate).min(most);
        if self.buckets.len() >= KEPT && !self.buckets.contains_key(token) {
            self.buckets.retain(|_, bucket| filled(bucket) < most);
            if self.buckets.len() >= KEPT {
                return Err(Duration::from_secs(1));
            }
        }
        let full = || Bucket { left: most, at: now };
        if !self.buckets.contains_key(token) {
            self.buckets.insert(token.to_owned(), full());
        }
        let bucket = self.buckets.get_mut(token).expect("it was put there");
        let left = filled(bucket);
        (bucket.left, bucket.at) = (if left >= 1.0 { left - 1.0 } else { left }, now);
        if left >= 1.0 { Ok(()) } else { Err(Duration::from_secs_f64((1.0 - left) / rate)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_twice_the_rate_and_then_it_is_the_rate() {
        let (mut rates, start) = (Rates::of(10), Instant::now());
        let granted = |rates: &mut Rates, at| (0..100).filter(|_| rates.take("t1", at).is_ok()).count();
        assert_eq!(granted(&mut rates, start), 20);
        assert_eq!(granted(&mut rates, start + Duration::from_secs(1)), 10);
        assert_eq!(granted(&mut rates, start + Duration::from_secs(60)), 20);
        assert!(rates.take("t2", start + Duration::from_secs(60)).is_ok(), "others have a rate of their own");
        let wait = rates.take("t1", start + Duration::from_secs(60)).expect_err("it is empty");
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
    }

    #[test]
    fn many_tokens_are_not_remembered_for_ever() {
        let (mut rates, start) = (Rates::of(10), Instant::now());
        for number in 0..KEPT * 2 {
            // One second later the bucket before is full again.
            let _ = rates.take(&format!("t{number}"), start + Duration::from_millis(number as u64));
        }
        assert!(rates.buckets.len() <= KEPT, "{}", rates.buckets.len());
    }

    #[test]
    fn none_is_no_limit() {
        let (mut rates, now) = (Rates::of(0), Instant::now());
        assert!((0..100_000).all(|_| rates.take("t", now).is_ok()) && rates.buckets.is_empty());
    }
}
