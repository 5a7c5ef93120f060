//! The one client through which this program calls services. Every request passes the same guard: https only, addresses
//! judged when the connection is made, no redirect, no proxy, TLS verified, everything bounded.
//!
//! Knows nothing of grants, connections or whom a credential belongs to: it is handed a finished request and hands back
//! the answer as it came. It reads no secret and prints none: its errors hold no address beyond the host, no header, no body.

mod address;
mod client;
mod error;
mod for_oauth;
mod guard;
mod policy;
mod resolver;

#[cfg(test)]
mod fake_provider;
#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod guard_tests;
#[cfg(test)]
mod limit_tests;

pub use address::{Range, special_range};
pub use client::{Limits, Request, Response, Upstream};
pub use error::{Forbidden, UpstreamError};
pub use policy::{BadNet, Net, Policy};
pub use resolver::{Lookup, SystemLookup};
