//! What a body names counts as used: a webhook signs with its connection's credential, and a connection sends its service's
//! client secret along. So a token that is made for single projects reaches the credentials of no other one by naming them.
//!
//! A role is no matter here: who uses what somebody else put together need not see its parts. What the token does not reach
//! is answered as what is not there, in the words in which the use-case says so.

use super::{Admitted, not_there};
use crate::broker::{BrokerError, Invalid};
use crate::resource::access::{Denied, Right};
use crate::resource::{Address, Link, Resource};
use crate::store::{Object, Snapshot};

impl Admitted<'_> {
    /// Whether the token reaches everything that a body to be written names, and everything that would be used through it.
    pub(super) fn ask_named(&self, address: &Address, body: &Resource) -> Result<(), BrokerError> {
        if self.principal.projects.is_none() {
            return Ok(());
        }
        let takes_a_name = {
            let snapshot = self.broker.store.read()?;
            self.walk(&*snapshot, address, body, |_| true)?;
            // What is made anew would be used by whoever names it already: a service that takes a default one's name, say.
            snapshot.object(address)?.is_none() && self.is_named_beyond(&*snapshot, address)?
        };
        // Written down when nothing is being read any more.
        if takes_a_name { Err(self.deny(Right::Apply, Some(address), Denied::Limited { right: Right::Apply })) } else { Ok(()) }
    }

    /// Whether the token reaches what is used with a live object: its connection, and the connection's service.
    pub(super) fn ask_used(&self, address: &Address) -> Result<(), BrokerError> {
        if self.principal.projects.is_none() {
            return Ok(());
        }
        let snapshot = self.broker.store.read()?;
        let Some(object) = snapshot.object(address)? else { return Ok(()) };
        self.ask_used_by(&*snapshot, &object)
    }

    /// As [`Admitted::ask_used`], of an object that the snapshot has shown.
    pub(super) fn ask_used_by(&self, snapshot: &dyn Snapshot, object: &Object) -> Result<(), BrokerError> {
        if self.principal.projects.is_none() {
            return Ok(());
        }
        self.walk(snapshot, &object.address, &object.resource, is_use)
    }

    fn walk(&self, snapshot: &dyn Snapshot, address: &Address, body: &Resource, counts: fn(Link) -> bool) -> Result<(), BrokerError> {
        for (target, link) in body.links().into_iter().filter(|(_, link)| counts(*link)) {
            // A default service is everybody's, and what is not there the use-case itself speaks about.
            let Some(object) = snapshot.object(&target)? else { continue };
            if !self.reaches(&object) {
                return Err(unknown(address, target, link));
            }
            // Bodies are of one of two sorts below one another, so this ends.
            if is_use(link) {
                self.walk(snapshot, &target, &object.resource, is_use)?;
            }
        }
        Ok(())
    }

    fn is_named_beyond(&self, snapshot: &dyn Snapshot, address: &Address) -> Result<bool, BrokerError> {
        for (referrer, _) in snapshot.referrers(address)? {
            if snapshot.object(&referrer)?.is_some_and(|object| !self.reaches(&object)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn reaches(&self, object: &Object) -> bool {
        self.principal.reaches(object.owner.as_deref())
    }
}

/// Whether what is named lends its credential.
fn is_use(link: Link) -> bool {
    match link {
        Link::Service | Link::SignedBy => true,
        Link::Named | Link::DependsOn => false,
    }
}

/// What is answered where nothing is there.
fn unknown(address: &Address, target: Address, link: Link) -> BrokerError {
    let (address, name) = (address.clone(), target.name.to_string());
    match link {
        Link::Service => BrokerError::Invalid(Invalid::UnknownService { address, service: name }),
        Link::SignedBy => BrokerError::Invalid(Invalid::UnknownConnection { address, connection: name }),
        Link::Named | Link::DependsOn => not_there(&target),
    }
}
