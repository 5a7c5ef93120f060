//! Starts a sandbox on threads of its own, and stops it.

use super::faults::Fault;
use super::line::{Doorway, Line};
use super::options::{Options, Settings};
use super::router::router;
use super::site::Site;
use super::stats::Stats;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

/// How long requests may take to end after the stop was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("could not listen on 127.0.0.1 port {port}")]
    Listen { port: u16, source: std::io::Error },
    #[error("could not start the server's threads")]
    Threads(#[source] std::io::Error),
}

/// A sandbox that runs until it is stopped or dropped.
pub struct Running {
    /// `http://127.0.0.1:8914/`
    pub base: Url,
    site: Arc<Site>,
    /// Taken by stopping.
    server: Option<Server>,
}

struct Server {
    runtime: Runtime,
    ask_to_stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Listens on 127.0.0.1 and serves. Nothing else is ever listened on.
pub fn start(options: Options) -> Result<Running, StartError> {
    let port = options.port;
    let listen = |source| StartError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    let base = format!("http://{}", listener.local_addr().map_err(listen)?);
    let site = Arc::new(Site::new(base.clone(), options));
    let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("sandbox").enable_all().build().map_err(StartError::Threads)?;
    let inside = runtime.enter();
    let doorway = Doorway(tokio::net::TcpListener::from_std(listener).map_err(listen)?);
    drop(inside);
    let (ask_to_stop, asked) = oneshot::channel();
    let service = router(Arc::clone(&site)).into_make_service_with_connect_info::<Line>();
    let task = runtime.spawn(async move {
        let stopping = async {
            // Dropping the sender stops it too.
            let _ = asked.await;
        };
        // Serving ends by the wish to stop alone: what fails is a connection, never the whole.
        let _ = axum::serve(doorway, service).with_graceful_shutdown(stopping).await;
    });
    let base = Url::parse(&base).expect("an address with a port is a URL");
    Ok(Running { base, site, server: Some(Server { runtime, ask_to_stop, task }) })
}

impl Running {
    /// The whole address of a path (`/oauth/token`).
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.site.base)
    }

    pub fn stats(&self) -> Stats {
        self.site.state().counted()
    }

    /// Changes how the provider behaves from now on.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.site.state().settings);
    }

    /// Asks for a fault.
    pub fn fault(&self, fault: Fault) {
        self.site.state().faults.add(fault);
    }

    /// Forgets everything that happened.
    pub fn reset(&self) {
        self.site.state().reset();
    }

    /// Waits until the flag is set.
    pub fn wait(&self, interrupted: &AtomicBool) {
        while !interrupted.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lets running requests finish, for three seconds at most.
    pub fn stop(mut self) {
        if let Some(Server { runtime, ask_to_stop, task }) = self.server.take() {
            let _ = ask_to_stop.send(());
            let _ = runtime.block_on(async { tokio::time::timeout(GRACE, task).await });
            runtime.shutdown_background();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.runtime.shutdown_background();
        }
    }
}
