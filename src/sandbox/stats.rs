//! What happened since the start or the last reset, in numbers.

use super::ledger::Worthless;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts. A request that a fault answered is counted in `requests` and `faults`, and elsewhere only if it was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// All requests by path, without those to `/control`.
    pub requests: BTreeMap<String, u64>,
    /// Token requests that were looked at, by grant.
    pub token_requests: BTreeMap<String, u64>,
    /// Refusals of the provider, by error code.
    pub refusals: BTreeMap<String, u64>,
    /// Successful refreshes of each family (one consent and all tokens that came of it).
    pub refreshes: BTreeMap<u64, u64>,
    /// Spent refresh tokens that were used again.
    pub reuse_detections: u64,
    /// Codes that were used twice.
    pub code_reuses: u64,
    pub revocations: u64,
    pub consents_allowed: u64,
    pub consents_denied: u64,
    /// Calls of the API that were admitted, by path.
    pub api_calls: BTreeMap<String, u64>,
    /// Calls of the API that were refused, by error code.
    pub api_refusals: BTreeMap<String, u64>,
    /// Webhooks that arrived, by name.
    pub hooks: BTreeMap<String, u64>,
    /// Faults that took effect, by word.
    pub faults: BTreeMap<String, u64>,
}

/// Paths that are counted apart; what comes after is counted as one.
const PATHS: usize = 200;

impl Stats {
    pub(super) fn request(&mut self, path: &str) {
        counted(&mut self.requests, path);
    }

    pub(super) fn token_request(&mut self, grant: &str) {
        counted(&mut self.token_requests, grant);
    }

    pub(super) fn refused(&mut self, code: &str) {
        counted(&mut self.refusals, code);
    }

    pub(super) fn reuse_of_code(&mut self, worthless: Worthless) {
        if worthless == Worthless::Reused {
            self.code_reuses += 1;
        }
    }

    pub(super) fn api_call(&mut self, path: &str) {
        counted(&mut self.api_calls, path);
    }

    pub(super) fn api_refusal(&mut self, code: &str) {
        counted(&mut self.api_refusals, code);
    }

    pub(super) fn hook(&mut self, name: &str) {
        counted(&mut self.hooks, name);
    }

    pub(super) fn fault(&mut self, word: &str) {
        counted(&mut self.faults, word);
    }

    /// All token requests that were looked at.
    pub fn token_requests_in_all(&self) -> u64 {
        self.token_requests.values().sum()
    }
}

fn counted(counts: &mut BTreeMap<String, u64>, of: &str) {
    let of = if counts.len() < PATHS || counts.contains_key(of) { of } else { "(others)" };
    *counts.entry(of.to_owned()).or_default() += 1;
}
