//! A provider in the box: an OAuth 2.0 provider, an OAuth 1.0a provider and a small API on loopback, in one process, so
//! that examples, demonstrations and tests need no account anywhere. Whatever it answers is marked as a sandbox.
//!
//! Knows nothing of Bowline's broker, catalogue or own OAuth client: it checks what they send with code of its own, so
//! that a misreading of a specification cannot hide in both. Nothing in it is secret, nothing outlives the process, and
//! it listens on 127.0.0.1 alone.
//!
//! A request goes `running` → `router` (host, counting, faults) → a plain function from request to answer in one of
//! `provider`, `oauth1`, `api`, `hooks` and `control`. Those functions are synchronous and share one locked `State`.
//! Adding an endpoint: such a function, its line in `router`, its test. Adding a fault: a variant of `faults::Kind`, its
//! word and fields in `faults`, its effect in `mishap`.

mod answer;
mod api;
mod control;
mod faults;
mod fields;
mod home;
mod hooks;
mod known;
mod ledger;
mod line;
mod mishap;
mod oauth1;
mod options;
mod page;
mod provider;
mod router;
mod running;
mod site;
mod stats;
mod unguessable;

#[cfg(test)]
mod tests;

pub use faults::{Fault, FaultKind};
pub use known::{BASIC_PASSWORD, BASIC_USER, CLIENT_KEY, CLIENTS, CONSUMER_KEY, CONSUMER_SECRET, Client, HOOK_SECRET, KEYS, Proof, SCOPES};
pub use options::{DEFAULT_PORT, Options, Settings};
pub use running::{Running, StartError, start};
pub use stats::Stats;
