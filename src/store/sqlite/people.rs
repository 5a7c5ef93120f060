//! People and their tokens, leases of applies, and applications, in SQL.

use super::rows::{as_json, count, damaged, json, moment, signed, state_word, text, time, word};
use super::session::Session;
use crate::clock::rfc3339;
use crate::resource::Name;
use crate::store::{ApplyLease, Held, StoreError, StoredApplication, StoredToken, StoredUser};
use crate::vault::TokenDigest;
use rusqlite::Row;

/// The columns that [`user`] reads, in its order.
const USER: &str = "name, kind, title, role, created, updated, disabled";

/// The columns that [`token`] reads, in its order.
const TOKEN: &str = "id, user, title, digest, scopes, projects, created, expires, last_used, revoked, parent";

/// The columns that [`apply_lease`] reads, in its order.
const LEASE: &str = "project, fence, holder, claim, since, until";

impl Session<'_> {
    pub(super) fn read_user(&self, name: &str) -> Result<Option<StoredUser>, StoreError> {
        self.one(&format!("SELECT {USER} FROM users WHERE name = ?1"), [name], user)
    }

    pub(super) fn read_users(&self) -> Result<Vec<StoredUser>, StoreError> {
        self.list(&format!("SELECT {USER} FROM users ORDER BY name"), [], user)
    }

    pub(super) fn write_user(&self, user: &StoredUser) -> Result<(), StoreError> {
        // Not INSERT OR REPLACE: that would delete the row first, and its tokens with it.
        let sql = "INSERT INTO users (name, kind, title, role, created, updated, disabled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, title = excluded.title, role = excluded.role,
                   created = excluded.created, updated = excluded.updated, disabled = excluded.disabled";
        let StoredUser { name, kind, title, role, created, updated, disabled } = user;
        self.run(sql, (name, state_word(kind), title, state_word(role), rfc3339(*created), rfc3339(*updated), disabled.map(rfc3339)))
            .map(drop)
    }

    pub(super) fn read_token(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.one(&format!("SELECT {TOKEN} FROM tokens WHERE id = ?1"), [id], token)
    }

    pub(super) fn read_tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, StoreError> {
        self.list(&format!("SELECT {TOKEN} FROM tokens WHERE ?1 IS NULL OR user = ?1 ORDER BY created, id"), [user], token)
    }

    pub(super) fn write_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (id, user, title, digest, scopes, projects, created, expires, last_used, revoked, parent)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                   ON CONFLICT (id) DO UPDATE SET user = excluded.user, title = excluded.title, digest = excluded.digest,
                   scopes = excluded.scopes, projects = excluded.projects, created = excluded.created,
                   expires = excluded.expires, last_used = excluded.last_used, revoked = excluded.revoked, parent = excluded.parent";
        let StoredToken { id, user, parent, title, digest, scopes, projects, created, expires, last_used, revoked } = token;
        let params = rusqlite::params![
            id,
            user,
            title,
            digest.to_string(),
            as_json(scopes),
            projects.as_ref().map(as_json),
            rfc3339(*created),
            expires.map(rfc3339),
            last_used.map(rfc3339),
            revoked.map(rfc3339),
            parent,
        ];
        self.run(sql, params).map(drop)
    }

    pub(super) fn read_apply_lease(&self, project: &str) -> Result<Option<ApplyLease>, StoreError> {
        self.one(&format!("SELECT {LEASE} FROM leases WHERE project = ?1"), [project], apply_lease)
    }

    pub(super) fn read_apply_leases(&self) -> Result<Vec<ApplyLease>, StoreError> {
        self.list(&format!("SELECT {LEASE} FROM leases ORDER BY project"), [], apply_lease)
    }

    pub(super) fn write_apply_lease(&self, lease: &ApplyLease) -> Result<(), StoreError> {
        let sql = "INSERT INTO leases (project, fence, holder, claim, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (project) DO UPDATE SET fence = excluded.fence, holder = excluded.holder, claim = excluded.claim,
                   since = excluded.since, until = excluded.until";
        let held = lease.held.as_ref();
        let params = rusqlite::params![
            lease.project,
            signed(lease.fence),
            held.map(|held| &held.holder),
            held.map(|held| &held.claim),
            held.map(|held| rfc3339(held.since)),
            held.map(|held| rfc3339(held.until)),
        ];
        self.run(sql, params).map(drop)
    }

    pub(super) fn read_applications(&self) -> Result<Vec<StoredApplication>, StoreError> {
        self.list("SELECT name, title, maker, created FROM applications ORDER BY name", [], |row| {
            Ok(StoredApplication { name: Name::new(text(row, 0)?), title: row.get(1)?, maker: row.get(2)?, created: time(row, 3)? })
        })
    }

    pub(super) fn write_application(&self, application: &StoredApplication) -> Result<(), StoreError> {
        let sql = "INSERT INTO applications (name, title, maker, created) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (name) DO UPDATE SET title = excluded.title, maker = excluded.maker, created = excluded.created";
        let StoredApplication { name, title, maker, created } = application;
        self.run(sql, (name.as_str(), title, maker, rfc3339(*created))).map(drop)
    }
}

fn user(row: &Row<'_>) -> Result<StoredUser, StoreError> {
    Ok(StoredUser {
        name: row.get(0)?,
        kind: word(text(row, 1)?, "users.kind")?,
        title: row.get(2)?,
        role: word(text(row, 3)?, "users.role")?,
        created: time(row, 4)?,
        updated: time(row, 5)?,
        disabled: moment(row, 6)?,
    })
}

fn token(row: &Row<'_>) -> Result<StoredToken, StoreError> {
    let projects: Option<String> = row.get(5)?;
    Ok(StoredToken {
        id: row.get(0)?,
        user: row.get(1)?,
        title: row.get(2)?,
        digest: TokenDigest::from_hex(text(row, 3)?).ok_or_else(|| damaged("tokens.digest"))?,
        scopes: json(text(row, 4)?, "tokens.scopes")?,
        projects: projects.map(|projects| json(&projects, "tokens.projects")).transpose()?,
        created: time(row, 6)?,
        expires: moment(row, 7)?,
        last_used: moment(row, 8)?,
        revoked: moment(row, 9)?,
        parent: row.get(10)?,
    })
}

fn apply_lease(row: &Row<'_>) -> Result<ApplyLease, StoreError> {
    let held = |holder: String| Ok::<_, StoreError>(Held { holder, claim: row.get(3)?, since: time(row, 4)?, until: time(row, 5)? });
    Ok(ApplyLease { project: row.get(0)?, fence: count(row, 1)?, held: row.get::<_, Option<String>>(2)?.map(held).transpose()? })
}
