//! The address on this machine that a consent's answer comes back to (RFC 8252 section 7.3): one path, plain GET, nothing
//! else is read. Knows no OAuth: it hands out the URL that was asked for, and shows a page.

use crate::resource::Name;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use url::Url;

/// Bytes of a request's head that are read at most.
const HEAD_LIMIT: usize = 16 * 1024;
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
/// Visitors at the same time. Browsers open connections that they never use.
const VISITORS: usize = 16;
/// Between two looks.
pub const LOOK: Duration = Duration::from_millis(50);

/// Waits for an answer.
pub struct Receiver {
    listener: TcpListener,
    redirect_uri: Url,
    visits: mpsc::Receiver<Visit>,
    door: mpsc::Sender<Visit>,
    inside: Arc<AtomicUsize>,
}

/// Somebody who asked for the path, and waits for a page.
pub struct Visit {
    /// Our own base with the path and query that were asked for.
    pub url: Url,
    stream: TcpStream,
}

impl Receiver {
    /// Listens on this machine only; port 0 takes a free one. Each service has a path of its own.
    pub fn bind(port: u16, service: &Name) -> Result<Receiver, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let redirect_uri = Url::parse(&format!("http://127.0.0.1:{port}/callback/{service}")).map_err(Error::other)?;
        let (door, visits) = mpsc::channel();
        Ok(Receiver { listener, redirect_uri, visits, door, inside: Arc::default() })
    }

    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// The next one who asks for the path; `None` once `goes_on` says no, which is asked every [`LOOK`].
    pub fn next(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<Option<Visit>, Error> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => self.let_in(stream),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                // One visitor who went away again is no reason to close.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
            if let Ok(visit) = self.visits.recv_timeout(LOOK) {
                return Ok(Some(visit));
            }
            if !goes_on() {
                return Ok(None);
            }
        }
    }

    fn let_in(&self, stream: TcpStream) {
        if self.inside.fetch_add(1, Ordering::SeqCst) >= VISITORS {
            self.inside.fetch_sub(1, Ordering::SeqCst);
            return;
        }
        let (door, inside, base) = (self.door.clone(), Arc::clone(&self.inside), self.redirect_uri.clone());
        std::thread::spawn(move || {
            if let Some(visit) = heard(stream, &base) {
                // Nobody listens any more: the visitor sees a closed connection.
                let _ = door.send(visit);
            }
            inside.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

impl Visit {
    /// Shows a plain page and closes.
    pub fn answer(mut self, title: &str, text: &str) {
        let _ = self.stream.write_all(page("200 OK", title, text).as_bytes());
    }
}

/// The visit, where it is one for us; everybody else is answered at once.
fn heard(mut stream: TcpStream, base: &Url) -> Option<Visit> {
    // What was accepted inherits the listener's mode on some systems.
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(HEAD_PATIENCE)).ok()?;
    stream.set_write_timeout(Some(HEAD_PATIENCE)).ok()?;
    let head = head(&mut stream)?;
    match asked(&head, base) {
        Ok(url) => Some(Visit { url, stream }),
        Err(status) => {
            let _ = stream.write_all(page(status, status, "There is nothing here.").as_bytes());
            None
        }
    }
}

fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > HEAD_LIMIT {
            return None;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    String::from_utf8(bytes).ok()
}

/// The URL that a request asks for, or the status of its refusal. The host must be ours, so that no page of another site
/// can send its visitors' browsers here under its own name.
fn asked(head: &str, base: &Url) -> Result<Url, &'static str> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) = (method, target, version, words.next()) else {
        return Err("400 Bad Request");
    };
    if method != "GET" {
        return Err("405 Method Not Allowed");
    }
    let port = base.port().unwrap_or(80);
    let hosts: Vec<&str> = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, value)| value.trim())
        .collect();
    let is_ours = |host: &str| host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}");
    if !matches!(hosts[..], [host] if is_ours(host)) {
        return Err("400 Bad Request");
    }
    let path = target.split('?').next().unwrap_or_default();
    if path != base.path() || target.contains('#') {
        return Err("404 Not Found");
    }
    Url::parse(&format!("http://127.0.0.1:{port}{target}")).map_err(|_| "400 Bad Request")
}

fn page(status: &str, title: &str, text: &str) -> String {
    let (title, text) = (escaped(title), escaped(text));
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><h1>{title}</h1><p>{text}</p></body></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\n\
         content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{body}",
        body.len()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    #[test]
    fn one_path_is_heard_and_nothing_else() {
        let receiver = Receiver::bind(0, &Name::new("slack")).expect("a free port");
        let port = receiver.redirect_uri().port().expect("it has one");
        let visitor = std::thread::spawn(move || {
            let host = format!("Host: 127.0.0.1:{port}\r\n\r\n");
            // One that never says a word is in nobody's way.
            let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it listens");
            for (request, status) in [
                (format!("GET /favicon.ico HTTP/1.1\r\n{host}"), "404"),
                (format!("GET /callback/zoho HTTP/1.1\r\n{host}"), "404"),
                (format!("POST /callback/slack HTTP/1.1\r\n{host}"), "405"),
                ("GET /callback/slack HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(), "400"),
                (format!("GET /callback/slack HTTP/1.1\r\nHost: evil.example\r\n{host}"), "400"),
                (format!("GET http://evil.example/callback/slack HTTP/1.1\r\n{host}"), "404"),
                (format!("GET /callback/slack oh no HTTP/1.1\r\n{host}"), "400"),
                ("no http\r\n\r\n".to_owned(), "400"),
            ] {
                let answer = said(port, &request);
                assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
            }
            said(port, &format!("GET /callback/slack?code=1&state=%3Cb%3E HTTP/1.1\r\n{host}"))
        });
        let visit = receiver.next(&mut || true).expect("it listens").expect("somebody came");
        assert_eq!(visit.url.as_str(), format!("http://127.0.0.1:{port}/callback/slack?code=1&state=%3Cb%3E"));
        visit.answer("Connected <b>", "Close this page.");
        let answer = visitor.join().expect("it was answered");
        assert!(answer.contains("Connected &lt;b&gt;") && answer.contains("default-src 'none'"), "{answer}");
        assert!(receiver.next(&mut || false).expect("it listens").is_none());
    }
}
