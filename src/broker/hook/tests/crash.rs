//! Nothing is lost wherever it breaks, and whoever takes over uses the same id.

use super::super::queue::LEASE;
use super::*;
use crate::store::DeliveryState;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

#[test]
fn a_lapsed_claim_is_taken_over_and_its_holder_is_too_late() {
    let post = Arc::new(Post::with_door());
    let id = post.trigger("door").id;
    let (other, rival) = (post.clone(), Arc::new(Double::status(200)));
    let theirs = rival.clone();
    let slow = Double::new(move |_| {
        // While this one hangs its claim lapses, and somebody else delivers.
        other.pass(LEASE);
        assert_eq!(other.deliver(&*theirs).delivered, 1);
        Ok(reply(503))
    });
    post.deliver(&slow);
    assert_eq!(slow.sent()[0].id(), rival.sent()[0].id());
    let shown = post.shown(&id);
    assert_eq!(shown.listed.delivery.state, DeliveryState::Delivered, "the late answer changes nothing");
    assert_eq!(shown.attempts.iter().map(|one| one.status).collect::<Vec<_>>(), [Some(200), Some(503)]);
}

#[test]
fn before_it_lapses_nobody_else_tries() {
    let post = Arc::new(Post::with_door());
    let id = post.trigger("door").id;
    let (other, asked) = (post.clone(), id.clone());
    let slow = Double::new(move |_| {
        other.pass(LEASE - Duration::from_secs(1));
        assert_eq!(other.deliver(&Double::status(200)), Tally::default());
        assert!(matches!(other.broker.redeliver(&other.actor, &asked), Err(HookError::UnderWay(_))));
        Ok(reply(200))
    });
    assert_eq!(post.deliver(&slow).delivered, 1);
}

/// Every call of the store fails once, before or after a commit: the delivery arrives all the same.
#[test]
fn a_fault_at_any_point_loses_nothing() {
    for commit_first in [false, true] {
        let mut nth = 1;
        loop {
            let post = Post::with_door();
            let id = post.trigger("door").id;
            let courier = Double::status(200);
            post.fuse.set(nth, commit_first);
            let first = post.broker.deliver_due(&post.outing(&courier), &mut |_| {});
            let blew = !post.fuse.is_set();
            post.fuse.set(0, false);
            post.pass(LEASE);
            post.deliver(&courier);
            assert_eq!(post.shown(&id).listed.delivery.state, DeliveryState::Delivered, "fault {nth}");
            assert!(courier.sent().iter().all(|sent| sent.id() == id), "fault {nth}");
            assert!((1..=2).contains(&courier.sent().len()), "fault {nth}");
            if !blew {
                assert!(first.is_ok() && nth > 10);
                break;
            }
            nth += 1;
        }
    }
}

fn on_disk(path: &Path) -> Post {
    Post::on(Arc::new(SqliteStore::open(path).expect("the folder is writable")))
}

/// What the killed process does: sends, tells so, and never gets to write it down.
#[test]
#[ignore = "started by `a_process_killed_between_sending_and_writing_down`"]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "it is another process: it has its own surroundings")]
fn the_one_that_is_killed() {
    let Some(path) = std::env::var_os("BOWLINE_TEST_DATABASE") else { return };
    let courier = Double::new(|sent| {
        println!("sent {}", sent.id());
        loop {
            std::thread::park();
        }
    });
    on_disk(Path::new(&path)).deliver(&courier);
}

#[test]
fn a_process_killed_between_sending_and_writing_down() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("bowline.db");
    let post = on_disk(&path);
    post.put("webhooks.door", door(), &[]);
    let id = post.trigger("door").id;
    drop(post);

    let mut child = std::process::Command::new(std::env::current_exe().expect("this test is a program"))
        .args(["--exact", "broker::hook::tests::crash::the_one_that_is_killed", "--ignored", "--nocapture"])
        .env("BOWLINE_TEST_DATABASE", &path)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("this test can be run");
    let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines().map_while(Result::ok);
    let sent = lines.find_map(|line| line.split("sent ").nth(1).map(str::to_owned)).expect("it sends");
    child.kill().expect("it runs for ever");
    child.wait().expect("it was killed");
    assert_eq!(sent, id);

    let post = on_disk(&path);
    let courier = Double::status(200);
    assert_eq!(post.deliver(&courier), Tally::default(), "the dead one's claim has not lapsed");
    post.pass(LEASE);
    assert_eq!(post.deliver(&courier).delivered, 1);
    assert_eq!(courier.sent()[0].id(), id);
}
