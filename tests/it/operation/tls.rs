//! TLS by the server's own certificate, and another one while it runs.

use crate::server::Server;
use bowline::server::{Limits, TlsError, TlsFiles, Upkeep};
use rcgen::{CertificateParams, KeyPair};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// A certificate for this machine that signs itself.
pub(super) fn certificate(folder: &Path) -> TlsFiles {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
    let certificate = params.self_signed(&key).expect("it signs itself");
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, certificate.pem()).expect("written");
    std::fs::write(&files.key, key.serialize_pem()).expect("written");
    files
}

fn client(files: &TlsFiles) -> reqwest::blocking::Client {
    let pem = std::fs::read(&files.certificate).expect("it is there");
    let trusted = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    reqwest::blocking::Client::builder().tls_certs_only([trusted]).no_proxy().build().expect("a client")
}

#[test]
fn whoever_trusts_the_certificate_gets_in_and_plain_http_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = certificate(folder.path());
    let server = Server::kept_up(Limits::default(), Upkeep { tls: Some(files.clone()), ..Upkeep::default() });
    let port = server.running.address.port();
    let me = client(&files).get(format!("https://localhost:{port}/api/v1/me")).bearer_auth(&server.admin).send().expect("an answer");
    assert_eq!(me.status(), 200);
    let stranger = tempfile::tempdir().expect("a folder");
    assert!(client(&certificate(stranger.path())).get(format!("https://localhost:{port}/health")).send().is_err());
    let mut plain = TcpStream::connect(server.running.address).expect("it listens");
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "no answer without TLS");
}

#[test]
fn a_handshake_that_does_not_end_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = certificate(folder.path());
    let limits = Limits { connections: 2, head_patience: Duration::from_millis(400), ..Limits::default() };
    let server = Server::kept_up(limits, Upkeep { tls: Some(files.clone()), ..Upkeep::default() });
    let half: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = TcpStream::connect(server.running.address).expect("it listens");
            stream.write_all(b"\x16\x03\x01\x02\x00\x01").expect("sent");
            stream
        })
        .collect();
    let url = format!("https://localhost:{}/health", server.running.address.port());
    assert_eq!(client(&files).get(url).send().expect("an answer").status(), 200);
    drop(half);
}

#[test]
fn files_that_are_no_certificate_or_no_key_or_of_two_pairs_are_told_apart() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (files, others) = (certificate(one.path()), certificate(other.path()));
    let check = |certificate: &Path, key: &Path| TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() }.check();
    assert!(check(&files.certificate, &files.key).is_ok());
    assert!(matches!(check(&files.key, &files.key), Err(TlsError::Certificate { .. })));
    assert!(matches!(check(&files.certificate, &files.certificate), Err(TlsError::Key { .. })));
    assert!(matches!(check(&files.certificate, &others.key), Err(TlsError::Pair(_))));
    assert!(matches!(check(&one.path().join("none"), &files.key), Err(TlsError::Read { .. })));
}
