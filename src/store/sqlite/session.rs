//! One transaction on the shared connection, undone when dropped.

use super::super::port::StoreError;
use super::log::Log;
use rusqlite::{CachedStatement, Connection};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) struct Session<'s> {
    /// Given back early by a commit, which lets the next writer write while it waits for the disk.
    connection: Option<MutexGuard<'s, Connection>>,
    log: &'s Log,
    open: bool,
}

/// Takes the connection. A thread that panicked with it has undone its transaction on the way out, so it is as good as new.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Session<'s> {
    pub(super) fn begin(connection: &'s Mutex<Connection>, log: &'s Log, how: &str) -> Result<Self, StoreError> {
        let connection = lock(connection);
        connection.prepare_cached(how)?.execute([])?;
        Ok(Session { connection: Some(connection), log, open: true })
    }

    pub(super) fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        Ok(self.connection().prepare_cached(sql)?)
    }

    pub(super) fn end(&mut self) -> Result<(), StoreError> {
        self.statement("COMMIT")?.execute([])?;
        self.open = false;
        let commit = self.log.committed();
        self.connection = None;
        self.log.wait(commit).map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("only a commit gives it back, and nothing is asked after one")
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open {
            // Where this fails SQLite has rolled back already, and the next BEGIN would tell.
            let _ = self.connection().execute_batch("ROLLBACK");
        }
    }
}
