//! One authorization server of its own per test, with its API; ended with the test, however that ends.

use super::set_up::installed;
use bowline::clock::{Clock, Random};
use bowline::upstream::{Limits, Policy, Request, Response, Upstream};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use url::Url;

/// Seconds for which its access tokens are good.
pub(super) const LIFE: u64 = 60;

pub(super) struct Peer {
    child: Child,
    /// Its issuer identifier, and the base of its endpoints.
    pub(super) issuer: String,
    pub(super) api: Url,
    pub(super) secret: String,
    /// PEM.
    pub(super) private_key: String,
    /// Goes with the server's.
    pub(super) clock: Arc<MovedClock>,
}

impl Peer {
    /// `None` where peers cannot run and are not required.
    pub(super) fn start() -> Option<Peer> {
        let folder = installed()?;
        // Its end of the pipe closes with this process, and that ends it too.
        let mut child = Command::new("node")
            .args(["--no-warnings", "oidc.mjs"])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts, it was asked before");
        let mut line = String::new();
        let read = BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut line);
        let said: Value = match read.ok().and_then(|_| serde_json::from_str(&line).ok()) {
            Some(said) => said,
            None => {
                let _ = child.kill();
                panic!("the peer did not say where it is: {line:?}, {:?}", child.wait());
            }
        };
        let text = |name: &str| said[name].as_str().expect("it says where it is").to_owned();
        Some(Peer {
            issuer: text("issuer"),
            api: Url::parse(&text("api")).expect("a URL"),
            secret: text("secret"),
            private_key: text("private_key"),
            clock: Arc::default(),
            child,
        })
    }

    pub(super) fn url(&self, path: &str) -> Url {
        Url::parse(&self.issuer).and_then(|base| base.join(path)).expect("the tests write paths")
    }

    /// Time passes, here and there.
    pub(super) fn pass(&self, seconds: u64) {
        get(&self.url(&format!("/peer/advance?seconds={seconds}")));
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// As if the person had ended every grant there.
    pub(super) fn forget_grants(&self) {
        get(&self.url("/peer/forget"));
    }

    /// Requests for a token that it has seen.
    pub(super) fn token_requests(&self) -> u64 {
        let answer = get(&self.url("/peer/counts"));
        let counts: BTreeMap<String, u64> = serde_json::from_slice(answer.body()).expect("counts");
        counts.get("POST /token").copied().unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The machine's clock, and how far it was moved.
#[derive(Default)]
pub(super) struct MovedClock(AtomicU64);

impl Clock for MovedClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

pub(super) struct MachineRandom;

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the machine has randomness");
    }
}

/// The guarded client, allowed to reach this machine. One for all: its TLS roots take a while to read.
pub(super) fn upstream() -> &'static Upstream {
    static CLIENT: OnceLock<Upstream> = OnceLock::new();
    CLIENT.get_or_init(|| Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client"))
}

pub(super) fn get(url: &Url) -> Response {
    sent(http::Request::get(url.as_str()).body(Vec::new()).expect("a request"))
}

pub(super) fn sent(request: Request) -> Response {
    upstream().send(request, Limits::OAUTH).expect("the peer answers")
}
