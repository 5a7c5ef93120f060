//! The leases of a served broker. While one is held, every write carries its fence.

use super::client::{Ask, Http};
use super::error::CallError;
use crate::apply::{Leases, RemoteError};
use crate::wire::{self, Lease, LeaseAsked, LeaseRenewed, Operation};
use std::time::Duration;

/// The lease of one project.
pub struct LeaseOf<'h> {
    http: &'h Http,
    project: &'h str,
}

impl Http {
    /// The lease of a project, to apply it.
    pub fn lease_of<'h>(&'h self, project: &'h str) -> LeaseOf<'h> {
        LeaseOf { http: self, project }
    }

    /// Who applies what.
    pub fn leases(&self) -> Result<Vec<Lease>, CallError> {
        self.inner.ask::<wire::Leases>(&Ask::new(Operation::Leases)).map(|leases| leases.items)
    }

    /// Takes a project's lease away from whoever holds it.
    pub fn break_lease(&self, project: &str) -> Result<(), CallError> {
        self.inner.tell(&Ask::new(Operation::ReleaseLease).name("project", project).repeatable())
    }
}

impl LeaseOf<'_> {
    fn ask(&self, operation: Operation) -> Ask<'static> {
        Ask::new(operation).name("project", self.project).repeatable()
    }
}

impl Leases for LeaseOf<'_> {
    fn take(&self, claim: &str, ttl: Duration) -> Result<u64, RemoteError> {
        let asked = LeaseAsked { ttl_seconds: ttl.as_secs(), claim: claim.to_owned() };
        let lease: Lease =
            self.http.inner.ask(&self.ask(Operation::TakeLease).body(&asked)).map_err(|error| error.of_apply(self.project))?;
        self.http.inner.hold(Some(lease.fence));
        Ok(lease.fence)
    }

    fn renew(&self, _fence: u64, ttl: Duration) -> Result<(), RemoteError> {
        let renewed = LeaseRenewed { ttl_seconds: ttl.as_secs() };
        let lease: Result<Lease, CallError> = self.http.inner.ask(&self.ask(Operation::RenewLease).body(&renewed));
        lease.map(drop).map_err(|error| error.of_apply(self.project))
    }

    fn release(&self, _fence: u64) -> Result<(), RemoteError> {
        let released = self.http.inner.tell(&self.ask(Operation::ReleaseLease));
        self.http.inner.hold(None);
        released.map_err(|error| error.of_apply(self.project))
    }
}
