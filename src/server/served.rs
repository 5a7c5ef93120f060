//! What every request works with, and how many may work at once.

use super::asked::Forms;
use super::options::{Limits, Options};
use super::rates::Rates;
use super::routes::about;
use super::schemas::Judges;
use super::watch::{Event, Journal, Meter, Now};
use crate::broker::{Broker, FailedTries};
use crate::clock::{Clock, Random};
use crate::render::Templates;
use crate::wire::{Code, Problem};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use url::Url;

/// A server's one state. None of it is remembered between requests but counts.
pub(super) struct Served {
    pub(super) broker: Arc<Broker>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) public_url: Url,
    pub(super) limits: Limits,
    pub(super) judges: Judges,
    pub(super) forms: Forms,
    pub(super) templates: Templates,
    pub(super) panics: AtomicU64,
    pub(super) tries: Mutex<FailedTries>,
    pub(super) rates: Mutex<Rates>,
    pub(super) meter: Meter,
    pub(super) journal: Journal,
    /// Set once it was asked to stop: it is not ready any more.
    pub(super) draining: AtomicBool,
    work: Arc<Semaphore>,
    calls: Arc<Semaphore>,
    /// Rung where there is something to deliver at once.
    bell: (Mutex<bool>, Condvar),
}

/// Which bound work counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// It asks the store.
    Store,
    /// It asks another service too, which may take its time.
    Call,
}

impl Served {
    pub(super) fn new(options: Options) -> Self {
        let Options { listen: _, public_url, broker, clock, random, limits, works: _, upkeep } = options;
        Served {
            broker,
            clock,
            random,
            public_url,
            limits,
            judges: Judges::new(),
            forms: Forms::new(),
            templates: Templates::built_in(),
            panics: AtomicU64::new(0),
            tries: Mutex::default(),
            rates: Mutex::new(Rates::of(limits.rate)),
            meter: Meter::new(),
            journal: upkeep.journal,
            draining: AtomicBool::new(false),
            work: Arc::new(Semaphore::new(limits.work)),
            calls: Arc::new(Semaphore::new(limits.calls)),
            bell: (Mutex::new(false), Condvar::new()),
        }
    }

    /// Runs work on a thread of its own once it is its turn. A panic in it is a problem of this request alone.
    pub(super) async fn on_thread<T: Send + 'static>(
        self: &Arc<Self>,
        sort: Sort,
        work: impl FnOnce(&Served) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let slots = match sort {
            Sort::Store => &self.work,
            Sort::Call => &self.calls,
        };
        let turn = tokio::time::timeout(self.limits.queue_patience, Arc::clone(slots).acquire_owned()).await;
        let Ok(slot) = turn else {
            return Err(Problem { retry_after: Some(1), ..Problem::new(Code::Busy, "too much is asked of this server at once") });
        };
        let served = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work(&served)
        });
        done.await.unwrap_or_else(|_| {
            self.bug("request");
            Err(Problem::new(Code::Internal, "this is a bug; the server goes on"))
        })
    }

    /// Something panicked: that is a bug, and the server goes on.
    pub(super) fn bug(&self, place: &'static str) {
        self.panics.fetch_add(1, Ordering::SeqCst);
        self.journal.note(&Event::Panic { place });
    }

    /// The figures of this moment. Asks the store.
    pub(super) fn figures(&self) -> String {
        self.meter.text(&Now {
            broker: &self.broker,
            free: (self.work.available_permits(), self.calls.available_permits()),
            lost_lines: self.journal.lost(),
            panics: self.panics.load(Ordering::SeqCst),
            is_ready: about::checks(self).1,
        })
    }

    /// Lets the worker look at once.
    pub(super) fn ring(&self) {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.1.notify_all();
    }

    /// Waits until it is rung, for so long at most, or until the flag is set.
    pub(super) fn nap(&self, most: Duration, stop: &AtomicBool) {
        const LOOKS: u32 = 10;
        let mut rung = self.bell.0.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..LOOKS {
            if *rung || stop.load(Ordering::SeqCst) {
                break;
            }
            rung = self.bell.1.wait_timeout(rung, most / LOOKS).unwrap_or_else(PoisonError::into_inner).0;
        }
        *rung = false;
    }

    /// So many random bytes, in hex.
    pub(super) fn unguessable(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// Whether browsers reach this server encrypted.
    pub(super) fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
