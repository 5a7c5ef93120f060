//! What webhooks have to deliver, and how each try went, in SQL.

use super::rows::{as_json, count, state_word, text, time, word};
use super::session::Session;
use crate::clock::rfc3339;
use crate::resource::Name;
use crate::store::{Attempt, Delivery, DeliveryFilter, DeliveryState, Lease, Pick, StoreError};
use crate::vault::Sealed;
use rusqlite::Row;
use std::time::{Duration, SystemTime};

/// The columns that [`delivery`] reads, in its order.
const DELIVERY: &str = "id, webhook, host, state, tries, created, actor, due, lease_owner, lease_until, finished, reason, user";

/// The columns that [`attempt`] reads, in its order.
const ATTEMPT: &str = "number, at, millis, result, status, message, excerpt";

impl Session<'_> {
    pub(super) fn read_delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.one(&format!("SELECT {DELIVERY} FROM deliveries WHERE id = ?1"), [id], delivery)
    }

    pub(super) fn read_deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM deliveries WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR webhook = ?2)
             ORDER BY seq DESC LIMIT ?3"
        );
        let webhook = filter.webhook.as_ref().map(Name::as_str);
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        self.list(&sql, (filter.state.map(state_word), webhook, limit), delivery)
    }

    pub(super) fn read_delivery_count(&self, state: DeliveryState) -> Result<u64, StoreError> {
        let count = self.one("SELECT count(*) FROM deliveries WHERE state = ?1", [state_word(state)], |row| Ok(row.get::<_, i64>(0)?))?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    pub(super) fn read_attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError> {
        self.list(&format!("SELECT {ATTEMPT} FROM attempts WHERE delivery = ?1 ORDER BY number"), [id], attempt)
    }

    pub(super) fn insert_delivery(&self, delivery: &Delivery, request: &Sealed) -> Result<(), StoreError> {
        let sql = "INSERT INTO deliveries (id, webhook, host, state, tries, created, actor, user, due, reason, request)
                   VALUES (?1, ?2, ?3, '', 0, ?4, ?5, ?7, '', '', ?6)";
        let Delivery { id, webhook, host, created, actor, user, .. } = delivery;
        self.run(sql, (id, webhook.as_str(), host, rfc3339(*created), actor, &request.0, user))?;
        self.write_delivery(delivery)
    }

    pub(super) fn write_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET state = ?2, tries = ?3, due = ?4, lease_owner = ?5, lease_until = ?6, finished = ?7,
                   reason = ?8 WHERE id = ?1";
        let (owner, until) = delivery.lease.as_ref().map(|lease| (&lease.owner, rfc3339(lease.until))).unzip();
        let Delivery { id, state, tries, due, finished, reason, .. } = delivery;
        self.run(sql, (id, state_word(state), tries, rfc3339(*due), owner, until, finished.map(rfc3339), reason)).map(drop)
    }

    pub(super) fn claim_delivery(&self, now: SystemTime, lease: &Lease, pick: &Pick) -> Result<Option<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM deliveries
             WHERE state = 'pending' AND due <= ?1 AND (lease_until IS NULL OR lease_until <= ?1)
             AND (?2 IS NULL OR id = ?2) AND webhook NOT IN (SELECT value FROM json_each(?3))
             AND host NOT IN (SELECT value FROM json_each(?4))
             ORDER BY due, seq LIMIT 1"
        );
        let found =
            self.one(&sql, (rfc3339(now), pick.only.as_deref(), as_json(&pick.not_webhooks), as_json(&pick.not_hosts)), delivery)?;
        let Some(mut delivery) = found else { return Ok(None) };
        delivery.lease = Some(lease.clone());
        self.write_delivery(&delivery)?;
        Ok(Some(delivery))
    }

    /// Their tries go with them.
    pub(super) fn remove_deliveries(&self, before: SystemTime) -> Result<u64, StoreError> {
        let sql = "DELETE FROM deliveries WHERE state <> 'pending' AND finished < ?1";
        self.run(sql, [rfc3339(before)]).map(|count| count as u64)
    }

    pub(super) fn insert_attempt(&self, delivery: &str, attempt: &Attempt) -> Result<(), StoreError> {
        let Attempt { number, at, took, result, status, message, excerpt } = attempt;
        let millis = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.run(sql, (delivery, number, rfc3339(*at), millis, result, status, message, excerpt)).map(drop)
    }
}

fn delivery(row: &Row<'_>) -> Result<Delivery, StoreError> {
    let owner: Option<String> = row.get(8)?;
    let lease = owner.map(|owner| Ok::<_, StoreError>(Lease { owner, until: time(row, 9)? })).transpose()?;
    Ok(Delivery {
        id: row.get(0)?,
        webhook: Name::new(text(row, 1)?),
        host: row.get(2)?,
        state: word::<DeliveryState>(text(row, 3)?, "deliveries.state")?,
        tries: row.get(4)?,
        created: time(row, 5)?,
        actor: row.get(6)?,
        due: time(row, 7)?,
        lease,
        finished: row.get::<_, Option<String>>(10)?.map(|_| time(row, 10)).transpose()?,
        reason: row.get(11)?,
        user: row.get(12)?,
    })
}

fn attempt(row: &Row<'_>) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        number: row.get(0)?,
        at: time(row, 1)?,
        took: Duration::from_millis(count(row, 2)?),
        result: row.get(3)?,
        status: row.get(4)?,
        message: row.get(5)?,
        excerpt: row.get(6)?,
    })
}
