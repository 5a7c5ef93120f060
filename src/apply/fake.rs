//! A platform in memory for tests: it keeps every rule by asking `lifecycle`, checks revisions, answers a repeated order
//! as it did before, and breaks off where a test says.

use super::remote::{Done, IdempotencyKey, Material, MaterialError, Order, Outcome, Remote, RemoteError};
use crate::plan::{Do, Mishap, Rehearsal};
use crate::resource::{Address, Etag, Fingerprint, Live, Observed, Project, SecretPath, Status, ValueFrom};
use crate::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

pub(super) struct FakeRemote<'a> {
    world: Mutex<World<'a>>,
    /// How many orders are carried out before the platform is gone for good.
    lives: Option<usize>,
    /// Whether the last of them is carried out and its answer lost.
    loses_last_answer: bool,
    /// Steps on these objects fail.
    broken: BTreeSet<Address>,
    /// How many orders are carried out before the lease is somebody else's.
    leased_for: Option<usize>,
    /// Every first answer is lost on its way.
    flaky: bool,
}

struct World<'a> {
    rehearsal: Rehearsal<'a>,
    etags: BTreeMap<Address, Etag>,
    secrets: BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>>,
    revision: u64,
    answers: BTreeMap<IdempotencyKey, Done>,
    asked: BTreeMap<IdempotencyKey, usize>,
    carried_out: usize,
    spent: BTreeSet<String>,
}

pub(super) fn fingerprint(value: &str) -> Fingerprint {
    Fingerprint(format!("fp-{}", value.chars().rev().collect::<String>()))
}

impl<'a> FakeRemote<'a> {
    pub(super) fn new(project: &'a Project, observed: &Observed) -> Self {
        let of = |live: &Live| live.etag.clone();
        let world = World {
            rehearsal: Rehearsal::new(project, observed),
            etags: observed.objects.iter().map(|(address, live)| (address.clone(), of(live))).collect(),
            secrets: observed.objects.iter().map(|(address, live)| (address.clone(), live.secrets.clone())).collect(),
            revision: observed.revision,
            answers: BTreeMap::new(),
            asked: BTreeMap::new(),
            carried_out: 0,
            spent: BTreeSet::new(),
        };
        FakeRemote {
            world: Mutex::new(world),
            lives: None,
            loses_last_answer: false,
            broken: BTreeSet::new(),
            leased_for: None,
            flaky: false,
        }
    }

    pub(super) fn dies_after(mut self, orders: usize, loses_last_answer: bool) -> Self {
        (self.lives, self.loses_last_answer) = (Some(orders), loses_last_answer);
        self
    }

    pub(super) fn loses_its_lease_after(self, orders: usize) -> Self {
        FakeRemote { leased_for: Some(orders), ..self }
    }

    pub(super) fn flaky(self) -> Self {
        FakeRemote { flaky: true, ..self }
    }

    pub(super) fn broken(self, address: &Address) -> Self {
        FakeRemote { broken: [address.clone()].into(), ..self }
    }

    pub(super) fn times_asked(&self) -> Vec<usize> {
        self.world.lock().expect("no test panics inside").asked.values().copied().collect()
    }

    fn gone() -> RemoteError {
        RemoteError::Unavailable(Box::new(std::io::Error::other("gone")))
    }
}

impl Remote for FakeRemote<'_> {
    fn observe(&self) -> Result<Observed, RemoteError> {
        let world = self.world.lock().expect("no test panics inside");
        let live = |(address, prop): (&Address, &crate::plan::Prop)| {
            let status = world.rehearsal.webhook_state(address).map_or(prop.status.clone(), Status::Webhook);
            let secrets = world.secrets.get(address).cloned().unwrap_or_default();
            let etag = world.etags[address].clone();
            (address.clone(), Live { resource: prop.resource.clone(), etag, owner: prop.owner.clone(), status, applied: None, secrets })
        };
        Ok(Observed { objects: world.rehearsal.objects().iter().map(live).collect(), revision: world.revision })
    }

    fn fingerprint(&self, values: &[Secret<String>]) -> Result<Option<Vec<Fingerprint>>, RemoteError> {
        Ok(Some(values.iter().map(|value| fingerprint(value.expose())).collect()))
    }

    fn spend(&self, plan_id: &str) -> Result<(), RemoteError> {
        let mut world = self.world.lock().expect("no test panics inside");
        world.revision += 1;
        if world.spent.insert(plan_id.to_owned()) { Ok(()) } else { Err(RemoteError::Spent { at: "before".to_owned() }) }
    }

    fn carry_out(&self, order: &Order<'_>, key: &IdempotencyKey) -> Result<Done, RemoteError> {
        let mut world = self.world.lock().expect("no test panics inside");
        *world.asked.entry(key.clone()).or_default() += 1;
        let first = world.asked[key] == 1;
        if self.lives.is_some_and(|lives| world.carried_out >= lives) {
            return Err(Self::gone());
        }
        if self.leased_for.is_some_and(|orders| world.carried_out >= orders) {
            return Err(RemoteError::LeaseLost { project: order.project.to_owned() });
        }
        if self.broken.contains(order.address) {
            return Err(RemoteError::Invalid("broken".to_owned()));
        }
        if let Some(answer) = world.answers.get(key) {
            return Ok(answer.clone());
        }
        let done = world.carry_out(order)?;
        world.answers.insert(key.clone(), done.clone());
        world.carried_out += 1;
        let died = self.loses_last_answer && self.lives == Some(world.carried_out);
        if died || (self.flaky && first) { Err(Self::gone()) } else { Ok(done) }
    }
}

impl World<'_> {
    fn carry_out(&mut self, order: &Order<'_>) -> Result<Done, RemoteError> {
        let address = order.address;
        if self.etags.get(address) != order.if_match.as_ref() {
            return Err(RemoteError::Stale { address: address.clone() });
        }
        let body = order.body.map(|body| Arc::new(body.clone()));
        self.rehearsal.play(order.action, address, body.as_ref()).map_err(|mishap| match mishap {
            Mishap::Refused(refusal) => RemoteError::Refused(refusal),
            Mishap::NotThere => RemoteError::NotFound { address: address.clone() },
            other => RemoteError::Invalid(other.to_string()),
        })?;
        self.keep_secrets(order);
        self.revision += 1;
        Ok(self.answer(order))
    }

    fn keep_secrets(&mut self, order: &Order<'_>) {
        let Some(body) = order.body else { return };
        let held = self.secrets.entry(order.address.clone()).or_default();
        held.extend(order.secrets.iter().map(|(path, value)| (path.clone(), fingerprint(value.expose()))));
        let named = body.secrets();
        held.retain(|path, _| named.contains_key(path));
    }

    fn answer(&mut self, order: &Order<'_>) -> Done {
        let Some(prop) = self.rehearsal.objects().get(order.address) else {
            self.etags.remove(order.address);
            self.secrets.remove(order.address);
            return Done { etag: None, outcome: Outcome::Done };
        };
        let outcome = match (&prop.status, order.action, self.rehearsal.webhook_state(order.address)) {
            (Status::Connection(status), Do::Authorize, _) => Outcome::Connection(status.state),
            (_, _, Some(state)) => Outcome::Webhook(state),
            (_, _, None) => Outcome::Done,
        };
        let etag = Etag(format!("r{}", self.revision));
        self.etags.insert(order.address.clone(), etag.clone());
        Done { etag: Some(etag), outcome }
    }
}

/// Every reference leads to a value of its own; every script is the same.
pub(super) struct FakeMaterial;

impl Material for FakeMaterial {
    fn secret(&self, from: &ValueFrom) -> Result<Secret<String>, MaterialError> {
        match from {
            ValueFrom::Env(name) if name == "UNSET" => Err(MaterialError::NotSet { name: name.clone() }),
            ValueFrom::Env(_) | ValueFrom::File(_) => Ok(Secret::new(from.to_string())),
        }
    }

    fn script(&self, _path: &str) -> Result<String, MaterialError> {
        Ok("info 1;".to_owned())
    }
}
