//! One transaction on a connection of the pool, undone when dropped.
//!
//! A transaction reads what it then writes, so nobody else may write it in between. Whole transactions take one lock that
//! excludes everything; narrow ones share it and take a second lock for their connection, or the rows of their deliveries.
//! With that order (estate, thing, rows, at last the one row of `meta`) nothing deadlocks, and as each statement sees what
//! was committed before it (READ COMMITTED) nothing fails for having been overtaken: there is nothing to repeat.

use super::pool::{Lent, Pool};
use super::value::Value;
use crate::resource::Name;
use crate::store::{About, StoreError};
use aws_lc_rs::digest::{SHA256, digest};
use postgres::error::SqlState;
use postgres::{Row, Statement};
use std::cell::{Cell, RefCell};

/// What all writers of one database share or take alone. Any number will do, as long as it stays.
pub(super) const ESTATE: i64 = 0x0062_6f77_6c69_6e65;
/// The first half of the locks of single connections; their second half is a hash of the name.
const CONNECTION: i32 = 0x626f_776c;

pub(super) struct Session<'s> {
    lent: RefCell<Lent<'s>>,
    /// Whether single rows that are read are to stay as they are until the end.
    pub(super) holds_rows: bool,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A statement failed, and the database undoes the transaction whatever is asked; a COMMIT would not even say so.
    Failed,
    Over,
}

impl<'s> Session<'s> {
    /// A view that stands still, from its first statement on.
    pub(super) fn look(pool: &'s Pool) -> Result<Self, StoreError> {
        Session::start(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", false)
    }

    /// The one writer.
    pub(super) fn whole(pool: &'s Pool) -> Result<Self, StoreError> {
        Session::start(pool, &format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({ESTATE})"), true)
    }

    /// A writer beside others.
    pub(super) fn narrow(pool: &'s Pool, about: About<'_>) -> Result<Self, StoreError> {
        let shared = format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock_shared({ESTATE})");
        let sql = match about {
            About::Connection(name) => format!("{shared}; SELECT pg_advisory_xact_lock({CONNECTION}, {})", hash(name)),
            About::Deliveries => shared,
        };
        Session::start(pool, &sql, true)
    }

    fn start(pool: &'s Pool, sql: &str, holds_rows: bool) -> Result<Self, StoreError> {
        let mut lent = pool.lend()?;
        if let Err(error) = lent.client.batch_execute(sql) {
            if lent.is_new || !is_over(&lent, &error) {
                lent.discard();
                return Err(error.into());
            }
            // Nothing was done on it yet, so a connection that died while it lay idle is nobody's concern.
            pool.renew(&mut lent)?;
            if let Err(error) = lent.client.batch_execute(sql) {
                lent.discard();
                return Err(error.into());
            }
        }
        Ok(Session { lent: RefCell::new(lent), holds_rows, state: Cell::new(State::Open) })
    }

    pub(super) fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.ask(sql, |lent, statement| {
            let parameters: Vec<_> = values.iter().map(Value::as_sql).collect();
            lent.client.query(&statement, &parameters)
        })
    }

    pub(super) fn run(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.ask(sql, |lent, statement| {
            let parameters: Vec<_> = values.iter().map(Value::as_sql).collect();
            lent.client.execute(&statement, &parameters)
        })
    }

    /// An insertion that says ON CONFLICT DO NOTHING, where a conflict is an error that leaves the transaction usable.
    pub(super) fn insert_new(&self, sql: &str, values: &[Value<'_>]) -> Result<(), StoreError> {
        if self.run(sql, values)? == 1 { Ok(()) } else { Err(StoreError::Unavailable("it is there already".into())) }
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.query(sql, values)?.first().map(read).transpose()
    }

    pub(super) fn list<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.query(sql, values)?.iter().map(read).collect()
    }

    pub(super) fn end(&self) -> Result<(), StoreError> {
        if self.state.get() == State::Failed {
            return Err(StoreError::Unavailable("a statement of the transaction failed before".into()));
        }
        // Whether it is committed when this fails nobody knows; it is not tried again.
        self.state.set(State::Over);
        let mut lent = self.lent.borrow_mut();
        lent.client.batch_execute("COMMIT").map_err(|error| {
            lent.discard();
            error.into()
        })
    }

    fn ask<T>(&self, sql: &str, run: impl FnOnce(&mut Lent<'_>, Statement) -> Result<T, postgres::Error>) -> Result<T, StoreError> {
        let mut lent = self.lent.borrow_mut();
        let asked = lent.statement(sql).and_then(|statement| run(&mut lent, statement));
        asked.map_err(|error| {
            self.state.set(State::Failed);
            error.into()
        })
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let lent = self.lent.get_mut();
        if self.state.get() != State::Over && lent.client.batch_execute("ROLLBACK").is_err() {
            lent.discard();
        }
    }
}

/// Whether the connection is of no use any more: closed, or told so by a server that goes down.
fn is_over(lent: &Lent<'_>, error: &postgres::Error) -> bool {
    let farewell = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT];
    lent.client.is_closed() || error.code().is_none_or(|code| farewell.contains(code) || code.code() == "57P05")
}

/// The same in every process and version. Names that share one wait for each other without need, and no more than that.
fn hash(name: &Name) -> i32 {
    let digest = digest(&SHA256, name.as_str().as_bytes());
    i32::from_be_bytes(digest.as_ref()[..4].try_into().expect("SHA-256 has 32 bytes"))
}
