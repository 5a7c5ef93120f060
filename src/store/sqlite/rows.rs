//! Between columns and records.

use crate::clock;
use crate::resource::{Address, ConnectionState, Kind, Name};
pub(super) use crate::store::column::{as_json, damaged, json, link_from, link_word, resource, signed, state_word, word};
use crate::store::{AuditEntry, AuditLine, Authorization, Object, StoreError};
use rusqlite::{ErrorCode, Row};
use std::time::SystemTime;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged { what: error.to_string() },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            _ => StoreError::Unavailable(Box::new(error)),
        }
    }
}

/// The columns that [`object`] reads, in its order.
pub(super) const OBJECT: &str = "kind, name, body, owner, revision, applied, detached, created, updated, maker";

pub(super) fn object(row: &Row<'_>) -> Result<Object, StoreError> {
    let address = address(row, 0)?;
    let body = |text: &str| resource(&address, text);
    Ok(Object {
        resource: body(text(row, 2)?)?,
        owner: row.get(3)?,
        revision: count(row, 4)?,
        applied: row.get_ref(5)?.as_str_or_null().map_err(|_| damaged("objects.applied"))?.map(body).transpose()?,
        detached: row.get(6)?,
        created: time(row, 7)?,
        updated: time(row, 8)?,
        maker: row.get(9)?,
        address,
    })
}

/// The columns that [`authorization`] reads, in its order.
pub(super) const AUTHORIZATION: &str = "connection, user, state, message, updated, application";

pub(super) fn authorization(row: &Row<'_>) -> Result<Authorization, StoreError> {
    Ok(Authorization {
        connection: Name::new(text(row, 0)?),
        user: row.get(1)?,
        state: word::<ConnectionState>(text(row, 2)?, "authorizations.state")?,
        message: row.get(3)?,
        updated: time(row, 4)?,
        application: row.get::<_, Option<String>>(5)?.map(Name::new),
    })
}

/// The columns that [`audit_line`] reads, in its order.
pub(super) const AUDIT: &str = "seq, at, actor, action, address, outcome, detail, previous, digest";

pub(super) fn audit_line(row: &Row<'_>) -> Result<AuditLine, StoreError> {
    let address: Option<String> = row.get(4)?;
    Ok(AuditLine {
        seq: count(row, 0)?,
        entry: AuditEntry {
            at: time(row, 1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            address: address.map(|text| text.parse()).transpose().map_err(|_| damaged("audit.address"))?,
            outcome: row.get(5)?,
            detail: json(text(row, 6)?, "audit.detail")?,
        },
        previous: row.get(7)?,
        digest: row.get(8)?,
    })
}

/// A kind and a name in two columns from `at`.
pub(super) fn address(row: &Row<'_>, at: usize) -> Result<Address, StoreError> {
    let kind = Kind::from_plural(text(row, at)?).ok_or_else(|| damaged("kind"))?;
    Ok(Address::new(kind, text(row, at + 1)?))
}

pub(super) fn time(row: &Row<'_>, at: usize) -> Result<SystemTime, StoreError> {
    clock::parse_rfc3339(text(row, at)?).ok_or_else(|| damaged("a time"))
}

pub(super) fn moment(row: &Row<'_>, at: usize) -> Result<Option<SystemTime>, StoreError> {
    let text: Option<String> = row.get(at)?;
    text.map(|text| clock::parse_rfc3339(&text).ok_or_else(|| damaged("a time"))).transpose()
}

/// A counter: SQLite has signed integers only.
pub(super) fn count(row: &Row<'_>, at: usize) -> Result<u64, StoreError> {
    u64::try_from(row.get::<_, i64>(at)?).map_err(|_| damaged("a counter"))
}

pub(super) fn text<'r>(row: &'r Row<'_>, at: usize) -> Result<&'r str, StoreError> {
    row.get_ref(at)?.as_str().map_err(|_| damaged("a text"))
}
