//! One transaction on the writing connection or on one that only reads, undone when dropped.

use super::super::port::StoreError;
use super::log::{Commit, Log};
use super::readers::Reader;
use rusqlite::{CachedStatement, Connection};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) struct Session<'s> {
    /// Given back early by a commit, which lets the next writer write while it waits for the disk.
    connection: Option<Held<'s>>,
    log: &'s Log,
    open: bool,
}

/// Whose turn it is on which connection.
pub(super) enum Held<'s> {
    /// The one that writes.
    Writer(MutexGuard<'s, Connection>),
    Reader(Reader<'s>),
}

impl Deref for Held<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Held::Writer(connection) => connection,
            Held::Reader(connection) => connection,
        }
    }
}

/// Takes the connection. A thread that panicked with it has undone its transaction on the way out, so it is as good as new.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Session<'s> {
    pub(super) fn begin(connection: Held<'s>, log: &'s Log, how: &str) -> Result<Self, StoreError> {
        connection.prepare_cached(how)?.execute([])?;
        Ok(Session { connection: Some(connection), log, open: true })
    }

    pub(super) fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        Ok(self.connection().prepare_cached(sql)?)
    }

    pub(super) fn end(&mut self) -> Result<(), StoreError> {
        let commit = self.commit_only()?;
        self.log.wait(commit).map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// Commits and gives the connection back; the commit is in the log and perhaps not on the disk yet.
    pub(super) fn commit_only(&mut self) -> Result<Commit, StoreError> {
        self.statement("COMMIT")?.execute([])?;
        self.open = false;
        let commit = self.log.committed();
        self.connection = None;
        Ok(commit)
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("only a commit gives it back, and nothing is asked after one")
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open {
            // Where this fails SQLite has rolled back already, and the next BEGIN would tell.
            let _ = self.statement("ROLLBACK").and_then(|mut statement| Ok(statement.execute([])?));
        }
    }
}
