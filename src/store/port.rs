//! The port: what a database has to be able to do for the broker.

use super::audit::{AuditEntry, AuditHead, AuditLine};
use super::delivery::{Attempt, Delivery, DeliveryFilter, DeliveryState, Pick};
use super::grant::{ConsentEnd, Lease, SealedAt, StoredConsent, StoredGrant, StoredRevocation};
use super::people::{ApplyLease, StoredApplication, StoredToken, StoredUser};
use super::record::{Authorization, Object, Recorded};
use crate::resource::{Address, Fingerprint, Kind, Link, Name, SecretPath};
use crate::vault::Sealed;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::SystemTime;

/// A database. Any number of processes may hold one at the same time.
pub trait Store: Send + Sync {
    /// A view that stands still while others write.
    fn read(&self) -> Result<Box<dyn Snapshot + '_>, StoreError>;

    /// The one writer. Waits for another one to finish; dropping it without a commit undoes everything.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// A writer of one thing only. Waits for the one writer, and for others about the same thing; who is about something else
    /// may go on beside it, where the database lets them. What it reads of anything else may be out of date when it commits.
    fn begin_about(&self, about: About<'_>) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let _ = about;
        self.begin()
    }

    /// Writes down that a credential is about to be used: the time in its grant, and the line in the audit. Both are durable
    /// when it returns. What the database can write for many at once it may.
    fn note_use(&self, one: Use) -> Result<(), StoreError> {
        let Use { connection, user, entry } = one;
        let mut tx = self.begin_about(About::Connection(&connection))?;
        let grant = tx.grant(&connection, &user)?.unwrap_or_else(|| StoredGrant::new(&connection, &user));
        tx.put_grant(&StoredGrant { last_used: Some(entry.at), ..grant })?;
        tx.append_audit(&entry)?;
        tx.commit()
    }

    /// Moves what was written into the main file and wipes the log, so that nothing deleted lingers in it.
    fn checkpoint(&self) -> Result<(), StoreError>;
}

/// What a transaction writes, where that is little: besides it only revisions and the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// One connection: its grants and authorizations, and the revision of its object.
    Connection(&'a Name),
    /// Deliveries and their tries: new ones, and those that it reads by id or leases.
    Deliveries,
}

/// A use of what is held for one person's grant of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub connection: Name,
    /// Empty for the connection's owner.
    pub user: String,
    /// The line that tells of it, with its time.
    pub entry: AuditEntry,
}

/// What can be read.
pub trait Snapshot {
    fn object(&self, address: &Address) -> Result<Option<Object>, StoreError>;

    /// All of them, by address.
    fn objects(&self) -> Result<BTreeMap<Address, Object>, StoreError>;

    /// Objects of one kind whose names come after one, by name, so many at most.
    fn objects_after(&self, kind: Kind, after: &str, limit: usize) -> Result<Vec<Object>, StoreError>;

    fn script(&self, address: &Address) -> Result<Option<String>, StoreError>;

    /// Fingerprints of the secrets that an object holds.
    fn held(&self, address: &Address) -> Result<BTreeMap<SecretPath, Fingerprint>, StoreError>;

    fn all_held(&self) -> Result<BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>>, StoreError>;

    fn sealed(&self, address: &Address, field: &SecretPath) -> Result<Option<Sealed>, StoreError>;

    /// A connection's authorizations, the owner's first.
    fn authorizations(&self, connection: &Name) -> Result<Vec<Authorization>, StoreError>;

    fn all_authorizations(&self) -> Result<BTreeMap<Name, Vec<Authorization>>, StoreError>;

    /// What is held of one person's grant; the owner is the user with the empty name.
    fn grant(&self, connection: &Name, user: &str) -> Result<Option<StoredGrant>, StoreError>;

    /// All of them, by connection and user.
    fn grants(&self) -> Result<Vec<StoredGrant>, StoreError>;

    /// What became of a consent; `None` where there was none of that digest, or too long ago.
    fn consent_end(&self, digest: &str) -> Result<Option<ConsentEnd>, StoreError>;

    /// All that services have still to be told, the first due first.
    fn revocations(&self) -> Result<Vec<StoredRevocation>, StoreError>;

    /// Everything that is sealed, and where it lies.
    fn all_sealed(&self) -> Result<Vec<(SealedAt, Sealed)>, StoreError>;

    /// Who refers to an object, and why.
    fn referrers(&self, address: &Address) -> Result<BTreeSet<(Address, Link)>, StoreError>;

    fn delivery(&self, id: &str) -> Result<Option<Delivery>, StoreError>;

    /// The newest first.
    fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError>;

    /// How many deliveries are in a state.
    fn count_deliveries(&self, state: DeliveryState) -> Result<u64, StoreError>;

    /// What a delivery sends, sealed.
    fn delivery_request(&self, id: &str) -> Result<Option<Sealed>, StoreError>;

    /// The tries of a delivery, in order.
    fn attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError>;

    fn user(&self, name: &str) -> Result<Option<StoredUser>, StoreError>;

    /// All of them, by name.
    fn users(&self) -> Result<Vec<StoredUser>, StoreError>;

    fn token(&self, id: &str) -> Result<Option<StoredToken>, StoreError>;

    /// A user's tokens, the oldest first and by id among those of one second; those of all users for `None`.
    fn tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, StoreError>;

    /// What is known of a project's lease; `None` where it was never held.
    fn apply_lease(&self, project: &str) -> Result<Option<ApplyLease>, StoreError>;

    /// All of them, by project, the released ones too.
    fn apply_leases(&self) -> Result<Vec<ApplyLease>, StoreError>;

    /// All applications, by name.
    fn applications(&self) -> Result<Vec<StoredApplication>, StoreError>;

    /// What was answered under an idempotency key.
    fn recorded(&self, key: &str) -> Result<Option<Recorded>, StoreError>;

    /// When a plan was spent.
    fn spent(&self, plan_id: &str) -> Result<Option<SystemTime>, StoreError>;

    /// The idempotency key under which a plan was spent.
    fn spent_under(&self, plan_id: &str) -> Result<Option<String>, StoreError>;

    /// Moves on with every change of an object.
    fn revision(&self) -> Result<u64, StoreError>;

    /// The record that only the right master key opens.
    fn vault_check(&self) -> Result<Option<Sealed>, StoreError>;

    /// Lines of the audit after a sequence number, in order, so many at most.
    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditLine>, StoreError>;

    /// Where the audit's chain ends.
    fn audit_head(&self) -> Result<AuditHead, StoreError>;
}

/// What can be written. Nothing of it is there before [`Transaction::commit`] returns, and all of it is durable after.
pub trait Transaction: Snapshot {
    fn next_revision(&mut self) -> Result<u64, StoreError>;

    /// Creates or replaces an object; its secrets, script and authorizations stay.
    fn put_object(&mut self, object: &Object) -> Result<(), StoreError>;

    fn put_script(&mut self, address: &Address, script: Option<&str>) -> Result<(), StoreError>;

    /// With its secrets, script and authorizations.
    fn delete_object(&mut self, address: &Address) -> Result<(), StoreError>;

    fn put_secret(&mut self, address: &Address, field: &SecretPath, sealed: &Sealed, print: &Fingerprint) -> Result<(), StoreError>;

    fn delete_secret(&mut self, address: &Address, field: &SecretPath) -> Result<(), StoreError>;

    fn put_authorization(&mut self, authorization: &Authorization) -> Result<(), StoreError>;

    /// Puts a new delivery into the queue, with what it sends.
    fn add_delivery(&mut self, delivery: &Delivery, request: &Sealed) -> Result<(), StoreError>;

    /// Writes over a delivery that is there; what it sends stays.
    fn put_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError>;

    /// Claims the pending delivery that has been due the longest and that nobody holds.
    fn lease_delivery(&mut self, now: SystemTime, lease: &Lease, pick: &Pick) -> Result<Option<Delivery>, StoreError>;

    fn add_attempt(&mut self, delivery: &str, attempt: &Attempt) -> Result<(), StoreError>;

    fn put_grant(&mut self, grant: &StoredGrant) -> Result<(), StoreError>;

    fn put_consent(&mut self, consent: &StoredConsent) -> Result<(), StoreError>;

    /// Reads a consent and takes it away: it can be spent once.
    fn take_consent(&mut self, digest: &str) -> Result<Option<StoredConsent>, StoreError>;

    /// Takes away the consents that were not finished in time, and what became of those of an hour ago.
    fn drop_consents(&mut self, now: SystemTime) -> Result<(), StoreError>;

    /// Takes away the consents that somebody began, or that are for the login user of that name.
    fn drop_consents_of(&mut self, user: &str) -> Result<(), StoreError>;

    /// Creates or replaces what became of a consent.
    fn put_consent_end(&mut self, end: &ConsentEnd) -> Result<(), StoreError>;

    fn put_revocation(&mut self, revocation: &StoredRevocation) -> Result<(), StoreError>;

    fn delete_revocation(&mut self, id: &str) -> Result<(), StoreError>;

    /// Creates or replaces a user; the tokens stay.
    fn put_user(&mut self, user: &StoredUser) -> Result<(), StoreError>;

    /// With the user's tokens. What is held for a login user of that name stays.
    fn delete_user(&mut self, name: &str) -> Result<(), StoreError>;

    /// Creates or replaces a token of a user who is there.
    fn put_token(&mut self, token: &StoredToken) -> Result<(), StoreError>;

    /// With those that were made of it.
    fn delete_token(&mut self, id: &str) -> Result<(), StoreError>;

    /// Writes down when a token was used and nothing else of it, so that it cannot undo what happened to it meanwhile.
    fn touch_token(&mut self, id: &str, at: SystemTime) -> Result<(), StoreError>;

    /// Creates or replaces the lease of a project.
    fn put_apply_lease(&mut self, lease: &ApplyLease) -> Result<(), StoreError>;

    /// Creates or replaces an application.
    fn put_application(&mut self, application: &StoredApplication) -> Result<(), StoreError>;

    fn delete_application(&mut self, name: &Name) -> Result<(), StoreError>;

    /// Puts other sealed bytes in the place of known ones; `false` where others lie there by now.
    fn reseal(&mut self, at: &SealedAt, from: &Sealed, to: &Sealed) -> Result<bool, StoreError>;

    /// Takes away what was finished before a moment, with its tries: deliveries that were delivered or given up. How many.
    fn drop_deliveries(&mut self, before: SystemTime) -> Result<u64, StoreError>;

    /// Forgets the answers that were recorded before a moment. How many.
    fn drop_records(&mut self, before: SystemTime) -> Result<u64, StoreError>;

    fn record(&mut self, key: &str, recorded: &Recorded) -> Result<(), StoreError>;

    fn spend(&mut self, plan_id: &str, at: SystemTime, key: Option<&str>) -> Result<(), StoreError>;

    /// Adds a line to the audit's chain.
    fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;

    fn put_vault_check(&mut self, sealed: &Sealed) -> Result<(), StoreError>;

    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// The database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database has schema {found}, and this program knows schemas up to {known}: use a newer program")]
    Newer { found: u32, known: u32 },
    #[error("the database was opened for reading only")]
    ReadOnly,
    #[error("the database is damaged: {what}")]
    Damaged { what: String },
    #[error("the database could not do it")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
