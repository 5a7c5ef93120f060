//! What can be written, as statements.

use super::rows::count;
use super::session::Session;
use super::value::{printable, values};
use crate::resource::{Address, Fingerprint, Name, SecretPath};
use crate::store::column::{as_json, damaged, link_word, state_word};
use crate::store::{
    ApplyLease, Attempt, AuditEntry, AuditHead, Authorization, ConsentEnd, Delivery, Lease, Object, Pick, Recorded, SealedAt, StoreError,
    StoredApplication, StoredConsent, StoredGrant, StoredRevocation, StoredToken, StoredUser, Transaction,
};
use crate::vault::Sealed;
use std::time::SystemTime;

impl Session<'_> {
    fn put_links(&self, object: &Object) -> Result<(), StoreError> {
        let (kind, name) = (object.address.kind.plural(), object.address.name.as_str());
        self.run("DELETE FROM links WHERE kind = $1 AND name = $2", values![kind, name])?;
        let links = object.resource.links();
        if links.is_empty() {
            return Ok(());
        }
        let (mut kinds, mut names, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for (target, link) in &links {
            kinds.push(target.kind.plural());
            names.push(target.name.as_str());
            words.push(link_word(*link));
        }
        let sql = "INSERT INTO links (kind, name, target_kind, target_name, link)
                   SELECT $1, $2, target_kind, target_name, link
                   FROM unnest($3::text[], $4::text[], $5::text[]) AS target (target_kind, target_name, link) ON CONFLICT DO NOTHING";
        self.run(sql, values![kind, name, kinds, names, words]).map(drop)
    }
}

impl Transaction for Session<'_> {
    fn next_revision(&mut self) -> Result<u64, StoreError> {
        let sql = "UPDATE meta SET revision = revision + 1 RETURNING revision";
        self.one(sql, &[], |row| count(row, 0))?.ok_or_else(|| damaged("meta"))
    }

    fn put_object(&mut self, object: &Object) -> Result<(), StoreError> {
        let sql = "INSERT INTO objects (kind, name, body, owner, revision, applied, detached, created, updated, maker)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                   ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, owner = excluded.owner,
                   revision = excluded.revision, applied = excluded.applied, detached = excluded.detached,
                   created = excluded.created, updated = excluded.updated, maker = excluded.maker";
        self.run(
            sql,
            values![
                object.address.kind.plural(),
                object.address.name.as_str(),
                as_json(&object.resource),
                &object.owner,
                object.revision,
                object.applied.as_ref().map(as_json),
                object.detached,
                object.created,
                object.updated,
                &object.maker,
            ],
        )?;
        self.put_links(object)
    }

    fn put_script(&mut self, address: &Address, script: Option<&str>) -> Result<(), StoreError> {
        let sql = "UPDATE objects SET script = $3 WHERE kind = $1 AND name = $2";
        self.run(sql, values![address.kind.plural(), address.name.as_str(), script.map(str::as_bytes)]).map(drop)
    }

    fn delete_object(&mut self, address: &Address) -> Result<(), StoreError> {
        let sql = "DELETE FROM objects WHERE kind = $1 AND name = $2";
        self.run(sql, values![address.kind.plural(), address.name.as_str()]).map(drop)
    }

    fn put_secret(&mut self, address: &Address, field: &SecretPath, sealed: &Sealed, print: &Fingerprint) -> Result<(), StoreError> {
        let sql = "INSERT INTO secrets (kind, name, field, sealed, fingerprint) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (kind, name, field) DO UPDATE SET sealed = excluded.sealed, fingerprint = excluded.fingerprint";
        self.run(sql, values![address.kind.plural(), address.name.as_str(), &field.0, sealed, &print.0]).map(drop)
    }

    fn delete_secret(&mut self, address: &Address, field: &SecretPath) -> Result<(), StoreError> {
        let sql = "DELETE FROM secrets WHERE kind = $1 AND name = $2 AND field = $3";
        self.run(sql, values![address.kind.plural(), address.name.as_str(), &field.0]).map(drop)
    }

    fn put_authorization(&mut self, authorization: &Authorization) -> Result<(), StoreError> {
        let sql = r#"INSERT INTO authorizations (connection, "user", state, message, updated, application)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (connection, "user") DO UPDATE SET
                   state = excluded.state, message = excluded.message, updated = excluded.updated,
                   application = excluded.application"#;
        let Authorization { connection, user, state, message, application, updated } = authorization;
        let application = application.as_ref().map(Name::as_str);
        self.run(sql, values![connection.as_str(), user, state_word(*state), message, *updated, application]).map(drop)
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
        self.run("DELETE FROM done_steps WHERE at < $1", values![before])
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
        self.run(r#"DELETE FROM consents WHERE actor = $1 OR "user" = $1"#, values![user]).map(drop)
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
        self.run("DELETE FROM users WHERE name = $1", values![name]).map(drop)
    }

    fn put_token(&mut self, token: &StoredToken) -> Result<(), StoreError> {
        self.write_token(token)
    }

    fn delete_token(&mut self, id: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM tokens WHERE id = $1", values![id]).map(drop)
    }

    fn touch_token(&mut self, id: &str, at: SystemTime) -> Result<(), StoreError> {
        self.run("UPDATE tokens SET last_used = $2 WHERE id = $1", values![id, at]).map(drop)
    }

    fn put_apply_lease(&mut self, lease: &ApplyLease) -> Result<(), StoreError> {
        self.write_apply_lease(lease)
    }

    fn put_application(&mut self, application: &StoredApplication) -> Result<(), StoreError> {
        self.write_application(application)
    }

    fn delete_application(&mut self, name: &Name) -> Result<(), StoreError> {
        self.run("DELETE FROM applications WHERE name = $1", values![name.as_str()]).map(drop)
    }

    fn reseal(&mut self, at: &SealedAt, from: &Sealed, to: &Sealed) -> Result<bool, StoreError> {
        self.write_sealed(at, from, to)
    }

    fn record(&mut self, key: &str, recorded: &Recorded) -> Result<(), StoreError> {
        let Recorded { action, address, asked, answer, at } = recorded;
        let sql = "INSERT INTO done_steps (key, action, address, answer, at, asked) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT DO NOTHING";
        self.insert_new(sql, values![key, action, address.to_string(), as_json(answer), *at, asked.as_deref()])
    }

    fn spend(&mut self, plan_id: &str, at: SystemTime, key: Option<&str>) -> Result<(), StoreError> {
        let sql = "INSERT INTO spent_plans (plan_id, at, key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.insert_new(sql, values![plan_id, at, key])
    }

    fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        // The digest is of what reads back.
        let entry = AuditEntry {
            actor: printable(&entry.actor).into_owned(),
            action: printable(&entry.action).into_owned(),
            outcome: printable(&entry.outcome).into_owned(),
            ..entry.clone()
        };
        // From here to the commit the chain is ours: the next writer waits for this row and then sees our line.
        let read = |row: &postgres::Row| Ok(AuditHead { seq: count(row, 0)?, digest: row.try_get(1)? });
        let head = self.one("SELECT audit_seq, audit_digest FROM meta FOR UPDATE", &[], read)?.ok_or_else(|| damaged("meta"))?;
        let line = head.follow(entry);
        let sql = "WITH head AS (UPDATE meta SET audit_seq = $1, audit_digest = $9)
                   INSERT INTO audit (seq, at, actor, action, address, outcome, detail, previous, digest)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let entry = &line.entry;
        let values = values![
            line.seq,
            entry.at,
            &entry.actor,
            &entry.action,
            entry.address.as_ref().map(ToString::to_string),
            &entry.outcome,
            as_json(&entry.detail),
            &line.previous,
            &line.digest,
        ];
        self.run(sql, values).map(drop)
    }

    fn put_vault_check(&mut self, sealed: &Sealed) -> Result<(), StoreError> {
        let changed = self.run("UPDATE meta SET vault_check = $1", values![sealed])?;
        if changed == 1 { Ok(()) } else { Err(damaged("meta")) }
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.end()
    }
}
