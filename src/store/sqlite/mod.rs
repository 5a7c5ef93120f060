//! The port on SQLite: one file, many processes, one writer at a time. Every commit is on the disk when it returns (WAL,
//! synced for all commits that wait by then, see `log.rs`), and what is deleted is overwritten (`secure_delete`).

mod copy;
mod deliveries;
mod grants;
mod log;
mod open;
mod people;
mod read;
mod rows;
mod session;
mod write;

use super::port::{Snapshot, Store, StoreError, Transaction};
use log::Log;
use rusqlite::Connection;
use session::Session;
use std::sync::Mutex;

/// One connection to one file, shared by the threads of this process.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
    log: Log,
    read_only: bool,
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>, StoreError> {
        Ok(Box::new(Session::begin(&self.connection, &self.log, "BEGIN DEFERRED")?))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        Ok(Box::new(Session::begin(&self.connection, &self.log, "BEGIN IMMEDIATE")?))
    }

    fn checkpoint(&self) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let connection = session::lock(&self.connection);
        let blocked: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if blocked == 0 { Ok(()) } else { Err(StoreError::Unavailable("another process is reading".into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;

    #[test]
    fn in_memory_it_keeps_the_port_s_promises() {
        conformance::run(&|| Box::new(SqliteStore::in_memory().expect("memory is there")));
    }

    #[test]
    fn on_disk_it_keeps_the_port_s_promises() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let count = std::cell::Cell::new(0);
        conformance::run(&|| {
            count.set(count.get() + 1);
            Box::new(SqliteStore::open(&folder.path().join(format!("{}.db", count.get()))).expect("the folder is writable"))
        });
    }
}
