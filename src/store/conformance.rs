//! What every implementation of the port has to keep. A new one calls [`run`] from its own tests.

mod people;

use super::{
    Answer, Attempt, AuditEntry, AuditHead, Authorization, ConsentEnd, ConsentState, Delivery, DeliveryFilter, DeliveryState, Lease,
    Object, Outcome, Pick, Recorded, SealedAt, Store, StoredConsent, StoredGrant, StoredRevocation, Transaction, Use, verify,
};
use crate::resource::{Address, ConnectionState, Etag, Fingerprint, Kind, Link, Name, Resource, Scope, SecretPath};
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
    a_part_of_a_list_is_of_one_kind_and_in_order(&*fresh());
    replacing_an_object_keeps_its_secrets_and_moves_its_links(&*fresh());
    deleting_an_object_takes_all_that_is_its_own(&*fresh());
    grants_are_kept_beside_the_authorizations(&*fresh());
    a_consent_is_taken_once(&*fresh());
    what_became_of_a_consent_is_known_for_an_hour(&*fresh());
    sealed_bytes_change_only_where_they_are_the_known_ones(&*fresh());
    answers_and_plans_are_kept_once(&*fresh());
    people::run(fresh);
    the_audit_is_a_chain(&*fresh());
    deliveries_are_leased_one_by_one(&*fresh());
    deliveries_go_with_their_webhook(&*fresh());
    a_use_moves_the_time_and_nothing_else(&*fresh());
    uses_at_once_are_each_written_once(&*fresh());
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

fn a_part_of_a_list_is_of_one_kind_and_in_order(store: &dyn Store) {
    write(store, |tx| {
        for name in ["b", "a_b", "a", "ab", "a-b", "c"] {
            tx.put_object(&object(&connection(name), serde_json::json!({ "name": "C", "service": "s" }), 1)).expect("a new object");
        }
        let hook = Address::new(Kind::Webhook, "ab");
        tx.put_object(&object(&hook, serde_json::json!({ "name": "W", "url": "https://x.example/" }), 1)).expect("a new object");
    });
    let read = store.read().expect("the store can be read");
    let part = |after: &str, limit: usize| -> Vec<String> {
        let found = read.objects_after(Kind::Connection, after, limit).expect("readable");
        assert!(found.iter().all(|one| read.object(&one.address).expect("readable").as_ref() == Some(one)));
        found.into_iter().map(|one| one.address.name.to_string()).collect()
    };
    assert_eq!(part("", usize::MAX), ["a", "a-b", "a_b", "ab", "b", "c"]);
    assert_eq!(part("a", 2), ["a-b", "a_b"]);
    assert_eq!(part("a_", 1), ["a_b"]);
    assert_eq!(part("c", 9), Vec::<String>::new());
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

fn stored_grant(user: &str) -> StoredGrant {
    StoredGrant {
        generation: 3,
        sealed: Some(Sealed(vec![4, 5])),
        granted: [Scope("a b".to_owned())].into(),
        expires: Some(noon()),
        ends: Some(noon() + Duration::from_secs(7)),
        renewals: vec![noon(), noon() + Duration::from_secs(60)],
        account: Some(Fingerprint("fp:7".to_owned())),
        spending: true,
        lease: Some(Lease { owner: "me".to_owned(), until: noon() }),
        failures: 2,
        retry_at: Some(noon()),
        last_used: Some(noon()),
        last_error: "late".to_owned(),
        ..StoredGrant::new(&Name::new("crm"), user)
    }
}

fn revocation(id: &str, due: SystemTime) -> StoredRevocation {
    StoredRevocation { id: id.to_owned(), connection: Name::new("crm"), user: String::new(), sealed: Sealed(vec![6]), due, tries: 1 }
}

fn consent(digest: &str, expires: SystemTime) -> StoredConsent {
    StoredConsent {
        actor: "ada".to_owned(),
        digest: digest.to_owned(),
        connection: Name::new("crm"),
        user: "zoe".to_owned(),
        application: Some(Name::new("cold")),
        sealed: Sealed(vec![8]),
        expires,
    }
}

fn grants_are_kept_beside_the_authorizations(store: &dyn Store) {
    furnish(store);
    let crm = Name::new("crm");
    write(store, |tx| {
        tx.put_grant(&stored_grant("zoe")).expect("a new grant");
        tx.put_grant(&stored_grant("")).expect("a new grant");
        tx.put_grant(&StoredGrant::new(&crm, "")).expect("replaces");
        tx.put_revocation(&revocation("late", noon() + Duration::from_secs(9))).expect("new");
        tx.put_revocation(&revocation("soon", noon())).expect("new");
    });
    {
        let read = store.read().expect("the store can be read");
        assert_eq!(read.grant(&crm, "zoe").expect("readable"), Some(stored_grant("zoe")));
        assert_eq!(read.grant(&crm, "eve").expect("readable"), None);
        assert_eq!(read.grants().expect("readable"), [StoredGrant::new(&crm, ""), stored_grant("zoe")]);
        let ids: Vec<String> = read.revocations().expect("readable").into_iter().map(|one| one.id).collect();
        assert_eq!(ids, ["soon", "late"]);
    }
    write(store, |tx| tx.delete_revocation("soon").expect("is there"));
    write(store, |tx| tx.delete_object(&connection("crm")).expect("is there"));
    let read = store.read().expect("the store can be read");
    assert!(read.grants().expect("readable").is_empty());
    assert!(read.revocations().expect("readable").is_empty());
    assert!(read.all_sealed().expect("readable").is_empty());
}

fn a_consent_is_taken_once(store: &dyn Store) {
    furnish(store);
    write(store, |tx| {
        tx.put_consent(&consent("one", noon() + Duration::from_secs(1))).expect("new");
        tx.put_consent(&consent("old", noon())).expect("new");
        assert!(tx.put_consent(&consent("one", noon())).is_err());
    });
    {
        // What was taken in a transaction that is undone is there again.
        let mut tx = store.begin().expect("the store can be written");
        assert!(tx.take_consent("one").expect("can be read").is_some());
        assert_eq!(tx.take_consent("one").expect("can be read"), None);
    }
    write(store, |tx| {
        tx.drop_consents(noon()).expect("can be written");
        assert_eq!(tx.take_consent("old").expect("can be read"), None);
        assert_eq!(tx.take_consent("one").expect("can be read"), Some(consent("one", noon() + Duration::from_secs(1))));
    });
    write(store, |tx| assert_eq!(tx.take_consent("one").expect("can be read"), None));
    write(store, |tx| {
        let began = StoredConsent { actor: "zoe".to_owned(), user: String::new(), ..consent("began", noon()) };
        let other = StoredConsent { user: "ada".to_owned(), ..consent("other", noon()) };
        for one in [&consent("for", noon()), &began, &other] {
            tx.put_consent(one).expect("new");
        }
        tx.drop_consents_of("zoe").expect("can be written");
        let left = ["for", "began", "other"].map(|one| tx.take_consent(one).expect("can be read"));
        assert_eq!(left, [None, None, Some(other)]);
    });
}

fn what_became_of_a_consent_is_known_for_an_hour(store: &dyn Store) {
    furnish(store);
    let pending = |digest: &str| ConsentEnd {
        digest: digest.to_owned(),
        connection: Name::new("crm"),
        user: "zoe".to_owned(),
        state: ConsentState::Pending,
        message: String::new(),
        expires: noon(),
    };
    let failed = ConsentEnd { state: ConsentState::Failed, message: "denied".to_owned(), ..pending("one") };
    write(store, |tx| {
        tx.put_consent_end(&pending("one")).expect("new");
        tx.put_consent_end(&ConsentEnd { expires: noon() + Duration::from_secs(1), ..pending("two") }).expect("new");
        assert_eq!(tx.consent_end("one").expect("readable"), Some(pending("one")));
        tx.put_consent_end(&failed).expect("replaces");
    });
    write(store, |tx| tx.drop_consents(noon() + Duration::from_secs(3599)).expect("can be written"));
    assert_eq!(store.read().expect("readable").consent_end("one").expect("readable"), Some(failed));
    write(store, |tx| tx.drop_consents(noon() + Duration::from_secs(3600)).expect("can be written"));
    assert_eq!(store.read().expect("readable").consent_end("one").expect("readable"), None);
    write(store, |tx| tx.delete_object(&connection("crm")).expect("is there"));
    assert_eq!(store.read().expect("readable").consent_end("two").expect("readable"), None);
}

fn sealed_bytes_change_only_where_they_are_the_known_ones(store: &dyn Store) {
    furnish(store);
    write(store, |tx| {
        tx.put_vault_check(&Sealed(vec![9])).expect("one row");
        tx.put_grant(&stored_grant("zoe")).expect("a new grant");
        tx.put_consent(&consent("one", noon())).expect("new");
        tx.put_revocation(&revocation("r", noon())).expect("new");
    });
    let before = store.read().and_then(|read| read.all_sealed()).expect("readable");
    assert_eq!(before.len(), 5);
    write(store, |tx| {
        for (at, sealed) in &before {
            assert!(!tx.reseal(at, &Sealed(vec![77]), &Sealed(vec![78])).expect("can be written"));
            let new = Sealed([sealed.0.as_slice(), &[0]].concat());
            assert!(tx.reseal(at, sealed, &new).expect("can be written"));
        }
    });
    let after = store.read().and_then(|read| read.all_sealed()).expect("readable");
    let longer: Vec<(SealedAt, Sealed)> =
        before.into_iter().map(|(at, sealed)| (at, Sealed([sealed.0.as_slice(), &[0]].concat()))).collect();
    assert_eq!(after, longer);
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

fn delivery(id: &str, webhook: &str, host: &str, due: u64) -> Delivery {
    Delivery {
        id: id.to_owned(),
        webhook: Name::new(webhook),
        host: host.to_owned(),
        state: DeliveryState::Pending,
        tries: 0,
        created: noon(),
        actor: "ada".to_owned(),
        due: noon() + Duration::from_secs(due),
        lease: None,
        finished: None,
        reason: String::new(),
    }
}

/// Two webhooks and three deliveries, the last of which is due later.
fn deliver(store: &dyn Store) {
    write(store, |tx| {
        for name in ["door", "roof"] {
            let body = serde_json::json!({ "name": name, "url": "https://x.example/" });
            tx.put_object(&object(&Address::new(Kind::Webhook, name), body, 1)).expect("a new object");
        }
        for one in [delivery("a", "door", "x", 1), delivery("b", "roof", "y", 0), delivery("c", "roof", "x", 9)] {
            tx.add_delivery(&one, &Sealed(vec![1, 0, 255])).expect("a new delivery");
        }
        assert!(tx.add_delivery(&delivery("a", "door", "x", 1), &Sealed(Vec::new())).is_err());
    });
}

fn deliveries_are_leased_one_by_one(store: &dyn Store) {
    deliver(store);
    let at = |secs| noon() + Duration::from_secs(secs);
    let lease = |holder: &str, until| Lease { owner: holder.to_owned(), until: at(until) };
    let next = |now, lease: &Lease, pick: &Pick| {
        let mut found = None;
        write(store, |tx| found = tx.lease_delivery(at(now), lease, pick).expect("the store can be written"));
        found.map(|delivery| (delivery.id, delivery.lease))
    };
    let none = Pick::default();
    let busy = Pick { not_hosts: ["y".to_owned()].into(), ..Pick::default() };
    assert_eq!(next(1, &lease("p", 60), &busy), Some(("a".to_owned(), Some(lease("p", 60)))));
    let blocked = Pick { not_webhooks: [Name::new("roof")].into(), ..Pick::default() };
    assert_eq!(next(1, &lease("q", 60), &blocked), None);
    assert_eq!(next(1, &lease("q", 60), &Pick { only: Some("a".to_owned()), ..Pick::default() }), None);
    assert_eq!(next(1, &lease("q", 60), &none), Some(("b".to_owned(), Some(lease("q", 60)))));
    assert_eq!(next(1, &lease("r", 60), &none), None);
    assert_eq!(next(9, &lease("r", 61), &none).expect("it is due now").0, "c");
    assert_eq!(next(60, &lease("s", 99), &none).expect("the lease lapsed").0, "b");

    let done = Delivery {
        state: DeliveryState::Delivered,
        tries: 2,
        finished: Some(at(70)),
        reason: "r".to_owned(),
        ..delivery("b", "roof", "y", 0)
    };
    let attempt = Attempt {
        number: 1,
        at: at(60),
        took: Duration::from_millis(1234),
        result: "status".to_owned(),
        status: Some(503),
        message: "m".to_owned(),
        excerpt: "e".to_owned(),
    };
    write(store, |tx| {
        tx.put_delivery(&done).expect("it is there");
        tx.add_attempt("b", &attempt).expect("a new attempt");
    });
    assert!(store.begin().expect("the store can be written").add_attempt("b", &attempt).is_err());
    let read = store.read().expect("the store can be read");
    assert_eq!(read.delivery("b").expect("readable"), Some(done.clone()));
    assert_eq!(read.attempts("b").expect("readable"), [attempt]);
    let sealed: Vec<SealedAt> = read.all_sealed().expect("readable").into_iter().map(|(at, _)| at).collect();
    assert_eq!(sealed, ["a", "b", "c"].map(|id| SealedAt::Delivery { id: id.to_owned() }));
    assert_eq!(read.delivery_request("b").expect("readable"), Some(Sealed(vec![1, 0, 255])));
    let listed = |filter| read.deliveries(&filter).expect("readable").into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(listed(DeliveryFilter { limit: 2, ..DeliveryFilter::default() }), ["c", "b"]);
    assert_eq!(listed(DeliveryFilter { state: Some(DeliveryState::Delivered), limit: 9, ..DeliveryFilter::default() }), ["b"]);
    let counted = [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead]
        .map(|state| read.count_deliveries(state).expect("readable"));
    assert_eq!(counted, [2, 1, 0]);
    assert_eq!(listed(DeliveryFilter { webhook: Some(Name::new("door")), limit: 9, ..DeliveryFilter::default() }), ["a"]);
}

fn deliveries_go_with_their_webhook(store: &dyn Store) {
    deliver(store);
    write(store, |tx| tx.delete_object(&Address::new(Kind::Webhook, "roof")).expect("it is there"));
    let read = store.read().expect("the store can be read");
    let left = read.deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).expect("readable");
    assert_eq!(left.into_iter().map(|one| one.id).collect::<Vec<_>>(), ["a"]);
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

fn used(connection: &str, user: &str, seconds: u64) -> Use {
    let entry = AuditEntry { at: noon() + Duration::from_secs(seconds), ..entry("invoke") };
    Use { connection: Name::new(connection), user: user.to_owned(), entry }
}

fn a_use_moves_the_time_and_nothing_else(store: &dyn Store) {
    furnish(store);
    write(store, |tx| tx.put_grant(&stored_grant("zoe")).expect("a new grant"));
    for one in [used("crm", "zoe", 5), used("crm", "zoe", 5), used("crm", "", 6)] {
        store.note_use(one).expect("the connection is there");
    }
    assert!(store.note_use(used("gone", "", 7)).is_err());
    let read = store.read().expect("the store can be read");
    let (crm, at) = (Name::new("crm"), |seconds| Some(noon() + Duration::from_secs(seconds)));
    let zoe_s = StoredGrant { last_used: at(5), ..stored_grant("zoe") };
    let owner_s = StoredGrant { last_used: at(6), ..StoredGrant::new(&crm, "") };
    assert_eq!(read.grants().expect("readable"), [owner_s, zoe_s]);
    let lines = read.audit(0, 100).expect("readable");
    let expected = [used("crm", "zoe", 5), used("crm", "zoe", 5), used("crm", "", 6)].map(|one| one.entry);
    assert_eq!(lines.iter().map(|line| line.entry.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
}

/// What fails is said to whom it concerns, and whoever was told that it is done reads it.
fn uses_at_once_are_each_written_once(store: &dyn Store) {
    furnish(store);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..20 {
                    let is_there = (thread + round) % 4 != 0;
                    let one = used(if is_there { "crm" } else { "gone" }, &format!("u{thread}"), round);
                    assert_eq!(store.note_use(one.clone()).is_ok(), is_there);
                    if is_there {
                        let grant = store.read().expect("readable").grant(&one.connection, &one.user).expect("readable");
                        assert_eq!(grant.and_then(|grant| grant.last_used), Some(one.entry.at));
                    }
                    if thread == 0 {
                        write(store, |tx| tx.append_audit(&entry("put")).expect("a new line"));
                    }
                }
            });
        }
    });
    let read = store.read().expect("the store can be read");
    let lines = read.audit(0, 1000).expect("readable");
    assert_eq!(lines.len(), 8 * 15 + 20);
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
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
