//! The data folder from outside: what lies in it, who may open it, and that nothing is lost or let out.

use super::*;
use crate::apply::{Done, IdempotencyKey, Order, Outcome, Remote, RemoteError};
use crate::broker::{Actor, BrokerError, DefaultServices};
use crate::clock::{FixedClock, Random};
use crate::plan::Do;
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, ConnectionState, Etag, Resource, SecretPath, Service, WebhookState};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::store::conformance::noon;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CANARY: &str = "canary-7f3a-in-the-vault";

#[derive(Clone, Copy)]
struct Bytes(u8);

impl Random for Bytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

struct NoServices;

impl DefaultServices for NoServices {
    fn service(&self, _name: &str, _parameters: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

fn opening<'a>(data_dir: &Path, random: &Bytes) -> Opening<'a> {
    Opening {
        key_file: None,
        data_dir: data_dir.to_owned(),
        environment: None,
        vault_key: None,
        clock: Arc::new(FixedClock(noon())),
        random: Arc::new(*random),
        actor: Actor { name: "ada".to_owned() },
        default_services: Arc::new(NoServices),
        outward: Arc::new(Guarded::new(Default::default()).expect("a client is made when it is used")),
    }
}

fn open(data_dir: &Path) -> Embedded {
    Embedded::open(opening(data_dir, &Bytes(7))).expect("the folder is ours")
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().expect("a folder can be made");
    let data_dir = root.path().join("project/.bowline");
    (root, data_dir)
}

/// Every file of a folder with its bytes; the two logs are there or not as SQLite likes, and count only where they hold
/// something.
#[expect(clippy::disallowed_methods, reason = "the test looks at the files from outside")]
fn files(data_dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(data_dir).into_iter().flatten().flatten();
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("it is a file")))
        .filter(|(name, bytes)| !(name.ends_with("-shm") || name.ends_with("-wal") && bytes.is_empty()))
        .collect()
}

fn write_key(data_dir: &Path, text: &str) {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().write(true).truncate(true).open(data_dir.join("vault.key")).expect("it is there");
    file.write_all(text.as_bytes()).expect("the disk has room");
}

fn at(address: &str) -> Address {
    address.parse().expect("the test writes addresses")
}

fn body(address: &str, body: Value) -> Resource {
    Resource::deserialize(at(address).kind, body).expect("the test's body has its kind's shape")
}

fn keys() -> Value {
    json!({ "name": "K", "auth": { "type": "api_key", "parameters": { "X-Key": "Key" } }, "hosts": ["api.example.com"] })
}

fn keyed() -> Value {
    json!({ "name": "C", "service": "keys", "credentials": { "X-Key": { "env": "K" } } })
}

fn canary() -> BTreeMap<SecretPath, Secret<String>> {
    [(SecretPath("/credentials/X-Key".to_owned()), Secret::new(CANARY.to_owned()))].into()
}

/// One step of an apply.
fn step(
    remote: &Embedded,
    key: &str,
    action: Do,
    address: &str,
    content: Option<Value>,
    if_match: Option<Etag>,
) -> Result<Done, RemoteError> {
    let body = content.map(|content| body(address, content));
    let secrets = if address == "connections.c" && body.is_some() { canary() } else { BTreeMap::new() };
    let order =
        Order { project: "cold_chain", action, address: &at(address), body: body.as_ref(), secrets, script: None, actor: None, if_match };
    remote.carry_out(&order, &IdempotencyKey(key.to_owned()))
}

/// A service, a connected connection and its webhook; the connection's and the webhook's revisions.
fn furnish(remote: &Embedded) -> (Option<Etag>, Option<Etag>) {
    let hook = json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": "c" } });
    step(remote, "p/1", Do::Create, "services.keys", Some(keys()), None).expect("allowed");
    let created = step(remote, "p/2", Do::Create, "connections.c", Some(keyed()), None).expect("allowed");
    let hooked = step(remote, "p/3", Do::Create, "webhooks.w", Some(hook), None).expect("allowed");
    assert_eq!(hooked.outcome, Outcome::Webhook(WebhookState::Blocked));
    let asked = step(remote, "p/4", Do::Authorize, "connections.c", None, created.etag).expect("allowed");
    assert_eq!(asked.outcome, Outcome::Connection(ConnectionState::Connected));
    (asked.etag, hooked.etag)
}

#[test]
fn the_folder_is_made_private_with_its_key_once() {
    let (_root, data_dir) = folder();
    let first = open(&data_dir);
    assert_eq!(first.key_created(), Some(&*data_dir.join("vault.key")));
    drop(first);
    assert_eq!(open(&data_dir).key_created(), None);
    let files = files(&data_dir);
    assert_eq!(files.keys().collect::<Vec<_>>(), [".gitignore", "bowline.db", "vault.key"]);
    assert_eq!(files[".gitignore"], b"*\n");
    assert!(String::from_utf8_lossy(&files["vault.key"]).contains(&"07".repeat(32)));
}

#[test]
#[cfg(unix)]
fn nobody_else_can_read_any_of_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_root, data_dir) = folder();
    let opened = open(&data_dir);
    furnish(&opened);
    let _lock = opened.lock().expect("nobody holds it");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data_dir), 0o700);
    for entry in std::fs::read_dir(&data_dir).expect("it is there").flatten() {
        assert_eq!(mode(&entry.path()) & 0o077, 0, "{}", entry.path().display());
    }
    std::fs::set_permissions(data_dir.join("vault.key"), PermissionsExt::from_mode(0o640)).expect("it is ours");
    assert!(matches!(Embedded::open(opening(&data_dir, &Bytes(7))), Err(OpenError::KeyExposed { .. })));
}

#[test]
fn reading_where_nothing_is_makes_nothing() {
    let (root, data_dir) = folder();
    let reader = Embedded::open_read_only(opening(&data_dir, &Bytes(7))).expect("nothing is a fine state");
    assert!(reader.observe().expect("readable").objects.is_empty());
    assert_eq!(reader.fingerprint(&[Secret::new(CANARY.to_owned())]).expect("readable"), None, "a key for the while says nothing");
    let refused = step(&reader, "p/1", Do::Create, "services.keys", Some(keys()), None).expect_err("it is for reading");
    assert!(matches!(refused, RemoteError::Unavailable(_)), "{refused}");
    assert_eq!(std::fs::read_dir(root.path()).expect("it is there").count(), 0);
}

#[test]
fn reading_sees_what_is_there_and_changes_none_of_it() {
    let (_root, data_dir) = folder();
    furnish(&open(&data_dir));
    let before = files(&data_dir);
    let reader = Embedded::open_read_only(opening(&data_dir, &Bytes(7))).expect("it is there");
    let observed = reader.observe().expect("readable");
    assert_eq!(observed.objects.len(), 3);
    let print = reader.fingerprint(&[Secret::new(CANARY.to_owned())]).expect("readable").expect("there is data").remove(0);
    assert_eq!(observed.objects[&at("connections.c")].secrets.values().collect::<Vec<_>>(), [&print]);
    assert!(step(&reader, "p/9", Do::Delete, "webhooks.w", None, None).is_err());
    drop(reader);
    assert_eq!(files(&data_dir), before);
}

#[test]
fn with_a_foreign_or_missing_key_nothing_is_touched() {
    let (_root, data_dir) = folder();
    furnish(&open(&data_dir));
    let refused = |opening: Opening<'_>| Embedded::open(opening).err().expect("the key does not fit");
    write_key(&data_dir, &"09".repeat(32));
    let before = files(&data_dir);
    for error in [refused(opening(&data_dir, &Bytes(7))), Embedded::open_read_only(opening(&data_dir, &Bytes(7))).err().expect("no")] {
        assert!(matches!(error, OpenError::Data { source: BrokerError::ForeignKey(_), .. }), "{error}");
    }
    assert_eq!(files(&data_dir), before);

    let right = Opening { vault_key: Some(Secret::new("07".repeat(32))), ..opening(&data_dir, &Bytes(7)) };
    assert_eq!(Embedded::open(right).expect("the environment's key goes first").observe().expect("readable").objects.len(), 3);

    write_key(&data_dir, CANARY);
    let bad = refused(opening(&data_dir, &Bytes(7)));
    assert!(matches!(bad, OpenError::BadKey { .. }));
    assert!(!format!("{bad} {bad:?} {:?}", bad.source()).contains(CANARY));

    std::fs::remove_file(data_dir.join("vault.key")).expect("it is there");
    let before = files(&data_dir);
    assert!(matches!(refused(opening(&data_dir, &Bytes(8))), OpenError::KeyMissing { .. }));
    let other = Opening { environment: Some("prod"), ..opening(&data_dir, &Bytes(8)) };
    assert!(matches!(refused(other), OpenError::KeyMissing { .. }));
    assert_eq!(files(&data_dir), before);
}

#[test]
fn newer_data_is_left_alone() {
    let (_root, data_dir) = folder();
    furnish(&open(&data_dir));
    let newer = "INSERT INTO schema_version VALUES (99)";
    rusqlite::Connection::open(data_dir.join("bowline.db")).and_then(|db| db.execute(newer, [])).expect("the table is there");
    let before = files(&data_dir);
    let error = Embedded::open(opening(&data_dir, &Bytes(7))).err().expect("it is newer");
    let is_newer = |error: &OpenError| matches!(error, OpenError::Data { source: BrokerError::Store(StoreError::Newer { .. }), .. });
    assert!(is_newer(&error), "{error}");
    assert_eq!(files(&data_dir), before);
}

#[test]
fn environments_have_data_of_their_own_under_one_key() {
    let (_root, data_dir) = folder();
    furnish(&open(&data_dir));
    for name in ["prod", "bowline"] {
        let other = Embedded::open(Opening { environment: Some(name), ..opening(&data_dir, &Bytes(8)) }).expect("a fine name");
        assert!(other.observe().expect("readable").objects.is_empty());
    }
    for name in ["", "../x", "a/b", ".hidden", "a.b"] {
        let other = Embedded::open(Opening { environment: Some(name), ..opening(&data_dir, &Bytes(7)) });
        assert!(matches!(other, Err(OpenError::BadEnvironment(_))), "{name}");
    }
}

#[test]
fn no_secret_lies_in_any_file_in_clear() {
    let (_root, data_dir) = folder();
    let opened = open(&data_dir);
    furnish(&opened);
    let holds = |name: &str, needle: &[u8]| files(&data_dir)[name].windows(needle.len()).any(|window| window == needle);
    assert!(holds("bowline.db-wal", b"connections"), "the log should hold what was just written");
    let scan = || files(&data_dir).keys().all(|name| !holds(name, CANARY.as_bytes()));
    assert!(scan());
    opened.broker().checkpoint().expect("nobody else reads");
    assert!(scan());
    drop(opened);
    assert!(scan());
}

#[test]
fn a_deleted_object_s_name_and_secret_are_gone_from_the_files() {
    let (_root, data_dir) = folder();
    let opened = open(&data_dir);
    step(&opened, "p/1", Do::Create, "services.keys", Some(keys()), None).expect("allowed");
    let mut odd = keyed();
    odd["description"] = json!("a-very-odd-description");
    let etag = step(&opened, "p/2", Do::Create, "connections.c", Some(odd), None).expect("allowed").etag;
    step(&opened, "p/3", Do::Delete, "connections.c", None, etag).expect("allowed");
    opened.broker().checkpoint().expect("nobody else reads");
    for (name, bytes) in files(&data_dir) {
        assert!(!bytes.windows(22).any(|window| window == b"a-very-odd-description"), "{name}");
    }
}

#[test]
fn a_connection_is_replaced_under_its_webhook() {
    let (_root, data_dir) = folder();
    let remote = open(&data_dir);
    let (connection, webhook) = furnish(&remote);
    let refused = step(&remote, "p/5", Do::Delete, "connections.c", None, connection.clone()).expect_err("a webhook selects it");
    assert!(matches!(refused, RemoteError::Refused(Refusal::DeleteWhileReferenced { .. })), "{refused}");
    let detached = step(&remote, "p/6", Do::Detach, "webhooks.w", None, None).expect("allowed");
    assert_eq!(detached.outcome, Outcome::Webhook(WebhookState::Detached));
    let revoked = step(&remote, "p/7", Do::Revoke, "connections.c", None, connection.clone()).expect("allowed");
    assert!(matches!(step(&remote, "p/8", Do::Delete, "connections.c", None, connection), Err(RemoteError::Stale { .. })));
    assert!(matches!(step(&remote, "p/8", Do::Delete, "connections.c", None, None), Err(RemoteError::Stale { .. })));
    let gone = step(&remote, "p/8", Do::Delete, "connections.c", None, revoked.etag.clone()).expect("allowed");
    assert_eq!(gone, Done { etag: None, outcome: Outcome::Done });
    assert_eq!(step(&remote, "p/8", Do::Delete, "connections.c", None, revoked.etag).expect("it was done before"), gone);
    let created = step(&remote, "p/9", Do::Create, "connections.c", Some(keyed()), None).expect("allowed");
    step(&remote, "p/10", Do::Authorize, "connections.c", None, created.etag).expect("allowed");
    let attached = step(&remote, "p/11", Do::Attach, "webhooks.w", None, detached.etag).expect("allowed");
    assert_eq!(attached.outcome, Outcome::Webhook(WebhookState::Active));
    assert_ne!(attached.etag, webhook);
}

#[test]
fn a_plan_is_spent_once_whoever_asks() {
    let (_root, data_dir) = folder();
    open(&data_dir).spend("sha256:1").expect("it is new");
    assert!(matches!(open(&data_dir).spend("sha256:1"), Err(RemoteError::Spent { at }) if at == "2027-01-15T08:00:00Z"));
}

#[test]
fn one_apply_at_a_time() {
    let (_root, data_dir) = folder();
    let (one, other) = (open(&data_dir), open(&data_dir));
    let lock = one.lock().expect("nobody holds it");
    let Err(LockError::Held { by }) = other.lock() else { panic!("it is held") };
    assert_eq!(by, format!("process {} of ada, since 2027-01-15T08:00:00Z", std::process::id()));
    drop(lock);
    drop(other.lock().expect("it was freed"));
    drop(one.lock().expect("it was freed"));
}

#[test]
fn two_that_write_at_once_lose_nothing() {
    let (_root, data_dir) = folder();
    std::thread::scope(|scope| {
        for writer in ["a", "b"] {
            let data_dir = &data_dir;
            scope.spawn(move || {
                let remote = open(data_dir);
                for number in 0..50 {
                    let address = format!("services.{writer}{number}");
                    step(&remote, &address, Do::Create, &address, Some(keys()), None).expect("each waits for the other");
                }
            });
        }
    });
    let observed = open(&data_dir).observe().expect("readable");
    assert_eq!((observed.objects.len(), observed.revision), (100, 100));
    let etags: std::collections::BTreeSet<&str> = observed.objects.values().map(|live| live.etag.0.as_str()).collect();
    assert_eq!(etags.len(), 100);
    assert_eq!(open(&data_dir).broker().verify_audit().expect("nobody touched it").seq, 100);
}

/// Measured by `cargo test --release --lib embedded::tests::speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for the release profile"]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement asks the clock and tells")]
fn speed_of_a_thousand_durable_creations() {
    for count in [1000, 2000, 4000] {
        let (_root, data_dir) = folder();
        let remote = open(&data_dir);
        step(&remote, "p/0", Do::Create, "services.keys", Some(keys()), None).expect("allowed");
        let start = std::time::Instant::now();
        for number in 0..count {
            let address = at(&format!("connections.c{number}"));
            let body = body("connections.c", keyed());
            let secrets = canary();
            let (project, action, script, actor, if_match) = ("cold_chain", Do::Create, None, None, None);
            let order = Order { project, action, address: &address, body: Some(&body), secrets, script, actor, if_match };
            remote.carry_out(&order, &IdempotencyKey(format!("p/s{number}"))).expect("allowed");
        }
        let wrote = start.elapsed();
        let observed = remote.observe().expect("readable").objects.len();
        println!("{count} creations in {wrote:?}; {observed} observed in {:?}", start.elapsed() - wrote);
    }
}

/// What the killed process does: creates for ever, and tells each that it got an answer to.
#[test]
#[ignore = "started by `a_killed_process_loses_nothing_that_was_answered`"]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "it is another process: it has its own surroundings")]
fn the_one_that_is_killed() {
    let Some(data_dir) = std::env::var_os("BOWLINE_TEST_DATA_DIR") else { return };
    let remote = open(Path::new(&data_dir));
    let _lock = remote.lock().expect("the one before was killed");
    let from = remote.observe().expect("readable").objects.len();
    for number in from.. {
        let address = format!("services.s{number}");
        step(&remote, &address, Do::Create, &address, Some(keys()), None).expect("nobody else writes");
        println!("answered {address}");
    }
}

#[test]
fn a_killed_process_loses_nothing_that_was_answered() {
    use std::io::{BufRead as _, BufReader};
    let (_root, data_dir) = folder();
    let mut answered = std::collections::BTreeSet::new();
    for round in 0..8 {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this test is a program"))
            .args(["--exact", "embedded::tests::the_one_that_is_killed", "--ignored", "--nocapture"])
            .env("BOWLINE_TEST_DATA_DIR", &data_dir)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("this test can be run");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines().map_while(Result::ok);
        let heard = lines.by_ref().filter_map(|line| line.split("answered ").nth(1).map(at));
        answered.extend(heard.take(7 * round + 1));
        child.kill().expect("it runs for ever");
        child.wait().expect("it was killed");
        // Whatever it still wrote to the pipe before it died was answered too.
        answered.extend(lines.filter_map(|line| line.split("answered ").nth(1)?.parse().ok()));

        let opened = open(&data_dir);
        let observed = opened.observe().expect("readable");
        assert!(answered.iter().all(|address| observed.objects.contains_key(address)), "round {round}");
        assert_eq!(observed.objects.len() as u64, observed.revision);
        assert_eq!(opened.broker().verify_audit().expect("nobody touched it").seq, observed.revision);
        drop(opened.lock().expect("the lock went with its process"));
    }
    assert!(answered.len() >= 200, "only {} were answered", answered.len());
}

#[test]
fn a_backup_goes_back_whole_with_its_key_and_leaves_nothing_else_behind() {
    let ((root, data_dir), (_other, elsewhere)) = (folder(), folder());
    let file = root.path().join("backup.db");
    furnish(&open(&data_dir));
    let made = backup(&opening(&data_dir, &Bytes(7)), &file).expect("there is data");
    let names: Vec<String> = files(&data_dir).into_keys().collect();
    assert_eq!(names, [".gitignore", "bowline.db", "vault.key"]);
    #[expect(clippy::disallowed_methods, reason = "the test looks at the file from outside")]
    let copy = std::fs::read(&file).expect("it is there");
    for needle in [CANARY.as_bytes(), &files(&data_dir)["vault.key"][..]] {
        assert!(!copy.windows(needle.len()).any(|window| window == needle));
    }
    // Without its key, and with another one.
    let refused = restore(&opening(&elsewhere, &Bytes(7)), &file, false);
    assert!(matches!(refused, Err(BackupError::NoKey)), "{refused:?}");
    drop(Embedded::open(opening(&elsewhere, &Bytes(8))).expect("the folder is ours"));
    let refused = restore(&opening(&elsewhere, &Bytes(8)), &file, true);
    assert!(matches!(refused, Err(BackupError::Open(OpenError::Data { source: BrokerError::ForeignKey(_), .. }))), "{refused:?}");
    assert!(matches!(restore(&opening(&elsewhere, &Bytes(8)), &file, false), Err(BackupError::DataThere { .. })));
    assert!(open_with(&elsewhere, 8).broker().observe().expect("it can be read").objects.is_empty(), "nothing was changed");

    let text = String::from_utf8(files(&data_dir)["vault.key"].clone()).expect("text");
    write_key(&elsewhere, &text);
    let restored = restore(&opening(&elsewhere, &Bytes(8)), &file, true).expect("its key is there");
    assert_eq!(restored, made);
    let names: Vec<String> = files(&elsewhere).into_keys().collect();
    assert_eq!(names, [".gitignore", "bowline.db", "vault.key"], "no copy is left lying about");
    let both =
        [open(&data_dir), open_with(&elsewhere, 8)].map(|one| format!("{:?}", one.broker().observe().expect("it can be read").objects));
    assert_eq!(both[0], both[1]);
}

fn open_with(data_dir: &Path, random: u8) -> Embedded {
    Embedded::open(opening(data_dir, &Bytes(random))).expect("the key fits")
}
