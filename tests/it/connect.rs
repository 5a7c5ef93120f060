//! A connection goes all the way against the sandbox, over real sockets: consent, call, renewal, call, revoke, refused.

use crate::support::tree;
use bowline::cli::{Terminal, World, run};
use bowline::clock::{Clock, Random};
use bowline::sandbox::{self, Fault, FaultKind, Options, Running};
use http::StatusCode;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

const SECRET: &str = "sandbox-basic-not-secret";

struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct Ticking(AtomicU64);

impl Random for Ticking {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = (self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
        }
    }
}

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Running,
    clock: Arc<Hands>,
    random: Arc<Ticking>,
    /// What the person answers: `allow` or `deny`.
    answer: &'static str,
}

struct Ran {
    stdout: String,
    stderr: String,
    exit: u8,
}

impl Scene {
    fn new() -> Scene {
        let clock = Arc::new(Hands(AtomicU64::new(1_790_000_000)));
        let options = Options { auto_consent: true, ..Options::new(clock.clone(), [7; 32]) };
        let sandbox = sandbox::start(options).expect("a free port");
        let folder = tempfile::tempdir().expect("a folder can be made");
        let base = sandbox.url("").trim_end_matches('/').to_owned();
        let project = PROJECT.replace("BASE", &base).replace("KEY1", sandbox::CONSUMER_KEY);
        std::fs::write(folder.path().join("bowline.yaml"), project).expect("the folder is writable");
        Scene { folder, sandbox, clock, random: Arc::new(Ticking(AtomicU64::new(1))), answer: "allow" }
    }

    fn bowline(&self, line: &str) -> Ran {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let answer = self.answer;
        let browser = move |link: &url::Url| {
            let mut link = link.clone();
            link.query_pairs_mut().append_pair("auto", answer);
            std::thread::spawn(move || {
                let location = get(link.as_str()).lines().find_map(|line| line.strip_prefix("location: ").map(str::to_owned));
                get(&location.expect("the consent page sends the browser back"))
            });
            Ok(())
        };
        let env = [("SECRET", SECRET), ("SECRET1", sandbox::CONSUMER_SECRET), ("USER", "ada")];
        let env: BTreeMap<String, String> = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let world = World {
            folder: self.folder.path().to_path_buf(),
            env,
            clock: self.clock.clone(),
            random: self.random.clone(),
            browser: &browser,
            stdin: &mut std::io::empty(),
            stdout: &mut stdout,
            stderr: &mut stderr,
            terminal: Terminal::default(),
            interrupted: &AtomicBool::new(false),
        };
        let exit = run(line.split_whitespace().map(std::ffi::OsString::from), world).code();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { stdout: text(stdout), stderr: text(stderr), exit }
    }

    fn fine(&self, line: &str) -> String {
        let ran = self.bowline(line);
        assert_eq!(ran.exit, 0, "{line}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    fn call(&self, connection: &str) -> Ran {
        self.bowline(&format!("invoke {connection} GET {}", self.sandbox.url("/api/devices")))
    }
}

const PROJECT: &str = r#"bowline: 1
project: lab
services:
  lab:
    name: Lab
    auth:
      type: oauth2
      authorize_url: BASE/oauth/authorize
      token_url: BASE/oauth/token
      revoke_url: BASE/oauth/revoke
      client_id: sandbox-basic
      client_secret: { env: SECRET }
      client_authentication: basic
      scope_delimiter: space
      scopes: { devices.read: Read devices }
    hosts: [127.0.0.1]
  machine:
    name: Machine
    auth:
      type: oauth2
      grant: client_credentials
      token_url: BASE/oauth/token
      client_id: sandbox-basic
      client_secret: { env: SECRET }
      client_authentication: basic
      scope_delimiter: space
      scopes: { devices.read: Read devices }
    hosts: [127.0.0.1]
  old:
    name: Old
    auth:
      type: oauth1
      consumer_key: KEY1
      consumer_secret: { env: SECRET1 }
      request_token_url: BASE/oauth1/request_token
      authorize_url: BASE/oauth1/authorize
      access_token_url: BASE/oauth1/access_token
    hosts: [127.0.0.1]
connections:
  signed: { name: Signed, service: old }
  reader: { name: Reader, service: lab, scopes: [devices.read] }
  each: { name: Each, service: lab, scopes: [devices.read], use_login_user_credentials: true }
  robot: { name: Robot, service: machine, scopes: [devices.read] }
webhooks:
  door: { name: Door, url: BASE/hooks/door, auth: { connection: each } }
"#;

/// One request of a browser; head and body as they came.
pub(crate) fn get(url: &str) -> String {
    let url = url::Url::parse(url).expect("a whole URL");
    let (host, port) = (url.host_str().expect("a host"), url.port().expect("a port"));
    let mut stream = TcpStream::connect((host, port)).expect("it listens");
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn tokens_in(folder: &Path) -> bool {
    let files = tree(folder).expect("the folder can be read");
    files.values().any(|bytes| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()))
}

#[test]
fn a_connection_goes_all_the_way() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    assert!(scene.fine("connect").contains("bowline connect reader"));
    let early = scene.call("reader");
    assert!(early.exit == 1 && early.stderr.contains("to connect it: bowline connect reader"), "{}", early.stderr);
    assert!(scene.fine("connect reader").contains("Connected"));
    let first = scene.call("reader");
    assert!(first.exit == 0 && !first.stdout.is_empty(), "{}{}", first.stdout, first.stderr);
    scene.clock.0.fetch_add(3600, Ordering::SeqCst);
    let renewed = scene.call("reader");
    assert_eq!(renewed.exit, 0, "{}{}", renewed.stdout, renewed.stderr);
    let status = scene.fine("status --format json");
    assert!(status.contains("\"granted\"") && status.contains("\"last_used\""), "{status}");
    let detailed = scene.fine(&format!("invoke reader GET {} --detailed", scene.sandbox.url("/api/devices")));
    assert!(detailed.contains("\"status\": 200"), "{detailed}");
    let revoked = scene.fine("revoke reader");
    assert!(revoked.contains("revoked at the service too"), "{revoked}");
    assert_eq!(scene.call("reader").exit, 1);
    assert!(scene.fine("audit verify").contains("Whole"));
    let audit = scene.fine("audit --last 100");
    for action in ["ask-consent", "connect", "renew", "invoke", "revoke", "tell-service"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
    assert!(!tokens_in(&scene.folder.path().join(".bowline")));
}

#[test]
fn each_user_connects_an_own_account_and_a_machine_needs_nobody() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    assert_eq!(scene.call("robot").exit, 0, "client credentials were connected by the apply");
    assert!(scene.fine("connect each --as zoe").contains("for zoe"));
    let url = scene.sandbox.url("/api/devices");
    assert_eq!(scene.bowline(&format!("invoke each GET {url} --as zoe")).exit, 0);
    let other = scene.bowline(&format!("invoke each GET {url}"));
    assert!(other.exit == 1 && other.stderr.contains("for `ada`"), "{}", other.stderr);
}

#[test]
fn oauth_1_goes_through_the_same_consent() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    assert!(scene.fine("connect signed").contains("Connected"));
    let called = scene.call("signed");
    assert_eq!(called.exit, 0, "{}{}", called.stdout, called.stderr);
    assert!(scene.fine("revoke signed").contains("the service cannot be told to forget it"));
    assert_eq!(scene.call("signed").exit, 1);
}

#[test]
fn a_denied_consent_leaves_things_as_they_were() {
    let mut scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    scene.answer = "deny";
    let denied = scene.bowline("connect reader");
    assert!(denied.exit == 1 && denied.stderr.contains("consent was denied"), "{}", denied.stderr);
    assert!(scene.fine("status").contains("the last try came to nothing"));
}

#[test]
fn keys_are_rotated_under_what_is_connected() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    scene.fine("connect reader");
    let before = scene.fine("keys list");
    assert!(scene.fine("keys rotate").contains("sealed anew"));
    let after = scene.fine("keys list");
    assert_eq!((before.lines().count(), after.lines().count()), (1, 1));
    assert_ne!(before.split(' ').next(), after.split(' ').next());
    assert_eq!(scene.call("reader").exit, 0);
}

#[test]
fn a_service_that_could_not_be_told_is_told_by_the_next_command_that_works_with_the_data() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    let settle = |times: usize, line: &str| {
        scene.fine("connect reader");
        let away = FaultKind::ServerError { status: StatusCode::SERVICE_UNAVAILABLE };
        scene.sandbox.fault(Fault::once("/oauth/revoke", away));
        assert!(scene.fine("revoke reader").contains("queued for another try"));
        let again = scene.fine("revoke reader");
        assert!(again.contains("1 try in vain so far") && again.contains("webhook deliver"), "{again}");
        scene.clock.0.fetch_add(61, Ordering::SeqCst);
        scene.bowline(line);
        let told = scene.fine("audit --last 100").matches("revoked at the service too").count();
        assert_eq!(told, times, "{line}");
    };
    settle(1, "webhook deliver");
    settle(2, "apply --auto-approve --quiet");
    settle(3, &format!("invoke robot GET {}", scene.sandbox.url("/api/devices")));
}

#[test]
fn a_webhook_of_each_user_s_own_account_fires_on_somebody_s_behalf() {
    let scene = Scene::new();
    scene.fine("apply --auto-approve --quiet");
    let connected = scene.fine("connect each --as zoe");
    assert!(connected.contains("webhooks.door can fire now on this user's behalf"), "{connected}");
    assert!(scene.fine("status").contains("only on a login user's behalf"));
    assert!(scene.fine("webhook trigger door --data {} --as zoe").contains("delivered"));
    let mine = scene.bowline("webhook trigger door --data {}");
    assert!(mine.exit == 7 && mine.stdout.contains("not connected for ada"), "{}{}", mine.stdout, mine.stderr);
    let typo = scene.bowline("revoke each --as zo");
    assert!(typo.exit == 64 && typo.stderr.contains("did you mean `zoe`?"), "{}", typo.stderr);
}
