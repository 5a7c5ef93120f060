//! The connections of this process: so many at most, lent out one by one, thrown away where they broke.

use super::address::PostgresAddress;
use super::tls;
use crate::store::StoreError;
use postgres::{Client, Config, Statement};
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long somebody waits for a connection, or for a lock that another holds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What every connection is told first. A transaction whose process hangs or is cut off must not hold its locks for long, and
/// no server's setting may let a commit return that is not on its disk.
const SET_UP: &str = "SET statement_timeout = '60s'; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

pub(super) struct Pool {
    config: Config,
    tls: MakeRustlsConnect,
    most: usize,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

#[derive(Default)]
struct Shelf {
    idle: Vec<Connection>,
    lent: usize,
}

/// A client and the statements that it has prepared, by their text.
pub(super) struct Connection {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
}

/// A connection while somebody has it.
pub(super) struct Lent<'p> {
    pool: &'p Pool,
    connection: Option<Connection>,
    /// Whether it was made for this borrower: one that comes from the shelf may have died there.
    pub(super) is_new: bool,
}

impl Pool {
    pub(super) fn new(address: &PostgresAddress) -> Result<Self, StoreError> {
        let tls = tls::connector(address)?;
        Ok(Pool { config: address.config().clone(), tls, most: address.connections, shelf: Mutex::default(), returned: Condvar::new() })
    }

    /// A connection from the shelf, or a new one where there is none.
    pub(super) fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let mut shelf = self.shelf();
        let (locked, waited) =
            self.returned.wait_timeout_while(shelf, PATIENCE, |shelf| shelf.lent >= self.most).unwrap_or_else(PoisonError::into_inner);
        shelf = locked;
        if waited.timed_out() && shelf.lent >= self.most {
            return Err(StoreError::Unavailable("all connections to the database have been in use for too long".into()));
        }
        shelf.lent += 1;
        let found = shelf.idle.pop();
        drop(shelf);
        let mut lent = Lent { pool: self, is_new: found.is_none(), connection: found };
        if lent.connection.is_none() {
            lent.connection = Some(self.connect()?);
        }
        Ok(lent)
    }

    /// Another connection in place of one that died on the shelf. Its neighbours are likely dead too: a restart takes all.
    pub(super) fn renew(&self, lent: &mut Lent<'_>) -> Result<(), StoreError> {
        lent.connection = None;
        let idle = std::mem::take(&mut self.shelf().idle);
        drop(idle);
        lent.connection = Some(self.connect()?);
        lent.is_new = true;
        Ok(())
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let mut client = self.config.connect(self.tls.clone())?;
        client.batch_execute(SET_UP)?;
        Ok(Connection { client, statements: HashMap::new() })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    pub(super) fn statement(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Lent<'_> {
    /// Not to be lent again: nobody knows what it is in the middle of.
    pub(super) fn discard(&mut self) {
        self.connection = None;
    }
}

impl Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is discarded by whoever drops it only")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is discarded by whoever drops it only")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let back = self.connection.take().filter(|connection| !connection.client.is_closed());
        let mut shelf = self.pool.shelf();
        shelf.lent -= 1;
        shelf.idle.extend(back);
        drop(shelf);
        self.pool.returned.notify_one();
    }
}
