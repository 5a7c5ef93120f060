//! What can be read, as queries.

use super::rows::{AUDIT, AUTHORIZATION, OBJECT, address, audit_line, authorization, count, object, text, time};
use super::session::Session;
use super::value::values;
use crate::resource::{Address, Fingerprint, Kind, Link, Name, SecretPath};
use crate::store::column::{damaged, json, link_from};
use crate::store::{
    ApplyLease, Attempt, AuditHead, AuditLine, Authorization, ConsentEnd, Delivery, DeliveryFilter, DeliveryState, Object, Recorded,
    SealedAt, Snapshot, StoreError, StoredApplication, StoredGrant, StoredRevocation, StoredToken, StoredUser,
};
use crate::vault::Sealed;
use postgres::Row;
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

impl Session<'_> {
    fn meta<T>(&self, columns: &str, read: impl Fn(&Row) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.one(&format!("SELECT {columns} FROM meta"), &[], read)?.ok_or_else(|| damaged("meta"))
    }
}

impl Snapshot for Session<'_> {
    fn object(&self, address: &Address) -> Result<Option<Object>, StoreError> {
        let sql = format!("SELECT {OBJECT} FROM objects WHERE kind = $1 AND name = $2");
        self.one(&sql, values![address.kind.plural(), address.name.as_str()], object)
    }

    fn objects(&self) -> Result<BTreeMap<Address, Object>, StoreError> {
        let all = self.list(&format!("SELECT {OBJECT} FROM objects"), &[], object)?;
        Ok(all.into_iter().map(|object| (object.address.clone(), object)).collect())
    }

    fn objects_after(&self, kind: Kind, after: &str, limit: usize) -> Result<Vec<Object>, StoreError> {
        let sql = format!("SELECT {OBJECT} FROM objects WHERE kind = $1 AND name > $2 ORDER BY name LIMIT $3");
        self.list(&sql, values![kind.plural(), after, limit], object)
    }

    fn script(&self, address: &Address) -> Result<Option<String>, StoreError> {
        let sql = "SELECT script FROM objects WHERE kind = $1 AND name = $2";
        let found =
            self.one(sql, values![address.kind.plural(), address.name.as_str()], |row| Ok(row.try_get::<_, Option<Vec<u8>>>(0)?))?;
        found.flatten().map(|bytes| String::from_utf8(bytes).map_err(|_| damaged("objects.script"))).transpose()
    }

    fn held(&self, address: &Address) -> Result<BTreeMap<SecretPath, Fingerprint>, StoreError> {
        let sql = "SELECT field, fingerprint FROM secrets WHERE kind = $1 AND name = $2";
        let read = |row: &Row| Ok((SecretPath(row.try_get(0)?), Fingerprint(row.try_get(1)?)));
        Ok(self.list(sql, values![address.kind.plural(), address.name.as_str()], read)?.into_iter().collect())
    }

    fn all_held(&self) -> Result<BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>>, StoreError> {
        let mut held: BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>> = BTreeMap::new();
        for row in self.query("SELECT kind, name, field, fingerprint FROM secrets", &[])? {
            held.entry(address(&row, 0)?).or_default().insert(SecretPath(row.try_get(2)?), Fingerprint(row.try_get(3)?));
        }
        Ok(held)
    }

    fn sealed(&self, address: &Address, field: &SecretPath) -> Result<Option<Sealed>, StoreError> {
        let sql = "SELECT sealed FROM secrets WHERE kind = $1 AND name = $2 AND field = $3";
        self.one(sql, values![address.kind.plural(), address.name.as_str(), &field.0], |row| Ok(Sealed(row.try_get(0)?)))
    }

    fn authorizations(&self, connection: &Name) -> Result<Vec<Authorization>, StoreError> {
        let sql = format!(r#"SELECT {AUTHORIZATION} FROM authorizations WHERE connection = $1 ORDER BY "user""#);
        self.list(&sql, values![connection.as_str()], authorization)
    }

    fn all_authorizations(&self) -> Result<BTreeMap<Name, Vec<Authorization>>, StoreError> {
        let mut found: BTreeMap<Name, Vec<Authorization>> = BTreeMap::new();
        let sql = format!(r#"SELECT {AUTHORIZATION} FROM authorizations ORDER BY connection, "user""#);
        for one in self.list(&sql, &[], authorization)? {
            found.entry(one.connection.clone()).or_default().push(one);
        }
        Ok(found)
    }

    fn grant(&self, connection: &Name, user: &str) -> Result<Option<StoredGrant>, StoreError> {
        self.read_grant(connection, user)
    }

    fn grants(&self) -> Result<Vec<StoredGrant>, StoreError> {
        self.read_grants()
    }

    fn consent_end(&self, digest: &str) -> Result<Option<ConsentEnd>, StoreError> {
        self.read_consent_end(digest)
    }

    fn revocations(&self) -> Result<Vec<StoredRevocation>, StoreError> {
        self.read_revocations()
    }

    fn all_sealed(&self) -> Result<Vec<(SealedAt, Sealed)>, StoreError> {
        self.read_sealed()
    }

    fn referrers(&self, target: &Address) -> Result<BTreeSet<(Address, Link)>, StoreError> {
        let sql = "SELECT kind, name, link FROM links WHERE target_kind = $1 AND target_name = $2";
        let read = |row: &Row| Ok((address(row, 0)?, link_from(text(row, 2)?)?));
        Ok(self.list(sql, values![target.kind.plural(), target.name.as_str()], read)?.into_iter().collect())
    }

    fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.read_delivery(id)
    }

    fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        self.read_deliveries(filter)
    }

    fn count_deliveries(&self, state: DeliveryState) -> Result<u64, StoreError> {
        self.read_delivery_count(state)
    }

    fn delivery_request(&self, id: &str) -> Result<Option<Sealed>, StoreError> {
        self.one("SELECT request FROM deliveries WHERE id = $1", values![id], |row| Ok(Sealed(row.try_get(0)?)))
    }

    fn attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError> {
        self.read_attempts(id)
    }

    fn user(&self, name: &str) -> Result<Option<StoredUser>, StoreError> {
        self.read_user(name)
    }

    fn users(&self) -> Result<Vec<StoredUser>, StoreError> {
        self.read_users()
    }

    fn token(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.read_token(id)
    }

    fn tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, StoreError> {
        self.read_tokens(user)
    }

    fn apply_lease(&self, project: &str) -> Result<Option<ApplyLease>, StoreError> {
        self.read_apply_lease(project)
    }

    fn apply_leases(&self) -> Result<Vec<ApplyLease>, StoreError> {
        self.read_apply_leases()
    }

    fn applications(&self) -> Result<Vec<StoredApplication>, StoreError> {
        self.read_applications()
    }

    fn recorded(&self, key: &str) -> Result<Option<Recorded>, StoreError> {
        self.one("SELECT action, address, answer, at, asked FROM done_steps WHERE key = $1", values![key], |row| {
            Ok(Recorded {
                action: row.try_get(0)?,
                address: text(row, 1)?.parse().map_err(|_| damaged("done_steps.address"))?,
                answer: json(text(row, 2)?, "done_steps.answer")?,
                at: time(row, 3)?,
                asked: row.try_get(4)?,
            })
        })
    }

    fn spent_under(&self, plan_id: &str) -> Result<Option<String>, StoreError> {
        let key = self.one("SELECT key FROM spent_plans WHERE plan_id = $1", values![plan_id], |row| Ok(row.try_get(0)?))?;
        Ok(key.flatten())
    }

    fn spent(&self, plan_id: &str) -> Result<Option<SystemTime>, StoreError> {
        self.one("SELECT at FROM spent_plans WHERE plan_id = $1", values![plan_id], |row| time(row, 0))
    }

    fn revision(&self) -> Result<u64, StoreError> {
        self.meta("revision", |row| count(row, 0))
    }

    fn vault_check(&self) -> Result<Option<Sealed>, StoreError> {
        self.meta("vault_check", |row| Ok(row.try_get::<_, Option<Vec<u8>>>(0)?.map(Sealed)))
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditLine>, StoreError> {
        self.list(&format!("SELECT {AUDIT} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"), values![after, limit], audit_line)
    }

    fn audit_head(&self) -> Result<AuditHead, StoreError> {
        self.meta("audit_seq, audit_digest", |row| Ok(AuditHead { seq: count(row, 0)?, digest: row.try_get(1)? }))
    }
}
