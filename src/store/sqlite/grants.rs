//! Grants, consents and revocations: their rows, read and written.

use super::rows::{as_json, count, damaged, json, moment, signed, state_word, text, time, word};
use super::session::Session;
use crate::clock::{self, rfc3339};
use crate::resource::{Address, Fingerprint, Kind, Name, SecretPath};
use crate::store::{
    CONSENT_ENDS_KEPT, ConsentEnd, ConsentState, Lease, SealedAt, StoreError, StoredConsent, StoredGrant, StoredRevocation,
};
use crate::vault::Sealed;
use rusqlite::Row;
use std::time::SystemTime;

const GRANT: &str = "connection, user, generation, sealed, granted, expires, account, spending, lease_owner, lease_until, failures, \
                     retry_at, last_used, last_error, ends, renewals";

impl Session<'_> {
    pub(super) fn read_grant(&self, connection: &Name, user: &str) -> Result<Option<StoredGrant>, StoreError> {
        let sql = format!("SELECT {GRANT} FROM grants WHERE connection = ?1 AND user = ?2");
        self.one(&sql, (connection.as_str(), user), grant)
    }

    pub(super) fn read_grants(&self) -> Result<Vec<StoredGrant>, StoreError> {
        self.list(&format!("SELECT {GRANT} FROM grants ORDER BY connection, user"), [], grant)
    }

    pub(super) fn write_grant(&self, grant: &StoredGrant) -> Result<(), StoreError> {
        let sql = "INSERT INTO grants (connection, user, generation, sealed, granted, expires, account, spending, lease_owner,
                   lease_until, failures, retry_at, last_used, last_error, ends, renewals)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                   ON CONFLICT (connection, user) DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed,
                   granted = excluded.granted, expires = excluded.expires, account = excluded.account, spending = excluded.spending,
                   lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, failures = excluded.failures,
                   retry_at = excluded.retry_at, last_used = excluded.last_used, last_error = excluded.last_error,
                   ends = excluded.ends, renewals = excluded.renewals";
        let params = rusqlite::params![
            grant.connection.as_str(),
            grant.user,
            signed(grant.generation),
            grant.sealed.as_ref().map(|sealed| &sealed.0),
            as_json(&grant.granted),
            grant.expires.map(rfc3339),
            grant.account.as_ref().map(|account| &account.0),
            grant.spending,
            grant.lease.as_ref().map(|lease| &lease.owner),
            grant.lease.as_ref().map(|lease| rfc3339(lease.until)),
            grant.failures,
            grant.retry_at.map(rfc3339),
            grant.last_used.map(rfc3339),
            grant.last_error,
            grant.ends.map(rfc3339),
            as_json(&grant.renewals.iter().copied().map(rfc3339).collect::<Vec<_>>()),
        ];
        self.run(sql, params).map(drop)
    }

    pub(super) fn write_consent(&self, consent: &StoredConsent) -> Result<(), StoreError> {
        let sql = "INSERT INTO consents (digest, connection, user, sealed, expires, application, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let StoredConsent { actor, digest, connection, user, application, sealed, expires } = consent;
        let application = application.as_ref().map(Name::as_str);
        self.run(sql, (digest, connection.as_str(), user, &sealed.0, rfc3339(*expires), application, actor)).map(drop)
    }

    pub(super) fn remove_consent(&self, digest: &str) -> Result<Option<StoredConsent>, StoreError> {
        let sql = "DELETE FROM consents WHERE digest = ?1 RETURNING digest, connection, user, sealed, expires, application, actor";
        self.one(sql, [digest], |row| {
            Ok(StoredConsent {
                digest: row.get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.get(2)?,
                sealed: Sealed(row.get(3)?),
                expires: time(row, 4)?,
                application: row.get::<_, Option<String>>(5)?.map(Name::new),
                actor: row.get(6)?,
            })
        })
    }

    pub(super) fn remove_old_consents(&self, now: SystemTime) -> Result<(), StoreError> {
        self.run("DELETE FROM consents WHERE expires <= ?1", [rfc3339(now)])?;
        self.run("DELETE FROM consent_ends WHERE expires <= ?1", [rfc3339(now - CONSENT_ENDS_KEPT)]).map(drop)
    }

    pub(super) fn read_consent_end(&self, digest: &str) -> Result<Option<ConsentEnd>, StoreError> {
        let sql = "SELECT digest, connection, user, state, message, expires FROM consent_ends WHERE digest = ?1";
        self.one(sql, [digest], |row| {
            Ok(ConsentEnd {
                digest: row.get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.get(2)?,
                state: word::<ConsentState>(text(row, 3)?, "consent_ends.state")?,
                message: row.get(4)?,
                expires: time(row, 5)?,
            })
        })
    }

    pub(super) fn write_consent_end(&self, end: &ConsentEnd) -> Result<(), StoreError> {
        let sql = "INSERT INTO consent_ends (digest, connection, user, state, message, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (digest) DO UPDATE SET state = excluded.state, message = excluded.message";
        let ConsentEnd { digest, connection, user, state, message, expires } = end;
        self.run(sql, (digest, connection.as_str(), user, state_word(state), message, rfc3339(*expires))).map(drop)
    }

    pub(super) fn read_revocations(&self) -> Result<Vec<StoredRevocation>, StoreError> {
        self.list("SELECT id, connection, user, sealed, due, tries, account FROM revocations ORDER BY due, id", [], |row| {
            Ok(StoredRevocation {
                id: row.get(0)?,
                connection: Name::new(text(row, 1)?),
                user: row.get(2)?,
                sealed: Sealed(row.get(3)?),
                due: time(row, 4)?,
                tries: row.get(5)?,
                account: row.get::<_, Option<String>>(6)?.map(Fingerprint),
            })
        })
    }

    pub(super) fn write_revocation(&self, revocation: &StoredRevocation) -> Result<(), StoreError> {
        let sql = "INSERT INTO revocations (id, connection, user, sealed, due, tries, account) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, due = excluded.due, tries = excluded.tries";
        let StoredRevocation { id, connection, user, sealed, due, tries, account } = revocation;
        let account = account.as_ref().map(|account| &account.0);
        self.run(sql, (id, connection.as_str(), user, &sealed.0, rfc3339(*due), tries, account)).map(drop)
    }

    pub(super) fn remove_revocation(&self, id: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM revocations WHERE id = ?1", [id]).map(drop)
    }

    pub(super) fn read_sealed(&self) -> Result<Vec<(SealedAt, Sealed)>, StoreError> {
        let name = |row: &Row<'_>, at: usize| Ok::<_, StoreError>(Name::new(text(row, at)?));
        let mut all = self.list("SELECT vault_check FROM meta WHERE vault_check IS NOT NULL", [], |row| {
            Ok((SealedAt::VaultCheck, Sealed(row.get(0)?)))
        })?;
        all.extend(self.list("SELECT sealed, kind, name, field FROM secrets ORDER BY kind, name, field", [], |row| {
            let kind = Kind::from_plural(text(row, 1)?).ok_or_else(|| damaged("secrets.kind"))?;
            let at = SealedAt::Secret { address: Address { kind, name: name(row, 2)? }, field: SecretPath(row.get(3)?) };
            Ok((at, Sealed(row.get(0)?)))
        })?);
        let grants = "SELECT sealed, connection, user FROM grants WHERE sealed IS NOT NULL ORDER BY connection, user";
        all.extend(
            self.list(grants, [], |row| Ok((SealedAt::Grant { connection: name(row, 1)?, user: row.get(2)? }, Sealed(row.get(0)?))))?,
        );
        all.extend(self.list("SELECT sealed, digest, connection FROM consents ORDER BY digest", [], |row| {
            Ok((SealedAt::Consent { digest: row.get(1)?, connection: name(row, 2)? }, Sealed(row.get(0)?)))
        })?);
        all.extend(self.list("SELECT sealed, id, connection FROM revocations ORDER BY id", [], |row| {
            Ok((SealedAt::Revocation { id: row.get(1)?, connection: name(row, 2)? }, Sealed(row.get(0)?)))
        })?);
        all.extend(self.list("SELECT request, id FROM deliveries ORDER BY seq", [], |row| {
            Ok((SealedAt::Delivery { id: row.get(1)? }, Sealed(row.get(0)?)))
        })?);
        Ok(all)
    }

    pub(super) fn write_sealed(&self, at: &SealedAt, from: &Sealed, to: &Sealed) -> Result<bool, StoreError> {
        let (from, to) = (&from.0, &to.0);
        let changed = match at {
            SealedAt::VaultCheck => self.run("UPDATE meta SET vault_check = ?2 WHERE vault_check = ?1", (from, to)),
            SealedAt::Secret { address, field } => self.run(
                "UPDATE secrets SET sealed = ?2 WHERE sealed = ?1 AND kind = ?3 AND name = ?4 AND field = ?5",
                (from, to, address.kind.plural(), address.name.as_str(), &field.0),
            ),
            SealedAt::Grant { connection, user } => self.run(
                "UPDATE grants SET sealed = ?2 WHERE sealed = ?1 AND connection = ?3 AND user = ?4",
                (from, to, connection.as_str(), user),
            ),
            SealedAt::Consent { digest, .. } => {
                self.run("UPDATE consents SET sealed = ?2 WHERE sealed = ?1 AND digest = ?3", (from, to, digest))
            }
            SealedAt::Revocation { id, .. } => self.run("UPDATE revocations SET sealed = ?2 WHERE sealed = ?1 AND id = ?3", (from, to, id)),
            SealedAt::Delivery { id } => self.run("UPDATE deliveries SET request = ?2 WHERE request = ?1 AND id = ?3", (from, to, id)),
        };
        Ok(changed? == 1)
    }
}

fn grant(row: &Row<'_>) -> Result<StoredGrant, StoreError> {
    let moment = |at: usize| moment(row, at);
    let renewals: Vec<String> = json(text(row, 15)?, "grants.renewals")?;
    let renewals = renewals.iter().map(|text| clock::parse_rfc3339(text).ok_or_else(|| damaged("a time")));
    let owner: Option<String> = row.get(8)?;
    Ok(StoredGrant {
        connection: Name::new(text(row, 0)?),
        user: row.get(1)?,
        generation: count(row, 2)?,
        sealed: row.get::<_, Option<Vec<u8>>>(3)?.map(Sealed),
        granted: json(text(row, 4)?, "grants.granted")?,
        expires: moment(5)?,
        account: row.get::<_, Option<String>>(6)?.map(Fingerprint),
        spending: row.get(7)?,
        lease: owner.zip(moment(9)?).map(|(owner, until)| Lease { owner, until }),
        renewals: renewals.collect::<Result<_, _>>()?,
        failures: row.get(10)?,
        retry_at: moment(11)?,
        last_used: moment(12)?,
        last_error: row.get(13)?,
        ends: moment(14)?,
    })
}
