//! What has to be kept of people, tokens, leases and applications.

use super::grants::consent;
use super::{Fresh, authorization, crm, furnish, noon, write};
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use crate::resource::{ConnectionState, Name};
use crate::store::{ApplyLease, Held, Store, StoredApplication, StoredToken, StoredUser};
use crate::vault::TokenDigest;
use std::time::Duration;

pub(super) fn run(fresh: Fresh<'_>) {
    people_are_kept_by_name(&*fresh());
    tokens_go_with_their_user(&*fresh());
    tokens_go_with_the_one_they_were_made_of(&*fresh());
    that_a_token_was_used_changes_nothing_else_of_it(&*fresh());
    leases_outlive_their_holders(&*fresh());
    a_lease_is_taken_by_one_of_many(&*fresh());
    applications_are_kept_by_name(&*fresh());
    makers_and_chosen_applications_are_kept(&*fresh());
}

fn user(name: &str, role: Role) -> StoredUser {
    StoredUser {
        name: name.to_owned(),
        kind: PrincipalKind::Person,
        title: "Ada L.".to_owned(),
        role,
        created: noon(),
        updated: noon() + Duration::from_secs(1),
        disabled: None,
    }
}

fn token(id: &str, user: &str) -> StoredToken {
    StoredToken {
        id: id.to_owned(),
        user: user.to_owned(),
        parent: None,
        title: "laptop".to_owned(),
        digest: TokenDigest::from_hex(&"5a".repeat(32)).expect("64 digits"),
        scopes: [TokenScope::Read, TokenScope::Connect].into(),
        projects: Some(["cold_chain".to_owned()].into()),
        created: noon(),
        expires: Some(noon() + Duration::from_secs(60)),
        last_used: None,
        revoked: None,
    }
}

fn people_are_kept_by_name(store: &dyn Store) {
    let service = StoredUser { kind: PrincipalKind::Service, disabled: Some(noon()), ..user("ci", Role::Editor) };
    write(store, |tx| {
        tx.put_user(&user("zoe", Role::User)).expect("new");
        tx.put_user(&service).expect("new");
        tx.put_user(&user("ada", Role::Viewer)).expect("new");
        tx.put_user(&user("ada", Role::Administrator)).expect("replaces");
    });
    let read = store.read().expect("the store can be read");
    assert_eq!(read.users().expect("readable"), [user("ada", Role::Administrator), service.clone(), user("zoe", Role::User)]);
    assert_eq!(read.user("ci").expect("readable"), Some(service));
    assert_eq!(read.user("Ada").expect("readable"), None);
}

fn tokens_go_with_their_user(store: &dyn Store) {
    let free = StoredToken { projects: None, expires: None, last_used: Some(noon()), ..token("3", "zoe") };
    let old = StoredToken { created: noon() - Duration::from_secs(1), revoked: Some(noon()), ..token("9", "ada") };
    assert!(store.begin().expect("the store can be written").put_token(&token("1", "ada")).is_err(), "there is no such user");
    write(store, |tx| {
        tx.put_user(&user("ada", Role::Editor)).expect("new");
        tx.put_user(&user("zoe", Role::User)).expect("new");
        for one in [&token("2", "ada"), &token("1", "ada"), &free, &token("9", "ada"), &old] {
            tx.put_token(one).expect("new, or replaces");
        }
        tx.put_user(&user("ada", Role::Viewer)).expect("replaces, and the tokens stay");
    });
    {
        let read = store.read().expect("the store can be read");
        assert_eq!(read.token("9").expect("readable"), Some(old.clone()));
        assert_eq!(read.token("4").expect("readable"), None);
        assert_eq!(read.tokens(Some("ada")).expect("readable"), [old.clone(), token("1", "ada"), token("2", "ada")]);
        assert_eq!(read.tokens(None).expect("readable"), [old, token("1", "ada"), token("2", "ada"), free.clone()]);
    }
    write(store, |tx| tx.delete_user("ada").expect("is there"));
    let read = store.read().expect("the store can be read");
    assert_eq!(read.tokens(None).expect("readable"), [free]);
    assert_eq!(read.user("ada").expect("readable"), None);
}

fn tokens_go_with_the_one_they_were_made_of(store: &dyn Store) {
    let child = StoredToken { parent: Some("1".to_owned()), ..token("2", "ada") };
    write(store, |tx| {
        tx.put_user(&user("ada", Role::Editor)).expect("new");
        tx.put_token(&token("1", "ada")).expect("new");
        tx.put_token(&child).expect("new");
        tx.put_token(&token("3", "ada")).expect("new");
    });
    assert_eq!(store.read().and_then(|read| read.token("2")).expect("readable"), Some(child));
    write(store, |tx| tx.delete_token("1").expect("is there"));
    assert_eq!(store.read().and_then(|read| read.tokens(None)).expect("readable"), [token("3", "ada")]);
}

fn that_a_token_was_used_changes_nothing_else_of_it(store: &dyn Store) {
    let revoked = StoredToken { revoked: Some(noon()), ..token("1", "ada") };
    write(store, |tx| {
        tx.put_user(&user("ada", Role::Editor)).expect("new");
        tx.put_token(&revoked).expect("new");
    });
    write(store, |tx| {
        tx.touch_token("1", noon() + Duration::from_secs(5)).expect("is there");
        tx.touch_token("2", noon()).expect("nothing is there, and nothing is written");
    });
    let read = store.read().expect("the store can be read");
    let used = StoredToken { last_used: Some(noon() + Duration::from_secs(5)), ..revoked };
    assert_eq!(read.tokens(None).expect("readable"), [used]);
}

fn lease(project: &str, fence: u64, holder: Option<&str>) -> ApplyLease {
    let held = holder.map(|holder| Held {
        holder: holder.to_owned(),
        claim: "c".to_owned(),
        since: noon(),
        until: noon() + Duration::from_secs(60),
    });
    ApplyLease { project: project.to_owned(), fence, held }
}

fn leases_outlive_their_holders(store: &dyn Store) {
    write(store, |tx| {
        tx.put_apply_lease(&lease("dock", 1, Some("zoe"))).expect("new");
        tx.put_apply_lease(&lease("cold_chain", 7, Some("ada"))).expect("new");
        tx.put_apply_lease(&lease("dock", 1, None)).expect("replaces");
    });
    let read = store.read().expect("the store can be read");
    assert_eq!(read.apply_leases().expect("readable"), [lease("cold_chain", 7, Some("ada")), lease("dock", 1, None)]);
    assert_eq!(read.apply_lease("dock").expect("readable"), Some(lease("dock", 1, None)));
    assert_eq!(read.apply_lease("roof").expect("readable"), None);
}

/// Reading and writing in one transaction has to be as good as a lock: whoever finds it free has it alone.
fn a_lease_is_taken_by_one_of_many(store: &dyn Store) {
    let took = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let took = &took;
            scope.spawn(move || {
                write(store, |tx| {
                    if tx.apply_lease("cold_chain").expect("readable").is_none() {
                        tx.put_apply_lease(&lease("cold_chain", number + 1, Some("ada"))).expect("new");
                        took.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            });
        }
    });
    assert_eq!(took.into_inner(), 1);
}

fn applications_are_kept_by_name(store: &dyn Store) {
    let application = |name: &str, title: &str| StoredApplication {
        name: Name::new(name),
        title: title.to_owned(),
        maker: "ada".to_owned(),
        created: noon(),
    };
    write(store, |tx| {
        tx.put_application(&application("roof", "Roof")).expect("new");
        tx.put_application(&application("cold", "Cold")).expect("new");
        tx.put_application(&application("cold", "Cold Chain Monitor")).expect("replaces");
    });
    let listed = || store.read().and_then(|read| read.applications()).expect("readable");
    assert_eq!(listed(), [application("cold", "Cold Chain Monitor"), application("roof", "Roof")]);
    write(store, |tx| tx.delete_application(&Name::new("cold")).expect("is there"));
    assert_eq!(listed(), [application("roof", "Roof")]);
}

fn makers_and_chosen_applications_are_kept(store: &dyn Store) {
    furnish(store);
    let unmade = crate::store::Object { maker: None, ..crm("keys") };
    let unchosen = crate::store::Authorization { application: None, ..authorization("zoe", ConnectionState::Connected) };
    write(store, |tx| {
        assert_eq!(tx.object(&unmade.address).expect("readable").and_then(|object| object.maker).as_deref(), Some("ada"));
        tx.put_object(&unmade).expect("replaces");
        tx.put_authorization(&unchosen).expect("replaces");
        tx.put_consent(&crate::store::StoredConsent { application: None, ..consent("one", noon()) }).expect("new");
        assert_eq!(tx.take_consent("one").expect("readable").and_then(|one| one.application), None);
    });
    let read = store.read().expect("the store can be read");
    assert_eq!(read.object(&unmade.address).expect("readable"), Some(unmade));
    assert_eq!(read.authorizations(&Name::new("crm")).expect("readable"), [authorization("", ConnectionState::Connected), unchosen]);
}
