//! Grants, consents and revocations: their rows, read and written.

use super::rows::{count, few, text, time};
use super::session::Session;
use super::value::values;
use crate::clock::{parse_rfc3339, rfc3339};
use crate::resource::{Address, Fingerprint, Kind, Name, SecretPath};
use crate::store::column::{as_json, damaged, json, state_word, word};
use crate::store::{
    CONSENT_ENDS_KEPT, ConsentEnd, ConsentState, Lease, SealedAt, StoreError, StoredConsent, StoredGrant, StoredRevocation,
};
use crate::vault::Sealed;
use postgres::Row;
use std::time::SystemTime;

/// The columns that [`grant`] reads, in its order.
const GRANT: &str = r#"connection, "user", generation, sealed, granted, expires, account, spending, lease_owner, lease_until, failures,
                       retry_at, last_used, last_error, ends, renewals"#;

impl Session<'_> {
    pub(super) fn read_grant(&self, connection: &Name, user: &str) -> Result<Option<StoredGrant>, StoreError> {
        let sql = format!(r#"SELECT {GRANT} FROM grants WHERE connection = $1 AND "user" = $2"#);
        self.one(&sql, values![connection.as_str(), user], grant)
    }

    pub(super) fn read_grants(&self) -> Result<Vec<StoredGrant>, StoreError> {
        self.list(&format!(r#"SELECT {GRANT} FROM grants ORDER BY connection, "user""#), &[], grant)
    }

    pub(super) fn write_grant(&self, grant: &StoredGrant) -> Result<(), StoreError> {
        let sql = format!(
            r#"INSERT INTO grants ({GRANT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
               ON CONFLICT (connection, "user") DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed,
               granted = excluded.granted, expires = excluded.expires, account = excluded.account, spending = excluded.spending,
               lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, failures = excluded.failures,
               retry_at = excluded.retry_at, last_used = excluded.last_used, last_error = excluded.last_error,
               ends = excluded.ends, renewals = excluded.renewals"#
        );
        let values = values![
            grant.connection.as_str(),
            &grant.user,
            grant.generation,
            &grant.sealed,
            as_json(&grant.granted),
            grant.expires,
            grant.account.as_ref().map(|account| account.0.as_str()),
            grant.spending,
            grant.lease.as_ref().map(|lease| lease.owner.as_str()),
            grant.lease.as_ref().map(|lease| lease.until),
            grant.failures,
            grant.retry_at,
            grant.last_used,
            &grant.last_error,
            grant.ends,
            as_json(&grant.renewals.iter().copied().map(rfc3339).collect::<Vec<_>>()),
        ];
        self.run(&sql, values).map(drop)
    }

    pub(super) fn write_consent(&self, consent: &StoredConsent) -> Result<(), StoreError> {
        let sql = r#"INSERT INTO consents (digest, connection, "user", sealed, expires, application, actor)
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"#;
        let StoredConsent { actor, digest, connection, user, application, sealed, expires } = consent;
        let application = application.as_ref().map(Name::as_str);
        self.insert_new(sql, values![digest, connection.as_str(), user, sealed, *expires, application, actor])
    }

    pub(super) fn remove_consent(&self, digest: &str) -> Result<Option<StoredConsent>, StoreError> {
        let sql = r#"DELETE FROM consents WHERE digest = $1
                     RETURNING digest, connection, "user", sealed, expires, application, actor"#;
        self.one(sql, values![digest], |row| {
            Ok(StoredConsent {
                digest: row.try_get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.try_get(2)?,
                sealed: Sealed(row.try_get(3)?),
                expires: time(row, 4)?,
                application: row.try_get::<_, Option<&str>>(5)?.map(Name::new),
                actor: row.try_get(6)?,
            })
        })
    }

    pub(super) fn remove_old_consents(&self, now: SystemTime) -> Result<(), StoreError> {
        self.run("DELETE FROM consents WHERE expires <= $1", values![now])?;
        self.run("DELETE FROM consent_ends WHERE expires <= $1", values![now - CONSENT_ENDS_KEPT]).map(drop)
    }

    pub(super) fn read_consent_end(&self, digest: &str) -> Result<Option<ConsentEnd>, StoreError> {
        let sql = r#"SELECT digest, connection, "user", state, message, expires FROM consent_ends WHERE digest = $1"#;
        self.one(sql, values![digest], |row| {
            Ok(ConsentEnd {
                digest: row.try_get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.try_get(2)?,
                state: word::<ConsentState>(text(row, 3)?, "consent_ends.state")?,
                message: row.try_get(4)?,
                expires: time(row, 5)?,
            })
        })
    }

    pub(super) fn write_consent_end(&self, end: &ConsentEnd) -> Result<(), StoreError> {
        let sql = r#"INSERT INTO consent_ends (digest, connection, "user", state, message, expires) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (digest) DO UPDATE SET state = excluded.state, message = excluded.message"#;
        let ConsentEnd { digest, connection, user, state, message, expires } = end;
        self.run(sql, values![digest, connection.as_str(), user, state_word(state), message, *expires]).map(drop)
    }

    pub(super) fn read_revocations(&self) -> Result<Vec<StoredRevocation>, StoreError> {
        self.list(r#"SELECT id, connection, "user", sealed, due, tries, account FROM revocations ORDER BY due, id"#, &[], |row| {
            Ok(StoredRevocation {
                id: row.try_get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.try_get(2)?,
                sealed: Sealed(row.try_get(3)?),
                due: time(row, 4)?,
                tries: few(row, 5)?,
                account: row.try_get::<_, Option<String>>(6)?.map(Fingerprint),
            })
        })
    }

    pub(super) fn write_revocation(&self, revocation: &StoredRevocation) -> Result<(), StoreError> {
        let sql = r#"INSERT INTO revocations (id, connection, "user", sealed, due, tries, account) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, due = excluded.due, tries = excluded.tries"#;
        let StoredRevocation { id, connection, user, sealed, due, tries, account } = revocation;
        let account = account.as_ref().map(|account| account.0.as_str());
        self.run(sql, values![id, connection.as_str(), user, sealed, *due, *tries, account]).map(drop)
    }

    pub(super) fn remove_revocation(&self, id: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM revocations WHERE id = $1", values![id]).map(drop)
    }

    pub(super) fn read_sealed(&self) -> Result<Vec<(SealedAt, Sealed)>, StoreError> {
        let name = |row: &Row, at: usize| Ok::<_, StoreError>(Name::new(text(row, at)?));
        let sealed = |row: &Row| Ok::<_, StoreError>(Sealed(row.try_get(0)?));
        let mut all =
            self.list("SELECT vault_check FROM meta WHERE vault_check IS NOT NULL", &[], |row| Ok((SealedAt::VaultCheck, sealed(row)?)))?;
        all.extend(self.list("SELECT sealed, kind, name, field FROM secrets ORDER BY kind, name, field", &[], |row| {
            let kind = Kind::from_plural(text(row, 1)?).ok_or_else(|| damaged("secrets.kind"))?;
            let at = SealedAt::Secret { address: Address { kind, name: name(row, 2)? }, field: SecretPath(row.try_get(3)?) };
            Ok((at, sealed(row)?))
        })?);
        let grants = r#"SELECT sealed, connection, "user" FROM grants WHERE sealed IS NOT NULL ORDER BY connection, "user""#;
        all.extend(self.list(grants, &[], |row| Ok((SealedAt::Grant { connection: name(row, 1)?, user: row.try_get(2)? }, sealed(row)?)))?);
        all.extend(self.list("SELECT sealed, digest, connection FROM consents ORDER BY digest", &[], |row| {
            Ok((SealedAt::Consent { digest: row.try_get(1)?, connection: name(row, 2)? }, sealed(row)?))
        })?);
        all.extend(self.list("SELECT sealed, id, connection FROM revocations ORDER BY id", &[], |row| {
            Ok((SealedAt::Revocation { id: row.try_get(1)?, connection: name(row, 2)? }, sealed(row)?))
        })?);
        all.extend(self.list("SELECT request, id FROM deliveries ORDER BY seq", &[], |row| {
            Ok((SealedAt::Delivery { id: row.try_get(1)? }, sealed(row)?))
        })?);
        Ok(all)
    }

    pub(super) fn write_sealed(&self, at: &SealedAt, from: &Sealed, to: &Sealed) -> Result<bool, StoreError> {
        let changed = match at {
            SealedAt::VaultCheck => self.run("UPDATE meta SET vault_check = $2 WHERE vault_check = $1", values![from, to]),
            SealedAt::Secret { address, field } => self.run(
                "UPDATE secrets SET sealed = $2 WHERE sealed = $1 AND kind = $3 AND name = $4 AND field = $5",
                values![from, to, address.kind.plural(), address.name.as_str(), &field.0],
            ),
            SealedAt::Grant { connection, user } => self.run(
                r#"UPDATE grants SET sealed = $2 WHERE sealed = $1 AND connection = $3 AND "user" = $4"#,
                values![from, to, connection.as_str(), user],
            ),
            SealedAt::Consent { digest, .. } => {
                self.run("UPDATE consents SET sealed = $2 WHERE sealed = $1 AND digest = $3", values![from, to, digest])
            }
            SealedAt::Revocation { id, .. } => {
                self.run("UPDATE revocations SET sealed = $2 WHERE sealed = $1 AND id = $3", values![from, to, id])
            }
            SealedAt::Delivery { id } => {
                self.run("UPDATE deliveries SET request = $2 WHERE request = $1 AND id = $3", values![from, to, id])
            }
        };
        Ok(changed? == 1)
    }
}

fn grant(row: &Row) -> Result<StoredGrant, StoreError> {
    let owner: Option<String> = row.try_get(8)?;
    let until: Option<SystemTime> = row.try_get(9)?;
    let renewals: Vec<String> = json(text(row, 15)?, "grants.renewals")?;
    let renewals = renewals.iter().map(|text| parse_rfc3339(text).ok_or_else(|| damaged("grants.renewals")));
    Ok(StoredGrant {
        connection: Name::new(text(row, 0)?),
        user: row.try_get(1)?,
        generation: count(row, 2)?,
        sealed: row.try_get::<_, Option<Vec<u8>>>(3)?.map(Sealed),
        granted: json(text(row, 4)?, "grants.granted")?,
        expires: row.try_get(5)?,
        account: row.try_get::<_, Option<String>>(6)?.map(Fingerprint),
        spending: row.try_get(7)?,
        lease: owner.zip(until).map(|(owner, until)| Lease { owner, until }),
        failures: few(row, 10)?,
        retry_at: row.try_get(11)?,
        last_used: row.try_get(12)?,
        last_error: row.try_get(13)?,
        ends: row.try_get(14)?,
        renewals: renewals.collect::<Result<_, _>>()?,
    })
}
