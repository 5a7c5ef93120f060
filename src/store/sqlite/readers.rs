//! Connections that only read, beside the one that writes: in a write-ahead log neither waits for the other.

use super::open::to_read;
use crate::store::StoreError;
use rusqlite::Connection;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Connections at most: each has a cache of pages of its own, and more would only take turns on the processors.
const MOST: usize = 8;

/// The readers of one file.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    lent: usize,
}

/// A reading connection on loan, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Reader<'r> {
    /// `None` before it is opened, and taken by the drop.
    connection: Option<Connection>,
    readers: &'r Readers,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Readers { path: path.to_owned(), state: Mutex::default(), given_back: Condvar::new() }
    }

    /// One that was used last, so that few are in use where few read at once. Waits where all are lent.
    pub(super) fn lend(&self) -> Result<Reader<'_>, StoreError> {
        let mut state = self.state();
        while state.lent == MOST {
            state = self.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.lent += 1;
        let mut reader = Reader { connection: state.idle.pop(), readers: self };
        drop(state);
        if reader.connection.is_none() {
            reader.connection = Some(to_read(&self.path)?);
        }
        Ok(reader)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it was opened, and only the drop takes it")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut state = self.readers.state();
        // One whose transaction could not be ended would show an old view to the next reader.
        let fit = self.connection.take().filter(Connection::is_autocommit);
        state.idle.extend(fit);
        state.lent -= 1;
        drop(state);
        self.readers.given_back.notify_one();
    }
}
