//! The port on PostgreSQL: one database, any number of processes. Every commit is on the server's disk when it returns, also
//! where the server is set to let commits return earlier.
//!
//! Writers of the whole estate go one after the other, under an advisory lock; renewals, uses and deliveries go beside each
//! other ([`super::About`]). `session.rs` says why nothing of it can deadlock or has to be repeated. A connection that broke
//! is thrown away, and the next call makes another: an error is `Unavailable`, and says nothing about the calls after it.
//! Connect to the server itself, or through a pooler that keeps sessions: statements are prepared once for each connection.

mod address;
mod deliveries;
mod grants;
mod migrate;
mod people;
mod pool;
mod read;
mod rows;
mod session;
#[cfg(test)]
mod tests;
mod tls;
mod value;
mod write;

pub use address::{Encryption, PostgresAddress};

use super::port::{About, Snapshot, Store, StoreError, Transaction};
use pool::Pool;
use session::Session;

/// Connections to one database, shared by the threads of this process.
pub struct PostgresStore {
    pool: Pool,
}

impl PostgresStore {
    /// Connects and brings the schema up to date. A database of a newer schema is left as it is.
    pub fn open(address: &PostgresAddress) -> Result<Self, StoreError> {
        PostgresStore::open_with(address, &migrate::MIGRATIONS)
    }

    fn open_with(address: &PostgresAddress, migrations: &[&str]) -> Result<Self, StoreError> {
        let pool = Pool::new(address)?;
        migrate::migrate(&pool, migrations)?;
        Ok(PostgresStore { pool })
    }
}

impl Store for PostgresStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>, StoreError> {
        Ok(Box::new(Session::look(&self.pool)?))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(Session::whole(&self.pool)?))
    }

    fn begin_about(&self, about: About<'_>) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(Session::narrow(&self.pool, about)?))
    }

    /// Lets the server reuse the room of old versions of sealed rows. What its log and its backups hold is its operator's.
    fn checkpoint(&self) -> Result<(), StoreError> {
        let mut lent = self.pool.lend()?;
        let vacuum = |table: &str| lent.client.batch_execute(&format!("VACUUM {table}"));
        Ok(["meta", "secrets", "grants", "consents", "revocations", "deliveries"].into_iter().try_for_each(vacuum)?)
    }
}
