//! The commands themselves beside the independent provider: `connect --no-browser` prints a link, a person follows it, and
//! from then on the connection lives its whole life by the command line alone.

use super::browser::{self, Person};
use super::party::Party;
use super::server::{LIFE, MachineRandom, Peer, get};
use bowline::cli::{Terminal, World, run};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use url::Url;

#[test]
fn a_whole_life_by_commands_with_basic() {
    whole_life(Party::Basic);
}

#[test]
fn a_whole_life_by_commands_with_post() {
    whole_life(Party::Post);
}

#[test]
fn a_whole_life_by_commands_with_private_key_jwt() {
    whole_life(Party::PrivateKeyJwt);
}

/// Consent → call → expiry → rotated refresh → call → revoke → refused.
fn whole_life(party: Party) {
    let Some(peer) = Peer::start() else { return };
    let desk = Desk::new(&peer, party);
    desk.fine("apply --auto-approve --quiet");
    assert_eq!(desk.run("invoke it GET", true).exit, 1, "nobody has consented");
    let connected = desk.connect(Person::Allows);
    assert!(connected.exit == 0 && connected.stdout.contains("Connected"), "{}{}", connected.stdout, connected.stderr);
    assert_eq!(desk.status_of_call("GET"), 200);
    assert_eq!(peer.token_requests(), 1);
    // The second renewal spends the refresh token that the first one brought.
    for renewals in 1..=2 {
        peer.pass(LIFE);
        assert_eq!(desk.status_of_call("POST"), 200);
        assert_eq!(peer.token_requests(), 1 + renewals);
    }
    assert!(desk.fine("revoke it").contains("revoked at the service too"));
    let refused = desk.run("invoke it GET", true);
    assert!(refused.exit == 1 && refused.stderr.contains("bowline connect it"), "{}", refused.stderr);
    assert_eq!(peer.token_requests(), 3, "what is revoked is not asked for again");
    assert!(desk.fine("audit verify").contains("Whole"));
    let denied = desk.connect(Person::Denies);
    assert!(denied.exit == 1 && denied.stderr.contains("consent was denied"), "{}", denied.stderr);
    assert_eq!(desk.connect(Person::Allows).exit, 0);
    assert_eq!(desk.status_of_call("GET"), 200);
}

/// A project that knows the peer as a custom service, and somebody who types.
struct Desk<'a> {
    peer: &'a Peer,
    folder: TempDir,
    env: BTreeMap<String, String>,
}

struct Ran {
    stdout: String,
    stderr: String,
    exit: u8,
}

impl<'a> Desk<'a> {
    fn new(peer: &'a Peer, party: Party) -> Desk<'a> {
        let mut auth = party.oauth2(peer, "authorization_code");
        let client = party.client(peer);
        (auth["type"], auth["client_id"], auth["scopes"]) =
            (json!("oauth2"), json!(client.id), json!({ "read": "Read", "write": "Write" }));
        let secret = if party == Party::PrivateKeyJwt { &peer.private_key } else { &peer.secret };
        auth[if party == Party::PrivateKeyJwt { "private_key" } else { "client_secret" }] = json!({ "env": "PEER" });
        // JSON is YAML.
        let project = json!({
            "bowline": 1,
            "project": "beside_a_peer",
            "services": { "peer": { "name": "Peer", "auth": auth, "hosts": ["127.0.0.1"] } },
            "connections": { "it": { "name": "It", "service": "peer", "scopes": ["read", "write"] } },
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("bowline.yaml"), project.to_string()).expect("the folder is writable");
        let env = BTreeMap::from([("PEER".to_owned(), secret.clone()), ("BOWLINE_VAULT_KEY".to_owned(), "07".repeat(32))]);
        Desk { peer, folder, env }
    }

    /// Runs a command line, with the API's address at its end where it is a call.
    fn run(&self, line: &str, is_call: bool) -> Ran {
        self.heard(line, is_call, &Heard::default())
    }

    fn heard(&self, line: &str, is_call: bool, stderr: &Heard) -> Ran {
        let mut arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        arguments.extend(is_call.then(|| self.peer.api.join("/things").expect("a URL").as_str().into()));
        arguments.extend(is_call.then(|| "--detailed".into()));
        let mut stdout = Vec::new();
        let world = World {
            folder: self.folder.path().to_path_buf(),
            env: self.env.clone(),
            clock: self.peer.clock.clone(),
            random: Arc::new(MachineRandom),
            browser: &|_| panic!("no browser was asked for"),
            stdin: &mut io::empty(),
            stdout: &mut stdout,
            stderr: &mut stderr.clone(),
            terminal: Terminal::default(),
            interrupted: &AtomicBool::new(false),
        };
        let exit = run(arguments, world).code();
        Ran { stdout: String::from_utf8_lossy(&stdout).into_owned(), stderr: stderr.text(), exit }
    }

    fn fine(&self, line: &str) -> String {
        let ran = self.run(line, false);
        assert_eq!(ran.exit, 0, "{line}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    fn status_of_call(&self, method: &str) -> u64 {
        let ran = self.run(&format!("invoke it {method}"), true);
        assert_eq!(ran.exit, 0, "{}{}", ran.stdout, ran.stderr);
        let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("the detailed answer is JSON");
        answer["status"].as_u64().expect("a status")
    }

    /// The command waits while the person reads its link, opens it, and comes back.
    fn connect(&self, person: Person) -> Ran {
        let said = Heard::default();
        std::thread::scope(|scope| {
            let command = scope.spawn(|| self.heard("connect it --no-browser --timeout 60s", false, &said));
            let link = said.link();
            let redirect_uri = link.query_pairs().find(|(name, _)| name == "redirect_uri").expect("it says where to").1.into_owned();
            let redirect_uri = Url::parse(&redirect_uri).expect("a URL");
            assert_eq!((redirect_uri.host_str(), redirect_uri.path()), (Some("127.0.0.1"), "/callback/peer"));
            let back = browser::consent(&link, &redirect_uri, person);
            assert_eq!(get(&back).status().as_u16(), 200);
            command.join().expect("no panic")
        })
    }
}

/// Standard error that can be read while it is written.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn link(&self) -> Url {
        for _ in 0..2000 {
            if let Some(link) = self.text().lines().find_map(|line| Url::parse(line.strip_prefix("  http").map(|_| line.trim())?).ok()) {
                return link;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no link was printed: {}", self.text());
    }
}

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
