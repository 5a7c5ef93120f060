//! A store that fails at its n-th call, for tests: nothing may be half done wherever it breaks.

use super::{
    About, ApplyLease, Attempt, AuditEntry, AuditHead, AuditLine, Authorization, ConsentEnd, Delivery, DeliveryFilter, DeliveryState,
    Lease, Object, Pick, Recorded, SealedAt, Snapshot, Store, StoreError, StoredApplication, StoredConsent, StoredGrant, StoredRevocation,
    StoredToken, StoredUser, Transaction,
};
use crate::resource::{Address, Fingerprint, Kind, Link, Name, SecretPath};
use crate::vault::Sealed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

/// Counts calls down and fails once at zero; then all is well again.
#[derive(Debug, Default)]
pub struct Fuse {
    left: AtomicUsize,
    /// Whether a commit that fails has done its work all the same, as when an answer is lost on the way.
    commit_first: AtomicBool,
    /// Whether it stays blown, as when the process dies there.
    for_good: AtomicBool,
}

impl Fuse {
    /// Lets the `nth` call from now fail (from 1); 0 for none.
    pub fn set(&self, nth: usize, commit_first: bool) {
        self.for_good.store(false, Ordering::SeqCst);
        self.left.store(nth, Ordering::SeqCst);
        self.commit_first.store(commit_first, Ordering::SeqCst);
    }

    /// Lets the `nth` call from now fail and every one after it, until it is set anew.
    pub fn kill_at(&self, nth: usize, commit_first: bool) {
        self.set(nth, commit_first);
        self.for_good.store(true, Ordering::SeqCst);
    }

    /// How many calls it still lets pass, the one that fails included.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }

    /// Whether it is still to blow.
    pub fn is_set(&self) -> bool {
        self.left() > 0
    }

    fn call(&self) -> Result<(), StoreError> {
        match self.left.load(Ordering::SeqCst) {
            0 => Ok(()),
            left => {
                let stays = left == 1 && self.for_good.load(Ordering::SeqCst);
                self.left.store(if stays { 1 } else { left - 1 }, Ordering::SeqCst);
                if left == 1 { Err(StoreError::Unavailable("a fault of the test".into())) } else { Ok(()) }
            }
        }
    }
}

/// Wraps a store; every call of it and of its transactions passes the fuse.
pub struct FaultStore {
    pub inner: Arc<dyn Store>,
    pub fuse: Arc<Fuse>,
}

struct Faulty<'s, T: ?Sized> {
    inner: Box<T>,
    fuse: &'s Fuse,
}

impl Store for FaultStore {
    fn read(&self) -> Result<Box<dyn Snapshot + '_>, StoreError> {
        self.fuse.call()?;
        Ok(Box::new(Faulty { inner: self.inner.read()?, fuse: &self.fuse }))
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.fuse.call()?;
        Ok(Box::new(Faulty { inner: self.inner.begin()?, fuse: &self.fuse }))
    }

    fn begin_about(&self, about: About<'_>) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.fuse.call()?;
        Ok(Box::new(Faulty { inner: self.inner.begin_about(about)?, fuse: &self.fuse }))
    }

    fn checkpoint(&self) -> Result<(), StoreError> {
        self.fuse.call()?;
        self.inner.checkpoint()
    }
}

macro_rules! reads {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&self $(, $arg: $type)*) -> Result<$out, StoreError> {
            self.fuse.call()?;
            self.inner.$name($($arg),*)
        })*
    };
}

macro_rules! writes {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&mut self $(, $arg: $type)*) -> Result<$out, StoreError> {
            self.fuse.call()?;
            self.inner.$name($($arg),*)
        })*
    };
}

impl<T: Snapshot + ?Sized> Snapshot for Faulty<'_, T> {
    reads! {
        object(address: &Address) -> Option<Object>;
        objects() -> BTreeMap<Address, Object>;
        objects_after(kind: Kind, after: &str, limit: usize) -> Vec<Object>;
        script(address: &Address) -> Option<String>;
        held(address: &Address) -> BTreeMap<SecretPath, Fingerprint>;
        all_held() -> BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>>;
        sealed(address: &Address, field: &SecretPath) -> Option<Sealed>;
        authorizations(connection: &Name) -> Vec<Authorization>;
        all_authorizations() -> BTreeMap<Name, Vec<Authorization>>;
        grant(connection: &Name, user: &str) -> Option<StoredGrant>;
        grants() -> Vec<StoredGrant>;
        consent_end(digest: &str) -> Option<ConsentEnd>;
        revocations() -> Vec<StoredRevocation>;
        all_sealed() -> Vec<(SealedAt, Sealed)>;
        referrers(address: &Address) -> BTreeSet<(Address, Link)>;
        delivery(id: &str) -> Option<Delivery>;
        deliveries(filter: &DeliveryFilter) -> Vec<Delivery>;
        count_deliveries(state: DeliveryState) -> u64;
        delivery_request(id: &str) -> Option<Sealed>;
        attempts(id: &str) -> Vec<Attempt>;
        user(name: &str) -> Option<StoredUser>;
        users() -> Vec<StoredUser>;
        token(id: &str) -> Option<StoredToken>;
        tokens(user: Option<&str>) -> Vec<StoredToken>;
        apply_lease(project: &str) -> Option<ApplyLease>;
        apply_leases() -> Vec<ApplyLease>;
        applications() -> Vec<StoredApplication>;
        recorded(key: &str) -> Option<Recorded>;
        spent(plan_id: &str) -> Option<SystemTime>;
        spent_under(plan_id: &str) -> Option<String>;
        revision() -> u64;
        vault_check() -> Option<Sealed>;
        audit(after: u64, limit: usize) -> Vec<AuditLine>;
        audit_head() -> AuditHead;
    }
}

impl Transaction for Faulty<'_, dyn Transaction + '_> {
    writes! {
        next_revision() -> u64;
        put_object(object: &Object) -> ();
        put_script(address: &Address, script: Option<&str>) -> ();
        delete_object(address: &Address) -> ();
        put_secret(address: &Address, field: &SecretPath, sealed: &Sealed, print: &Fingerprint) -> ();
        delete_secret(address: &Address, field: &SecretPath) -> ();
        put_authorization(authorization: &Authorization) -> ();
        add_delivery(delivery: &Delivery, request: &Sealed) -> ();
        put_delivery(delivery: &Delivery) -> ();
        lease_delivery(now: SystemTime, lease: &Lease, pick: &Pick) -> Option<Delivery>;
        add_attempt(delivery: &str, attempt: &Attempt) -> ();
        put_grant(grant: &StoredGrant) -> ();
        put_consent(consent: &StoredConsent) -> ();
        take_consent(digest: &str) -> Option<StoredConsent>;
        drop_consents(now: SystemTime) -> ();
        drop_consents_of(user: &str) -> ();
        put_consent_end(end: &ConsentEnd) -> ();
        put_revocation(revocation: &StoredRevocation) -> ();
        delete_revocation(id: &str) -> ();
        put_user(user: &StoredUser) -> ();
        delete_user(name: &str) -> ();
        put_token(token: &StoredToken) -> ();
        delete_token(id: &str) -> ();
        touch_token(id: &str, at: SystemTime) -> ();
        put_apply_lease(lease: &ApplyLease) -> ();
        put_application(application: &StoredApplication) -> ();
        delete_application(name: &Name) -> ();
        reseal(at: &SealedAt, from: &Sealed, to: &Sealed) -> bool;
        drop_deliveries(before: SystemTime) -> u64;
        drop_records(before: SystemTime) -> u64;
        record(key: &str, recorded: &Recorded) -> ();
        spend(plan_id: &str, at: SystemTime, key: Option<&str>) -> ();
        append_audit(entry: &AuditEntry) -> ();
        put_vault_check(sealed: &Sealed) -> ();
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let blown = self.fuse.call();
        if blown.is_ok() || self.fuse.commit_first.load(Ordering::SeqCst) {
            self.inner.commit()?;
        }
        blown
    }
}
