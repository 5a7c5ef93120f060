//! A broker that is served elsewhere, over its HTTP API: the apply's `Remote` port, and the other use-cases as calls.
//!
//! Bodies, paths and problem codes are `wire`'s; this room adds the way there: the credential, what may be sent again, and
//! the lease of an apply with its heartbeat. Knows no rule of the platform and keeps nothing between runs.

mod client;
mod credential;
mod error;
mod lease;
mod port;
mod uses;

pub use client::{BadApi, Http};
pub use credential::Credential;
pub use error::CallError;
pub use lease::LeaseOf;
pub use uses::{AuditWanted, DeliveriesWanted};
