//! One apply of a project at a time, over all processes: a lease that its holder keeps alive, and a fence by which every
//! write shows that it is still the holder's. The fence is checked in the transaction of the write, so a writer that was
//! thought dead can do no harm when it wakes up.
//!
//! A lease that has run out is lost when somebody else takes it, or it is taken away, and not before: until then nobody else
//! can have begun, and a holder that was held up goes on.

use super::call::{Work, whole_seconds};
use super::{Actor, Broker, BrokerError, Call, Invalid};
use crate::store::{ApplyLease, Held, Snapshot};
use std::time::{Duration, SystemTime};

/// What a lease lasts at least.
pub const SHORTEST_LEASE: Duration = Duration::from_secs(5);
/// And at most.
pub const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// A lease that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct LeaseWanted<'a> {
    pub project: &'a str,
    /// Of the holder's own choice and the same for every try, so that asking again after a lost answer is no second apply.
    pub claim: &'a str,
    /// Unless it is renewed; between five seconds and an hour.
    pub ttl: Duration,
}

impl Broker {
    /// Takes the lease of a project, unless somebody holds it, be it the same person in another apply.
    pub fn take_lease(&self, actor: &Actor, wanted: LeaseWanted<'_>) -> Result<ApplyLease, BrokerError> {
        let LeaseWanted { project, claim, ttl } = wanted;
        let mut entry = self.entry(actor, "take-lease", None);
        entry.detail.insert("project".to_owned(), project.to_owned());
        self.audited(entry, |tx, entry| {
            let before = tx.apply_lease(project)?;
            let fence = before.as_ref().map_or(0, |lease| lease.fence) + 1;
            if let Some(lease) = before {
                match &lease.held {
                    Some(held) if held.claim == claim && held.holder == actor.name => return Ok(Work::Before(lease)),
                    Some(held) if held.until > entry.at => return Err(held_by(project, held)),
                    Some(_) | None => {}
                }
            }
            let held =
                Held { holder: actor.name.clone(), claim: claim.to_owned(), since: whole_seconds(entry.at), until: until(entry.at, ttl) };
            let lease = ApplyLease { project: project.to_owned(), fence, held: Some(held) };
            tx.put_apply_lease(&lease)?;
            entry.detail.insert("fence".to_owned(), fence.to_string());
            Ok(Work::New(lease))
        })
    }

    /// Holds a lease for longer, from now on. Not audited: it is a sign of life and changes nothing.
    pub fn renew_lease(&self, actor: &Actor, project: &str, fence: u64, ttl: Duration) -> Result<ApplyLease, BrokerError> {
        let mut tx = self.store.begin()?;
        let held = own(&*tx, actor, project, fence)?;
        let held = Held { until: until(self.clock.now(), ttl), ..held };
        let lease = ApplyLease { project: project.to_owned(), fence, held: Some(held) };
        tx.put_apply_lease(&lease)?;
        tx.commit()?;
        Ok(lease)
    }

    /// Gives a lease back. Without a fence it is taken away from whoever holds it, whose next write is refused.
    pub fn release_lease(&self, actor: &Actor, project: &str, fence: Option<u64>) -> Result<(), BrokerError> {
        let mut entry = self.entry(actor, "release-lease", None);
        entry.detail.insert("project".to_owned(), project.to_owned());
        self.audited(entry, |tx, entry| {
            let lease = tx.apply_lease(project)?;
            let Some((fence, held)) = (match fence {
                Some(fence) => Some((fence, own(tx, actor, project, fence)?)),
                None => lease.and_then(|lease| Some((lease.fence, lease.held?))),
            }) else {
                return Err(BrokerError::NoSuch { what: "lease", name: project.to_owned() });
            };
            if held.holder != actor.name {
                entry.detail.insert("holder".to_owned(), held.holder);
            }
            Ok(Work::New(tx.put_apply_lease(&ApplyLease { project: project.to_owned(), fence, held: None })?))
        })
    }

    /// The leases that somebody holds, by project; those too that have run out and that nobody else took.
    pub fn leases(&self) -> Result<Vec<ApplyLease>, BrokerError> {
        let mut leases = self.store.read()?.apply_leases()?;
        leases.retain(|lease| lease.held.is_some());
        Ok(leases)
    }

    /// Who holds the lease of a project.
    pub fn lease_of(&self, project: &str) -> Result<Option<ApplyLease>, BrokerError> {
        Ok(self.store.read()?.apply_lease(project)?.filter(|lease| lease.held.is_some()))
    }
}

/// Refuses a write that comes under a lease which is its writer's no more, and an apply that goes past somebody's lease.
pub(super) fn fenced(snapshot: &dyn Snapshot, call: &Call<'_>, now: SystemTime) -> Result<(), BrokerError> {
    match (call.project, call.fence) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(BrokerError::Invalid(Invalid::FenceWithoutProject)),
        (Some(project), Some(fence)) => own(snapshot, call.actor, project, fence).map(drop),
        // What is done by hand is judged by its revision; an apply is many writes that belong together.
        (Some(_), None) if call.key.is_none() => Ok(()),
        (Some(project), None) => match snapshot.apply_lease(project)?.and_then(|lease| lease.held) {
            Some(held) if held.until > now => Err(held_by(project, &held)),
            Some(_) | None => Ok(()),
        },
    }
}

/// The lease of a project, where it is still this holder's.
fn own(snapshot: &dyn Snapshot, actor: &Actor, project: &str, fence: u64) -> Result<Held, BrokerError> {
    let lease = snapshot.apply_lease(project)?.filter(|lease| lease.fence == fence);
    let held = lease.and_then(|lease| lease.held).filter(|held| held.holder == actor.name);
    held.ok_or_else(|| BrokerError::LeaseLost { project: project.to_owned() })
}

fn held_by(project: &str, held: &Held) -> BrokerError {
    BrokerError::LeaseHeld { project: project.to_owned(), holder: held.holder.clone(), until: held.until }
}

/// A whole second, and never earlier than what was asked for.
fn until(now: SystemTime, ttl: Duration) -> SystemTime {
    whole_seconds(now + ttl.clamp(SHORTEST_LEASE, LONGEST_LEASE) + Duration::from_millis(999))
}
