//! Connections that die, a server that stops: what was acknowledged stays, and the next call works again.

use super::*;
use crate::store::{AuditHead, StoredGrant, verify};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// As an operator does it, to every connection but the own.
fn terminate_all(server: &Server, url: &str) {
    let sql =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    server.client(url).query_one(sql, &[]).expect("the server runs");
    // They end a moment later.
    thread::sleep(SHORT);
}

fn revision(store: &PostgresStore) -> Result<u64, StoreError> {
    store.read()?.revision()
}

#[test]
fn an_idle_connection_that_died_is_nobody_s_concern() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let store = open(&url);
    let both = (store.read(), store.read());
    drop(both);
    terminate_all(server, &url);
    assert_eq!(revision(&store).expect("another connection is made"), 0);
    assert_eq!(revision(&store).expect("the other dead one is gone too"), 0);
}

#[test]
fn a_connection_that_dies_in_use_undoes_and_the_next_call_works() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let store = open(&url);
    let mut tx = store.begin().expect("the server runs");
    tx.next_revision().expect("counts");
    terminate_all(server, &url);
    assert!(matches!(tx.next_revision(), Err(StoreError::Unavailable(_))));
    assert!(matches!(tx.commit(), Err(StoreError::Unavailable(_))));
    assert_eq!(revision(&store).expect("another connection is made"), 0);

    let mut tx = store.begin().expect("the dead one holds no lock");
    tx.next_revision().expect("counts");
    terminate_all(server, &url);
    assert!(matches!(tx.commit(), Err(StoreError::Unavailable(_))), "nobody knows whether it was committed");
    assert_eq!(revision(&store).expect("another connection is made"), 0);
}

/// The database answers COMMIT with a quiet ROLLBACK then.
#[test]
fn a_transaction_whose_statement_failed_is_not_committed_quietly() {
    let Some(server) = Server::shared() else { return };
    let store = open(&server.database());
    let mut tx = store.begin().expect("the server runs");
    tx.next_revision().expect("counts");
    assert!(tx.put_grant(&StoredGrant::new(&Name::new("nobody"), "")).is_err(), "there is no such connection");
    assert!(matches!(tx.commit(), Err(StoreError::Unavailable(_))));
    assert_eq!(revision(&store).expect("readable"), 0);
}

#[test]
fn a_server_that_is_not_there_is_said_to_be_at_once() {
    let refused = PostgresStore::open(&address("postgres://u:canary-database-password@127.0.0.1:1/b")).err();
    let Some(StoreError::Unavailable(error)) = refused else { panic!("{refused:?}") };
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

/// Four writers go on through a stop, a start, a crash and another start. Each keeps what was acknowledged to it.
#[test]
fn no_acknowledged_write_is_lost_when_the_server_stops() {
    let Some(server) = Server::own() else { return };
    let url = server.database();
    let (stores, stop, total) = ([open(&url), open(&url)], AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged: Vec<Vec<String>> = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (store, stop, total) = (&stores[writer % 2], &stop, &total);
                scope.spawn(move || {
                    let name = Name::new(format!("c{writer}"));
                    let write = |action: &str| {
                        let about = About::Connection(&name);
                        let mut tx = if writer < 2 { store.begin() } else { store.begin_about(about) }?;
                        tx.next_revision()?;
                        tx.append_audit(&entry(action))?;
                        tx.commit()
                    };
                    let mut kept = Vec::new();
                    for at in 0.. {
                        let action = format!("{writer}-{at}");
                        match write(&action) {
                            Ok(()) => {
                                kept.push(action);
                                total.fetch_add(1, Ordering::SeqCst);
                            }
                            Err(StoreError::Unavailable(_)) => thread::sleep(Duration::from_millis(5)),
                            Err(other) => panic!("{other}"),
                        }
                        if stop.load(Ordering::SeqCst) {
                            break;
                        }
                    }
                    kept
                })
            })
            .collect();
        let some_more = || {
            let wanted = total.load(Ordering::SeqCst) + 40;
            while total.load(Ordering::SeqCst) < wanted {
                assert!(writers.iter().all(|writer| !writer.is_finished()), "no writer gives up");
                thread::sleep(Duration::from_millis(1));
            }
        };
        some_more();
        server.stop();
        assert!(matches!(revision(&stores[0]), Err(StoreError::Unavailable(_))));
        server.start();
        some_more();
        server.kill();
        server.start();
        some_more();
        terminate_all(&server, &url);
        some_more();
        stop.store(true, Ordering::SeqCst);
        writers.into_iter().map(|writer| writer.join().expect("no writer panics")).collect()
    });
    let read = stores[0].read().expect("it is back");
    let lines = read.audit(0, 1_000_000).expect("readable");
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
    assert_eq!(read.revision().expect("readable"), lines.len() as u64);
    let there: std::collections::BTreeSet<&str> = lines.iter().map(|line| line.entry.action.as_str()).collect();
    assert_eq!(there.len(), lines.len(), "nothing is there twice");
    for action in acknowledged.iter().flatten() {
        assert!(there.contains(action.as_str()), "{action} was acknowledged");
    }
}

/// A server that is set to let commits return before they are on its disk does not get its way.
#[test]
fn commits_are_durable_whatever_the_server_is_set_to() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let mut client = server.client(&url);
    let shown = |store: &PostgresStore| -> String {
        let mut lent = store.pool.lend().expect("the server runs");
        lent.client.query_one("SHOW synchronous_commit", &[]).expect("readable").get(0)
    };
    let name: String = client.query_one("SELECT current_database()::text", &[]).expect("readable").get(0);
    for (set, seen) in [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")] {
        client.batch_execute(&format!("ALTER DATABASE {name} SET synchronous_commit = {set}")).expect("ours");
        assert_eq!(shown(&open(&url)), seen);
    }
}
