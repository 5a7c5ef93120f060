//! A broker as one principal may use it: every use-case once more, each asking `resource::access` first. A server needs
//! nothing else, so no route can forget to ask.
//!
//! Nothing here does anything by itself: it finds out what has to be known of the object, has it judged, and calls the
//! use-case. What somebody may not know of is answered as if it were not there. What is denied beyond reading leaves a line
//! in the audit. A new use-case that is to be reached from outside needs a method here, and a row in `src/broker/tests/access.rs`.

mod applying;
mod people;
mod reading;
mod references;
mod using;

use super::{Actor, Broker, BrokerError, Call, Expect};
use crate::resource::access::{Denied, ObjectFacts, Principal, Right, allowed};
use crate::resource::{Address, Resource};
use crate::store::Object;

pub use reading::{Part, Whose};
pub use using::{ConsentWanted, Invocation};

/// A broker and who uses it.
pub struct Admitted<'b> {
    broker: &'b Broker,
    principal: &'b Principal,
    actor: Actor,
}

/// How a change is asked for, beside who asks: see [`Call`].
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    pub project: Option<&'a str>,
    pub key: Option<&'a str>,
    pub expect: Expect,
    pub fence: Option<u64>,
}

/// What access has to know of an object, kept apart from the snapshot that it was read from.
#[derive(Debug, Clone, Default)]
struct Facts {
    project: Option<String>,
    shared: bool,
}

impl Broker {
    /// The broker as this principal may use it.
    pub fn admit<'b>(&'b self, principal: &'b Principal) -> Admitted<'b> {
        Admitted { broker: self, principal, actor: Actor { name: principal.name.clone() } }
    }
}

impl Facts {
    fn of(object: &Object) -> Self {
        let shared = matches!(&*object.resource, Resource::Connection(connection) if connection.use_login_user_credentials);
        Facts { project: object.owner.clone(), shared }
    }

    fn about<'f>(&'f self, user: Option<&'f str>) -> ObjectFacts<'f> {
        ObjectFacts { project: self.project.as_deref(), shared: self.shared, user }
    }
}

impl<'b> Admitted<'b> {
    /// Who uses it.
    pub fn principal(&self) -> &'b Principal {
        self.principal
    }

    fn call<'a>(&'a self, asked: &Asked<'a>) -> Call<'a> {
        let Asked { project, key, expect, fence } = asked.clone();
        Call { actor: &self.actor, project, key, expect, fence }
    }

    fn may(&self, right: Right, on: Option<&ObjectFacts<'_>>) -> Result<(), Denied> {
        allowed(self.principal, right, on)
    }

    /// Whether a right holds where no single object is meant.
    fn ask(&self, right: Right) -> Result<(), BrokerError> {
        self.may(right, None).map_err(|denied| self.deny(right, None, denied))
    }

    /// Whether a right holds over a live object, about a user's authorization where one is named.
    fn ask_of(&self, right: Right, address: &Address, user: Option<&str>) -> Result<Facts, BrokerError> {
        // Before it is looked up: who may do such a thing to nothing learns nothing.
        self.ask(right)?;
        let facts = self.facts(address)?.ok_or_else(|| not_there(address))?;
        let judged = self.may(right, Some(&facts.about(user)));
        judged.map_err(|denied| self.deny(right, Some(address), denied)).map(|()| facts)
    }

    fn facts(&self, address: &Address) -> Result<Option<Facts>, BrokerError> {
        Ok(self.broker.store.read()?.object(address)?.as_ref().map(Facts::of))
    }

    /// A refusal, written down unless it was about reading. What is hidden is not there.
    fn deny(&self, right: Right, address: Option<&Address>, denied: Denied) -> BrokerError {
        let refusal = match (denied, address) {
            (Denied::Hidden, Some(address)) => not_there(address),
            (denied, _) => BrokerError::Forbidden(denied),
        };
        if matches!(right, Right::See | Right::Plan) {
            return refusal;
        }
        let mut entry = self.broker.entry(&self.actor, "ask", address);
        entry.detail.insert("right".to_owned(), right.word().to_owned());
        let audited: Result<(), BrokerError> = self.broker.audited(entry, |_, _| Err(refusal));
        audited.expect_err("the work is the refusal")
    }
}

fn not_there(address: &Address) -> BrokerError {
    BrokerError::NotFound { address: address.clone() }
}
