//! Between columns and records.

use crate::resource::{Address, ConnectionState, Kind, Name};
use crate::store::column::{damaged, json, resource, word};
use crate::store::{AuditEntry, AuditLine, Authorization, Object, StoreError};
use postgres::Row;
use postgres::error::SqlState;
use std::time::SystemTime;

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        match error.code() {
            Some(code) if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) => {
                StoreError::Damaged { what: error.to_string() }
            }
            Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly,
            _ => StoreError::Unavailable(Box::new(error)),
        }
    }
}

/// The columns that [`object`] reads, in its order.
pub(super) const OBJECT: &str = "kind, name, body, owner, revision, applied, detached, created, updated, maker";

pub(super) fn object(row: &Row) -> Result<Object, StoreError> {
    let address = address(row, 0)?;
    let body = |text: &str| resource(&address, text);
    Ok(Object {
        resource: body(text(row, 2)?)?,
        owner: row.try_get(3)?,
        revision: count(row, 4)?,
        applied: row.try_get::<_, Option<&str>>(5)?.map(body).transpose()?,
        detached: row.try_get(6)?,
        created: time(row, 7)?,
        updated: time(row, 8)?,
        maker: row.try_get(9)?,
        address,
    })
}

/// The columns that [`authorization`] reads, in its order.
pub(super) const AUTHORIZATION: &str = r#"connection, "user", state, message, updated, application"#;

pub(super) fn authorization(row: &Row) -> Result<Authorization, StoreError> {
    Ok(Authorization {
        connection: Name::new(text(row, 0)?),
        user: row.try_get(1)?,
        state: word::<ConnectionState>(text(row, 2)?, "authorizations.state")?,
        message: row.try_get(3)?,
        updated: time(row, 4)?,
        application: row.try_get::<_, Option<&str>>(5)?.map(Name::new),
    })
}

/// The columns that [`audit_line`] reads, in its order.
pub(super) const AUDIT: &str = "seq, at, actor, action, address, outcome, detail, previous, digest";

pub(super) fn audit_line(row: &Row) -> Result<AuditLine, StoreError> {
    let address: Option<&str> = row.try_get(4)?;
    Ok(AuditLine {
        seq: count(row, 0)?,
        entry: AuditEntry {
            at: time(row, 1)?,
            actor: row.try_get(2)?,
            action: row.try_get(3)?,
            address: address.map(str::parse).transpose().map_err(|_| damaged("audit.address"))?,
            outcome: row.try_get(5)?,
            detail: json(text(row, 6)?, "audit.detail")?,
        },
        previous: row.try_get(7)?,
        digest: row.try_get(8)?,
    })
}

/// A kind and a name in two columns from `at`.
pub(super) fn address(row: &Row, at: usize) -> Result<Address, StoreError> {
    let kind = Kind::from_plural(text(row, at)?).ok_or_else(|| damaged("kind"))?;
    Ok(Address::new(kind, text(row, at + 1)?))
}

pub(super) fn time(row: &Row, at: usize) -> Result<SystemTime, StoreError> {
    Ok(row.try_get(at)?)
}

/// A counter: this database has signed integers only.
pub(super) fn count(row: &Row, at: usize) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<_, i64>(at)?).map_err(|_| damaged("a counter"))
}

/// A counter of few things.
pub(super) fn few(row: &Row, at: usize) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<_, i64>(at)?).map_err(|_| damaged("a counter"))
}

pub(super) fn text(row: &Row, at: usize) -> Result<&str, StoreError> {
    Ok(row.try_get(at)?)
}
