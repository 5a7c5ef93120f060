//! What every implementation of the port has to keep. A new one calls [`run`] from its own tests.

mod deliveries;
mod grants;
mod people;

use super::{Answer, AuditEntry, AuditHead, Authorization, Object, Outcome, Recorded, Store, Transaction, verify};
use crate::resource::{Address, ConnectionState, Etag, Fingerprint, Kind, Link, Name, Resource, SecretPath};
use crate::vault::Sealed;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Makes new, empty stores.
pub type Fresh<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// Checks an implementation; panics at the first promise that it does not keep.
pub fn run(fresh: Fresh<'_>) {
    nothing_is_there_at_first(&*fresh());
    what_was_committed_reads_back(&*fresh());
    what_was_dropped_is_undone(&*fresh());
    replacing_an_object_keeps_its_secrets_and_moves_its_links(&*fresh());
    deleting_an_object_takes_all_that_is_its_own(&*fresh());
    grants::run(fresh);
    answers_and_plans_are_kept_once(&*fresh());
    people::run(fresh);
    the_audit_is_a_chain(&*fresh());
    deliveries::run(fresh);
    writers_wait_for_each_other(&*fresh());
}

pub fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn connection(name: &str) -> Address {
    Address::new(Kind::Connection, name)
}

fn object(address: &Address, body: serde_json::Value, revision: u64) -> Object {
    Object {
        address: address.clone(),
        resource: Arc::new(Resource::deserialize(address.kind, body).expect("the test's body has its kind's shape")),
        owner: Some("cold_chain".to_owned()),
        maker: Some("ada".to_owned()),
        revision,
        applied: None,
        detached: false,
        created: noon(),
        updated: noon(),
    }
}

fn crm(service: &str) -> Object {
    object(&connection("crm"), serde_json::json!({ "name": "CRM", "service": service }), 1)
}

fn authorization(user: &str, state: ConnectionState) -> Authorization {
    Authorization {
        connection: Name::new("crm"),
        user: user.to_owned(),
        state,
        message: "m".to_owned(),
        application: Some(Name::new("cold")),
        updated: noon(),
    }
}

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        at: noon(),
        actor: "ada".to_owned(),
        action: action.to_owned(),
        address: Some(connection("crm")),
        outcome: "done".to_owned(),
        detail: [("key".to_owned(), "p/s1".to_owned())].into(),
    }
}

fn write(store: &dyn Store, work: impl FnOnce(&mut dyn Transaction)) {
    let mut transaction = store.begin().expect("the store can be written");
    work(&mut *transaction);
    transaction.commit().expect("the store can be written");
}

/// A connection with a secret, and authorizations of the owner and one user.
fn furnish(store: &dyn Store) {
    write(store, |tx| {
        tx.put_object(&crm("keys")).expect("a new object");
        let key = SecretPath("/credentials/key".to_owned());
        tx.put_secret(&connection("crm"), &key, &Sealed(vec![1, 0, 255]), &Fingerprint("fp:1".to_owned())).expect("a new secret");
        tx.put_authorization(&authorization("zoe", ConnectionState::Revoked)).expect("a new authorization");
        tx.put_authorization(&authorization("", ConnectionState::Connected)).expect("a new authorization");
    });
}

fn nothing_is_there_at_first(store: &dyn Store) {
    let read = store.read().expect("the store can be read");
    assert!(read.objects().expect("readable").is_empty());
    assert_eq!(read.object(&connection("crm")).expect("readable"), None);
    assert_eq!(read.revision().expect("readable"), 0);
    assert_eq!(read.vault_check().expect("readable"), None);
    assert_eq!(read.recorded("k").expect("readable"), None);
    assert_eq!(read.spent("p").expect("readable"), None);
    assert_eq!(read.audit_head().expect("readable"), AuditHead::start());
}

fn what_was_committed_reads_back(store: &dyn Store) {
    let mut whole = crm("keys");
    whole.applied = Some(crm("other").resource);
    whole.detached = true;
    whole.updated = noon() + Duration::from_secs(5);
    furnish(store);
    write(store, |tx| {
        assert_eq!(tx.next_revision().expect("counts"), 1);
        assert_eq!(tx.next_revision().expect("counts"), 2);
        tx.put_object(&whole).expect("replaces");
        tx.put_script(&whole.address, Some("info 1;\n")).expect("is there");
        tx.put_vault_check(&Sealed(vec![9])).expect("one row");
    });
    let read = store.read().expect("the store can be read");
    assert_eq!(read.object(&whole.address).expect("readable"), Some(whole.clone()));
    assert_eq!(read.objects().expect("readable"), [(whole.address.clone(), whole.clone())].into());
    assert_eq!(read.script(&whole.address).expect("readable").as_deref(), Some("info 1;\n"));
    assert_eq!(read.revision().expect("readable"), 2);
    assert_eq!(read.vault_check().expect("readable"), Some(Sealed(vec![9])));
    let users: Vec<Authorization> = read.authorizations(&Name::new("crm")).expect("readable");
    assert_eq!(users, [authorization("", ConnectionState::Connected), authorization("zoe", ConnectionState::Revoked)]);
    assert_eq!(read.all_authorizations().expect("readable"), [(Name::new("crm"), users)].into());
    let held = read.held(&whole.address).expect("readable");
    assert_eq!(held, [(SecretPath("/credentials/key".to_owned()), Fingerprint("fp:1".to_owned()))].into());
    assert_eq!(read.all_held().expect("readable"), [(whole.address.clone(), held)].into());
}

fn what_was_dropped_is_undone(store: &dyn Store) {
    let mut tx = store.begin().expect("the store can be written");
    tx.next_revision().expect("counts");
    tx.put_object(&crm("keys")).expect("a new object");
    tx.append_audit(&entry("put")).expect("a new line");
    drop(tx);
    nothing_is_there_at_first(store);
}

fn replacing_an_object_keeps_its_secrets_and_moves_its_links(store: &dyn Store) {
    furnish(store);
    let hook = Address::new(Kind::Webhook, "door");
    let body = serde_json::json!({ "name": "Door", "url": "https://x.example/", "auth": { "connection": "crm" }, "depends_on": ["connections.crm"] });
    write(store, |tx| tx.put_object(&object(&hook, body, 2)).expect("a new object"));
    write(store, |tx| tx.put_object(&crm("other")).expect("replaces"));
    let read = store.read().expect("the store can be read");
    assert_eq!(read.held(&connection("crm")).expect("readable").len(), 1);
    assert_eq!(read.authorizations(&Name::new("crm")).expect("readable").len(), 2);
    let referrers = |name| read.referrers(&Address::new(Kind::Service, name)).expect("readable");
    assert!(referrers("keys").is_empty());
    assert_eq!(referrers("other"), [(connection("crm"), Link::Service)].into());
    let of_connection = read.referrers(&connection("crm")).expect("readable");
    assert_eq!(of_connection, [(hook.clone(), Link::SignedBy), (hook, Link::DependsOn)].into());
}

fn deleting_an_object_takes_all_that_is_its_own(store: &dyn Store) {
    furnish(store);
    write(store, |tx| tx.delete_object(&connection("crm")).expect("is there"));
    write(store, |tx| tx.put_object(&crm("keys")).expect("a new object"));
    let read = store.read().expect("the store can be read");
    assert!(read.held(&connection("crm")).expect("readable").is_empty());
    assert!(read.authorizations(&Name::new("crm")).expect("readable").is_empty());
    assert_eq!(read.sealed(&connection("crm"), &SecretPath("/credentials/key".to_owned())).expect("readable"), None);
    assert_eq!(read.script(&connection("crm")).expect("readable"), None);
}

fn answers_and_plans_are_kept_once(store: &dyn Store) {
    let recorded = Recorded {
        action: "authorize".to_owned(),
        address: connection("crm"),
        asked: Some("5a".to_owned()),
        answer: Answer { etag: Some(Etag("7".to_owned())), outcome: Outcome::Connection(ConnectionState::AwaitingConsent) },
        at: noon(),
    };
    write(store, |tx| {
        tx.record("p/s1", &recorded).expect("a new key");
        tx.spend("p", noon(), Some("ada k")).expect("a new plan");
        tx.spend("q", noon(), None).expect("a new plan");
    });
    assert!(store.begin().expect("the store can be written").record("p/s1", &recorded).is_err());
    assert!(store.begin().expect("the store can be written").spend("p", noon(), Some("ada k")).is_err());
    let read = store.read().expect("the store can be read");
    assert_eq!(read.recorded("p/s1").expect("readable"), Some(recorded));
    assert_eq!(read.spent("p").expect("readable"), Some(noon()));
    let under = |plan| read.spent_under(plan).expect("readable");
    assert_eq!((under("p"), under("q"), under("none")), (Some("ada k".to_owned()), None, None));
}

fn the_audit_is_a_chain(store: &dyn Store) {
    for action in ["put", "revoke", "delete"] {
        write(store, |tx| tx.append_audit(&entry(action)).expect("a new line"));
    }
    let read = store.read().expect("the store can be read");
    let lines = read.audit(0, 100).expect("readable");
    assert_eq!(lines.iter().map(|line| line.entry.clone()).collect::<Vec<_>>(), ["put", "revoke", "delete"].map(entry));
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
    assert_eq!(read.audit(1, 1).expect("readable"), lines[1..2]);
}

fn writers_wait_for_each_other(store: &dyn Store) {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    write(store, |tx| {
                        tx.next_revision().expect("counts");
                        tx.append_audit(&entry("put")).expect("a new line");
                    });
                }
            });
        }
    });
    let read = store.read().expect("the store can be read");
    assert_eq!(read.revision().expect("readable"), 100);
    assert_eq!(read.audit_head().expect("readable").seq, 100);
}
