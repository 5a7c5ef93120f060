//! Connections that only read, beside the one that writes: in a write-ahead log neither waits for the other.

use super::open::to_read;
use crate::store::StoreError;
use rusqlite::Connection;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Connections that are kept open while nobody reads: opening one reads the schema.
const KEPT: usize = 32;

/// KiB of pages that each keeps; the system keeps the file for all of them.
const CACHE: i64 = 512;

/// The readers of one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// A reading connection on loan, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    /// Taken by the drop alone.
    connection: Option<Connection>,
    readers: &'r Readers,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Readers { path: path.to_owned(), idle: Mutex::default() }
    }

    /// One that was used last, so that few are in use where few read at once; another one where all are lent. Nobody waits
    /// for one: who was woken for it would find that others had been quicker, again and again.
    pub(super) fn lend(&self) -> Result<Reader<'_>, StoreError> {
        let idle = self.idle().pop();
        let connection = idle.map_or_else(|| self.open(), Ok)?;
        Ok(Reader { connection: Some(connection), readers: self })
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let connection = to_read(&self.path)?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("only the drop takes it")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // One whose transaction could not be ended would show an old view to the next reader.
        let fit = self.connection.take().filter(Connection::is_autocommit);
        let mut idle = self.readers.idle();
        if idle.len() < KEPT {
            idle.extend(fit);
        }
    }
}
