//! A server on loopback for tests that behaves as told, one behaviour per connection, and remembers what it was sent.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to one connection.
#[derive(Clone)]
pub(super) enum Behaviour {
    /// Status, further header lines, body.
    Answer(u16, &'static str, Vec<u8>),
    /// Nothing for a while, then an answer.
    Slow(Duration),
    /// Headers, then a byte every 50 ms without end.
    Drip,
    /// Closed before the request is read.
    ResetBefore,
    /// Closed after the request was read.
    ResetAfter,
    /// Less body than promised.
    Truncated,
    /// Not HTTP.
    Garbage,
    /// A body without end.
    Huge,
    /// Headers of 200 KiB in few lines.
    HugeHeaders,
}

/// A running server. Its thread ends with the test process.
pub(super) struct FakeServer {
    pub(super) port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    /// Serves the behaviours in order, the last one for ever.
    pub(super) fn start(behaviours: Vec<Behaviour>) -> FakeServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let server = FakeServer { port, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (Arc::clone(&server.connections), Arc::clone(&server.requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let at = connections.fetch_add(1, Ordering::SeqCst);
                let behaviour = behaviours[at.min(behaviours.len() - 1)].clone();
                let requests = Arc::clone(&requests);
                thread::spawn(move || serve(stream, &behaviour, &requests));
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("nobody panicked with it").clone()
    }
}

/// A JSON answer with status 200.
pub(super) fn json(body: &str) -> Behaviour {
    Behaviour::Answer(200, "content-type: application/json\r\n", body.as_bytes().to_vec())
}

fn serve(mut stream: TcpStream, behaviour: &Behaviour, requests: &Mutex<Vec<String>>) {
    if matches!(behaviour, Behaviour::ResetBefore) {
        return;
    }
    let Some(request) = read_request(&mut stream) else { return };
    requests.lock().expect("nobody panicked with it").push(request);
    // A client that has heard enough closes: no failure of the server.
    let _ = misbehave(&mut stream, behaviour);
}

fn misbehave(stream: &mut TcpStream, behaviour: &Behaviour) -> std::io::Result<()> {
    match behaviour {
        Behaviour::Answer(status, headers, body) => answer(stream, *status, headers, body),
        Behaviour::Slow(wait) => {
            thread::sleep(*wait);
            answer(stream, 200, "", b"late")
        }
        Behaviour::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")?;
            loop {
                stream.write_all(b"x")?;
                thread::sleep(Duration::from_millis(50));
            }
        }
        Behaviour::ResetBefore | Behaviour::ResetAfter => Ok(()),
        Behaviour::Truncated => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"access_token\":\"cut")
        }
        Behaviour::Garbage => stream.write_all(b"\x00\x01 this is no HTTP\r\n\r\n"),
        Behaviour::Huge => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 65536])?;
            }
        }
        Behaviour::HugeHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n")?;
            for at in 0..10 {
                stream.write_all(format!("x-{at}: {}\r\n", "y".repeat(20_000)).as_bytes())?;
            }
            stream.write_all(b"\r\n")
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    stream.write_all(format!("HTTP/1.1 {status} Told\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n").as_bytes())?;
    stream.write_all(body)
}

/// Head and body as they came; `None` where the client went away.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
