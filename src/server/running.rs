//! Starts a server on threads of its own, takes connections, and stops within its grace.

use super::line::Line;
use super::options::{Limits, Options};
use super::pass::Peer;
use super::router::router;
use super::served::Served;
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
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// After accepting failed (no more file descriptors, say).
const BREATH: Duration = Duration::from_millis(50);

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("could not listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("could not start the server's threads")]
    Threads(#[source] std::io::Error),
}

/// A server that runs until it is stopped or dropped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
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
    let address = options.listen;
    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let limits = options.limits;
    let works = options.works;
    let mut options = options;
    if options.public_url.port() == Some(0) {
        // A free port was taken.
        let _ = options.public_url.set_port(Some(address.port()));
    }
    let served = Arc::new(Served::new(options));
    let runtime = Builder::new_multi_thread()
        .thread_name("serve")
        .max_blocking_threads(limits.work + limits.calls + 8)
        .enable_all()
        .build()
        .map_err(StartError::Threads)?;
    let inside = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener).map_err(listen)?;
    drop(inside);
    let graceful = Arc::new(GracefulShutdown::new());
    let accepting = runtime.spawn(accept(listener, router(Arc::clone(&served)), limits, Arc::clone(&graceful)));
    let worker = if works { Some(Worker::start(Arc::clone(&served)).map_err(StartError::Threads)?) } else { None };
    Ok(Running { address, served, parts: Some(Parts { runtime, accepting, graceful, worker }) })
}

async fn accept(listener: tokio::net::TcpListener, router: Router, limits: Limits, graceful: Arc<GracefulShutdown>) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    loop {
        let slot = Arc::clone(&slots).acquire_owned().await.expect("nobody closes it");
        match listener.accept().await {
            Ok((stream, peer)) => {
                let serving = serve(stream, peer, router.clone(), limits, graceful.watcher());
                tokio::spawn(async move {
                    serving.await;
                    drop(slot);
                });
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

/// One connection to its end. How it ends is nobody's concern but the other side's.
async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, limits: Limits, watcher: Watcher) {
    // An answer is one piece: waiting to send more at once only delays it.
    let _ = stream.set_nodelay(true);
    let door = Door { inside: TowerToHyperService::new(router), peer };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_headers(limits.headers)
        .max_header_size(limits.head)
        .max_buf_size(limits.head.max(8192))
        .serve_connection(TokioIo::new(Line::new(stream, limits.write_patience)), door);
    let _ = watcher.watch(connection).await;
}

/// Tells every request who its peer is.
struct Door {
    inside: TowerToHyperService<Router>,
    peer: SocketAddr,
}

impl Service<http::Request<Incoming>> for Door {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <TowerToHyperService<Router> as Service<http::Request<Incoming>>>::Future;

    fn call(&self, mut request: http::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer.ip()));
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
        let grace = self.served.limits.grace;
        accepting.abort();
        if let Some(worker) = &worker {
            worker.ask_to_stop();
        }
        let all = runtime.block_on(async {
            let _ = accepting.await;
            match Arc::try_unwrap(graceful) {
                Ok(graceful) => tokio::time::timeout(grace, graceful.shutdown()).await.is_ok(),
                Err(_) => false,
            }
        });
        let delivered = worker.is_none_or(|worker| worker.ended(if all { grace } else { Duration::ZERO }));
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
