//! People and their tokens, leases of applies, and applications, in SQL.

use super::rows::{count, text, time};
use super::session::Session;
use super::value::values;
use crate::resource::Name;
use crate::store::column::{as_json, damaged, json, state_word, word};
use crate::store::{ApplyLease, Held, StoreError, StoredApplication, StoredToken, StoredUser};
use crate::vault::TokenDigest;
use postgres::Row;

/// The columns that [`user`] reads, in its order.
const USER: &str = "name, kind, title, role, created, updated, disabled";

/// The columns that [`token`] reads, in its order.
const TOKEN: &str = r#"id, "user", title, digest, scopes, projects, created, expires, last_used, revoked, parent"#;

/// The columns that [`apply_lease`] reads, in its order.
const LEASE: &str = "project, fence, holder, claim, since, until";

impl Session<'_> {
    pub(super) fn read_user(&self, name: &str) -> Result<Option<StoredUser>, StoreError> {
        self.one(&format!("SELECT {USER} FROM users WHERE name = $1"), values![name], user)
    }

    pub(super) fn read_users(&self) -> Result<Vec<StoredUser>, StoreError> {
        self.list(&format!("SELECT {USER} FROM users ORDER BY name"), &[], user)
    }

    pub(super) fn write_user(&self, user: &StoredUser) -> Result<(), StoreError> {
        let sql = "INSERT INTO users (name, kind, title, role, created, updated, disabled) VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, title = excluded.title, role = excluded.role,
                   created = excluded.created, updated = excluded.updated, disabled = excluded.disabled";
        let StoredUser { name, kind, title, role, created, updated, disabled } = user;
        self.run(sql, values![name, state_word(kind), title, state_word(role), *created, *updated, *disabled]).map(drop)
    }

    pub(super) fn read_token(&self, id: &str) -> Result<Option<StoredToken>, StoreError> {
        self.one(&format!("SELECT {TOKEN} FROM tokens WHERE id = $1"), values![id], token)
    }

    pub(super) fn read_tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, StoreError> {
        let sql = format!(r#"SELECT {TOKEN} FROM tokens WHERE $1::text IS NULL OR "user" = $1 ORDER BY created, id"#);
        self.list(&sql, values![user], token)
    }

    pub(super) fn write_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        let sql = format!(
            r#"INSERT INTO tokens ({TOKEN}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
               ON CONFLICT (id) DO UPDATE SET "user" = excluded."user", title = excluded.title, digest = excluded.digest,
               scopes = excluded.scopes, projects = excluded.projects, created = excluded.created,
               expires = excluded.expires, last_used = excluded.last_used, revoked = excluded.revoked, parent = excluded.parent"#
        );
        let StoredToken { id, user, parent, title, digest, scopes, projects, created, expires, last_used, revoked } = token;
        let values = values![
            id,
            user,
            title,
            digest.to_string(),
            as_json(scopes),
            projects.as_ref().map(as_json),
            *created,
            *expires,
            *last_used,
            *revoked,
            parent.as_deref(),
        ];
        self.run(&sql, values).map(drop)
    }

    pub(super) fn read_apply_lease(&self, project: &str) -> Result<Option<ApplyLease>, StoreError> {
        self.one(&format!("SELECT {LEASE} FROM leases WHERE project = $1"), values![project], apply_lease)
    }

    pub(super) fn read_apply_leases(&self) -> Result<Vec<ApplyLease>, StoreError> {
        self.list(&format!("SELECT {LEASE} FROM leases ORDER BY project"), &[], apply_lease)
    }

    pub(super) fn write_apply_lease(&self, lease: &ApplyLease) -> Result<(), StoreError> {
        let sql = "INSERT INTO leases (project, fence, holder, claim, since, until) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (project) DO UPDATE SET fence = excluded.fence, holder = excluded.holder, claim = excluded.claim,
                   since = excluded.since, until = excluded.until";
        let held = lease.held.as_ref();
        let values = values![
            &lease.project,
            lease.fence,
            held.map(|held| held.holder.as_str()),
            held.map(|held| held.claim.as_str()),
            held.map(|held| held.since),
            held.map(|held| held.until),
        ];
        self.run(sql, values).map(drop)
    }

    pub(super) fn read_applications(&self) -> Result<Vec<StoredApplication>, StoreError> {
        self.list("SELECT name, title, maker, created FROM applications ORDER BY name", &[], |row| {
            Ok(StoredApplication { name: Name::new(text(row, 0)?), title: row.try_get(1)?, maker: row.try_get(2)?, created: time(row, 3)? })
        })
    }

    pub(super) fn write_application(&self, application: &StoredApplication) -> Result<(), StoreError> {
        let sql = "INSERT INTO applications (name, title, maker, created) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (name) DO UPDATE SET title = excluded.title, maker = excluded.maker, created = excluded.created";
        let StoredApplication { name, title, maker, created } = application;
        self.run(sql, values![name.as_str(), title, maker, *created]).map(drop)
    }
}

fn user(row: &Row) -> Result<StoredUser, StoreError> {
    Ok(StoredUser {
        name: row.try_get(0)?,
        kind: word(text(row, 1)?, "users.kind")?,
        title: row.try_get(2)?,
        role: word(text(row, 3)?, "users.role")?,
        created: time(row, 4)?,
        updated: time(row, 5)?,
        disabled: row.try_get(6)?,
    })
}

fn token(row: &Row) -> Result<StoredToken, StoreError> {
    let projects: Option<&str> = row.try_get(5)?;
    Ok(StoredToken {
        id: row.try_get(0)?,
        user: row.try_get(1)?,
        title: row.try_get(2)?,
        digest: TokenDigest::from_hex(text(row, 3)?).ok_or_else(|| damaged("tokens.digest"))?,
        scopes: json(text(row, 4)?, "tokens.scopes")?,
        projects: projects.map(|projects| json(projects, "tokens.projects")).transpose()?,
        created: time(row, 6)?,
        expires: row.try_get(7)?,
        last_used: row.try_get(8)?,
        revoked: row.try_get(9)?,
        parent: row.try_get(10)?,
    })
}

fn apply_lease(row: &Row) -> Result<ApplyLease, StoreError> {
    let held = |holder: String| Ok::<_, StoreError>(Held { holder, claim: row.try_get(3)?, since: time(row, 4)?, until: time(row, 5)? });
    Ok(ApplyLease { project: row.try_get(0)?, fence: count(row, 1)?, held: row.try_get::<_, Option<String>>(2)?.map(held).transpose()? })
}
