//! Against a real server.

mod beside;
mod broken;
mod migrating;
mod secured;
mod speed;

use super::*;
use crate::resource::{Address, Kind, Name, Resource};
use crate::store::conformance::{self, noon};
use crate::store::postgres_server::Server;
use crate::store::{AuditEntry, Delivery, DeliveryState, Object, StoreUrl};
use std::sync::Arc;
use std::time::Duration;

fn address(url: &str) -> PostgresAddress {
    match url.parse() {
        Ok(StoreUrl::Postgres(address)) => *address,
        other => panic!("{other:?}"),
    }
}

fn open(url: &str) -> PostgresStore {
    PostgresStore::open(&address(url)).expect("the server runs")
}

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        at: noon(),
        actor: "ada".to_owned(),
        action: action.to_owned(),
        address: None,
        outcome: "done".to_owned(),
        detail: [].into(),
    }
}

fn object(kind: Kind, name: &str, body: serde_json::Value) -> Object {
    Object {
        address: Address::new(kind, name),
        resource: Arc::new(Resource::deserialize(kind, body).expect("the test's body has its kind's shape")),
        owner: None,
        maker: None,
        revision: 1,
        applied: None,
        detached: false,
        created: noon(),
        updated: noon(),
    }
}

fn webhook(name: &str) -> Object {
    object(Kind::Webhook, name, serde_json::json!({ "name": name, "url": "https://x.example/" }))
}

fn delivery(id: &str, webhook: &str) -> Delivery {
    Delivery {
        id: id.to_owned(),
        webhook: Name::new(webhook),
        host: "x.example".to_owned(),
        state: DeliveryState::Pending,
        tries: 0,
        created: noon(),
        actor: "ada".to_owned(),
        user: "zoe".to_owned(),
        due: noon(),
        lease: None,
        finished: None,
        reason: String::new(),
    }
}

/// Each store has a schema of its own in one database, which its address names.
#[test]
fn it_keeps_the_port_s_promises() {
    let Some(server) = Server::shared() else { return };
    let (url, count) = (server.database(), std::cell::Cell::new(0));
    let mut client = server.client(&url);
    let schemas = std::cell::RefCell::new(&mut client);
    conformance::run(&|| {
        count.set(count.get() + 1);
        let name = format!("s{}", count.get());
        schemas.borrow_mut().batch_execute(&format!("CREATE SCHEMA {name}")).expect("a new schema");
        Box::new(open(&format!("{url}&options=-c%20search_path%3D{name}")))
    });
}

#[test]
fn text_that_the_database_cannot_hold_does_not_break_the_audit() {
    let Some(server) = Server::shared() else { return };
    let store = open(&server.database());
    let mut strange = AuditEntry { actor: "a\0b".to_owned(), outcome: "\0".to_owned(), ..entry("put") };
    strange.detail.insert("\0".to_owned(), "\0".to_owned());
    let mut tx = store.begin().expect("the server runs");
    tx.append_audit(&strange).expect("a new line");
    let script = object(Kind::Function, "f", serde_json::json!({ "name": "F", "category": "schedule", "script": "f.ds" }));
    tx.put_object(&script).expect("a new object");
    tx.put_script(&script.address, Some("info \"\0\";")).expect("it is there");
    tx.commit().expect("the server runs");
    let read = store.read().expect("the server runs");
    let lines = read.audit(0, 9).expect("readable");
    assert_eq!(crate::store::verify(crate::store::AuditHead::start(), &lines), read.audit_head().map_err(|_| unreachable!()));
    assert_eq!((lines[0].entry.actor.as_str(), &lines[0].entry.detail), ("a\u{fffd}b", &strange.detail));
    assert_eq!(read.script(&script.address).expect("readable").as_deref(), Some("info \"\0\";"));
    assert_eq!(read.delivery("\0").expect("readable"), None);
}

#[test]
fn what_was_cleaned_up_is_still_there() {
    let Some(server) = Server::shared() else { return };
    let store = open(&server.database());
    let mut tx = store.begin().expect("the server runs");
    tx.append_audit(&entry("put")).expect("a new line");
    tx.commit().expect("the server runs");
    store.checkpoint().expect("nobody is in the way");
    assert_eq!(store.read().and_then(|read| read.audit_head()).expect("readable").seq, 1);
}

/// How long something may take that has to be waited for, on a busy machine.
const LONG: Duration = Duration::from_secs(20);
/// How long something is watched that must not happen.
const SHORT: Duration = Duration::from_millis(300);
