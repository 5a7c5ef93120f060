//! One apply at a time: who takes a lease, how it is lost, and that a writer which lost it writes nothing more.

use super::service::{Hands, Live, broker_on};
use super::*;
use crate::broker::LeaseWanted;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn who(name: &str) -> Actor {
    Actor { name: name.to_owned() }
}

fn take(broker: &Broker, name: &str, claim: &str) -> Result<u64, BrokerError> {
    broker.take_lease(&who(name), LeaseWanted { project: PROJECT, claim, ttl: MINUTE }).map(|lease| lease.fence)
}

/// A write of an apply.
fn write(live: &Live, name: &str, key: &str, fence: Option<u64>) -> Result<Answer, BrokerError> {
    let how = How { key: Some(key), fence, ..How::default() };
    let actor = who(name);
    let call = Call { actor: &actor, ..live.world.call(how) };
    let put = Put { resource: &resource("services.keys", api_key()), secrets: &BTreeMap::new(), script: None };
    live.broker().put(&call, &at("services.keys"), put)
}

fn is_lost<T: std::fmt::Debug>(result: Result<T, BrokerError>) {
    assert!(matches!(result, Err(BrokerError::LeaseLost { .. })), "{result:?}");
}

fn is_held<T: std::fmt::Debug>(result: Result<T, BrokerError>) {
    assert!(matches!(result, Err(BrokerError::LeaseHeld { .. })), "{result:?}");
}

#[test]
fn one_holds_it_and_everybody_else_is_told_who_and_until_when() {
    let live = Live::new();
    assert_eq!(take(live.broker(), "ada", "a").expect("free"), 1);
    let refused = take(live.broker(), "zoe", "z").expect_err("ada holds it");
    assert_eq!(refused.to_string(), "`cold_chain` is being applied by `ada`, who holds it until 2027-01-15T08:01:00Z at least");
    is_held(take(live.broker(), "ada", "another apply of the same person"));
    // Asked again after a lost answer: the same lease.
    assert_eq!(take(live.broker(), "ada", "a").expect("it is hers"), 1);
    is_held(take(live.broker(), "zoe", "a"));
    let other = LeaseWanted { project: "dock", claim: "z", ttl: MINUTE };
    assert_eq!(live.broker().take_lease(&who("zoe"), other).expect("another project").fence, 1);
    assert_eq!(live.broker().leases().expect("readable").len(), 2);
}

#[test]
fn a_heartbeat_keeps_it_and_without_one_it_may_be_taken() {
    let live = Live::new();
    let fence = take(live.broker(), "ada", "a").expect("free");
    live.clock.forward(59);
    live.broker().renew_lease(&who("ada"), PROJECT, fence, MINUTE).expect("hers");
    live.clock.forward(59);
    is_held(take(live.broker(), "zoe", "z"));
    // Late, but nobody took it: nobody else can have begun.
    live.clock.forward(3600);
    write(&live, "ada", "p/1", Some(fence)).expect("still hers");
    live.broker().renew_lease(&who("ada"), PROJECT, fence, MINUTE).expect("still hers");
    live.clock.forward(60);
    assert_eq!(take(live.broker(), "zoe", "z").expect("it ran out"), 2);
    is_lost(live.broker().renew_lease(&who("ada"), PROJECT, fence, MINUTE));
    is_lost(live.broker().release_lease(&who("ada"), PROJECT, Some(fence)));
    write(&live, "zoe", "p/2", Some(2)).expect("hers now");
}

#[test]
fn who_lost_it_writes_nothing_more() {
    let live = Live::new();
    let fence = take(live.broker(), "ada", "a").expect("free");
    write(&live, "ada", "p/1", Some(fence)).expect("hers");
    live.broker().release_lease(&who("zoe"), PROJECT, None).expect("taken away");
    let before = live.world.object("services.keys");
    is_lost(write(&live, "ada", "p/2", Some(fence)));
    is_lost(write(&live, "ada", "p/1", Some(fence)));
    take(live.broker(), "ada", "b").expect("free");
    is_lost(write(&live, "ada", "p/2", Some(fence)));
    assert_eq!(live.world.object("services.keys"), before);
    // Somebody else's fence is of no use either.
    is_lost(write(&live, "zoe", "p/3", Some(2)));
    write(&live, "ada", "p/2", Some(2)).expect("hers");
    let lines = live.world.audit_lines();
    assert_eq!(lines.iter().filter(|(_, outcome)| outcome == "refused: lease-lost").count(), 4);
}

#[test]
fn an_apply_without_a_lease_does_not_go_past_somebody_s() {
    let live = Live::new();
    write(&live, "ada", "p/1", None).expect("nobody holds it");
    take(live.broker(), "zoe", "z").expect("free");
    is_held(write(&live, "ada", "p/2", None));
    // By hand, judged by the revision alone.
    live.world.put_with("services.keys", api_key(), How { by_hand: true, ..How::default() }, &[]).expect("allowed");
    live.clock.forward(60);
    write(&live, "ada", "p/2", None).expect("it ran out");
    let fenceless = Call { project: None, ..live.world.call(How { fence: Some(1), ..How::default() }) };
    let refused = live.broker().delete(&fenceless, &at("services.keys")).expect_err("a fence of which project?");
    assert!(matches!(refused, BrokerError::Invalid(crate::broker::Invalid::FenceWithoutProject)), "{refused}");
}

#[test]
fn a_plan_is_spent_under_the_lease() {
    let live = Live::new();
    let fence = take(live.broker(), "ada", "a").expect("free");
    let spend = |name: &str, fence, plan| {
        let actor = who(name);
        let call = Call { actor: &actor, ..live.world.call(How { key: Some("spend"), fence, ..How::default() }) };
        live.broker().spend_under(&call, plan)
    };
    is_held(spend("zoe", None, "sha256:1"));
    is_lost(spend("zoe", Some(fence), "sha256:1"));
    spend("ada", Some(fence), "sha256:1").expect("hers");
    assert_eq!(live.broker().spent("sha256:1").expect("readable"), Some(noon()));
}

#[test]
fn a_released_lease_is_free_and_its_fence_never_comes_back() {
    let live = Live::new();
    for expected in 1..=3 {
        let fence = take(live.broker(), "ada", &format!("claim {expected}")).expect("free");
        assert_eq!(fence, expected);
        live.broker().release_lease(&who("ada"), PROJECT, Some(fence)).expect("hers");
        assert!(live.broker().leases().expect("readable").is_empty());
        assert_eq!(live.broker().lease_of(PROJECT).expect("readable"), None);
    }
    let nobody_s = live.broker().release_lease(&who("ada"), PROJECT, None);
    assert!(matches!(nobody_s, Err(BrokerError::NoSuch { what: "lease", .. })), "{nobody_s:?}");
}

#[test]
fn its_time_is_bounded() {
    let live = Live::new();
    let until = |ttl| {
        let lease = live.broker().take_lease(&who("ada"), LeaseWanted { project: PROJECT, claim: "c", ttl }).expect("free");
        live.broker().release_lease(&who("ada"), PROJECT, Some(lease.fence)).expect("hers");
        lease.held.expect("just taken").until.duration_since(noon()).expect("later").as_secs()
    };
    assert_eq!(until(Duration::ZERO), 5);
    assert_eq!(until(Duration::from_millis(5_500)), 6);
    assert_eq!(until(Duration::from_secs(1_000_000)), 3600);
}

/// Several processes, as far as SQLite can tell: each broker has a connection of its own. Whoever holds the lease adds one
/// to a counter that nothing else guards, by a read and a later write.
#[test]
fn many_appliers_on_one_file_never_overlap() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let open = || {
        let store = SqliteStore::open(&folder.path().join("x.db")).expect("writable");
        broker_on(Box::new(store), Hands::at(noon()), Arc::default())
    };
    let brokers: Vec<Broker> = (0..3).map(|_| open()).collect();
    let (counter, inside) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for (number, broker) in brokers.iter().chain(&brokers).enumerate() {
            let (counter, inside) = (&counter, &inside);
            scope.spawn(move || {
                let name = format!("u{number}");
                for turn in 0..8 {
                    let fence = loop {
                        match take(broker, &name, &format!("{number}-{turn}")) {
                            Ok(fence) => break fence,
                            Err(BrokerError::LeaseHeld { .. }) => std::thread::sleep(Duration::from_millis(2)),
                            Err(other) => panic!("{other}"),
                        }
                    };
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold it");
                    let seen = counter.load(Ordering::SeqCst);
                    let (actor, key) = (who(&name), format!("{number}/{turn}"));
                    let (project, expect) = (Some(PROJECT), Expect::Whatever);
                    let call = Call { actor: &actor, project, key: Some(&key), expect, fence: Some(fence) };
                    let put = Put { resource: &resource("services.keys", api_key()), secrets: &BTreeMap::new(), script: None };
                    broker.put(&call, &at("services.keys"), put).expect("the lease is ours");
                    counter.store(seen + 1, Ordering::SeqCst);
                    inside.fetch_sub(1, Ordering::SeqCst);
                    broker.release_lease(&actor, PROJECT, Some(fence)).expect("ours");
                }
            });
        }
    });
    assert_eq!(counter.into_inner(), 48);
    let last = brokers[0].store.read().and_then(|read| read.apply_lease(PROJECT)).expect("readable").expect("it was held");
    assert_eq!((last.fence, last.held), (48, None));
}

/// Two processes take turns on one file; a file that only one may make at a time shows whether they ever overlap.
#[test]
fn two_processes_never_overlap() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("x.db");
    drop(SqliteStore::open(&path).expect("writable"));
    let start = |name: &str| {
        std::process::Command::new(std::env::current_exe().expect("this test is a program"))
            .args(["--exact", "broker::tests::leases::one_of_two_processes", "--ignored"])
            .env("BOWLINE_TEST_DATABASE", &path)
            .env("BOWLINE_TEST_HOLDER", name)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("this test can be run")
    };
    let both = [start("ada"), start("zoe")];
    assert!(both.map(|mut child| child.wait().expect("it ran").success()).iter().all(|success| *success));
    let read = SqliteStore::open(&path).expect("writable");
    let last = read.read().and_then(|read| read.apply_lease(PROJECT)).expect("readable").expect("it was held");
    assert_eq!((last.fence, last.held), (2 * TURNS, None));
}

const TURNS: u64 = 20;

#[test]
#[ignore = "started by `two_processes_never_overlap`"]
#[expect(clippy::disallowed_methods, reason = "it is another process: it has its own surroundings")]
fn one_of_two_processes() {
    let (Some(path), Ok(name)) = (std::env::var_os("BOWLINE_TEST_DATABASE"), std::env::var("BOWLINE_TEST_HOLDER")) else { return };
    let path = std::path::PathBuf::from(path);
    let broker = broker_on(Box::new(SqliteStore::open(&path).expect("writable")), Hands::at(noon()), Arc::default());
    let inside = path.with_extension("inside");
    for turn in 0..TURNS {
        let fence = loop {
            match take(&broker, &name, &turn.to_string()) {
                Ok(fence) => break fence,
                Err(BrokerError::LeaseHeld { .. }) => std::thread::sleep(Duration::from_millis(1)),
                Err(other) => panic!("{other}"),
            }
        };
        let alone = std::fs::OpenOptions::new().write(true).create_new(true).open(&inside);
        alone.expect("nobody else is inside");
        std::fs::remove_file(&inside).expect("it was just made");
        broker.release_lease(&who(&name), PROJECT, Some(fence)).expect("ours");
    }
}

#[test]
fn a_fault_while_taking_it_leaves_it_taken_or_free_and_asking_again_helps() {
    let calls = {
        let live = Live::new();
        live.world.fuse.set(1_000, false);
        take(live.broker(), "ada", "a").expect("free");
        1_000 - live.world.fuse.left()
    };
    for nth in 1..=calls {
        for commit_first in [false, true] {
            let live = Live::new();
            live.world.fuse.set(nth, commit_first);
            take(live.broker(), "ada", "a").expect_err("it fails");
            assert_eq!(take(live.broker(), "ada", "a").expect("asked again"), 1, "call {nth}");
        }
    }
}
