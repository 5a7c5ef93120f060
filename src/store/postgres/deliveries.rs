//! What webhooks have to deliver, and how each try went, in SQL.

use super::rows::{count, few, text, time};
use super::session::Session;
use super::value::values;
use crate::resource::Name;
use crate::store::column::{damaged, state_word, word};
use crate::store::{Attempt, Delivery, DeliveryFilter, DeliveryState, Lease, Pick, StoreError};
use crate::vault::Sealed;
use postgres::Row;
use std::time::{Duration, SystemTime};

/// The columns that [`delivery`] reads, in its order.
const DELIVERY: &str = "id, webhook, host, state, tries, created, actor, due, lease_owner, lease_until, finished, reason, \"user\"";

/// The columns that [`attempt`] reads, in its order.
const ATTEMPT: &str = "number, at, millis, result, status, message, excerpt";

impl Session<'_> {
    /// In a writer the delivery is the writer's until the end: what it decides by stays true.
    pub(super) fn read_delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        let hold = if self.holds_rows { " FOR UPDATE" } else { "" };
        self.one(&format!("SELECT {DELIVERY} FROM deliveries WHERE id = $1{hold}"), values![id], delivery)
    }

    pub(super) fn read_delivery_count(&self, state: DeliveryState) -> Result<u64, StoreError> {
        let found = self.one("SELECT count(*) FROM deliveries WHERE state = $1", values![state_word(state)], |row| count(row, 0))?;
        Ok(found.unwrap_or_default())
    }

    pub(super) fn read_deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {DELIVERY} FROM deliveries WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR webhook = $2)
             ORDER BY seq DESC LIMIT $3"
        );
        let webhook = filter.webhook.as_ref().map(Name::as_str);
        self.list(&sql, values![filter.state.map(state_word), webhook, filter.limit], delivery)
    }

    pub(super) fn read_attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError> {
        self.list(&format!("SELECT {ATTEMPT} FROM attempts WHERE delivery = $1 ORDER BY number"), values![id], attempt)
    }

    pub(super) fn insert_delivery(&self, delivery: &Delivery, request: &Sealed) -> Result<(), StoreError> {
        let sql = "INSERT INTO deliveries (id, webhook, host, state, tries, created, actor, \"user\", due, reason, request)
                   VALUES ($1, $2, $3, '', 0, $4, $5, $7, $4, '', $6) ON CONFLICT DO NOTHING";
        let Delivery { id, webhook, host, created, actor, user, .. } = delivery;
        self.insert_new(sql, values![id, webhook.as_str(), host, *created, actor, request, user])?;
        self.write_delivery(delivery)
    }

    pub(super) fn write_delivery(&self, delivery: &Delivery) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET state = $2, tries = $3, due = $4, lease_owner = $5, lease_until = $6, finished = $7,
                   reason = $8 WHERE id = $1";
        let lease = delivery.lease.as_ref();
        let (owner, until) = (lease.map(|lease| lease.owner.as_str()), lease.map(|lease| lease.until));
        let Delivery { id, state, tries, due, finished, reason, .. } = delivery;
        self.run(sql, values![id, state_word(state), *tries, *due, owner, until, *finished, reason]).map(drop)
    }

    /// Passes over what another writer is claiming at this moment, so that nobody waits for anybody.
    pub(super) fn claim_delivery(&self, now: SystemTime, lease: &Lease, pick: &Pick) -> Result<Option<Delivery>, StoreError> {
        let sql = format!(
            "UPDATE deliveries SET lease_owner = $5, lease_until = $6 WHERE seq = (
                 SELECT seq FROM deliveries
                 WHERE state = 'pending' AND due <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                 AND ($2::text IS NULL OR id = $2) AND webhook <> ALL ($3::text[]) AND host <> ALL ($4::text[])
                 ORDER BY due, seq LIMIT 1 FOR UPDATE SKIP LOCKED
             ) RETURNING {DELIVERY}"
        );
        let webhooks: Vec<&str> = pick.not_webhooks.iter().map(Name::as_str).collect();
        let hosts: Vec<&str> = pick.not_hosts.iter().map(String::as_str).collect();
        let found = self.one(&sql, values![now, pick.only.as_deref(), webhooks, hosts, &lease.owner, lease.until], delivery)?;
        Ok(found.map(|delivery| Delivery { lease: Some(lease.clone()), ..delivery }))
    }

    /// Their tries go with them.
    pub(super) fn remove_deliveries(&self, before: SystemTime) -> Result<u64, StoreError> {
        self.run("DELETE FROM deliveries WHERE state <> 'pending' AND finished < $1", values![before])
    }

    pub(super) fn insert_attempt(&self, delivery: &str, attempt: &Attempt) -> Result<(), StoreError> {
        let Attempt { number, at, took, result, status, message, excerpt } = attempt;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::from(u32::MAX));
        let sql = "INSERT INTO attempts (delivery, number, at, millis, result, status, message, excerpt)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        self.insert_new(sql, values![delivery, *number, *at, millis, result, *status, message, excerpt])
    }
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    let owner: Option<String> = row.try_get(8)?;
    let lease = owner.map(|owner| Ok::<_, StoreError>(Lease { owner, until: time(row, 9)? })).transpose()?;
    Ok(Delivery {
        id: row.try_get(0)?,
        webhook: Name::new(text(row, 1)?),
        host: row.try_get(2)?,
        state: word::<DeliveryState>(text(row, 3)?, "deliveries.state")?,
        tries: few(row, 4)?,
        created: time(row, 5)?,
        actor: row.try_get(6)?,
        due: time(row, 7)?,
        lease,
        finished: row.try_get(10)?,
        reason: row.try_get(11)?,
        user: row.try_get(12)?,
    })
}

fn attempt(row: &Row) -> Result<Attempt, StoreError> {
    let status: Option<i64> = row.try_get(4)?;
    Ok(Attempt {
        number: few(row, 0)?,
        at: time(row, 1)?,
        took: Duration::from_millis(count(row, 2)?),
        result: row.try_get(3)?,
        status: status.map(u16::try_from).transpose().map_err(|_| damaged("attempts.status"))?,
        message: row.try_get(5)?,
        excerpt: row.try_get(6)?,
    })
}
