//! Renewal: one at a time, nothing lost, nothing asked twice, wherever it breaks.

use super::service::*;
use super::*;
use std::sync::atomic::Ordering;

#[test]
fn fifty_threads_make_one_request_an_expiry() {
    let live = Live::connected();
    live.service.slow.store(5, Ordering::SeqCst);
    for expiry in 1..=20 {
        live.clock.forward(3600);
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| assert_eq!(live.call("c", None).expect("renewed"), 200));
            }
        });
        assert_eq!(live.service.token_requests(), 1 + expiry);
    }
    assert_eq!(live.service.reused(), 0);
}

#[test]
fn two_brokers_on_one_file_make_one_request_an_expiry() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.db");
    let live = Live::on(Arc::new(SqliteStore::open(&path).expect("the folder is writable")));
    live.consent("c", None).expect("consented");
    live.service.slow.store(5, Ordering::SeqCst);
    let store = SqliteStore::open(&path).expect("the folder is writable");
    let other = broker_on(Box::new(store), live.clock.clone(), live.service.clone());
    for expiry in 1..=10 {
        live.clock.forward(3600);
        std::thread::scope(|scope| {
            for broker in [live.broker(), &other] {
                for _ in 0..8 {
                    scope.spawn(|| assert_eq!(call_with(broker, &live.world.actor, "c", None).expect("renewed"), 200));
                }
            }
        });
        assert_eq!(live.service.token_requests(), 1 + expiry);
    }
    assert_eq!(live.service.reused(), 0);
}

#[test]
fn it_is_renewed_early_and_only_then() {
    let live = Live::connected();
    live.clock.forward(3600 - 301);
    live.call("c", None).expect("good");
    assert_eq!(live.service.token_requests(), 1);
    live.clock.forward(2);
    live.call("c", None).expect("renewed");
    assert_eq!(live.service.token_requests(), 2);
}

/// A fault while the old access is still good, and once it is over.
#[test]
fn each_fault_is_what_it_is() {
    let wait = Some("7");
    let table = [
        (Fault::NotSent, "again"),
        (Fault::Status(429, wait), "again"),
        (Fault::Status(503, None), "again"),
        (Fault::Status(502, None), "uncertain"),
        (Fault::Lost, "uncertain"),
        (Fault::Garbage, "uncertain"),
        (Fault::Body(401, r#"{"error":"invalid_client"}"#), "service"),
        (Fault::Body(400, r#"{"error":"invalid_grant"}"#), "final"),
    ];
    for (fault, class) in table {
        let early = Live::connected();
        early.clock.forward(3400);
        early.service.fail(fault.clone());
        let served = early.call("c", None);
        match class {
            "final" => assert!(matches!(served, Err(BrokerError::NotConnected { state: ConnectionState::Expired, .. })), "{fault:?}"),
            // The service obeyed and rotated: its old access token is over too in this world, which is the API's to say.
            "uncertain" => assert!(served.is_ok(), "{fault:?}: {served:?}"),
            _ => assert_eq!(served.expect("the old access is still good"), 200, "{fault:?}"),
        }

        let late = Live::connected();
        late.clock.forward(3600);
        late.service.fail(fault.clone());
        let error = late.call("c", None).expect_err("the old access is over");
        let (state, message) = late.state("c");
        match class {
            "again" => {
                assert!(matches!(error, BrokerError::Busy { again: Some(_), .. }), "{fault:?}: {error}");
                assert_eq!(state, ConnectionState::Connected, "{fault:?}");
                let asked = late.service.token_requests();
                late.call("c", None).expect_err("not before its time");
                assert_eq!(late.service.token_requests(), asked, "{fault:?}: no storm");
                late.clock.forward(8);
                assert_eq!(late.call("c", None).expect("renewed"), 200, "{fault:?}");
            }
            "uncertain" => {
                assert!(matches!(error, BrokerError::Busy { .. }), "{fault:?}: {error}");
                assert_eq!(state, ConnectionState::Error, "{fault:?}");
                assert!(message.starts_with("uncertain: "), "{message}");
                late.clock.forward(8);
                let again = late.call("c", None);
                if fault == Fault::Status(502, None) {
                    assert_eq!(again.expect("nothing had been spent"), 200);
                    assert_eq!(late.state("c").0, ConnectionState::Connected);
                } else {
                    let Err(BrokerError::NotConnected { state: ConnectionState::Expired, message, .. }) = again else {
                        panic!("{fault:?}: {again:?}")
                    };
                    assert!(message.contains("the answer to an earlier renewal was lost"), "{message}");
                    assert!(message.contains("bowline connect c"), "{message}");
                    late.consent("c", None).expect("reconnected");
                    assert_eq!(late.call("c", None).expect("connected"), 200);
                }
            }
            "service" => {
                assert!(matches!(error, BrokerError::ServiceFault { .. }), "{fault:?}: {error}");
                assert_eq!(state, ConnectionState::Error, "{fault:?}");
                late.clock.forward(120);
                assert_eq!(late.call("c", None).expect("the client was mended"), 200);
                assert_eq!(late.state("c").0, ConnectionState::Connected);
            }
            "final" => {
                assert_eq!(state, ConnectionState::Expired, "{fault:?}");
                assert!(message.contains("to reconnect: bowline connect c"), "{message}");
                let asked = late.service.token_requests();
                late.call("c", None).expect_err("it is over");
                assert_eq!(late.service.token_requests(), asked, "never a storm");
            }
            other => panic!("no such class: {other}"),
        }
    }
}

#[test]
fn a_long_retry_after_is_respected() {
    let live = Live::connected();
    live.clock.forward(3600);
    live.service.fail(Fault::Status(429, Some("600")));
    live.call("c", None).expect_err("throttled");
    live.clock.forward(599);
    live.call("c", None).expect_err("still throttled");
    assert_eq!(live.service.token_requests(), 2);
    live.clock.forward(1);
    assert_eq!(live.call("c", None).expect("renewed"), 200);
}

/// The process dies at every call on the store around a renewal; another comes up on the same store.
#[test]
fn a_crash_anywhere_never_leaves_connected_with_a_dead_token() {
    let calls = {
        let live = Live::connected();
        live.clock.forward(3600);
        faults::calls_of(&live.world, |world| call_with(&world.broker, &world.actor, "c", None).map(drop))
    };
    assert!(calls > 15, "only {calls}");
    let mut uncertain = 0;
    for nth in 1..=calls {
        for commit_first in [false, true] {
            let live = Live::connected();
            live.clock.forward(3600);
            live.world.fuse.kill_at(nth, commit_first);
            live.call("c", None).expect_err("the store is gone");
            let reborn = live.reborn();
            // Longer than a lease.
            reborn.clock.forward(20);
            let (state, message) = reborn.state("c");
            let called = reborn.call("c", None);
            match state {
                ConnectionState::Connected => assert_eq!(called.expect("connected means usable"), 200, "call {nth}"),
                ConnectionState::Error => {
                    uncertain += 1;
                    assert!(message.starts_with("uncertain: "), "call {nth}: {message}");
                    let is_over = matches!(&called, Err(BrokerError::NotConnected { state: ConnectionState::Expired, .. }));
                    assert!(is_over || matches!(called, Ok(200)), "call {nth}: {called:?}");
                }
                other => panic!("call {nth}: {other:?}"),
            }
            assert!(reborn.broker().verify_audit().is_ok(), "call {nth}");
        }
    }
    assert!(uncertain > 0, "some point lies between the answer and the commit");
}

/// As in another process, on what is durable.
impl Live {
    fn reborn(&self) -> Live {
        let store = || Box::new(FaultStore { inner: self.world.store.clone(), fuse: Arc::default() });
        let world = World {
            broker: broker_on(store(), self.clock.clone(), self.service.clone()),
            store: self.world.store.clone(),
            fuse: Arc::default(),
            actor: self.world.actor.clone(),
        };
        Live { world, service: self.service.clone(), clock: self.clock.clone() }
    }
}

type Deed = fn(&Live) -> Result<(), BrokerError>;

/// Dies at every call on the store of whatever asks a service: what is said afterwards is true.
#[test]
fn a_crash_in_anything_that_asks_a_service_is_told_as_it_is() {
    fn renewed_in_vain(live: &Live, fault: Fault) -> Result<(), BrokerError> {
        live.clock.forward(3600);
        live.service.fail(fault);
        match live.call("c", None) {
            Err(BrokerError::Store(error)) => Err(BrokerError::Store(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
    let deeds: [(&str, Deed); 7] = [
        ("a consent", |live| live.consent("c", None).map(drop)),
        ("a consent again", |live| {
            live.clock.forward(60);
            live.consent("c", None).map(drop)
        }),
        ("client credentials", |live| live.world.authorize("connections.own").map(drop)),
        ("a revocation", |live| live.world.revoke("connections.c").map(drop)),
        ("a renewal that is put off", |live| renewed_in_vain(live, Fault::Status(503, None))),
        ("a renewal whose answer is lost", |live| renewed_in_vain(live, Fault::Lost)),
        ("a renewal that is refused", |live| renewed_in_vain(live, Fault::Body(400, r#"{"error":"invalid_grant"}"#))),
    ];
    for (name, deed) in deeds {
        let before = || {
            let live = if name == "a consent" { Live::new() } else { Live::connected() };
            let own = json!({ "name": "Own", "service": "own", "scopes": ["read"] });
            live.world.put("connections.own", own).expect("allowed");
            live
        };
        let whole = before();
        whole.world.fuse.set(1_000_000, false);
        deed(&whole).expect("nothing fails");
        let calls = 1_000_000 - whole.world.fuse.left();
        assert!(calls >= 8, "{name}: only {calls}");
        for nth in 1..=calls {
            for commit_first in [false, true] {
                let live = before();
                live.world.fuse.kill_at(nth, commit_first);
                let _ = deed(&live);
                let reborn = live.reborn();
                live.service.forgive();
                // Longer than a lease and a wait.
                reborn.clock.forward(20);
                // This service's API knows one token at a time, so one connection is looked at.
                let connection = if name == "client credentials" { "own" } else { "c" };
                true_to_what_it_says(&reborn, connection, &format!("{name}, call {nth}"));
            }
        }
    }
}

/// «Connected» means that a call goes through; every other state has its own reason not to.
fn true_to_what_it_says(live: &Live, connection: &str, when: &str) {
    let (state, message) = live.state(connection);
    let called = live.call(connection, None);
    let asked = live.service.token_requests();
    match state {
        // A service may end the grant of before when a person consents anew, and tells nobody: the first call finds it out.
        ConnectionState::Connected if when.starts_with("a consent again") && matches!(called, Ok(401)) => {
            assert_eq!(live.state(connection).0, ConnectionState::Expired, "{when}");
        }
        ConnectionState::Connected => assert_eq!(called.unwrap_or_else(|error| panic!("{when}: {error}")), 200, "{when}"),
        ConnectionState::Error => {
            let is_over = matches!(&called, Err(BrokerError::NotConnected { state: ConnectionState::Expired, .. }));
            assert!(is_over || matches!(called, Ok(200)), "{when}: {message}: {called:?}");
        }
        ConnectionState::NotConnected | ConnectionState::AwaitingConsent | ConnectionState::Expired | ConnectionState::Revoked => {
            assert!(matches!(called, Err(BrokerError::NotConnected { .. })), "{when}: {called:?}");
        }
    }
    if called_is_refused(live, connection) {
        assert_eq!(live.service.token_requests(), asked, "{when}: what is over is not asked for again");
    }
    assert!(live.broker().verify_audit().is_ok(), "{when}");
}

fn called_is_refused(live: &Live, connection: &str) -> bool {
    matches!(live.call(connection, None), Err(BrokerError::NotConnected { .. }))
}

/// Somebody stood still for longer than a lease, and others went on: what they are at is not written over.
#[test]
fn who_lost_the_lease_writes_nothing_over_its_holder() {
    let live = Live::connected();
    let other = live.reborn();
    live.clock.forward(3600);
    let pause = |milliseconds| std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    live.service.slow.store(500, Ordering::SeqCst);
    live.service.fail(Fault::Status(429, Some("600")));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| live.call("c", None));
        pause(150);
        live.clock.forward(20);
        live.service.slow.store(1500, Ordering::SeqCst);
        let second = scope.spawn(|| other.call("c", None));
        assert!(matches!(first.join().expect("no panic"), Err(BrokerError::Busy { .. })));
        let held = live.world.store.read().and_then(|read| read.grant(&Name::new("c"), "")).expect("readable").expect("a row");
        assert!(held.spending && held.lease.is_some() && held.retry_at.is_none(), "{held:?}");
        assert_eq!(second.join().expect("no panic").expect("renewed"), 200);
    });
    assert_eq!((live.service.token_requests(), live.service.reused()), (3, 0));
    assert_eq!(live.state("c").0, ConnectionState::Connected);
}

/// A store that fails once around a renewal loses nothing: the tokens are written again.
#[test]
fn a_fault_of_the_store_is_outlived() {
    let calls = {
        let live = Live::connected();
        live.clock.forward(3600);
        faults::calls_of(&live.world, |world| call_with(&world.broker, &world.actor, "c", None).map(drop))
    };
    for nth in 1..=calls {
        for commit_first in [false, true] {
            let live = Live::connected();
            live.clock.forward(3600);
            live.world.fuse.set(nth, commit_first);
            let _ = live.call("c", None);
            live.clock.forward(20);
            assert_eq!(live.call("c", None).expect("nothing was lost"), 200, "call {nth}");
            assert_eq!(live.service.reused(), 0, "call {nth}");
        }
    }
}

#[test]
fn what_is_revoked_while_it_is_renewed_stays_revoked() {
    let live = Live::connected();
    live.clock.forward(3600);
    live.service.slow.store(200, Ordering::SeqCst);
    std::thread::scope(|scope| {
        let renewing = scope.spawn(|| live.call("c", None));
        std::thread::sleep(std::time::Duration::from_millis(60));
        live.world.revoke("connections.c").expect("allowed");
        assert!(matches!(renewing.join().expect("no panic"), Err(BrokerError::NotConnected { .. })));
    });
    assert_eq!(live.state("c").0, ConnectionState::Revoked);
    let held = live.world.store.read().and_then(|read| read.grant(&Name::new("c"), "")).expect("readable").expect("a row");
    assert_eq!((held.sealed, held.generation > 1), (None, true));
    assert!(live.service.revoked().contains(&live.service.good_refresh()), "the stray one is given back too");
}

#[test]
fn client_credentials_connect_without_anybody_and_a_failure_is_a_state() {
    let live = Live::new();
    let own = json!({ "name": "Own", "service": "own", "scopes": ["read"] });
    live.world.put("connections.own", own.clone()).expect("allowed");
    live.world.put("connections.late", own).expect("allowed");
    let answer = live.world.authorize("connections.own").expect("allowed");
    assert_eq!(answer.outcome, crate::store::Outcome::Connection(ConnectionState::Connected));
    assert_eq!(live.call("own", None).expect("connected"), 200);
    live.clock.forward(3600);
    assert_eq!(live.call("own", None).expect("asked again"), 200);

    live.service.fail(Fault::NotSent);
    let answer = live.world.authorize("connections.late").expect("a state, no failure");
    assert_eq!(answer.outcome, crate::store::Outcome::Connection(ConnectionState::Error));
    assert!(live.state("late").1.contains("nobody is there"), "{}", live.state("late").1);
    assert_eq!(live.call("late", None).expect("it heals by itself"), 200);
    assert_eq!(live.state("late").0, ConnectionState::Connected);
}

#[test]
fn another_master_key_opens_everything_and_the_old_one_seals_nothing_more() {
    let live = Live::connected();
    live.consent("each", Some("zoe")).expect("consented");
    let keyring = Keyring::generate(&Sevens);
    let rotated = keyring.with_new(&Ticking::default());
    let surroundings = |service: Arc<Service1>| crate::broker::Surroundings {
        clock: live.clock.clone(),
        random: Arc::new(Ticking::default()),
        services: Arc::new(Slack),
        outward: service,
    };
    let store = || Box::new(FaultStore { inner: live.world.store.clone(), fuse: Arc::default() });
    let newer = Broker::open(store(), rotated.clone(), surroundings(live.service.clone())).expect("both keys are known");
    assert_eq!(newer.sealed_by().expect("readable").len(), 1);
    assert_eq!(newer.reseal(&live.world.actor).expect("it can be written"), 5);
    assert_eq!(newer.reseal(&live.world.actor).expect("it can be written"), 0, "there is nothing left to do");
    live.clock.forward(3600);
    assert!(matches!(live.call("c", None), Err(BrokerError::KeyMoved | BrokerError::ForeignKey(_))));
    assert_eq!(live.service.token_requests(), 2, "nothing was spent that could not have been kept");
    let only = Broker::open(store(), rotated.newest_only(), surroundings(live.service.clone())).expect("the new key is enough");
    // The last one to be granted is the one whose refresh token is good.
    assert_eq!(call_with(&only, &live.world.actor, "each", Some("zoe")).expect("renewed"), 200);
}
