//! The broker's tables behind a port. Keeps secrets only as the vault sealed them; knows no rule of the platform, and has no
//! way to the plain text.
//!
//! Why a port of records and not of queries: the broker's use-cases read and write whole objects inside one transaction,
//! and every database that can do that will do. `conformance` is what an implementation has to pass. SQL stands only in
//! the implementations' folders; a change of tables is a new numbered file in `migrations/`.

mod address;
mod audit;
mod column;
#[cfg(test)]
pub mod conformance;
mod delivery;
#[cfg(test)]
pub mod fault;
mod grant;
mod people;
mod port;
mod postgres;
#[cfg(test)]
#[path = "../../tests/support/postgres.rs"]
pub(crate) mod postgres_server;
mod record;
mod sqlite;

pub use address::{BadStoreUrl, StoreUrl, open};
pub use audit::{AuditEntry, AuditFault, AuditHead, AuditLine, verify};
pub use delivery::{Attempt, Delivery, DeliveryFilter, DeliveryState, Pick};
use grant::CONSENT_ENDS_KEPT;
pub use grant::{ConsentEnd, ConsentState, Lease, SealedAt, StoredConsent, StoredGrant, StoredRevocation};
pub use people::{ApplyLease, Held, StoredApplication, StoredToken, StoredUser};
pub use port::{About, Snapshot, Store, StoreError, Transaction, Use};
// (A crate has the same name.)
pub use self::postgres::{Encryption, PostgresAddress, PostgresStore};
pub use record::{Answer, Authorization, Object, Outcome, Recorded};
pub use sqlite::SqliteStore;
