//! Figures of a running broker, for whoever watches it: counts since it was opened, and what waits now. No names.

use super::{Broker, BrokerError};
use crate::oauth::RefreshError;
use crate::store::DeliveryState;
use std::sync::atomic::{AtomicU64, Ordering};

/// What came of renewals of access tokens since the broker was opened.
#[derive(Debug, Default)]
pub(super) struct Renewals([AtomicU64; 5]);

const RENEWED: &str = "renewed";
const OUTCOMES: [&str; 5] = [RENEWED, "refused", "service_fault", "transient", "uncertain"];

impl Renewals {
    pub(super) fn count<T>(&self, asked: &Result<T, RefreshError>) {
        let word = match asked {
            Ok(_) => RENEWED,
            Err(RefreshError::Final(_)) => "refused",
            Err(RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. }) => "service_fault",
            Err(RefreshError::Transient { .. }) => "transient",
            Err(RefreshError::Uncertain { .. }) => "uncertain",
        };
        let at = OUTCOMES.iter().position(|outcome| *outcome == word).expect("every word is in the list");
        self.0[at].fetch_add(1, Ordering::Relaxed);
    }
}

impl Broker {
    /// How often this process asked a service for new tokens, by what came of it.
    pub fn renewals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.into_iter().zip(self.renewals.0.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// How many deliveries wait for being tried, and how many nobody tries any more.
    pub fn queue_depth(&self) -> Result<[(&'static str, u64); 2], BrokerError> {
        let snapshot = self.store.read()?;
        Ok([("pending", snapshot.count_deliveries(DeliveryState::Pending)?), ("dead", snapshot.count_deliveries(DeliveryState::Dead)?)])
    }
}
