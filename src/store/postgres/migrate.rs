//! Brings a database's schema up to date: by one process at a time, all or nothing, and never back.

use super::pool::Pool;
use super::session::ESTATE;
use crate::store::StoreError;
use postgres::error::SqlState;
use postgres::{Client, GenericClient, Transaction};
use std::time::Duration;

/// Numbered from 1 without a gap, and as SQLite's are; each is applied once, and never edited after it was released.
pub(super) const MIGRATIONS: [&str; 8] = [
    include_str!("../migrations/0001_estate.postgres.sql"),
    include_str!("../migrations/0002_grants.postgres.sql"),
    include_str!("../migrations/0003_delivery.postgres.sql"),
    include_str!("../migrations/0004_people.postgres.sql"),
    include_str!("../migrations/0005_renewals.postgres.sql"),
    include_str!("../migrations/0006_consent_ends.postgres.sql"),
    include_str!("../migrations/0007_safety.postgres.sql"),
    include_str!("../migrations/0008_whose.postgres.sql"),
];

/// A change of a table waits for who reads it, and whoever wants to read it then waits too: better to stand back and try
/// again than to hold everybody up behind a long reader.
const STAND_BACK: &str = "SET LOCAL lock_timeout = '3s'";
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Brings the schema up to one of ours; a newer one is left as it is.
pub(super) fn migrate(pool: &Pool, known: &[&str]) -> Result<(), StoreError> {
    let mut lent = pool.lend()?;
    let mut tries = 1;
    while refuse_newer(&mut lent.client, known)? < known.len() {
        match one_try(&mut lent.client, known) {
            Err(error) if is_in_the_way(&error) && tries < TRIES => std::thread::sleep(PAUSE),
            other => return other,
        }
        tries += 1;
    }
    Ok(())
}

/// Under the lock of the one writer, which others that want to do the same wait for, as all writers do.
fn one_try(client: &mut Client, known: &[&str]) -> Result<(), StoreError> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({ESTATE}); {STAND_BACK}"))?;
    apply(&mut transaction, known)?;
    Ok(transaction.commit()?)
}

fn apply(transaction: &mut Transaction<'_>, known: &[&str]) -> Result<(), StoreError> {
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")?;
    let from = refuse_newer(transaction, known)?;
    for (number, sql) in (1_i64..).zip(known).skip(from) {
        transaction.batch_execute(sql)?;
        transaction.execute("INSERT INTO schema_version (version) VALUES ($1)", &[&number])?;
    }
    Ok(())
}

/// The database's schema; 0 where it has none yet.
fn refuse_newer(client: &mut impl GenericClient, known: &[&str]) -> Result<usize, StoreError> {
    let is_there: bool = client.query_one("SELECT to_regclass('schema_version') IS NOT NULL", &[])?.try_get(0)?;
    if !is_there {
        return Ok(0);
    }
    let found: i64 = client.query_one("SELECT coalesce(max(version), 0) FROM schema_version", &[])?.try_get(0)?;
    let number = usize::try_from(found).unwrap_or_default();
    if number <= known.len() {
        return Ok(number);
    }
    Err(StoreError::Newer { found: u32::try_from(found).unwrap_or(u32::MAX), known: known.len() as u32 })
}

fn is_in_the_way(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let code = source.downcast_ref::<postgres::Error>().and_then(postgres::Error::code);
    code == Some(&SqlState::LOCK_NOT_AVAILABLE)
}
