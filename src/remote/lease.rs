//! The lease of an apply: taken before the first write, renewed while it runs, given back at the end.

use super::client::{Ask, Http, Inner};
use super::error::CallError;
use crate::clock::Random;
use crate::wire::{Code, Lease, LeaseAsked, LeaseRenewed, Leases, Operation};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a lease lasts without a sign of life: an apply that died holds others up no longer.
const LASTS: u64 = 60;
const SIGN_OF_LIFE: Duration = Duration::from_secs(LASTS / 3);

/// A lease that is held until this is dropped.
pub struct HeldLease {
    api: Arc<Inner>,
    project: String,
    stop: Option<Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

impl Http {
    /// Takes the lease of a project; every write carries its fence until it is dropped. Once somebody else has it, writes are
    /// refused.
    pub fn take_lease(&self, project: &str, random: &dyn Random) -> Result<HeldLease, CallError> {
        let mut claim = [0; 16];
        random.fill(&mut claim);
        let asked = LeaseAsked { ttl_seconds: LASTS, claim: hex::encode(claim) };
        let lease: Lease = self.inner.ask(&Ask::new(Operation::TakeLease).name("project", project).body(&asked).repeatable())?;
        self.inner.hold(Some(lease.fence));
        let (stop, stopped) = channel();
        let (api, name) = (Arc::clone(&self.inner), project.to_owned());
        let heart = std::thread::spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(SIGN_OF_LIFE) {
                if api.renew(&name).is_err_and(|error| matches!(error.code(), Some(Code::LeaseLost | Code::NotFound))) {
                    // Nothing is left to be renewed. The writes are refused by their fence.
                    return;
                }
            }
        });
        Ok(HeldLease { api: Arc::clone(&self.inner), project: project.to_owned(), stop: Some(stop), heart: Some(heart) })
    }

    /// Who applies what.
    pub fn leases(&self) -> Result<Vec<Lease>, CallError> {
        self.inner.ask::<Leases>(&Ask::new(Operation::Leases)).map(|leases| leases.items)
    }

    /// Takes a project's lease away from whoever holds it.
    pub fn break_lease(&self, project: &str) -> Result<(), CallError> {
        self.inner.tell(&Ask::new(Operation::ReleaseLease).name("project", project).repeatable())
    }
}

impl Inner {
    fn renew(&self, project: &str) -> Result<Lease, CallError> {
        let renewed = LeaseRenewed { ttl_seconds: LASTS };
        self.ask(&Ask::new(Operation::RenewLease).name("project", project).body(&renewed).repeatable())
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(heart) = self.heart.take() {
            // A heart that broke down has nothing to add at the end.
            let _ = heart.join();
        }
        // Where this fails the lease ends by itself.
        let _ = self.api.tell(&Ask::new(Operation::ReleaseLease).name("project", &*self.project));
        self.api.hold(None);
    }
}
