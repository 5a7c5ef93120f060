//! Starts a server on threads of its own, takes connections, and stops within its grace.

use super::line::Line;
use super::options::{Limits, Options, Proxies, Upkeep};
use super::pass::Peer;
use super::peer::client;
use super::peers::Peers;
use super::router::{figures, router};
use super::served::Served;
use super::tls::{Tls, TlsError};
use super::watch::Event;
use super::worker::Worker;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// After accepting failed (no more file descriptors, say).
const BREATH: Duration = Duration::from_millis(50);

/// Of those who fetch figures.
const METRICS_CONNECTIONS: usize = 16;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("could not listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("could not start the server's threads")]
    Threads(#[source] std::io::Error),
    #[error("could not serve TLS")]
    Tls(#[source] TlsError),
}

/// A server that runs until it is stopped or dropped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where its figures are.
    pub metrics: Option<SocketAddr>,
    farewell: Duration,
    served: Arc<Served>,
    /// Taken by stopping.
    parts: Option<Parts>,
}

struct Parts {
    runtime: Runtime,
    accepting: JoinHandle<()>,
    graceful: Arc<GracefulShutdown>,
    worker: Option<Worker>,
}

/// Listens and serves.
pub fn start(options: Options) -> Result<Running, StartError> {
    let (listener, address) = bind(options.listen)?;
    let metrics = options.upkeep.metrics.map(bind).transpose()?;
    let limits = options.limits;
    let works = options.works;
    let mut options = options;
    if options.public_url.port() == Some(0) {
        // A free port was taken.
        let _ = options.public_url.set_port(Some(address.port()));
    }
    let Upkeep { tls, proxies, farewell, .. } = options.upkeep.clone();
    let tls = tls.map(Tls::open).transpose().map_err(StartError::Tls)?.map(Arc::new);
    let served = Arc::new(Served::new(options));
    let runtime = Builder::new_multi_thread()
        .thread_name("serve")
        .max_blocking_threads(limits.work + limits.calls + 8)
        .enable_all()
        .build()
        .map_err(StartError::Threads)?;
    let graceful = Arc::new(GracefulShutdown::new());
    let slots = Arc::new(Semaphore::new(limits.connections));
    let peers = Peers::sharing(limits.connections);
    let gate = Gate { served: Arc::clone(&served), limits, tls: tls.clone(), proxies, slots, peers };
    let listener = taken(&runtime, listener, address)?;
    let accepting = runtime.spawn(gate.clone().accept(listener, router(Arc::clone(&served)), Arc::clone(&graceful)));
    let at = metrics.as_ref().map(|(_, address)| *address);
    if let Some((listener, address)) = metrics {
        let listener = taken(&runtime, listener, address)?;
        // Figures are small and few ask for them; they stay to be had while the server ends.
        let (slots, peers) = (Arc::new(Semaphore::new(METRICS_CONNECTIONS)), Peers::sharing(METRICS_CONNECTIONS));
        let gate = Gate { tls: None, proxies: Proxies::default(), slots, peers, ..gate };
        runtime.spawn(gate.accept(listener, figures(Arc::clone(&served)), Arc::new(GracefulShutdown::new())));
    }
    if let Some(tls) = tls {
        let _inside = runtime.enter();
        renew_when_asked(tls, Arc::clone(&served));
    }
    let worker = if works { Some(Worker::start(Arc::clone(&served)).map_err(StartError::Threads)?) } else { None };
    Ok(Running { address, metrics: at, farewell, served, parts: Some(Parts { runtime, accepting, graceful, worker }) })
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    Ok((listener, address))
}

fn taken(runtime: &Runtime, listener: TcpListener, address: SocketAddr) -> Result<tokio::net::TcpListener, StartError> {
    let _inside = runtime.enter();
    tokio::net::TcpListener::from_std(listener).map_err(|source| StartError::Listen { address, source })
}

/// What every connection of a listener goes through.
#[derive(Clone)]
struct Gate {
    served: Arc<Served>,
    limits: Limits,
    tls: Option<Arc<Tls>>,
    proxies: Proxies,
    slots: Arc<Semaphore>,
    peers: Peers,
}

impl Gate {
    async fn accept(self, listener: tokio::net::TcpListener, router: Router, graceful: Arc<GracefulShutdown>) {
        loop {
            let slot = Arc::clone(&self.slots).acquire_owned().await.expect("nobody closes it");
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // What is over its share is closed at once, so that nobody shuts the others out.
                    let Some(place) = self.peers.place(peer.ip(), &self.proxies) else { continue };
                    let serving = self.clone().serve(stream, peer, router.clone(), graceful.watcher());
                    tokio::spawn(async move {
                        serving.await;
                        drop((place, slot));
                    });
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            }
        }
    }

    /// One connection to its end. How it ends is nobody's concern but the other side's.
    async fn serve(self, stream: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
        let _open = Open::of(&self.served);
        // An answer is one piece: waiting to send more at once only delays it.
        let _ = stream.set_nodelay(true);
        let door = Door { inside: TowerToHyperService::new(router), peer, proxies: self.proxies };
        let Some(tls) = &self.tls else { return speak(stream, door, self.limits, watcher).await };
        // Whoever does not finish the handshake in time is not waited for.
        if let Ok(Ok(stream)) = tokio::time::timeout(self.limits.head_patience, tls.acceptor().accept(stream)).await {
            speak(stream, door, self.limits, watcher).await;
        }
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, door: Door, limits: Limits, watcher: Watcher) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_headers(limits.headers)
        .max_header_size(limits.head)
        .max_buf_size(limits.head.max(8192))
        .serve_connection(TokioIo::new(Line::new(stream, limits.write_patience)), door);
    let _ = watcher.watch(connection).await;
}

/// Counts a connection while it is open.
struct Open(Arc<Served>);

impl Open {
    fn of(served: &Arc<Served>) -> Self {
        served.meter.connections.inc();
        Open(Arc::clone(served))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.meter.connections.dec();
    }
}

/// Tells every request who its peer is.
struct Door {
    inside: TowerToHyperService<Router>,
    peer: SocketAddr,
    proxies: Proxies,
}

impl Service<http::Request<Incoming>> for Door {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <TowerToHyperService<Router> as Service<http::Request<Incoming>>>::Future;

    fn call(&self, mut request: http::Request<Incoming>) -> Self::Future {
        let client = client(self.peer.ip(), request.headers(), &self.proxies);
        request.extensions_mut().insert(Peer(client));
        self.inside.call(request)
    }
}

impl Running {
    /// Where people's browsers reach this server.
    pub fn public_url(&self) -> &url::Url {
        &self.served.public_url
    }

    /// Requests that ended in a panic: each is a bug.
    pub fn panics(&self) -> u64 {
        self.served.panics.load(Ordering::SeqCst)
    }

    /// Waits until the flag is set.
    pub fn wait(&self, interrupted: &AtomicBool) {
        while !interrupted.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Takes no more connections and lets running requests and deliveries finish, within the grace. Whether all did.
    pub fn stop(mut self) -> bool {
        let Some(Parts { runtime, accepting, graceful, worker }) = self.parts.take() else { return true };
        let deadline = self.served.limits.grace;
        self.served.draining.store(true, Ordering::SeqCst);
        self.served.journal.note(&Event::Draining);
        if let Some(worker) = &worker {
            worker.ask_to_stop();
        }
        // Whoever balances the load sees that it is not ready, and asks others, before connections are refused.
        let farewell = self.farewell.min(deadline / 2);
        let grace = deadline - farewell;
        let all = runtime.block_on(async {
            tokio::time::sleep(farewell).await;
            accepting.abort();
            let _ = accepting.await;
            match Arc::try_unwrap(graceful) {
                Ok(graceful) => tokio::time::timeout(grace, graceful.shutdown()).await.is_ok(),
                Err(_) => false,
            }
        });
        let delivered = worker.is_none_or(|worker| worker.ended(if all { grace } else { Duration::ZERO }));
        self.served.journal.note(&Event::Stopped { whole: all && delivered });
        self.served.journal.flush();
        runtime.shutdown_background();
        all && delivered
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            if let Some(worker) = &parts.worker {
                worker.ask_to_stop();
            }
            parts.runtime.shutdown_background();
        }
    }
}

/// SIGHUP: the certificate was renewed. Listened for from here on, and not from when a task has its turn: until then it would
/// end the program.
#[cfg(unix)]
fn renew_when_asked(tls: Arc<Tls>, served: Arc<Served>) {
    use std::error::Error;
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut asked) = signal(SignalKind::hangup()) else { return };
    tokio::spawn(async move {
        while asked.recv().await.is_some() {
            let renewed = tls.renew();
            let why =
                renewed.as_ref().err().map(|error| error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")));
            served.journal.note(&Event::Certificate { renewed: renewed.is_ok(), why });
        }
    });
}

#[cfg(not(unix))]
fn renew_when_asked(_: Arc<Tls>, _: Arc<Served>) {}
