//! Limits and failures: each way in which a server misbehaves ends in time, bounded, and under the right name.

use super::fake_provider::{Behaviour, FakeServer, json};
use super::*;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

fn upstream() -> Upstream {
    Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client")
}

fn limits(milliseconds: u64) -> Limits {
    Limits { total: Duration::from_millis(milliseconds), body: 10_000 }
}

fn sent(behaviour: Behaviour, milliseconds: u64) -> (Result<Response, UpstreamError>, FakeServer) {
    let server = FakeServer::start(vec![behaviour]);
    let request = http::Request::post(server.url("/path?key=query-canary"))
        .header("authorization", "Bearer header-canary")
        .body(b"body-canary".to_vec())
        .expect("a request");
    (upstream().send(request, limits(milliseconds)), server)
}

fn failed(behaviour: Behaviour, milliseconds: u64) -> UpstreamError {
    let (outcome, server) = sent(behaviour, milliseconds);
    let error = outcome.expect_err("it failed");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    assert_eq!(server.connections(), 1, "nothing is repeated");
    error
}

#[test]
fn every_misbehaviour_has_its_name() {
    let may_have_been_sent = |behaviour, milliseconds| {
        let error = failed(behaviour, milliseconds);
        assert!(matches!(error, UpstreamError::MayHaveBeenSent(_)), "{error:?}");
    };
    may_have_been_sent(Behaviour::Slow(Duration::from_secs(2)), 300);
    may_have_been_sent(Behaviour::Drip, 400);
    may_have_been_sent(Behaviour::ResetAfter, 2000);
    may_have_been_sent(Behaviour::ResetBefore, 2000);
    may_have_been_sent(Behaviour::Garbage, 2000);
    assert!(matches!(failed(Behaviour::Truncated, 2000), UpstreamError::BadAnswer(_)));
    assert_eq!(failed(Behaviour::Huge, 2000), UpstreamError::TooLarge { part: "body", limit: 10_000 });
    assert_eq!(failed(Behaviour::HugeHeaders, 2000), UpstreamError::TooLarge { part: "header", limit: 65_536 });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures that the time limit holds")]
fn time_is_up_when_it_is_up() {
    for behaviour in [Behaviour::Slow(Duration::from_secs(5)), Behaviour::Drip] {
        let start = Instant::now();
        failed(behaviour, 300);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn nothing_was_sent_where_nobody_listens() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map(|address: SocketAddr| address.port());
    let at = format!("http://127.0.0.1:{}/?key=canary", free.expect("a port"));
    let error = upstream().send(http::Request::get(at).body(Vec::new()).expect("a request"), limits(2000)).expect_err("nobody listens");
    assert!(matches!(error, UpstreamError::NotSent(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn a_name_that_does_not_exist_was_not_sent_to() {
    struct Nothing;
    impl Lookup for Nothing {
        fn lookup(&self, _: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            Err(std::io::Error::other("no such name"))
        }
    }
    let upstream = Upstream::with_lookup(Policy::default(), std::sync::Arc::new(Nothing)).expect("a client");
    let error = upstream.send(http::Request::get("https://nowhere.example/").body(Vec::new()).expect("a request"), limits(2000));
    assert_eq!(error.err(), Some(UpstreamError::NotSent("the host's name has no address".to_owned())));
}

#[test]
fn a_look_up_without_end_ends_with_the_connection_limit_and_holds_up_nobody() {
    struct Forever;
    impl Lookup for Forever {
        fn lookup(&self, _: &str) -> std::io::Result<Vec<std::net::IpAddr>> {
            std::thread::sleep(Duration::from_secs(3));
            Ok(Vec::new())
        }
    }
    let policy = Policy { loopback: true, connect_timeout: Duration::from_millis(300), ..Policy::default() };
    let upstream = Upstream::with_lookup(policy, std::sync::Arc::new(Forever)).expect("a client");
    let server = FakeServer::start(vec![json("{}")]);
    std::thread::scope(|scope| {
        let stuck =
            scope.spawn(|| upstream.send(http::Request::get("https://slow.example/").body(Vec::new()).expect("a request"), limits(2000)));
        let free = upstream.send(http::Request::get(server.url("/")).body(Vec::new()).expect("a request"), limits(250));
        assert!(free.is_ok(), "{free:?}");
        assert_eq!(stuck.join().expect("no panic").err(), Some(UpstreamError::NotSent("the time is up".to_owned())));
    });
}

/// 200,000 zeros.
const BOMB: &str = "1f8b0800000000000203edc13101000000c2a0f54f6d067fa00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080d7007b58e05c400d0300";

#[test]
fn the_decompressed_size_counts() {
    let bomb = hex::decode(BOMB).expect("hexadecimal");
    assert!(bomb.len() < 1000);
    let packed = Behaviour::Answer(200, "content-encoding: gzip\r\n", bomb.clone());
    assert_eq!(failed(packed.clone(), 2000), UpstreamError::TooLarge { part: "body", limit: 10_000 });
    let server = FakeServer::start(vec![packed]);
    let roomy = Limits { total: Duration::from_secs(3), body: 200_000 };
    let answer = upstream().send(http::Request::get(server.url("/")).body(Vec::new()).expect("a request"), roomy).expect("an answer");
    assert_eq!(answer.body().len(), 200_000);
}

#[test]
fn a_body_of_exactly_the_limit_is_kept() {
    let (outcome, _) = sent(Behaviour::Answer(200, "", vec![b'x'; 10_000]), 2000);
    assert_eq!(outcome.expect("an answer").body().len(), 10_000);
    let (outcome, _) = sent(Behaviour::Answer(200, "", vec![b'x'; 10_001]), 2000);
    assert!(outcome.is_err());
}

#[test]
fn headers_of_one_connection_do_not_go_out() {
    let server = FakeServer::start(vec![json("{}")]);
    let request = http::Request::post(server.url("/path?a=1"))
        .header("host", "evil.example")
        .header("connection", "x-hop, close")
        .header("x-hop", "1")
        .header("te", "trailers")
        .header("upgrade", "websocket")
        .header("proxy-authorization", "canary")
        .header("content-length", "9999")
        .header("x-kept", "yes")
        .body(b"hello".to_vec())
        .expect("a request");
    upstream().send(request, limits(2000)).expect("an answer");
    let seen = server.requests().remove(0).to_ascii_lowercase();
    assert!(seen.starts_with("post /path?a=1 http/1.1\r\n"));
    assert!(seen.contains(&format!("host: 127.0.0.1:{}\r\n", server.port)));
    assert!(seen.contains("x-kept: yes") && seen.contains("content-length: 5\r\n") && seen.ends_with("hello"));
    for gone in ["evil.example", "x-hop", "te:", "upgrade", "canary", "9999", "referer"] {
        assert!(!seen.contains(gone), "{gone} in {seen}");
    }
}

#[test]
fn one_slow_server_holds_up_no_other_call() {
    let slow = FakeServer::start(vec![Behaviour::Slow(Duration::from_secs(2))]);
    let quick = FakeServer::start(vec![json("{}")]);
    let upstream = upstream();
    let get = |at: String, milliseconds| upstream.send(http::Request::get(at).body(Vec::new()).expect("a request"), limits(milliseconds));
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..20).map(|_| scope.spawn(|| get(slow.url("/"), 1000).is_err())).collect();
        let answered = (0..20).filter(|_| get(quick.url("/"), 900).is_ok()).count();
        assert_eq!(answered, 20);
        assert!(waiting.into_iter().all(|call| call.join().expect("no panic")));
    });
}

#[test]
fn bad_roots_are_refused_when_the_client_is_made() {
    let policy =
        Policy { extra_roots: vec![b"-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n".to_vec()], ..Policy::default() };
    assert!(matches!(Upstream::new(policy).err(), Some(UpstreamError::Setup(_))));
}
