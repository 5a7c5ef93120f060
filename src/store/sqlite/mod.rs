//! The port on SQLite: one file, many processes, one writer at a time. Every commit is on the disk when it returns (WAL,
//! synced for all commits that wait by then, see `log.rs`), and what is deleted is overwritten (`secure_delete`).

mod copy;
mod deliveries;
mod grants;
mod log;
mod open;
mod people;
mod read;
mod readers;
mod rows;
mod session;
mod uses;
mod write;

use super::port::{Snapshot, Store, StoreError, Transaction, Use};
use log::Log;
use readers::Readers;
use rusqlite::Connection;
use session::{Held, Session, lock};
use std::sync::Mutex;
use uses::Waiting;

/// One file, shared by the threads of this process: one connection that writes, and some that read.
#[derive(Debug)]
pub struct SqliteStore {
    /// Closed before the writer, which clears the log away. `None` in memory, where another connection is another database.
    readers: Option<Readers>,
    connection: Mutex<Connection>,
    log: Log,
    waiting: Waiting,
    read_only: bool,
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>, StoreError> {
        let connection = match &self.readers {
            Some(readers) => Held::Reader(readers.lend()?),
            None => Held::Writer(lock(&self.connection)),
        };
        Ok(Box::new(Session::begin(connection, &self.log, "BEGIN DEFERRED")?))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        Ok(Box::new(Session::begin(Held::Writer(lock(&self.connection)), &self.log, "BEGIN IMMEDIATE")?))
    }

    fn note_use(&self, one: Use) -> Result<(), StoreError> {
        self.write_use(one)
    }

    fn checkpoint(&self) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let connection = lock(&self.connection);
        let blocked: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if blocked == 0 { Ok(()) } else { Err(StoreError::Unavailable("somebody is reading".into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Name;
    use crate::store::{AuditEntry, conformance};
    use std::error::Error;

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

    /// More than take turns anywhere else; no call is left without an answer, and none gets another one's.
    #[test]
    fn whoever_leads_tells_all() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let store = SqliteStore::open(&folder.path().join("a.db")).expect("the folder is writable");
        let entry = |thread: usize| AuditEntry {
            at: conformance::noon(),
            actor: thread.to_string(),
            action: "invoke".to_owned(),
            address: None,
            outcome: "done".to_owned(),
            detail: [].into(),
        };
        std::thread::scope(|scope| {
            for thread in 0..64 {
                let (store, entry) = (&store, entry(thread));
                scope.spawn(move || {
                    for _ in 0..50 {
                        let one = Use { connection: Name::new("gone"), user: String::new(), entry: entry.clone() };
                        let refused = store.note_use(one).expect_err("there is no such connection");
                        assert!(refused.source().is_some_and(|why| why.to_string().contains("FOREIGN KEY")), "{refused:?}");
                    }
                });
            }
        });
        assert_eq!(store.read().and_then(|read| read.audit_head()).expect("it can be read").seq, 0);
    }

    /// More than there are marks for readers in the log, all the time, while it is written and moved into the file.
    #[test]
    fn many_may_read_while_many_write() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let store = SqliteStore::open(&folder.path().join("a.db")).expect("the folder is writable");
        std::thread::scope(|scope| {
            for _ in 0..48 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let before = store.read().and_then(|read| read.revision()).expect("it can be read");
                        let mut tx = store.begin().expect("each waits for the others");
                        let own = tx.next_revision().expect("counts");
                        tx.commit().expect("it can be written");
                        let after = store.read().and_then(|read| read.revision()).expect("it can be read");
                        assert!(before < own && own <= after, "{before} {own} {after}");
                    }
                });
            }
        });
    }
}
