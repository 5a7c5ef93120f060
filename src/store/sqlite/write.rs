//! What can be written, as statements.

use super::rows::{as_json, damaged, link_word, signed, state_word};
use super::session::Session;
use crate::clock::rfc3339;
use crate::resource::{Address, Fingerprint, Name, SecretPath};
use crate::store::{
    ApplyLease, Attempt, AuditEntry, AuditHead, AuditLine, Authorization, ConsentEnd, Delivery, Lease, Object, Pick, Recorded, SealedAt,
    Snapshot, StoreError, StoredApplication, StoredConsent, StoredGrant, StoredRevocation, StoredToken, StoredUser, Transaction,
};
use crate::vault::Sealed;
use rusqlite::Params;
use std::time::SystemTime;

impl Session<'_> {
    pub(super) fn run(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.statement(sql)?.execute(params)?)
    }

    /// Writes a line and hands out where the chain ends then, which is to be written down before the commit.
    pub(super) fn insert_line(&self, line: AuditLine) -> Result<AuditHead, StoreError> {
        let AuditLine { seq, entry, previous, digest } = line;
        self.run(
            "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            rusqlite::params![
                signed(seq),
                rfc3339(entry.at),
                entry.actor,
                entry.action,
                entry.address.as_ref().map(ToString::to_string),
                entry.outcome,
                as_json(&entry.detail),
                previous,
                digest,
            ],
        )?;
        Ok(AuditHead { seq, digest })
    }

    pub(super) fn move_chain_end(&self, end: &AuditHead) -> Result<(), StoreError> {
        self.run("UPDATE meta SET audit_seq = ?1, audit_digest = ?2", (signed(end.seq), &end.digest)).map(drop)
    }

    fn put_links(&self, object: &Object) -> Result<(), StoreError> {
        let (kind, name) = (object.address.kind.plural(), object.address.name.as_str());
        self.run("DELETE FROM links WHERE kind = ?1 AND name = ?2", (kind, name))?;
        for (target, link) in object.resource.links() {
            let to = (target.kind.plural(), target.name.as_str());
            self.run("INSERT OR IGNORE INTO links VALUES (?1, ?2, ?3, ?4, ?5)", (kind, name, to.0, to.1, link_word(link)))?;
        }
        Ok(())
    }
}

impl Transaction for Session<'_> {
    fn next_revision(&mut self) -> Result<u64, StoreError> {
        self.run("UPDATE meta SET revision = revision + 1", [])?;
        self.revision()
    }

    fn put_object(&mut self, object: &Object) -> Result<(), StoreError> {
        // Not INSERT OR REPLACE: that would delete the row first, and its secrets with it.
        let sql = "INSERT INTO objects (kind, name, body, owner, revision, applied, detached, created, updated, maker)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                   ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, owner = excluded.owner,
                   revision = excluded.revision, applied = excluded.applied, detached = excluded.detached,
                   created = excluded.created, updated = excluded.updated, maker = excluded.maker";
        self.run(
            sql,
            rusqlite::params![
                object.address.kind.plural(),
                object.address.name.as_str(),
                as_json(&object.resource),
                object.owner,
                signed(object.revision),
                object.applied.as_ref().map(as_json),
                object.detached,
                rfc3339(object.created),
                rfc3339(object.updated),
                object.maker,
            ],
        )?;
        self.put_links(object)
    }

    fn put_script(&mut self, address: &Address, script: Option<&str>) -> Result<(), StoreError> {
        let sql = "UPDATE objects SET script = ?3 WHERE kind = ?1 AND name = ?2";
        self.run(sql, (address.kind.plural(), address.name.as_str(), script)).map(drop)
    }

    fn delete_object(&mut self, address: &Address) -> Result<(), StoreError> {
        let sql = "DELETE FROM objects WHERE kind = ?1 AND name = ?2";
        self.run(sql, (address.kind.plural(), address.name.as_str())).map(drop)
    }

    fn put_secret(&mut self, address: &Address, field: &SecretPath, sealed: &Sealed, print: &Fingerprint) -> Result<(), StoreError> {
        let sql = "INSERT INTO secrets VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (kind, name, field) DO UPDATE SET sealed = excluded.sealed, fingerprint = excluded.fingerprint";
        self.run(sql, (address.kind.plural(), address.name.as_str(), &field.0, &sealed.0, &print.0)).map(drop)
    }

    fn delete_secret(&mut self, address: &Address, field: &SecretPath) -> Result<(), StoreError> {
        let sql = "DELETE FROM secrets WHERE kind = ?1 AND name = ?2 AND field = ?3";
        self.run(sql, (address.kind.plural(), address.name.as_str(), &field.0)).map(drop)
    }

    fn put_authorization(&mut self, authorization: &Authorization) -> Result<(), StoreError> {
        let sql = "INSERT INTO authorizations (connection, user, state, message, updated, application)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (connection, user) DO UPDATE SET
                   state = excluded.state, message = excluded.message, updated = excluded.updated,
                   application = excluded.application";
        let Authorization { connection, user, state, message, application, updated } = authorization;
        let application = application.as_ref().map(Name::as_str);
        self.run(sql, (connection.as_str(), user, state_word(*state), message, rfc3339(*updated), application)).map(drop)
    }

    fn add_delivery(&mut self, delivery: &Delivery, request: &Sealed) -> Result<(), StoreError> {
        self.insert_delivery(delivery, request)
    }

    fn put_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        self.write_delivery(delivery)
    }

    fn lease_delivery(&mut self, now: SystemTime, lease: &Lease, pick: &Pick) -> Result<Option<Delivery>, StoreError> {
        self.claim_delivery(now, lease, pick)
    }

    fn add_attempt(&mut self, delivery: &str, attempt: &Attempt) -> Result<(), StoreError> {
        self.insert_attempt(delivery, attempt)
    }

    fn drop_deliveries(&mut self, before: SystemTime) -> Result<u64, StoreError> {
        self.remove_deliveries(before)
    }

    fn drop_records(&mut self, before: SystemTime) -> Result<u64, StoreError> {
        self.run("DELETE FROM done_steps WHERE at < ?1", [rfc3339(before)]).map(|count| count as u64)
    }

    fn put_grant(&mut self, grant: &StoredGrant) -> Result<(), StoreError> {
        self.write_grant(grant)
    }

    fn put_consent(&mut self, consent: &StoredConsent) -> Result<(), StoreError> {
        self.write_consent(consent)
    }

    fn take_consent(&mut self, digest: &str) -> Result<Option<StoredConsent>, StoreError> {
        self.remove_consent(digest)
    }

    fn drop_consents(&mut self, now: SystemTime) -> Result<(), StoreError> {
        self.remove_old_consents(now)
    }

    fn drop_consents_of(&mut self, user: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM consents WHERE actor = ?1 OR user = ?1", [user]).map(drop)
    }

    fn put_consent_end(&mut self, end: &ConsentEnd) -> Result<(), StoreError> {
        self.write_consent_end(end)
    }

    fn put_revocation(&mut self, revocation: &StoredRevocation) -> Result<(), StoreError> {
        self.write_revocation(revocation)
    }

    fn delete_revocation(&mut self, id: &str) -> Result<(), StoreError> {
        self.remove_revocation(id)
    }

    fn put_user(&mut self, user: &StoredUser) -> Result<(), StoreError> {
        self.write_user(user)
    }

    fn delete_user(&mut self, name: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM users WHERE name = ?1", [name]).map(drop)
    }

    fn put_token(&mut self, token: &StoredToken) -> Result<(), StoreError> {
        self.write_token(token)
    }

    fn delete_token(&mut self, id: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM tokens WHERE id = ?1", [id]).map(drop)
    }

    fn touch_token(&mut self, id: &str, at: SystemTime) -> Result<(), StoreError> {
        self.run("UPDATE tokens SET last_used = ?2 WHERE id = ?1", (id, rfc3339(at))).map(drop)
    }

    fn put_apply_lease(&mut self, lease: &ApplyLease) -> Result<(), StoreError> {
        self.write_apply_lease(lease)
    }

    fn put_application(&mut self, application: &StoredApplication) -> Result<(), StoreError> {
        self.write_application(application)
    }

    fn delete_application(&mut self, name: &Name) -> Result<(), StoreError> {
        self.run("DELETE FROM applications WHERE name = ?1", [name.as_str()]).map(drop)
    }

    fn reseal(&mut self, at: &SealedAt, from: &Sealed, to: &Sealed) -> Result<bool, StoreError> {
        self.write_sealed(at, from, to)
    }

    fn record(&mut self, key: &str, recorded: &Recorded) -> Result<(), StoreError> {
        let Recorded { action, address, asked, answer, at } = recorded;
        let sql = "INSERT INTO done_steps (key, action, address, answer, at, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, (key, action, address.to_string(), as_json(answer), rfc3339(*at), asked)).map(drop)
    }

    fn spend(&mut self, plan_id: &str, at: SystemTime, key: Option<&str>) -> Result<(), StoreError> {
        self.run("INSERT INTO spent_plans (plan_id, at, key) VALUES (?1, ?2, ?3)", (plan_id, rfc3339(at), key)).map(drop)
    }

    fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let end = self.insert_line(self.chain_end()?.follow(entry.clone()))?;
        self.move_chain_end(&end)
    }

    fn put_vault_check(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        let changed = self.run("UPDATE meta SET vault_check = ?1", [&sealed.0])?;
        if changed == 1 { Ok(()) } else { Err(damaged("meta")) }
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.end()
    }
}
