//! The sandbox over real connections: a plain client of its own for what must be exact, Bowline's client for whole lives.

mod api;
mod consent;
mod faults;
mod grants;
mod hooks;
mod lives;
mod proofs;

use super::{Options, Running, start};
use crate::clock::Clock;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

const BACK: &str = "http://127.0.0.1:9/callback";
const BASIC: &str = "Basic c2FuZGJveC1iYXNpYzpzYW5kYm94LWJhc2ljLW5vdC1zZWNyZXQ=";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A clock that moves when it is told to.
struct Hands(Mutex<SystemTime>);

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        *self.0.lock().expect("nobody panicked with it")
    }
}

struct World {
    running: Running,
    clock: Arc<Hands>,
}

/// An answer as it came down the line. `complete` is false where it ended before its own length.
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    complete: bool,
}

impl World {
    fn new() -> World {
        World::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Options)) -> World {
        let clock = Arc::new(Hands(Mutex::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000))));
        let mut options = Options { auto_consent: true, ..Options::new(clock.clone(), [7; 32]) };
        change(&mut options);
        World { running: start(options).expect("it starts"), clock }
    }

    fn pass(&self, time: Duration) {
        *self.clock.0.lock().expect("nobody panicked with it") += time;
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, b"").expect("an answer")
    }

    fn form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers: Vec<_> = headers.iter().copied().chain([("Content-Type", "application/x-www-form-urlencoded")]).collect();
        self.send("POST", path, &headers, body.as_bytes()).expect("an answer")
    }

    fn json(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let headers: Vec<_> = headers.iter().copied().chain([("Content-Type", "application/json")]).collect();
        self.send("POST", path, &headers, body.as_bytes()).expect("an answer")
    }

    /// One request on a connection of its own. `Err` where no whole head came back.
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<Reply> {
        let port = self.running.base.port().expect("it has one");
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: 127.0.0.1:{port}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(body)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        parse(&bytes).ok_or_else(|| std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
    }

    /// A consent that is given at once; answers with the callback.
    fn consent(&self, client: &str, further: &[(&str, &str)]) -> Url {
        let mut link = Url::parse(&self.running.url("/oauth/authorize")).expect("a URL");
        let fields = [("response_type", "code"), ("client_id", client), ("redirect_uri", BACK), ("state", "s-1"), ("auto", "allow")];
        let replaced = |name: &str| further.iter().any(|(other, _)| *other == name);
        link.query_pairs_mut().extend_pairs(fields.iter().filter(|(name, _)| !replaced(name))).extend_pairs(further);
        let reply = self.get(&format!("/oauth/authorize?{}", link.query().expect("it has one")), &[]);
        assert_eq!(reply.status, 303, "{}", reply.text());
        Url::parse(&reply.headers["location"]).expect("a URL")
    }

    /// Tokens of `sandbox-basic` after a consent.
    fn connected(&self, further: &[(&str, &str)]) -> Value {
        let code = field(&self.consent("sandbox-basic", further), "code").expect("a code");
        let reply = self.form("/oauth/token", &[("Authorization", BASIC)], &redeem(&code));
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.value()
    }

    fn refresh(&self, token: &str) -> Reply {
        self.form("/oauth/token", &[("Authorization", BASIC)], &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    fn call(&self, path: &str, token: &str) -> Reply {
        self.get(path, &[("Authorization", &format!("Bearer {token}"))])
    }
}

fn redeem(code: &str) -> [(&str, &str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)]
}

fn field(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let body = bytes[end + 4..].to_vec();
    let complete = headers.get("content-length").is_none_or(|length| length.parse() == Ok(body.len()));
    Some(Reply { status, headers, body, complete })
}

impl Reply {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// Status and error code of a refusal.
    fn refusal(&self) -> (u16, String) {
        (self.status, self.value()["error"].as_str().unwrap_or_default().to_owned())
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {value}"))
}
