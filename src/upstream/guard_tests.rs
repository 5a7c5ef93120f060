//! The guard: no spelling, name, rebinding or redirect leads to an address that is not the internet.

use super::fake_provider::{Behaviour, FakeServer, json};
use super::*;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn limits() -> Limits {
    Limits { total: Duration::from_secs(3), body: 100_000 }
}

fn get(at: &str) -> Request {
    http::Request::get(at).body(Vec::new()).expect("a URI")
}

/// Answers from a list, in turn; counts how often it was asked.
struct Told {
    answers: Mutex<Vec<Vec<&'static str>>>,
    asked: AtomicUsize,
}

impl Told {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().rev().map(|answer| answer.to_vec()).collect();
        Arc::new(Told { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }
}

impl Lookup for Told {
    fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("nobody panicked with it");
        let answer = if answers.len() > 1 { answers.pop().expect("there are two") } else { answers[0].clone() };
        Ok(answer.iter().map(|address| address.parse().expect("an address")).collect())
    }
}

/// Every spelling of loopback (where a server listens) and of other addresses that are not the internet.
const FORBIDDEN_HOSTS: [&str; 76] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "127.000.000.001",
    "①②⑦.0.0.1",
    "１２７.０.０.１",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "0",
    "0.0.0.0",
    "0x0",
    "0.1.2.3",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "sub.localhost",
    "ｌｏｃａｌｈｏｓｔ",
    "0X7F000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0x0.1",
    "00000177.1",
    "0x7f.0.1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "127.0.0\u{ad}.1",
    "127.0.0.\u{200b}1",
    "127.0\t.0.1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "a.b.localhost.",
    "@127.0.0.1",
    "[::1%25lo]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000::0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::FFFF:0:0]",
    "[0064:FF9B::10.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2606:4700::5efe:127.0.0.1]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "100.100.100.200",
    "168.63.129.16",
    "100.64.0.1",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
];

#[test]
fn no_spelling_of_a_forbidden_address_is_connected_to() {
    let server = FakeServer::start(vec![json("{}")]);
    let names = Told::new(&[&["127.0.0.1", "::1"]]);
    let upstream = Upstream::with_lookup(Policy::default(), Arc::clone(&names) as Arc<dyn Lookup>).expect("a client");
    for host in FORBIDDEN_HOSTS {
        for scheme in ["http", "https"] {
            let at = format!("{scheme}://{host}:{}/secret?token=canary", server.port);
            // What the request type itself does not take is judged as the client would read it.
            let judged = match http::Request::get(&at).body(Vec::new()) {
                Ok(request) => upstream.send(request, limits()).map(|_| ()),
                Err(_) => match url::Url::parse(&at) {
                    Ok(url) => upstream.check(&url).map_err(UpstreamError::from),
                    Err(_) => Err(UpstreamError::from(Forbidden::NotAUrl)),
                },
            };
            let error = judged.expect_err(&at);
            assert!(matches!(error, UpstreamError::Forbidden(_)), "{at}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(names.asked.load(Ordering::SeqCst), 0, "none of these needs a look-up");
}

#[test]
fn a_name_is_judged_by_what_it_resolves_to() {
    let server = FakeServer::start(vec![json("{}")]);
    let hostile: [&[&str]; 18] = [
        &["127.0.0.1"],
        &["::1", "127.0.0.1"],
        &["10.0.0.8"],
        &["169.254.169.254"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["fd00:ec2::254"],
        &["0.0.0.0"],
        &["::"],
        &["100.64.0.1"],
        &["198.18.0.1"],
        &["192.168.0.1", "172.20.0.1", "fc00::1"],
        &["::ffff:10.0.0.1"],
        &["::ffff:169.254.169.254"],
        &["fe80::1"],
        &["2002:7f00:1::"],
        &["224.0.0.1"],
        &["255.255.255.255"],
    ];
    for answers in hostile {
        let upstream = Upstream::with_lookup(Policy::default(), Told::new(&[answers])).expect("a client");
        let error = upstream.send(get(&format!("https://evil.example:{}/", server.port)), limits()).expect_err("it is refused");
        assert!(matches!(error, UpstreamError::Forbidden(Forbidden::Address(_))), "{answers:?}: {error:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn of_many_answers_only_the_fit_ones_are_connected_to() {
    let server = FakeServer::start(vec![json("{}")]);
    // An address that nothing answers at, beside the one where something listens.
    let policy =
        Policy { allowed: vec!["192.0.0.9".parse().expect("a network")], connect_timeout: Duration::from_millis(300), ..Policy::default() };
    for answers in [&["192.0.0.9", "127.0.0.1"], &["127.0.0.1", "192.0.0.9"], &["::ffff:127.0.0.1", "192.0.0.9"]] {
        let upstream = Upstream::with_lookup(policy.clone(), Told::new(&[answers])).expect("a client");
        let error = upstream.send(get(&format!("https://mixed.example:{}/", server.port)), limits()).expect_err("nobody answers");
        assert!(matches!(error, UpstreamError::NotSent(_)), "{answers:?}: {error:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_name_cannot_change_its_mind() {
    // Public first, loopback afterwards: the first answer is the one connected to, and the second is judged again.
    let server = FakeServer::start(vec![json("{}")]);
    let policy = Policy { connect_timeout: Duration::from_millis(300), ..Policy::default() };
    let rebinding = Told::new(&[&["192.0.0.9"], &["127.0.0.1"]]);
    let allowed = Policy { allowed: vec!["192.0.0.9".parse().expect("a network")], ..policy };
    let upstream = Upstream::with_lookup(allowed, Arc::clone(&rebinding) as Arc<dyn Lookup>).expect("a client");
    let at = format!("https://rebind.example:{}/", server.port);
    assert!(matches!(upstream.send(get(&at), limits()), Err(UpstreamError::NotSent(_))));
    assert!(matches!(upstream.send(get(&at), limits()), Err(UpstreamError::Forbidden(Forbidden::Address(Range::Loopback)))));
    assert_eq!((rebinding.asked.load(Ordering::SeqCst), server.connections()), (2, 0));
}

#[test]
fn localhost_that_is_elsewhere_is_not_called_in_the_clear() {
    let policy = Policy { loopback: true, ..Policy::default() };
    let upstream = Upstream::with_lookup(policy, Told::new(&[&["93.184.215.14"]])).expect("a client");
    let error = upstream.send(get("http://localhost:1/"), limits()).expect_err("it is refused");
    assert_eq!(error, UpstreamError::Forbidden(Forbidden::NotLoopback));
}

#[test]
fn loopback_needs_the_operators_word_and_opens_nothing_else() {
    let server = FakeServer::start(vec![json("{}")]);
    let policy = Policy { loopback: true, ..Policy::default() };
    let upstream = Upstream::with_lookup(policy, Told::new(&[&["127.0.0.1"]])).expect("a client");
    assert_eq!(upstream.send(get(&server.url("/")), limits()).expect("an answer").body(), b"{}");
    assert_eq!(upstream.send(get(&format!("http://localhost:{}/", server.port)), limits()).expect("an answer").body(), b"{}");
    assert_eq!(server.connections(), 2);
    for at in ["http://10.0.0.1/", "http://example.com/", "http://169.254.169.254/", "ftp://127.0.0.1/", "http://localhost.example/"] {
        assert_eq!(upstream.send(get(at), limits()).err(), Some(UpstreamError::Forbidden(Forbidden::Scheme)), "{at}");
    }
    let private = upstream.send(get("https://10.0.0.1/"), limits());
    assert_eq!(private.err(), Some(UpstreamError::Forbidden(Forbidden::Address(Range::Private))));
    let named = format!("https://evil.example:{}/", server.port);
    assert!(matches!(upstream.send(get(&named), limits()), Err(UpstreamError::Forbidden(Forbidden::Address(Range::Loopback)))));
    assert_eq!(server.connections(), 2);
}

/// What the command line allows for the sandbox's sake opens loopback and nothing else, however it is written.
#[test]
fn with_loopback_open_everything_else_stays_closed() {
    let policy = Policy { loopback: true, ..Policy::default() };
    let upstream = Upstream::with_lookup(policy, Told::new(&[&["10.0.0.1"]])).expect("a client");
    for host in FORBIDDEN_HOSTS {
        for scheme in ["http", "https"] {
            let Ok(url) = url::Url::parse(&format!("{scheme}://{host}:9/")) else { continue };
            let is_here = match url.host().expect("it has one") {
                url::Host::Domain(name) => name.trim_end_matches('.').ends_with("localhost"),
                url::Host::Ipv4(address) => special_range(address.into()) == Some(Range::Loopback),
                url::Host::Ipv6(address) => special_range(address.into()) == Some(Range::Loopback),
            };
            assert_eq!(upstream.check(&url).is_ok(), is_here, "{scheme}://{host}");
        }
    }
    let named = upstream.send(get("http://localhost:9/"), limits());
    assert_eq!(named.err(), Some(UpstreamError::Forbidden(Forbidden::NotLoopback)), "`localhost` that is elsewhere");
}

#[test]
fn an_allowed_network_is_https_only() {
    let connect_timeout = Duration::from_millis(500);
    let policy = Policy { allowed: vec!["127.0.0.0/8".parse().expect("a network")], connect_timeout, ..Policy::default() };
    let server = FakeServer::start(vec![json("{}")]);
    let upstream = Upstream::with_lookup(policy, Told::new(&[&["127.0.0.1"]])).expect("a client");
    assert_eq!(upstream.send(get(&server.url("/")), limits()).err(), Some(UpstreamError::Forbidden(Forbidden::Scheme)));
    assert_eq!(server.connections(), 0);
    // A server that speaks no TLS: connected to, and nothing sent.
    let error = upstream.send(get(&format!("https://intern.example:{}/", server.port)), limits()).expect_err("no TLS");
    assert!(matches!(error, UpstreamError::NotSent(_)), "{error:?}");
    assert_eq!((server.connections(), server.requests().len()), (1, 0));
}

#[test]
fn a_redirect_is_an_answer_and_never_a_second_request() {
    let target = FakeServer::start(vec![json("{}")]);
    for status in [301, 302, 303, 307, 308] {
        let location: &'static str = Box::leak(format!("location: {}\r\n", target.url("/stolen")).into_boxed_str());
        let server = FakeServer::start(vec![Behaviour::Answer(status, location, Vec::new())]);
        let upstream = Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client");
        let request = http::Request::post(server.url("/token"))
            .header("authorization", "Bearer canary")
            .header("x-api-key", "canary")
            .body(b"client_secret=canary".to_vec())
            .expect("a request");
        let answer = upstream.send(request, limits()).expect("an answer");
        assert_eq!((answer.status().as_u16(), server.connections()), (status, 1));
    }
    assert_eq!(target.connections(), 0);
}

#[test]
fn a_user_name_in_the_address_is_refused() {
    let upstream = Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client");
    for at in [
        "https://user@example.com/",
        "https://user:canary@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com:443@127.0.0.1/",
        "https://example.com%2f@127.0.0.1/",
    ] {
        let url = url::Url::parse(at).expect("a URL");
        assert_eq!(upstream.check(&url), Err(Forbidden::UserInfo), "{at}");
    }
}

#[test]
fn the_open_internet_is_open() {
    for address in ["93.184.215.14", "8.8.8.8", "1.1.1.1", "172.32.0.1", "172.15.255.255", "100.128.0.1", "11.0.0.1", "223.255.255.255"] {
        assert_eq!(special_range(address.parse().expect("an address")), None, "{address}");
    }
    for address in ["2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888"] {
        assert_eq!(special_range(address.parse().expect("an address")), None, "{address}");
    }
}
