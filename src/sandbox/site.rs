//! What every request may look at: the fixed part, and the one locked state.

use super::api::Desk;
use super::faults::Faults;
use super::hooks::Hooks;
use super::ledger::Ledger;
use super::oauth1::Ledger1;
use super::options::{Options, Settings};
use super::stats::Stats;
use super::unguessable::Unguessable;
use crate::clock::Clock;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) struct Site {
    /// `http://127.0.0.1:8914`, the issuer's identifier too.
    pub(super) base: String,
    pub(super) auto_consent: bool,
    pub(super) redirect_uris: BTreeSet<String>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// Everything that changes.
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) unguessable: Unguessable,
    pub(super) ledger: Ledger,
    pub(super) ledger1: Ledger1,
    pub(super) desk: Desk,
    pub(super) hooks: Hooks,
    pub(super) faults: Faults,
    pub(super) stats: Stats,
    /// What `/control/reset` goes back to.
    started_with: Settings,
}

impl Site {
    pub(super) fn new(base: String, options: Options) -> Site {
        let state = State {
            settings: options.settings.clone(),
            unguessable: Unguessable::of(&options.seed),
            ledger: Ledger::default(),
            ledger1: Ledger1::default(),
            desk: Desk::default(),
            hooks: Hooks::with_secrets(options.hook_secrets),
            faults: Faults::default(),
            stats: Stats::default(),
            started_with: options.settings,
        };
        Site {
            base,
            auto_consent: options.auto_consent,
            redirect_uris: options.redirect_uris,
            clock: options.clock,
            state: Mutex::new(state),
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Never held while a request waits.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets tokens, consents, messages, faults and counts. What was drawn before is never drawn again.
    pub(super) fn reset(&mut self) {
        self.settings = self.started_with.clone();
        self.ledger = Ledger::default();
        self.ledger1 = Ledger1::default();
        self.desk = Desk::default();
        self.hooks.forget();
        self.faults = Faults::default();
        self.stats = Stats::default();
    }
}

/// Whole seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
