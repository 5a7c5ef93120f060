//! Who goes beside whom, and who waits.

use super::*;
use crate::store::{Attempt, Lease, Pick};
use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

/// Begins in another thread, and says over the channel when it got in.
fn wants<'s>(scope: &'s thread::Scope<'s, '_>, store: &'s PostgresStore, about: Option<About<'s>>) -> mpsc::Receiver<()> {
    let (got_in, is_in) = mpsc::channel();
    scope.spawn(move || {
        let begun = about.map_or_else(|| store.begin(), |about| store.begin_about(about)).expect("it gets its turn");
        got_in.send(()).expect("the test waits");
        drop(begun);
    });
    is_in
}

fn waits(is_in: &mpsc::Receiver<()>) {
    assert_eq!(is_in.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout), "it has to wait");
}

fn gets_in(is_in: &mpsc::Receiver<()>) {
    is_in.recv_timeout(LONG).expect("nobody is in its way");
}

#[test]
fn narrow_ones_wait_for_the_whole_and_for_their_like_only() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let (one, other) = (open(&url), open(&url));
    let (crm, mail) = (Name::new("crm"), Name::new("mail"));
    let crm = About::Connection(&crm);
    thread::scope(|scope| {
        let renewal = one.begin_about(crm).expect("nobody is in its way");
        gets_in(&wants(scope, &other, Some(About::Connection(&mail))));
        gets_in(&wants(scope, &other, Some(About::Deliveries)));
        let (same, whole) = (wants(scope, &other, Some(crm)), wants(scope, &other, None));
        waits(&same);
        waits(&whole);
        drop(renewal);
        gets_in(&same);
        gets_in(&whole);

        let apply = one.begin().expect("nobody is in its way");
        let held_up = [wants(scope, &other, Some(crm)), wants(scope, &other, Some(About::Deliveries)), wants(scope, &other, None)];
        held_up.iter().for_each(waits);
        gets_in(&{
            let (read, is_read) = mpsc::channel();
            let store = &other;
            scope.spawn(move || {
                store.read().and_then(|read| read.objects()).expect("readers never wait");
                read.send(())
            });
            is_read
        });
        drop(apply);
        held_up.iter().for_each(gets_in);
    });
}

#[test]
fn the_chain_holds_with_many_narrow_writers() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let stores = [open(&url), open(&url)];
    let names: Vec<Name> = (0..4).map(|at| Name::new(format!("c{at}"))).collect();
    thread::scope(|scope| {
        for store in &stores {
            for name in &names {
                scope.spawn(move || {
                    for _ in 0..25 {
                        let mut tx = store.begin_about(About::Connection(name)).expect("it gets its turn");
                        tx.next_revision().expect("counts");
                        tx.append_audit(&entry("use")).expect("a new line");
                        tx.commit().expect("the server runs");
                    }
                });
            }
        }
    });
    let read = stores[0].read().expect("the server runs");
    let lines = read.audit(0, 1000).expect("readable");
    let head = read.audit_head().expect("readable");
    assert_eq!((head.seq, read.revision().expect("readable")), (200, 200));
    assert_eq!(crate::store::verify(crate::store::AuditHead::start(), &lines), Ok(head));
}

fn deliveries(store: &PostgresStore, count: usize) {
    let mut tx = store.begin().expect("the server runs");
    tx.put_object(&webhook("door")).expect("a new object");
    for at in 0..count {
        tx.add_delivery(&delivery(&format!("d{at:03}"), "door"), &crate::vault::Sealed(vec![1])).expect("a new delivery");
    }
    tx.commit().expect("the server runs");
}

fn lease(owner: &str) -> Lease {
    Lease { owner: owner.to_owned(), until: noon() + Duration::from_secs(60) }
}

#[test]
fn a_claim_passes_over_what_another_is_claiming() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let (one, other) = (open(&url), open(&url));
    deliveries(&one, 2);
    let claim = |store: &PostgresStore, owner: &str| {
        let mut tx = store.begin_about(About::Deliveries).expect("nobody is in its way");
        let found = tx.lease_delivery(noon(), &lease(owner), &Pick::default()).expect("the server runs");
        tx.commit().expect("the server runs");
        found.map(|delivery| delivery.id)
    };
    let mut tx = one.begin_about(About::Deliveries).expect("nobody is in its way");
    let first = tx.lease_delivery(noon(), &lease("a"), &Pick::default()).expect("the server runs").expect("one is due");
    assert_eq!(first.id, "d000");
    assert_eq!(claim(&other, "b").as_deref(), Some("d001"), "without waiting");
    assert_eq!(claim(&other, "b"), None);
    drop(tx);
    assert_eq!(claim(&other, "b").as_deref(), Some("d000"), "the undone claim is free again");
}

#[test]
fn many_workers_claim_each_delivery_once() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let stores = [open(&url), open(&url)];
    deliveries(&stores[0], 150);
    let claimed: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let store = &stores[worker % 2];
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    loop {
                        let mut tx = store.begin_about(About::Deliveries).expect("the server runs");
                        let found = tx.lease_delivery(noon(), &lease(&format!("w{worker}")), &Pick::default()).expect("the server runs");
                        tx.commit().expect("the server runs");
                        // What another is claiming is passed over, so nothing found is not the end while others are at it.
                        match found {
                            Some(delivery) => mine.push(delivery.id),
                            None => return mine,
                        }
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no thread panics")).collect()
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for id in claimed {
        *counts.entry(id).or_default() += 1;
    }
    assert_eq!(counts.len(), 150);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

/// A try that is written down late and somebody who takes the delivery over: one after the other, never half of each.
#[test]
fn a_delivery_that_is_read_to_be_written_stays_until_then() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let (one, other) = (open(&url), open(&url));
    deliveries(&one, 1);
    let mut settling = one.begin_about(About::Deliveries).expect("nobody is in its way");
    let read = settling.delivery("d000").expect("readable").expect("it is there");
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel();
        let other = &other;
        scope.spawn(move || {
            let mut tx = other.begin_about(About::Deliveries).expect("nobody is in its way");
            done.send(tx.delivery("d000").expect("readable").expect("it is there").state).expect("the test waits");
            assert!(tx.lease_delivery(noon(), &lease("late"), &Pick::default()).expect("the server runs").is_none());
        });
        assert!(is_done.recv_timeout(SHORT).is_err(), "it has to wait");
        let attempt = Attempt {
            number: 1,
            at: noon(),
            took: Duration::ZERO,
            result: "delivered".to_owned(),
            status: Some(200),
            message: String::new(),
            excerpt: "a\0b".to_owned(),
        };
        settling.add_attempt("d000", &attempt).expect("a new attempt");
        settling.put_delivery(&Delivery { state: DeliveryState::Delivered, ..read }).expect("it is there");
        settling.commit().expect("the server runs");
        assert_eq!(is_done.recv_timeout(LONG), Ok(DeliveryState::Delivered));
    });
}

#[test]
fn a_pool_of_one_lends_in_turn() {
    let Some(server) = Server::shared() else { return };
    let store = open(&format!("{}&pool_size=1", server.database()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    store.read().and_then(|read| read.revision()).expect("it gets its turn");
                }
            });
        }
    });
}
