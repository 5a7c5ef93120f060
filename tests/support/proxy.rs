//! A proxy between a client and a server on this machine that does to a request what networks and gateways do. Plain TCP
//! and threads: it shares no HTTP code with either side.
//!
//! One connection carries one request. Requests are looked at without being taken from the socket where the connection is
//! to be reset, because a socket that is closed with unread bytes answers with a reset.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes of a request.
const REQUEST: usize = 64 * 1024;

/// What happens to one request.
#[derive(Debug, Clone)]
pub(crate) enum Trick {
    /// It waits on the way there.
    Latency(Duration),
    /// The server answers, and the answer waits on the way back.
    Late(Duration),
    /// The connection is reset before the server hears of it.
    ResetBefore,
    /// The server has answered when the connection is reset.
    ResetAfter,
    /// This is answered, and the server never hears of it.
    Instead(String),
    /// The server answers, and this arrives.
    InsteadAfter(Vec<u8>),
    /// The server answers, and half of the body arrives.
    Truncated,
    /// The server answers, and a byte of it arrives now and then.
    Drip,
    /// It is kept on the way there, for good.
    KeptBefore,
    /// The server answers, and the answer is kept for good.
    KeptAfter,
}

pub(crate) struct Proxy {
    /// Where clients go.
    pub(crate) port: u16,
    shared: Arc<Mutex<Shared>>,
    kept: Mutex<Receiver<()>>,
}

#[derive(Default)]
struct Shared {
    /// By path; the first that fits is taken.
    tricks: Vec<(String, Trick)>,
    arrived: BTreeMap<String, u64>,
    /// Sockets that nobody answers any more.
    kept: Vec<TcpStream>,
}

impl Proxy {
    /// In front of a port of this machine.
    pub(crate) fn before(server: u16) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let (sender, kept) = channel();
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (shared, sender) = (Arc::clone(&theirs), sender.clone());
                std::thread::spawn(move || pass(client, server, &shared, &sender));
            }
        });
        Proxy { port, shared, kept: Mutex::new(kept) }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Does this to the next request whose path begins so.
    pub(crate) fn play(&self, path: &str, trick: Trick) {
        locked(&self.shared).tricks.push((path.to_owned(), trick));
    }

    /// Requests that arrived, by path.
    pub(crate) fn arrived(&self, path: &str) -> u64 {
        locked(&self.shared).arrived.get(path).copied().unwrap_or_default()
    }

    /// Waits until something was kept.
    pub(crate) fn wait_until_kept(&self) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.recv_timeout(Duration::from_secs(30)).expect("a request comes and is kept");
    }
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What goes wrong here is the test's to see at either end.
fn pass(mut client: TcpStream, server: u16, shared: &Mutex<Shared>, kept: &Sender<()>) -> Option<()> {
    let request = peeked(&client)?;
    let trick = {
        let shared = &mut *locked(shared);
        let path = path(&request)?;
        *shared.arrived.entry(path.clone()).or_default() += 1;
        let at = shared.tricks.iter().position(|(below, _)| path.starts_with(below));
        at.map(|at| shared.tricks.remove(at).1)
    };
    let keep = |client| {
        locked(shared).kept.push(client);
        kept.send(()).ok()
    };
    let taken = |mut client: &TcpStream| client.read_exact(&mut vec![0; request.len()]).ok();
    match trick {
        Some(Trick::ResetBefore) => Some(()),
        Some(Trick::ResetAfter) => forwarded(&request, server).map(drop),
        Some(Trick::KeptBefore) => keep(client),
        Some(Trick::KeptAfter) => {
            forwarded(&request, server)?;
            keep(client)
        }
        Some(Trick::Instead(answer)) => {
            taken(&client)?;
            client.write_all(answer.as_bytes()).ok()
        }
        Some(Trick::InsteadAfter(answer)) => {
            taken(&client)?;
            forwarded(&request, server)?;
            client.write_all(&answer).ok()
        }
        Some(Trick::Truncated) => {
            taken(&client)?;
            let answer = forwarded(&request, server)?;
            let head = head_end(&answer)?;
            client.write_all(&answer[..head + (answer.len() - head) / 2]).ok()
        }
        Some(Trick::Drip) => {
            taken(&client)?;
            let answer = forwarded(&request, server)?;
            answer.iter().try_for_each(|byte| {
                std::thread::sleep(Duration::from_millis(100));
                client.write_all(&[*byte]).ok()
            })
        }
        Some(Trick::Late(wait)) => {
            taken(&client)?;
            let answer = forwarded(&request, server)?;
            std::thread::sleep(wait);
            client.write_all(&answer).ok()
        }
        Some(Trick::Latency(wait)) => {
            std::thread::sleep(wait);
            taken(&client)?;
            client.write_all(&forwarded(&request, server)?).ok()
        }
        None => {
            taken(&client)?;
            client.write_all(&forwarded(&request, server)?).ok()
        }
    }
}

/// A whole request, left where it is.
fn peeked(client: &TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; REQUEST];
    for _ in 0..5000 {
        let count = client.peek(&mut bytes).ok().filter(|count| *count > 0)?;
        if let Some(head) = head_end(&bytes[..count])
            && count >= head + content_length(&bytes[..head])
        {
            bytes.truncate(count);
            return Some(bytes);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn path(request: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(request).lines().next()?.to_owned();
    line.split(' ').nth(1)?.split('?').next().map(str::to_owned)
}

/// The server's whole answer. It is asked to close, so that its end is seen.
fn forwarded(request: &[u8], server: u16) -> Option<Vec<u8>> {
    let line = request.windows(2).position(|two| two == b"\r\n")? + 2;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).ok()?;
    stream.write_all(&request[..line]).ok()?;
    stream.write_all(b"connection: close\r\n").ok()?;
    stream.write_all(&request[line..]).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer)
}
