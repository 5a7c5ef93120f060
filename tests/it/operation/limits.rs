//! Limits as an operator sets them: seen in the answers, and never beyond the hard caps.

use crate::server::Server;
use bowline::server::{Limits, Proxies, Upkeep};
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_token_that_asks_too_often_is_told_when_to_come_again_and_others_are_not() {
    let server = Server::with(Limits { rate: 5, ..Limits::default() });
    let other = server.person("zoe", bowline::resource::access::Role::Viewer);
    let replies: Vec<_> = (0..15).map(|_| server.ask("GET", "/api/v1/me", Some(&server.admin), &[], None)).collect();
    let limited = replies.iter().find(|reply| reply.status == 429).expect("ten at once, and five a second");
    assert_eq!((limited.code().as_str(), limited.header("retry-after")), ("too-many-requests", "1"));
    assert!(replies.iter().take(10).all(|reply| reply.status == 200));
    assert_eq!(server.ask("GET", "/api/v1/me", Some(&other), &[], None).status, 200);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(server.ask("GET", "/api/v1/me", Some(&server.admin), &[], None).status, 200);
}

#[test]
fn addresses_behind_a_proxy_of_ours_fail_each_for_itself() {
    let tries = |upkeep: Upkeep| {
        let server = Server::kept_up(Limits::default(), upkeep);
        let ask = |from: &str| server.ask("GET", "/api/v1/me", Some("bwl_bad"), &[("x-forwarded-for", from)], None).status;
        (0..12).for_each(|_| assert!(ask("203.0.113.9") >= 400));
        (ask("203.0.113.9"), ask("203.0.113.10"))
    };
    let proxies = Proxies(Some(Arc::new(|address: IpAddr| address.is_loopback())));
    assert_eq!(tries(Upkeep { proxies, ..Upkeep::default() }), (429, 401));
    assert_eq!(tries(Upkeep::default()), (429, 429), "nobody's word is taken for who they are");
}

#[test]
fn connections_that_only_stand_open_do_not_keep_others_out_for_ever() {
    let server = Server::with(Limits { connections: 4, head_patience: Duration::from_millis(400), ..Limits::default() });
    let open: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(server.running.address).expect("it listens")).collect();
    assert_eq!(server.ask("GET", "/health", None, &[], None).status, 200, "those that say nothing are closed");
    drop(open);
}

#[test]
fn one_address_has_its_share_of_connections_and_what_is_over_is_closed_at_once() {
    let server = Server::with(Limits { connections: 80, ..Limits::default() });
    let mut open: Vec<TcpStream> = (0..10).map(|_| TcpStream::connect(server.running.address).expect("it listens")).collect();
    let mut over = TcpStream::connect(server.running.address).expect("the backlog takes it");
    over.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    let began = std::time::Instant::now();
    assert!(matches!(over.read(&mut [0; 1]), Ok(0) | Err(_)), "nothing is said");
    assert!(began.elapsed() < Duration::from_secs(4), "long before a head would be waited for");
    open.truncate(5);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(server.ask("GET", "/health", None, &[], None).status, 200);
}

#[test]
fn chunks_that_are_none_end_the_connection() {
    let server = Server::start();
    let head = format!(
        "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.admin
    );
    for chunk in ["zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}", "2;\r\n{}XX0\r\n\r\n", "ffffffffffffffffff\r\n{}"] {
        let mut stream = TcpStream::connect(server.running.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a timeout");
        stream.write_all(format!("{head}{chunk}GET /health HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes()).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("\"ok\"") && !answer.starts_with("HTTP/1.1 2"), "{chunk:?}: {answer}");
    }
}

#[test]
fn what_runs_ends_and_what_is_idle_is_closed_when_it_stops() {
    let server = Server::with(Limits { grace: Duration::from_secs(5), ..Limits::default() });
    let mut idle = TcpStream::connect(server.running.address).expect("it listens");
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").expect("sent");
    let mut head = [0; 12];
    idle.read_exact(&mut head).expect("an answer");
    let began = std::time::Instant::now();
    assert!(server.running.stop());
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn it_says_that_it_is_not_ready_before_it_takes_no_more() {
    let upkeep = Upkeep { farewell: Duration::from_secs(2), ..Upkeep::default() };
    let server = Server::kept_up(Limits::default(), upkeep);
    let (running, base) = (server.running, server.base);
    assert_eq!(reqwest::blocking::get(format!("{base}/ready")).expect("an answer").status(), 200);
    let stopping = std::thread::spawn(move || running.stop());
    std::thread::sleep(Duration::from_millis(300));
    let ready = reqwest::blocking::get(format!("{base}/ready")).expect("it still answers");
    assert_eq!(ready.status(), 503);
    assert!(ready.text().expect("a body").contains("draining"));
    assert_eq!(reqwest::blocking::get(format!("{base}/health")).expect("it lives").status(), 200);
    assert!(stopping.join().expect("no panic"));
    assert!(reqwest::blocking::get(format!("{base}/health")).is_err());
}
