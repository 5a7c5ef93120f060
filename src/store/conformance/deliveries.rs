//! What is kept of deliveries: who may take which next, and how each try went.

use super::{Fresh, noon, object, write};
use crate::resource::{Address, Kind, Name};
use crate::store::{Attempt, Delivery, DeliveryFilter, DeliveryState, Lease, Pick, SealedAt, Store};
use crate::vault::Sealed;
use std::time::Duration;

pub(super) fn run(fresh: Fresh<'_>) {
    deliveries_are_leased_one_by_one(&*fresh());
    deliveries_go_with_their_webhook(&*fresh());
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
        user: "zoe".to_owned(),
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
