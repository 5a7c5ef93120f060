//! Schemas: many who open at once, an older one under load, a newer one.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

#[test]
fn many_may_open_an_empty_database_at_once() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| open(&url).read().and_then(|read| read.revision()).expect("each waits for the others"));
        }
    });
    let versions: i64 = server.client(&url).query_one("SELECT count(*) FROM schema_version", &[]).expect("it is there").get(0);
    assert_eq!(versions, migrate::MIGRATIONS.len() as i64);
}

#[test]
fn the_numbers_are_those_of_the_other_database() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/migrations");
    let files: Vec<String> = std::fs::read_dir(folder)
        .expect("the checkout is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let of = |ending: &str| {
        let mut names: Vec<String> = files.iter().filter_map(|file| file.strip_suffix(ending)).map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(of(".postgres.sql"), of(".sqlite.sql"));
    assert_eq!(of(".postgres.sql").len(), migrate::MIGRATIONS.len());
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let known = migrate::MIGRATIONS.len() as u32;
    drop(open(&url));
    let mut client = server.client(&url);
    client.batch_execute("INSERT INTO schema_version VALUES (99); DROP TABLE attempts").expect("it is there");
    let refused = PostgresStore::open(&address(&url)).err();
    assert!(matches!(refused, Some(StoreError::Newer { found: 99, known: seen }) if seen == known), "{refused:?}");
    let made: bool = client.query_one("SELECT to_regclass('attempts') IS NOT NULL", &[]).expect("readable").get(0);
    assert!(!made);
}

/// The newest migration changes tables that a reader is in the middle of and that others write: it waits without holding
/// them up for long, is done once, and loses nothing.
#[test]
fn an_older_schema_is_brought_up_to_date_under_load() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    drop(PostgresStore::open_with(&address(&url), &migrate::MIGRATIONS[..3]).expect("the server runs"));
    let mut beside = server.client(&url);
    let (stop, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = server.client(&url);
            while !stop.load(Ordering::SeqCst) {
                let name = format!("c{:05}", written.load(Ordering::SeqCst));
                let sql = "INSERT INTO objects (kind, name, body, revision, created, updated)
                           VALUES ('connections', $1, '{\"name\":\"C\",\"service\":\"s\"}', 1, now(), now())";
                client.execute(sql, &[&name]).expect("an older program writes on");
                written.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mut reader = beside.build_transaction().isolation_level(::postgres::IsolationLevel::RepeatableRead).start().expect("runs");
        let count = |reader: &mut ::postgres::Transaction<'_>| -> i64 {
            reader.query_one("SELECT count(*) FROM objects", &[]).expect("readable").get(0)
        };
        let before = count(&mut reader);
        let opening: Vec<_> = (0..3).map(|_| scope.spawn(|| open(&url))).collect();
        thread::sleep(SHORT);
        assert!(opening.iter().all(|one| !one.is_finished()), "the reader is in the way");
        assert_eq!(count(&mut reader), before);
        reader.commit().expect("the server runs");
        for one in opening {
            let store = one.join().expect("no thread panics");
            assert!(store.read().and_then(|read| read.objects()).expect("readable").values().all(|object| object.maker.is_none()));
        }
        let so_far = written.load(Ordering::SeqCst);
        while written.load(Ordering::SeqCst) < so_far + 5 {
            thread::yield_now();
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert_eq!(open(&url).read().and_then(|read| read.objects()).expect("readable").len(), written.load(Ordering::SeqCst));
}
