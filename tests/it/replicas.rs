//! Replicas as they are served: processes of the operating system with one PostgreSQL, renewing at a sandbox over real sockets.

use crate::postgres_server::Server;
use bowline::broker::{
    Actor, Arrival, BODY_CAP, Broker, BrokerError, Call, Consent, DefaultServices, Expect, Outgoing, PATIENCE, Put, Surroundings,
};
use bowline::clock::{Clock, Random};
use bowline::embedded::Guarded;
use bowline::oauth::Body;
use bowline::resource::{Address, Name, Resource, SecretPath, Service};
use bowline::sandbox::{self, Fault, FaultKind, Options, Running};
use bowline::secret::Secret;
use bowline::store::open;
use bowline::upstream::Policy;
use bowline::vault::Keyring;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use url::Url;

/// Seconds for which access tokens are good.
const LIFE: u64 = 3600;
const EXPIRIES: u64 = 200;
/// Who calls at once in each process.
const CALLERS: usize = 3;
/// Where the other process finds the data, and whom it calls.
const STORE: &str = "BOWLINE_REPLICA_STORE";
const TARGET: &str = "BOWLINE_REPLICA_TARGET";

struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct MachineRandom;

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the machine has randomness");
    }
}

struct Nines;

impl Random for Nines {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}

struct NoDefaults;

impl DefaultServices for NoDefaults {
    fn service(&self, _: &str, _: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

fn replica(url: &str, clock: Arc<Hands>) -> Broker {
    let store = open(&url.parse().expect("it is an address")).expect("the server runs");
    let outward = Arc::new(Guarded::new(Policy { loopback: true, ..Policy::default() }).expect("a client"));
    let surroundings = Surroundings { clock, random: Arc::new(MachineRandom), services: Arc::new(NoDefaults), outward };
    Broker::open(store, Keyring::generate(&Nines), surroundings).expect("the store is ours")
}

struct Scene {
    sandbox: Running,
    clock: Arc<Hands>,
    broker: Broker,
    actor: Actor,
}

impl Scene {
    /// `connections.it`, connected.
    fn connected(url: &str) -> Scene {
        let clock = Arc::new(Hands(AtomicU64::new(1_790_000_000)));
        let sandbox = sandbox::start(Options { auto_consent: true, ..Options::new(clock.clone(), [7; 32]) }).expect("a free port");
        let broker = replica(url, clock.clone());
        let scene = Scene { sandbox, clock, broker, actor: Actor { name: "ada".to_owned() } };
        let service = json!({
            "name": "Lab",
            "auth": {
                "type": "oauth2",
                "authorize_url": scene.sandbox.url("/oauth/authorize"),
                "token_url": scene.sandbox.url("/oauth/token"),
                "client_id": "sandbox-basic",
                "client_secret": { "env": "SECRET" },
                "client_authentication": "basic",
                "scope_delimiter": "space",
                "scopes": { "devices.read": "Read" },
            },
            "hosts": ["127.0.0.1"],
        });
        let secret = Secret::new("sandbox-basic-not-secret".to_owned());
        scene.put("services.lab", service, &BTreeMap::from([(SecretPath::of(["auth", "client_secret"]), secret)]));
        scene.put("connections.it", json!({ "name": "It", "service": "lab", "scopes": ["devices.read"] }), &BTreeMap::new());
        scene.connect();
        scene
    }

    fn put(&self, at: &str, body: Value, secrets: &BTreeMap<SecretPath, Secret<String>>) {
        let at: Address = at.parse().expect("the tests write addresses");
        let resource = Resource::deserialize(at.kind, body).expect("a body of its kind");
        let call = Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
        self.broker.put(&call, &at, Put { resource: &resource, secrets, script: None }).expect("allowed");
    }

    fn connect(&self) {
        let (name, redirect_uri) = (Name::new("it"), Url::parse("http://127.0.0.1:9/callback/lab").expect("a URL"));
        let consent = Consent { actor: &self.actor, connection: &name, user: None, redirect_uri: &redirect_uri, application: None };
        let mut link = self.broker.begin_consent(consent).expect("a link").link;
        link.query_pairs_mut().append_pair("auto", "allow");
        let answer = get(&link);
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).expect("the browser is sent back");
        let url = Url::parse(location).expect("a URL");
        self.broker.redeem(Arrival { actor: &self.actor, is_user: false, url: &url, allow_other_account: false }).expect("connected");
    }

    fn refreshes(&self) -> u64 {
        self.sandbox.stats().token_requests.get("refresh_token").copied().unwrap_or_default()
    }
}

fn get(link: &Url) -> String {
    let host = format!("127.0.0.1:{}", link.port().expect("it has one"));
    let mut stream = TcpStream::connect(&host).expect("it listens");
    let path = &link[url::Position::BeforePath..];
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn call(broker: &Broker, actor: &Actor, target: &str) -> Result<u16, BrokerError> {
    let outgoing = Outgoing {
        actor,
        action: "invoke",
        connection: Some(&Name::new("it")),
        user: None,
        method: http::Method::GET,
        url: Url::parse(target).expect("a URL"),
        headers: http::HeaderMap::new(),
        body: Body::Empty,
        body_cap: BODY_CAP,
        patience: PATIENCE,
    };
    broker.call_out(outgoing).map(|answered| answered.response.status().as_u16())
}

/// How many of those who call at once failed.
fn callers(broker: &Broker, actor: &Actor, target: &str) -> usize {
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| !matches!(call(broker, actor, target), Ok(200)))).collect();
        calls.into_iter().map(|call| usize::from(call.join().expect("no caller panics"))).sum()
    })
}

#[test]
fn two_processes_ask_once_an_expiry() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let scene = Scene::connected(&url);
    let target = scene.sandbox.url("/api/devices");
    let mut other = Other::start(&url, &target);
    for expiry in 1..=EXPIRIES {
        let now = scene.clock.0.fetch_add(LIFE, Ordering::SeqCst) + LIFE;
        other.begin(now);
        let failed = callers(&scene.broker, &scene.actor, &target);
        assert_eq!((failed, other.end()), (0, 0), "expiry {expiry}");
        assert_eq!(scene.refreshes(), expiry);
    }
    let stats = scene.sandbox.stats();
    assert_eq!((stats.reuse_detections, stats.refusals.len()), (0, 0), "{:?}", stats.refusals);
    assert_eq!(stats.api_calls["/api/devices"], 2 * CALLERS as u64 * EXPIRIES, "the calls of both arrived");
    assert!(scene.broker.verify_audit().is_ok());
}

/// The service has spent the old tokens and sent new ones: they are kept until the database takes them.
#[test]
fn a_database_that_stops_while_tokens_arrive_costs_no_grant() {
    let Some(server) = Server::own() else { return };
    let scene = Scene::connected(&server.database());
    let target = scene.sandbox.url("/api/devices");
    for round in 1..=2 {
        let delay = Duration::from_millis(700);
        scene.sandbox.fault(Fault { delay, ..Fault::once("/oauth/token", FaultKind::Latency) });
        scene.clock.0.fetch_add(LIFE, Ordering::SeqCst);
        std::thread::scope(|scope| {
            let calling = scope.spawn(|| call(&scene.broker, &scene.actor, &target));
            while scene.sandbox.stats().faults.values().sum::<u64>() < round {
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
        assert_eq!(scene.refreshes(), round);
        assert!(matches!(call(&scene.broker, &scene.actor, &target), Ok(200)));
    }
    assert_eq!(scene.sandbox.stats().reuse_detections, 0);
    assert!(scene.broker.verify_audit().is_ok());
}

/// The other process: this test's own program, which runs [`the_other_process`] and nothing else.
struct Other {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Other {
    fn start(url: &str, target: &str) -> Other {
        let mut child = Command::new(std::env::current_exe().expect("it runs"))
            .args(["--exact", "replicas::the_other_process", "--ignored", "--nocapture", "--test-threads", "1"])
            .env(STORE, url)
            .env(TARGET, target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut other = Other { child, said };
        assert_eq!(other.end(), 0, "it is ready");
        other
    }

    fn begin(&mut self, seconds: u64) {
        writeln!(self.child.stdin.as_mut().expect("it is piped"), "{seconds}").expect("it listens");
    }

    /// How many of its callers failed.
    fn end(&mut self) -> usize {
        let mut line = String::new();
        while self.said.read_line(&mut line).expect("it speaks") > 0 {
            // Whoever runs the tests speaks on the same line.
            if let Some((_, failed)) = line.trim_end().split_once("failed: ") {
                return failed.parse().expect("a number");
            }
            line.clear();
        }
        panic!("the other process ended: {:?}", self.child.wait());
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "started by `two_processes_ask_once_an_expiry`"]
fn the_other_process() {
    let (Ok(url), Ok(target)) = (std::env::var(STORE), std::env::var(TARGET)) else { return };
    let clock = Arc::new(Hands(AtomicU64::new(1_790_000_000)));
    let broker = replica(&url, clock.clone());
    let actor = Actor { name: "zoe".to_owned() };
    let tell = |failed: usize| writeln!(std::io::stdout(), "failed: {failed}").expect("somebody reads");
    tell(0);
    for line in std::io::stdin().lines() {
        clock.0.store(line.expect("a line").parse().expect("seconds"), Ordering::SeqCst);
        tell(callers(&broker, &actor, &target));
    }
}
