//! Delivers what webhooks owe: an event fills a webhook's merge fields once, and the call is then tried until it is taken,
//! with growing waits, by whoever works the queue.
//!
//! A delivery's life: [`Broker::trigger`](super::Broker::trigger) fills and queues it → a worker leases it, attaches the
//! credential and carries it through a [`Courier`] → it is delivered, put back with a later time, or dead. At least once:
//! the process may die anywhere, and another one takes over when the lease lapses, with the same id. A webhook that cannot
//! fire (rule L5) keeps its deliveries waiting; nothing of that is stored, so they go on by themselves after consent.
//!
//! What is kept of a call is sealed and holds no credential: those come from the vault when it is sent, and only while the
//! webhook still calls the host that the call is for (rule L9). Knows no HTTP client; a `Courier` does.

mod carrier;
mod courier;
mod deliver;
mod error;
mod escape;
mod fill;
mod message;
mod queue;
mod render;
mod schedule;
mod send;
#[cfg(test)]
mod tests;

pub use carrier::Carrier;
pub use courier::{Courier, Parcel, Reply, Undelivered};
pub use deliver::{Outing, Tally};
pub use error::{FillError, HookError};
pub(super) use queue::request_owner;
pub use queue::{KEPT, Listed, Shown};
pub use render::{Preview, PreviewBody, PreviewValue, preview};
pub use schedule::{SCHEDULE, TRIES};
pub use send::{Tried, Verdict};
