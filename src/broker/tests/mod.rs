//! The use-cases against an in-memory store: a small estate, and a caller that is short to write.

mod access;
mod applications;
mod audit;
mod calls;
mod consent;
mod defaults;
mod faults;
mod leases;
mod once;
mod people;
mod renewal;
mod replicas;
mod rules;
mod service;

use super::{Actor, Broker, BrokerError, Call, DefaultServices, Expect, Put, Surroundings};
use crate::clock::{FixedClock, Random};
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, ConnectionState, Name, Resource, SecretPath, Service};
use crate::secret::Secret;
use crate::store::conformance::noon;
use crate::store::fault::{FaultStore, Fuse};
use crate::store::{Answer, Authorization, Object, SqliteStore, Store};
use crate::vault::Keyring;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const CANARY: &str = "canary-7f3a";
const PROJECT: &str = "cold_chain";

struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A catalogue of one: `slack`, whose host depends on a parameter.
struct Slack;

impl DefaultServices for Slack {
    fn service(&self, name: &str, parameters: &BTreeMap<String, String>) -> Option<Service> {
        let host = parameters.get("host").map_or("slack.com", String::as_str);
        (name == "slack").then(|| match resource("services.slack", oauth2("authorization_code", &[], &[host])) {
            Resource::Service(service) => service,
            Resource::Connection(_) | Resource::Webhook(_) | Resource::Function(_) => unreachable!("the address says service"),
        })
    }
}

struct World {
    broker: Broker,
    /// The store below the fuse.
    store: Arc<dyn Store>,
    fuse: Arc<Fuse>,
    actor: Actor,
}

/// Parts of a call, by project unless said otherwise.
#[derive(Clone, Copy, Default)]
struct How<'a> {
    by_hand: bool,
    project: Option<&'a str>,
    key: Option<&'a str>,
    /// The revision to expect; without one whatever is there.
    etag: Option<&'a str>,
    create: bool,
    fence: Option<u64>,
}

/// A clock that stands still, a catalogue of one, and nobody outside.
fn alone() -> Surroundings {
    let outward = Arc::new(service::Service1::default());
    Surroundings { clock: Arc::new(FixedClock(noon())), random: Arc::new(Sevens), services: Arc::new(Slack), outward }
}

fn at(address: &str) -> Address {
    address.parse().expect("the test writes addresses")
}

fn resource(address: &str, body: Value) -> Resource {
    Resource::deserialize(at(address).kind, body).expect("the test's body has its kind's shape")
}

fn oauth2(grant: &str, scopes: &[&str], hosts: &[&str]) -> Value {
    let scopes: BTreeMap<&str, &str> = scopes.iter().map(|scope| (*scope, "")).collect();
    json!({ "name": "O", "auth": { "type": "oauth2", "grant": grant, "token_url": "https://auth.example.com/token", "scopes": scopes }, "hosts": hosts })
}

fn api_key() -> Value {
    json!({ "name": "K", "auth": { "type": "api_key", "parameters": { "X-Key": "Key" } }, "hosts": ["api.example.com"] })
}

fn keyed(env: &str) -> Value {
    json!({ "name": "C", "service": "keys", "credentials": { "X-Key": { "env": env } } })
}

fn hook(connection: &str) -> Value {
    json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": connection } })
}

impl World {
    fn new() -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().expect("memory is there"));
        let fuse: Arc<Fuse> = Arc::default();
        let faulty = FaultStore { inner: store.clone(), fuse: fuse.clone() };
        let broker = Broker::open(Box::new(faulty), Keyring::generate(&Sevens), alone()).expect("the store is new");
        World { broker, store, fuse, actor: Actor { name: "ada".to_owned() } }
    }

    /// `services.keys` with the connected `connections.c`, and `webhooks.w` that it signs.
    fn furnished() -> Self {
        let world = World::new();
        world.put("services.keys", api_key()).expect("allowed");
        world.put_with("connections.c", keyed("K"), How::default(), &[("/credentials/X-Key", CANARY)]).expect("allowed");
        world.authorize("connections.c").expect("allowed");
        world.put("webhooks.w", hook("c")).expect("allowed");
        world
    }

    fn call<'a>(&'a self, how: How<'a>) -> Call<'a> {
        let expect = match how.etag {
            _ if how.create => Expect::Absent,
            Some(etag) => Expect::Revision(crate::resource::Etag(etag.to_owned())),
            None => Expect::Whatever,
        };
        let project = if how.by_hand { None } else { how.project.or(Some(PROJECT)) };
        Call { actor: &self.actor, project, key: how.key, expect, fence: how.fence }
    }

    fn put(&self, address: &str, body: Value) -> Result<Answer, BrokerError> {
        self.put_with(address, body, How::default(), &[])
    }

    fn put_with(&self, address: &str, body: Value, how: How<'_>, secrets: &[(&str, &str)]) -> Result<Answer, BrokerError> {
        self.put_script(address, body, how, secrets, None)
    }

    fn put_script(
        &self,
        address: &str,
        body: Value,
        how: How<'_>,
        secrets: &[(&str, &str)],
        script: Option<&str>,
    ) -> Result<Answer, BrokerError> {
        let secrets: BTreeMap<SecretPath, Secret<String>> =
            secrets.iter().map(|(path, value)| (SecretPath((*path).to_owned()), Secret::new((*value).to_owned()))).collect();
        let put = Put { resource: &resource(address, body), secrets: &secrets, script };
        self.broker.put(&self.call(how), &at(address), put)
    }

    fn delete(&self, address: &str) -> Result<Answer, BrokerError> {
        self.broker.delete(&self.call(How::default()), &at(address))
    }

    fn authorize(&self, address: &str) -> Result<Answer, BrokerError> {
        self.broker.authorize(&self.call(How::default()), &at(address))
    }

    fn revoke(&self, address: &str) -> Result<Answer, BrokerError> {
        self.broker.revoke(&self.call(How::default()), &at(address))
    }

    fn detach(&self, address: &str) -> Result<Answer, BrokerError> {
        self.broker.detach(&self.call(How::default()), &at(address))
    }

    fn attach(&self, address: &str) -> Result<Answer, BrokerError> {
        self.broker.attach(&self.call(How::default()), &at(address))
    }

    fn object(&self, address: &str) -> Option<Object> {
        self.store.read().and_then(|read| read.object(&at(address))).expect("the store can be read")
    }

    /// As if somebody had consented.
    fn grant(&self, connection: &str, user: &str) {
        let mut tx = self.store.begin().expect("the store can be written");
        let (connection, user) = (Name::new(connection), user.to_owned());
        let state = ConnectionState::Connected;
        tx.put_authorization(&Authorization { connection, user, state, message: String::new(), application: None, updated: noon() })
            .expect("it is there");
        tx.commit().expect("the store can be written");
    }

    fn audit_lines(&self) -> Vec<(String, String)> {
        let lines = self.store.read().and_then(|read| read.audit(0, 1000)).expect("the store can be read");
        lines.into_iter().map(|line| (line.entry.action, line.entry.outcome)).collect()
    }
}

/// The rule that refused.
fn refusal(result: Result<Answer, BrokerError>) -> Refusal {
    match result {
        Err(BrokerError::Refused { refusal, .. }) => refusal,
        other => panic!("it should have been refused by a rule: {other:?}"),
    }
}
