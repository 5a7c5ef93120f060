//! The platform's use-cases: what may be done to services, connections, webhooks and functions, and what follows. Asks
//! `resource::lifecycle` for every rule and states none itself; knows no HTTP, no SQL, no terminal and no plan.
//!
//! Every use-case is one transaction that holds its effect, its answer under the idempotency key, and its line in the
//! audit: all of it is there afterwards, or nothing is. What is refused leaves a line too. A new use-case is a method on
//! [`Broker`] in a file of its own that does its work inside `undertake`, with a test for each rule it asks.
//!
//! Where a service has to be asked (consent, renewal, calls, revocation) that happens through [`Outward`] and between
//! transactions, never inside one: the intent is durable before, what came of it after. `refresh` says how that ends well
//! wherever it breaks.

mod admitted;
mod applications;
mod around;
mod authorize;
mod call;
mod check;
mod consent;
mod consult;
mod delete;
mod detach;
mod error;
mod figures;
mod grants;
mod headers;
pub mod hook;
mod invoke;
mod lease;
mod observe;
mod outward;
mod ownership;
mod party;
mod people;
mod put;
mod redeem;
mod refresh;
mod renew;
mod report;
mod revoke;
mod rotate;
mod services;
#[cfg(test)]
mod tests;
mod ticket;
mod trace;
mod undeclarable;

pub use admitted::{Admitted, Asked, ConsentWanted, Invocation, Part, Whose};
pub use applications::ApplicationUse;
pub use call::{Actor, Broker, Call, Expect, Surroundings};
pub use consent::{Begun, Consent};
pub use error::{BrokerError, Invalid};
pub use headers::{METHODS, not_sent};
pub use invoke::{Answered, Attached, BODY_CAP, Outgoing, PATIENCE};
pub use lease::{LONGEST_LEASE, LeaseWanted, SHORTEST_LEASE};
pub use outward::{Inbound, Outbound, Outward, OutwardError};
pub use people::{FailedTries, IssuedToken, LONGEST_TOKEN_LIFE, LONGEST_USER_NAME, TOKEN_LIFE, TokenWanted, Unauthentic, UserWanted, Wait};
pub use put::Put;
pub use redeem::{Arrival, Connected, Replaced};
pub use report::{HeldReport, Report, UserReport};
pub use revoke::{Told, ToldOutcome};
pub use services::{CallRules, DefaultServices, Spelling};
