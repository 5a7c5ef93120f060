//! Two brokers on one PostgreSQL, each with connections of its own, as replicas of a server are.

use super::service::*;
use super::*;
use crate::store::postgres_server::Server;
use crate::store::{AuditHead, open, verify};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

fn store(url: &str) -> Box<dyn Store> {
    open(&url.parse().expect("it is an address")).expect("the server runs")
}

fn replicas(url: &str) -> (Live, Broker) {
    let live = Live::on(store(url).into());
    live.consent("c", None).expect("consented");
    let other = broker_on(store(url), live.clock.clone(), live.service.clone());
    (live, other)
}

#[test]
fn two_hundred_expiries_are_two_hundred_token_requests() {
    let Some(server) = Server::shared() else { return };
    let (live, other) = replicas(&server.database());
    live.service.slow.store(2, Ordering::SeqCst);
    let before = live.service.token_requests();
    for expiry in 1..=200 {
        live.clock.forward(3600);
        std::thread::scope(|scope| {
            for broker in [live.broker(), &other] {
                for _ in 0..4 {
                    scope.spawn(|| assert_eq!(call_with(broker, &live.world.actor, "c", None).expect("renewed"), 200));
                }
            }
        });
        assert_eq!(live.service.token_requests(), before + expiry);
    }
    assert_eq!(live.service.reused(), 0);
    let read = live.world.store.read().expect("readable");
    let lines = read.audit(0, 100_000).expect("readable");
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
    assert_eq!(lines.iter().filter(|line| line.entry.action == "renew").count(), 200);
    assert_eq!(lines.iter().filter(|line| line.entry.action == "invoke").count(), 1600);
}

/// In every round the access expires, and while the replicas renew it and call, an operator terminates their connections. A
/// call may fail; none that worked is missing from the audit, no refresh token is used twice, and the connection stays good.
#[test]
fn broken_connections_lose_no_grant_and_no_line() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let (live, other) = replicas(&url);
    live.service.slow.store(5, Ordering::SeqCst);
    let served = AtomicUsize::new(0);
    let mut client = server.client(&url);
    for round in 0..12 {
        live.clock.forward(3600);
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let call = |broker| match call_with(broker, &live.world.actor, "c", None) {
                Ok(status) => served.fetch_add(usize::from(status == 200), Ordering::SeqCst),
                Err(BrokerError::Store(_) | BrokerError::Busy { .. }) => 0,
                Err(error) => panic!("{error}"),
            };
            let callers: Vec<_> = [live.broker(), &other, live.broker(), &other]
                .into_iter()
                .map(|broker| scope.spawn(move || (0..4).map(|_| call(broker)).sum::<usize>()))
                .collect();
            // Time goes by, so that a claim whose maker was told that it failed lapses.
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(200));
                    live.clock.forward(1);
                }
            });
            std::thread::sleep(Duration::from_millis(2 + 3 * round));
            let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            client.query_one(sql, &[]).expect("the server runs");
            for caller in callers {
                caller.join().expect("no caller panics");
            }
            over.store(true, Ordering::SeqCst);
        });
    }
    // Whatever broke last is over once its time is up.
    live.clock.forward(600);
    assert_eq!(live.call("c", None).expect("it is still connected"), 200);
    let served = served.into_inner();
    let read = live.world.store.read().expect("readable");
    let lines = read.audit(0, 1_000_000).expect("readable");
    assert_eq!(verify(AuditHead::start(), &lines), Ok(read.audit_head().expect("readable")));
    let written = lines.iter().filter(|line| line.entry.action == "invoke").count();
    assert!(served > 0 && written > served, "{served} calls worked, {written} are written down");
    assert_eq!(live.service.reused(), 0);
}
