//! Changes of what is live, and the lease under which an apply makes them, by who may.

use super::{Admitted, Asked, not_there};
use crate::broker::{Broker, BrokerError, Call, LeaseWanted, Put};
use crate::resource::access::{ObjectFacts, Right};
use crate::resource::{Address, Fingerprint};
use crate::secret::Secret;
use crate::store::{Answer, ApplyLease};
use std::time::Duration;

impl Admitted<'_> {
    /// Fingerprints of values, in the order given.
    pub fn fingerprint(&self, values: &[Secret<String>]) -> Result<Vec<Fingerprint>, BrokerError> {
        self.ask(Right::Plan)?;
        Ok(self.broker.fingerprint(values))
    }

    /// Records that a plan is about to be applied.
    pub fn spend(&self, asked: &Asked<'_>, plan_id: &str) -> Result<(), BrokerError> {
        self.ask(Right::Apply)?;
        self.ask_project(asked)?;
        self.broker.spend_under(&self.call(asked), plan_id)
    }

    /// Creates or updates an object, which may name only what the token reaches.
    pub fn put(&self, asked: &Asked<'_>, address: &Address, put: Put<'_>) -> Result<Answer, BrokerError> {
        self.ask(Right::Apply)?;
        if self.facts(address)?.is_some() {
            self.ask_of(Right::Apply, address, None)?;
        }
        self.ask_project(asked)?;
        self.ask_named(address, put.resource)?;
        self.broker.put(&self.call(asked), address, put)
    }

    pub fn delete(&self, asked: &Asked<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.change(asked, address, Broker::delete)
    }

    /// Sets a webhook aside while its connection is replaced.
    pub fn detach(&self, asked: &Asked<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.change(asked, address, Broker::detach)
    }

    /// Lets a webhook that was set aside select its connection again.
    pub fn attach(&self, asked: &Asked<'_>, address: &Address) -> Result<Answer, BrokerError> {
        if self.facts(address)?.is_some() {
            self.ask_of(Right::Apply, address, None)?;
            self.ask_used(address)?;
        }
        self.change(asked, address, Broker::attach)
    }

    /// Makes the calling project the owner of what it looked at.
    pub fn adopt(&self, asked: &Asked<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.change(asked, address, Broker::adopt)
    }

    /// Makes nobody the owner: the object stays as it is.
    pub fn forget(&self, asked: &Asked<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.change(asked, address, Broker::forget)
    }

    /// Takes the lease of a project.
    pub fn take_lease(&self, wanted: LeaseWanted<'_>) -> Result<ApplyLease, BrokerError> {
        self.ask_in(Right::Apply, wanted.project)?;
        self.broker.take_lease(&self.actor, wanted)
    }

    /// Holds a lease for longer.
    pub fn renew_lease(&self, project: &str, fence: u64, ttl: Duration) -> Result<ApplyLease, BrokerError> {
        self.ask_in(Right::Apply, project)?;
        self.broker.renew_lease(&self.actor, project, fence, ttl)
    }

    /// Gives a lease back, or, without a fence, takes it away from its holder: who that is themselves needs no more than the
    /// right to apply.
    pub fn release_lease(&self, project: &str, fence: Option<u64>) -> Result<(), BrokerError> {
        let holder = self.broker.lease_of(project)?.and_then(|lease| lease.held).map(|held| held.holder);
        let is_own = fence.is_some() || holder.as_deref() == Some(&self.principal.name);
        self.ask_in(if is_own { Right::Apply } else { Right::BreakLease }, project)?;
        self.broker.release_lease(&self.actor, project, fence)
    }

    /// The leases that somebody holds.
    pub fn leases(&self) -> Result<Vec<ApplyLease>, BrokerError> {
        self.ask(Right::Plan)?;
        let mut leases = self.broker.leases()?;
        leases.retain(|lease| self.may(Right::Plan, Some(&of_project(&lease.project))).is_ok());
        Ok(leases)
    }

    /// A token for single projects speaks for one of them, and for none is not enough.
    pub(super) fn ask_project(&self, asked: &Asked<'_>) -> Result<(), BrokerError> {
        match (&self.principal.projects, asked.project) {
            (None, _) => Ok(()),
            (Some(_), Some(project)) => self.ask_in(Right::See, project),
            (Some(_), None) => Err(self.deny(Right::Apply, None, crate::resource::access::Denied::Limited { right: Right::Apply })),
        }
    }

    fn ask_in(&self, right: Right, project: &str) -> Result<(), BrokerError> {
        self.may(right, Some(&of_project(project))).map_err(|denied| self.deny(right, None, denied))
    }

    fn change(
        &self,
        asked: &Asked<'_>,
        address: &Address,
        work: fn(&Broker, &Call<'_>, &Address) -> Result<Answer, BrokerError>,
    ) -> Result<Answer, BrokerError> {
        self.ask(Right::Apply)?;
        self.ask_project(asked)?;
        // Where it is gone, a change that was made before still has its answer under its key.
        match self.facts(address)? {
            Some(_) => drop(self.ask_of(Right::Apply, address, None)?),
            None if asked.key.is_none() => return Err(not_there(address)),
            None => {}
        }
        work(self.broker, &self.call(asked), address)
    }
}

fn of_project(project: &str) -> ObjectFacts<'_> {
    ObjectFacts { project: Some(project), ..ObjectFacts::default() }
}
