//! Requests that a proxy in front could read differently, that never end, or that are too large: closed, while others are
//! served.

use super::Server;
use bowline::server::Limits;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends bytes and reads until the other side closes.
fn whole(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connect(server);
    stream.write_all(bytes).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.running.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(15))).expect("a timeout");
    stream
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.get(..3)).collect()
}

fn hasty() -> Limits {
    let short = Duration::from_millis(400);
    Limits { head_patience: short, body_patience: short, write_patience: short, ..Limits::default() }
}

#[test]
fn a_length_and_chunks_together_smuggle_nothing() {
    let server = Server::start();
    let hidden = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
    let requests = [
        format!(
            "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!(
            "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!(
            "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        format!("POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\n0000{hidden}"),
        format!("GET /health HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n{hidden}"),
        format!("GET /health HTTP/1.1\r\n\r\n{hidden}"),
        format!("GET /health HTTP/1.1\r\nHost : h\r\n\r\n{hidden}"),
        format!("GET /health HTTP/1.1\r\nHost: h\r\n folded: yes\r\n\r\n{hidden}"),
        format!("GET /health HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
    ];
    for request in requests {
        let answer = whole(&server, request.as_bytes());
        assert!(statuses(&answer).len() <= 1 && !answer.contains("\"ok\""), "{request:?} answered {answer:?}");
    }
}

#[test]
fn paths_that_hide_something_are_refused_before_anybody_is_asked_who_they_are() {
    let server = Server::start();
    for target in
        ["/api/v1/services/a%2f..%2fusers", "/api/v1//users", "/api/v1/./users", "/api/v1/services/../users", "/api/v1/users%00", "/%"]
    {
        let answer = whole(&server, format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
        assert_eq!(statuses(&answer), ["400"], "{target}: {answer}");
        assert!(answer.contains("bad-path"), "{answer}");
    }
}

#[test]
fn a_client_that_dawdles_is_closed_and_holds_up_nobody() {
    let server = Server::with(hasty());
    let starts =
        ["GET /health HTT", "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nX-Sl", "", "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"];
    let began = Instant::now();
    let mut slow: Vec<TcpStream> = (0..40)
        .map(|at| {
            let mut stream = connect(&server);
            stream.write_all(starts[at % starts.len()].as_bytes()).expect("sent");
            stream
        })
        .collect();
    assert_eq!(server.ask("GET", "/health", None, &[], None).status, 200);
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn a_body_that_does_not_arrive_is_not_waited_for() {
    let server = Server::with(hasty());
    let head = |more: &str| {
        format!(
            "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{more}\r\n\r\n{{",
            server.admin
        )
    };
    let began = Instant::now();
    for more in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
        let body = if more.starts_with('T') { head(more).replace("\r\n\r\n{", "\r\n\r\n1\r\n{\r\n") } else { head(more) };
        let answer = whole(&server, body.as_bytes());
        assert_eq!(statuses(&answer), ["408"], "{answer}");
    }
    assert!(began.elapsed() < Duration::from_secs(8));
}

#[test]
fn what_is_too_large_is_refused_by_its_head() {
    let server = Server::start();
    let mut stream = connect(&server);
    let head = format!(
        "POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Length: 99999999\r\n\r\n",
        server.admin
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer before any body");
    assert_eq!(&answer, b"HTTP/1.1 413");
    let answer = whole(&server, format!("GET /health HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "a".repeat(80 << 10)).as_bytes());
    assert!(statuses(&answer).iter().all(|status| *status == "431"), "{answer:?}");
    let many: String = (0..200).map(|at| format!("X-{at}: 1\r\n")).collect();
    let answer = whole(&server, format!("GET /health HTTP/1.1\r\nHost: h\r\n{many}\r\n").as_bytes());
    assert!(statuses(&answer).iter().all(|status| *status == "431"), "{answer:?}");
    assert_eq!(server.ask("GET", "/health", None, &[], None).status, 200);
}

#[test]
fn nobody_unproved_makes_the_server_read_a_body() {
    let server = Server::start();
    let mut stream = connect(&server);
    stream.write_all(b"POST /api/v1/fingerprints HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n").expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer before any body");
    assert_eq!(&answer, b"HTTP/1.1 401");
}

#[test]
fn bytes_that_are_no_request_end_the_connection() {
    let server = Server::start();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let answer = whole(&server, bytes);
        assert!(statuses(&answer).iter().all(|status| status.starts_with('4') || *status == "505"), "{answer:?}");
    }
    assert_eq!(server.running.panics(), 0);
}
