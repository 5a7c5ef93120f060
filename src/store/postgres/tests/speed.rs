//! How fast both databases are at the port, side by side. Run by hand: `cargo test --lib speed -- --ignored --nocapture`.

use super::*;
use crate::store::{SqliteStore, StoredGrant};
use std::thread;
use std::time::Instant;

const ROUNDS: usize = 400;

fn rate(what: &str, threads: usize, work: impl Fn(usize, usize) + Sync) {
    #[expect(clippy::disallowed_methods, reason = "it measures the machine's own time")]
    let begun = Instant::now();
    thread::scope(|scope| {
        for worker in 0..threads {
            let work = &work;
            scope.spawn(move || (0..ROUNDS).for_each(|round| work(worker, round)));
        }
    });
    let rate = (threads * ROUNDS) as f64 / begun.elapsed().as_secs_f64();
    #[expect(clippy::disallowed_macros, reason = "a person reads it")]
    {
        println!("{what:<46} {threads} threads  {rate:>9.0}/s");
    }
}

fn measure(name: &str, store: &dyn Store) {
    let names: Vec<Name> = (0..4).map(|at| Name::new(format!("c{at}"))).collect();
    let write = |mut tx: Box<dyn Transaction + '_>, name: &Name| {
        tx.put_grant(&StoredGrant::new(name, "")).expect("its connection is there");
        tx.append_audit(&entry("use")).expect("a new line");
        tx.commit().expect("it is written");
    };
    let mut tx = store.begin().expect("it can be written");
    for at in 0..10_000 {
        let body = serde_json::json!({ "name": "C", "service": "keys", "scopes": ["a", "b"] });
        tx.put_object(&object(Kind::Connection, &format!("c{at}"), body)).expect("a new object");
    }
    tx.commit().expect("it is written");
    for threads in [1, 4] {
        rate(&format!("{name}: whole commits, audited"), threads, |worker, _| write(store.begin().expect("free"), &names[worker]));
        rate(&format!("{name}: commits about one connection, audited"), threads, |worker, _| {
            write(store.begin_about(About::Connection(&names[worker])).expect("free"), &names[worker]);
        });
        rate(&format!("{name}: snapshots of one object and its grant"), threads, |worker, round| {
            let read = store.read().expect("it can be read");
            read.object(&Address::new(Kind::Connection, format!("c{}", round * 7))).expect("it can be read").expect("it is there");
            read.grant(&names[worker], "").expect("it can be read");
        });
    }
    #[expect(clippy::disallowed_methods, reason = "it measures the machine's own time")]
    let begun = Instant::now();
    assert_eq!(store.read().and_then(|read| read.objects()).expect("it can be read").len(), 10_000);
    #[expect(clippy::disallowed_macros, reason = "a person reads it")]
    {
        println!("{name}: 10,000 objects in {:?}", begun.elapsed());
    }
}

#[test]
#[ignore = "it measures, and proves nothing"]
fn speed() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    measure("sqlite", &SqliteStore::open(&folder.path().join("a.db")).expect("the folder is writable"));
    let Some(server) = Server::shared() else { return };
    measure("postgres", &open(&server.database()));
}
