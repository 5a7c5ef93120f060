//! A database that goes away in the middle of a renewal.

use super::lab::{LIFE, Lab};
use crate::postgres_server::Server;
use bowline::sandbox::{Fault, FaultKind};
use std::time::Duration;

/// The service has spent the old tokens and sent new ones: they are kept until the database takes them.
#[test]
fn a_database_that_stops_while_tokens_arrive_costs_no_grant() {
    let Some(server) = Server::own() else { return };
    let lab = Lab::connected_at(server.database());
    for round in 1..=2 {
        let delay = Duration::from_millis(700);
        lab.sandbox.fault(Fault { delay, ..Fault::once("/oauth/token", FaultKind::Latency) });
        lab.clock.forward(LIFE);
        std::thread::scope(|scope| {
            let calling = scope.spawn(|| lab.call());
            while lab.sandbox.stats().faults.values().sum::<u64>() < round {
                std::thread::sleep(Duration::from_millis(5));
            }
            if round == 1 {
                server.stop()
            } else {
                server.kill()
            }
            std::thread::sleep(Duration::from_secs(1));
            server.start();
            assert!(matches!(calling.join().expect("it does not panic"), Ok(200)));
        });
        assert_eq!(lab.refreshes(), round);
        assert!(matches!(lab.call(), Ok(200)));
    }
    assert_eq!(lab.sandbox.stats().reuse_detections, 0);
    assert!(lab.broker.verify_audit().is_ok());
}
