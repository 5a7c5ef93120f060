//! What a server needs from outside, and its limits.

use super::tls::TlsFiles;
use super::watch::Journal;
use crate::broker::Broker;
use crate::clock::{Clock, Random};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What a server needs from outside.
pub struct Options {
    pub listen: SocketAddr,
    /// Where people's browsers reach this server. Never taken from a request.
    pub public_url: Url,
    pub broker: Arc<Broker>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub limits: Limits,
    /// Whether this process works the queue of webhooks and of revocations that services have to be told.
    pub works: bool,
    pub upkeep: Upkeep,
}

/// What an operator adds to a server. Nothing of it is needed.
#[derive(Clone, Default)]
pub struct Upkeep {
    pub journal: Journal,
    /// Where figures are to be had, without a token: an address that only the operator reaches.
    pub metrics: Option<SocketAddr>,
    pub tls: Option<TlsFiles>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Proxies,
    /// How long it says that it is not ready before it takes no more connections.
    pub farewell: Duration,
}

/// Proxies in front: whether an address is one of theirs.
#[derive(Clone, Default)]
pub struct Proxies(pub Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>);

/// How much is taken from anybody. Every one is a hard cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// How deep a body's JSON may be.
    pub depth: usize,
    /// Bytes of a request's head.
    pub head: usize,
    /// Headers of a request.
    pub headers: usize,
    /// For the whole head to arrive, and between two requests.
    pub head_patience: Duration,
    /// For the whole body to arrive.
    pub body_patience: Duration,
    /// For the other side to take a piece of an answer.
    pub write_patience: Duration,
    /// Connections at the same time.
    pub connections: usize,
    /// Requests that are worked on at the same time.
    pub work: usize,
    /// Of those that call other services.
    pub calls: usize,
    /// How long a request waits for its turn.
    pub queue_patience: Duration,
    /// Requests a second of one token, on average; twice as many at once. 0 is no limit.
    pub rate: u32,
    /// Whether an address from which many tokens were no good has to wait before it hears so again. Good tokens never do.
    pub failures: bool,
    /// How long running requests may take to end once the server was asked to stop.
    pub grace: Duration,
}

impl Limits {
    /// Where an operator says nothing. The command line shows these as its defaults.
    pub const USUAL: Limits = Limits {
        body: 1 << 20,
        depth: 64,
        head: 64 << 10,
        headers: 100,
        head_patience: Duration::from_secs(10),
        body_patience: Duration::from_secs(20),
        write_patience: Duration::from_secs(30),
        connections: 2048,
        work: 64,
        calls: 256,
        queue_patience: Duration::from_secs(5),
        rate: 1000,
        failures: true,
        grace: Duration::from_secs(10),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::USUAL
    }
}
