//! The figures. Every label is one of a closed set (operations of the table, classes of statuses, outcomes), so that their
//! number is bounded whatever is asked; names, addresses and paths are never one.

use crate::broker::Broker;
use crate::broker::hook::Verdict;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::Ordering;
use std::time::Duration;

type Labels = [(&'static str, &'static str); 1];

/// The upper edges of the classes of durations, in seconds.
const EDGES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Counts while the server runs.
pub(in crate::server) struct Meter {
    registry: Registry,
    requests: Family<Vec<(&'static str, &'static str)>, Counter>,
    seconds: Family<Labels, Histogram>,
    pub(in crate::server) in_flight: Gauge,
    pub(in crate::server) connections: Gauge,
    unproved: Family<Labels, Counter>,
    limited: Family<Labels, Counter>,
    panics: Counter,
    deliveries: Family<Labels, Counter>,
    renewals: Family<Labels, Counter>,
    queue: Family<Labels, Gauge>,
    slots: Family<Labels, Gauge>,
    ready: Gauge,
    lost_lines: Counter,
}

/// What is looked up at the moment of a look.
pub(in crate::server) struct Now<'a> {
    pub(in crate::server) broker: &'a Broker,
    /// Turns that are free: for the store, for calls to other services.
    pub(in crate::server) free: (usize, usize),
    pub(in crate::server) lost_lines: u64,
    pub(in crate::server) panics: u64,
    pub(in crate::server) is_ready: bool,
}

impl Meter {
    pub(in crate::server) fn new() -> Self {
        let mut meter = Meter {
            registry: Registry::with_prefix("bowline"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(EDGES)),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            unproved: Family::default(),
            limited: Family::default(),
            panics: Counter::default(),
            deliveries: Family::default(),
            renewals: Family::default(),
            queue: Family::default(),
            slots: Family::default(),
            ready: Gauge::default(),
            lost_lines: Counter::default(),
        };
        meter.register();
        meter
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("requests", "Requests by operation and class of status", self.requests.clone());
        all.register_with_unit("request_duration", "How long they took", Unit::Seconds, self.seconds.clone());
        all.register("requests_in_flight", "Requests under way", self.in_flight.clone());
        all.register("connections_open", "Connections of clients", self.connections.clone());
        all.register("authentication_failures", "Tokens that were missing or no good", self.unproved.clone());
        all.register("requests_limited", "Requests that were told to come later", self.limited.clone());
        all.register("panics", "Requests that ended in a bug", self.panics.clone());
        all.register("deliveries", "Tries to deliver a webhook, by what came of them", self.deliveries.clone());
        all.register("token_renewals", "Renewals of access tokens, by what came of them", self.renewals.clone());
        all.register("delivery_queue", "Deliveries that wait, and dead ones", self.queue.clone());
        all.register("turns_free", "Free turns of the bounded pools", self.slots.clone());
        all.register("ready", "Whether this server can serve", self.ready.clone());
        all.register("log_lines_lost", "Lines that nobody took in time", self.lost_lines.clone());
    }

    /// A request ended.
    pub(in crate::server) fn ended(&self, operation: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&vec![("operation", operation), ("status", class(status))]).inc();
        self.seconds.get_or_create(&[("operation", operation)]).observe(took.as_secs_f64());
    }

    pub(in crate::server) fn unproved(&self, why: &'static str) {
        self.unproved.get_or_create(&[("reason", why)]).inc();
    }

    pub(in crate::server) fn limited(&self, why: &'static str) {
        self.limited.get_or_create(&[("reason", why)]).inc();
    }

    pub(in crate::server) fn tried(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// All of it, as text.
    pub(in crate::server) fn text(&self, now: &Now<'_>) -> String {
        self.look(now);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a text takes what is written to it");
        text
    }

    /// Brings figures that others keep up to date. A store that does not answer leaves the queue as it was last seen.
    fn look(&self, now: &Now<'_>) {
        for (outcome, count) in now.broker.renewals() {
            self.renewals.get_or_create(&[("outcome", outcome)]).inner().store(count, Ordering::Relaxed);
        }
        for (state, count) in now.broker.queue_depth().unwrap_or_default() {
            self.queue.get_or_create(&[("state", state)]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        for (pool, free) in [("store", now.free.0), ("calls", now.free.1)] {
            self.slots.get_or_create(&[("pool", pool)]).set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        self.ready.set(now.is_ready.into());
        self.panics.inner().store(now.panics, Ordering::Relaxed);
        self.lost_lines.inner().store(now.lost_lines, Ordering::Relaxed);
    }
}

fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

pub(in crate::server) fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Delivered => "delivered",
        Verdict::Again => "again",
        Verdict::Dead => "dead",
        Verdict::Waits => "waits",
        Verdict::Overtaken => "overtaken",
    }
}
