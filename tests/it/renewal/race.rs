//! Two processes of the operating system, many callers in each, one database: an expiry costs one token request.
//! On SQLite they share a file, on PostgreSQL they are replicas.

use super::lab::{Hands, LIFE, Lab, call_with, opened};
use crate::other_process::{Other, obey};
use crate::postgres_server::Server;
use bowline::broker::{Actor, Broker};
use bowline::resource::Name;
use bowline::sandbox::{Fault, FaultKind};
use http::Method;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const EXPIRIES: u64 = 200;
/// Where the other process finds the data, and whom it calls.
const DATABASE: &str = "BOWLINE_RACE_DATABASE";
const TARGET: &str = "BOWLINE_RACE_TARGET";
const CALLERS: &str = "BOWLINE_RACE_CALLERS";

#[test]
fn two_processes_ask_once_an_expiry() {
    race(&Lab::connected(), 50);
}

#[test]
fn two_replicas_ask_once_an_expiry() {
    let Some(server) = Server::shared() else { return };
    // Each asks the server a dozen times.
    race(&Lab::connected_at(server.database()), 10);
}

fn race(lab: &Lab, count: usize) {
    // Long enough for everybody to want the same.
    let delay = Duration::from_millis(5);
    lab.sandbox.fault(Fault { times: u32::MAX, delay, ..Fault::once("/oauth/token", FaultKind::Latency) });
    let target = lab.sandbox.url("/api/devices");
    let mut other =
        Other::start("renewal::race::the_other_process", &[(DATABASE, &lab.database), (TARGET, &target), (CALLERS, &count.to_string())]);
    for expiry in 1..=EXPIRIES {
        lab.clock.forward(LIFE);
        other.begin(lab.clock.0.load(Ordering::SeqCst));
        let failed = callers(&lab.broker, &lab.actor, &target, count);
        assert_eq!((failed, other.end()), (0, 0), "expiry {expiry}");
        assert_eq!(lab.refreshes(), expiry);
    }
    let stats = lab.sandbox.stats();
    assert_eq!((stats.reuse_detections, stats.refusals.len()), (0, 0), "{:?}", stats.refusals);
    assert_eq!(stats.api_calls["/api/devices"], 2 * EXPIRIES, "the calls of both arrived");
    assert!(lab.broker.verify_audit().is_ok());
}

/// Every caller asks for what the connection proves itself with, one makes the call; how many failed.
fn callers(broker: &Broker, actor: &Actor, target: &str, count: usize) -> usize {
    let failed = AtomicUsize::new(0);
    let tell = |ok: bool| failed.fetch_add(usize::from(!ok), Ordering::SeqCst);
    std::thread::scope(|scope| {
        scope.spawn(|| tell(matches!(call_with(broker, actor, Method::GET, target), Ok(200))));
        for _ in 1..count {
            scope.spawn(|| tell(broker.credential(&Name::new("it"), None).is_ok()));
        }
    });
    failed.into_inner()
}

#[test]
#[ignore = "started by the other tests here"]
fn the_other_process() {
    let (Ok(database), Ok(target)) = (std::env::var(DATABASE), std::env::var(TARGET)) else { return };
    let count = std::env::var(CALLERS).map(|count| count.parse().expect("a number")).expect("it goes with the others");
    let clock = Hands::new();
    let broker = opened(&database, clock.clone());
    let actor = Actor { name: "zoe".to_owned() };
    obey(|seconds| {
        clock.0.store(seconds, Ordering::SeqCst);
        callers(&broker, &actor, &target, count)
    });
}
