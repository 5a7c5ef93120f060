//! Every change and every refusal has its line, no line has a secret, and a line that is tampered with is found.

use super::*;
use crate::store::AuditFault;

#[test]
fn what_is_done_and_what_is_refused_is_written_down() {
    let world = World::furnished();
    let _ = world.delete("connections.c").expect_err("a webhook selects it");
    let lines: Vec<(String, String)> = world.audit_lines();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(action, outcome)| (action.as_str(), outcome.as_str())).collect();
    let done = "done";
    assert_eq!(lines, [("put", done), ("put", done), ("authorize", done), ("put", done), ("delete", "refused: delete-while-referenced")]);
    assert_eq!(world.broker.verify_audit().expect("nobody touched it").seq, 5);
    let line = world.broker.audit(1, 1).expect("readable").remove(0);
    assert_eq!((line.entry.actor.as_str(), line.entry.address), ("ada", Some(at("connections.c"))));
    assert!(line.entry.detail["secrets"].starts_with("/credentials/X-Key fp:"));
}

#[test]
fn no_secret_stands_in_a_line_an_error_or_a_debug() {
    let world = World::furnished();
    let lines = world.broker.audit(0, 100).expect("readable");
    assert!(!format!("{lines:?}").contains(CANARY));
    let secret = [("/credentials/Y", CANARY)];
    let error = world.put_with("connections.c", keyed("K"), How::default(), &secret).expect_err("there is no such reference");
    assert!(!format!("{error} {error:?}").contains(CANARY));
    let observed = world.broker.observe().expect("readable");
    assert!(!format!("{observed:?} {:?}", world.broker.status()).contains(CANARY));
}

#[test]
fn a_line_that_was_changed_or_cut_off_is_found() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("a.db");
    let tampered = |sql: &str| {
        let _ = std::fs::remove_file(&path);
        let store = SqliteStore::open(&path).expect("the folder is writable");
        let broker = Broker::open(Box::new(store), Keyring::generate(&Sevens), alone()).expect("the store is new");
        let actor = Actor { name: "ada".to_owned() };
        for plan in ["1", "2", "3"] {
            broker.spend(&actor, plan).expect("it is new");
        }
        let connection = rusqlite::Connection::open(&path).expect("it is there");
        connection.execute_batch(sql).expect("the test's SQL");
        broker.verify_audit().map(|head| head.seq).map_err(|error| match error {
            BrokerError::Audit(fault) => fault,
            other => panic!("it should be the audit: {other}"),
        })
    };
    assert_eq!(tampered(""), Ok(3));
    assert_eq!(tampered("UPDATE audit SET actor = 'eve' WHERE seq = 2"), Err(AuditFault::Changed { seq: 2 }));
    assert_eq!(tampered("DELETE FROM audit WHERE seq = 1"), Err(AuditFault::Missing { seq: 1 }));
    assert_eq!(tampered("DELETE FROM audit WHERE seq = 3"), Err(AuditFault::Missing { seq: 3 }));
    let swapped = "UPDATE audit SET seq = 9 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 9";
    assert_eq!(tampered(swapped), Err(AuditFault::Changed { seq: 1 }));
}

#[test]
fn a_change_whose_line_cannot_be_written_is_not_made() {
    let world = World::furnished();
    let before = world.object("webhooks.w");
    let lines = world.audit_lines();
    // The last calls of a change are the audit's line and the commit.
    let calls = faults::calls_of(&world, |world| world.detach("webhooks.w").map(drop));
    world.attach("webhooks.w").expect("allowed");
    world.fuse.set(calls - 1, false);
    assert!(matches!(world.detach("webhooks.w"), Err(BrokerError::Store(_))));
    assert_eq!(world.object("webhooks.w").map(|object| object.detached), before.map(|object| object.detached));
    assert_eq!(world.audit_lines().len(), lines.len() + 2);
}
