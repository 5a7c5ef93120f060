//! What is kept of grants, of consents under way, and of everything else that is sealed.

use super::{Fresh, connection, furnish, noon, write};
use crate::resource::{Fingerprint, Name, Scope};
use crate::store::{ConsentEnd, ConsentState, Lease, SealedAt, Store, StoredConsent, StoredGrant, StoredRevocation};
use crate::vault::Sealed;
use std::time::{Duration, SystemTime};

pub(super) fn run(fresh: Fresh<'_>) {
    grants_are_kept_beside_the_authorizations(&*fresh());
    a_consent_is_taken_once(&*fresh());
    what_became_of_a_consent_is_known_for_an_hour(&*fresh());
    sealed_bytes_change_only_where_they_are_the_known_ones(&*fresh());
}

pub(super) fn stored_grant(user: &str) -> StoredGrant {
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
    StoredRevocation {
        id: id.to_owned(),
        connection: Name::new("crm"),
        user: String::new(),
        sealed: Sealed(vec![6]),
        due,
        tries: 1,
        account: Some(Fingerprint("kx".to_owned())),
    }
}

pub(super) fn consent(digest: &str, expires: SystemTime) -> StoredConsent {
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
