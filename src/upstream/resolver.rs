//! Looks names up when a connection is made and lets through only addresses that may be called. The connection goes to
//! exactly these, so a name cannot change its mind in between.

use super::guard::is_local_name;
use super::{Forbidden, Policy};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

/// Turns a name into addresses. May block.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// The resolver that the HTTP client has: a look-up, judged.
pub(super) struct GuardedLookup {
    pub(super) policy: Policy,
    pub(super) lookup: Arc<dyn Lookup>,
}

impl GuardedLookup {
    fn judged(&self, host: &str) -> Result<Vec<SocketAddr>, LookupError> {
        let found = self.lookup.lookup(host).map_err(|_| LookupError::NotFound)?;
        let local = is_local_name(host);
        let mut refusal = None;
        let mut fit = Vec::new();
        for address in found {
            match self.policy.judge(address, local) {
                Ok(()) => fit.push(SocketAddr::new(address, 0)),
                Err(forbidden) => refusal = Some(forbidden),
            }
        }
        match refusal {
            Some(forbidden) if fit.is_empty() => Err(LookupError::Forbidden(forbidden)),
            None if fit.is_empty() => Err(LookupError::NotFound),
            Some(_) | None => Ok(fit),
        }
    }
}

/// Why a name led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum LookupError {
    #[error("the host's name has no address")]
    NotFound,
    #[error(transparent)]
    Forbidden(Forbidden),
}

/// The reqwest side of [`GuardedLookup`].
pub(super) struct Resolver(pub(super) Arc<GuardedLookup>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guarded = Arc::clone(&self.0);
        let host = name.as_str().to_owned();
        Box::pin(OnThread::start(move || {
            let addresses = guarded.judged(&host)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        }))
    }
}

/// The result of blocking work on a thread of its own: the client's thread serves other calls meanwhile. Work that is
/// given up on ends by itself; the system's resolver has its own time limits.
struct OnThread<T>(Arc<Mutex<Slot<T>>>);

struct Slot<T> {
    done: Option<T>,
    waker: Option<Waker>,
}

impl<T: Send + 'static> OnThread<T> {
    fn start(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let slot = Arc::new(Mutex::new(Slot { done: None, waker: None }));
        let theirs = Arc::clone(&slot);
        thread::spawn(move || {
            let done = work();
            let mut slot = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            slot.done = Some(done);
            if let Some(waker) = slot.waker.take() {
                waker.wake();
            }
        });
        OnThread(slot)
    }
}

impl<T> Future for OnThread<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.done.take() {
            Some(done) => Poll::Ready(done),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
