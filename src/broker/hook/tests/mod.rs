//! The queue against a clock that is moved by hand and a courier that answers as a test says.

mod crash;
mod filling;
mod keeping;
mod replicas;
mod trying;

use super::*;
use crate::broker::{Actor, Broker, Call, DefaultServices, Expect, Inbound, Outbound, Outward, OutwardError, Put, Surroundings};
use crate::clock::{Clock, Random};
use crate::oauth::{HttpRequest, HttpResponse, SendError};
use crate::resource::{Address, ConnectionState, Name, Resource, SecretPath, Service};
use crate::secret::Secret;
use crate::store::conformance::noon;
use crate::store::fault::{FaultStore, Fuse};
use crate::store::{Authorization, Delivery, SqliteStore, Store};
use crate::vault::Keyring;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        // The machine's clock shows fractions too, which the store does not keep.
        noon() + Duration::from_secs(self.0.load(Ordering::SeqCst)) + Duration::from_millis(250)
    }
}

/// Different bytes at every call, the same on every run.
struct Dice(AtomicU64);

impl Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        let roll = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        bytes.iter_mut().zip(roll.to_be_bytes().iter().cycle()).for_each(|(byte, roll)| *byte = *roll);
    }
}

struct NoServices;

impl DefaultServices for NoServices {
    fn service(&self, _name: &str, _parameters: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

/// The network: answers every call with the request's own headers.
#[derive(Default)]
struct Wire {
    sent: Mutex<Vec<HttpRequest>>,
}

impl Outward for Wire {
    fn token_call(&self, _request: HttpRequest) -> Result<HttpResponse, SendError> {
        Err(SendError::NotSent("there is no authorization server".to_owned()))
    }

    fn call(&self, outbound: Outbound, _body_cap: u64) -> Result<Inbound, OutwardError> {
        let seen: Vec<String> =
            outbound.request.headers().iter().map(|(name, value)| format!("{name}={}", value.to_str().expect("ASCII"))).collect();
        let refuses = outbound.request.uri().path() == "/down";
        self.sent.lock().expect("no panic").push(outbound.request);
        if refuses {
            return Err(OutwardError::NotSent("nobody listens".to_owned()));
        }
        Ok(http::Response::new(seen.join(" ").into_bytes()))
    }
}

/// What a courier was handed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sent {
    connection: Option<String>,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Sent {
    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

type Answering = dyn Fn(&Sent) -> Result<Reply, Undelivered> + Send + Sync;

struct Double {
    answer: Box<Answering>,
    sent: Mutex<Vec<Sent>>,
}

impl Double {
    fn new(answer: impl Fn(&Sent) -> Result<Reply, Undelivered> + Send + Sync + 'static) -> Self {
        Double { answer: Box::new(answer), sent: Mutex::default() }
    }

    /// Always the same status.
    fn status(status: u16) -> Self {
        Double::new(move |_| Ok(reply(status)))
    }

    fn sent(&self) -> Vec<Sent> {
        self.sent.lock().expect("no test panics with it").clone()
    }
}

impl Courier for Double {
    fn carry(&self, parcel: Parcel) -> Result<Reply, Undelivered> {
        let connection = parcel.connection.as_ref().map(Name::to_string);
        let request = parcel.call.into_request().expect("the call can be put into a request");
        let text = |value: &http::HeaderValue| value.to_str().expect("headers are ASCII").to_owned();
        let sent = Sent {
            connection,
            url: request.uri().to_string(),
            headers: request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: String::from_utf8(request.body().clone()).expect("bodies are text"),
        };
        self.sent.lock().expect("no test panics with it").push(sent.clone());
        (self.answer)(&sent)
    }
}

fn reply(status: u16) -> Reply {
    Reply { status, retry_after: None, body: String::new() }
}

/// A broker with webhooks to call, and everything that moves it.
struct Post {
    broker: Broker,
    store: Arc<dyn Store>,
    fuse: Arc<Fuse>,
    clock: Arc<Hands>,
    outward: Arc<Wire>,
    actor: Actor,
    stop: AtomicBool,
}

fn at(address: &str) -> Address {
    address.parse().expect("the test writes addresses")
}

impl Post {
    fn new() -> Self {
        Post::on(Arc::new(SqliteStore::in_memory().expect("memory is there")))
    }

    fn on(store: Arc<dyn Store>) -> Self {
        let (clock, fuse) = (Arc::new(Hands(AtomicU64::new(0))), Arc::<Fuse>::default());
        let faulty = FaultStore { inner: store.clone(), fuse: fuse.clone() };
        let keyring = Keyring::parse(&Secret::new("07".repeat(32))).expect("it is a key");
        let outward = Arc::new(Wire::default());
        let random = Arc::new(Dice(AtomicU64::new(7)));
        let surroundings = Surroundings { clock: clock.clone(), random, services: Arc::new(NoServices), outward: outward.clone() };
        let broker = Broker::open(Box::new(faulty), keyring, surroundings).expect("the key fits");
        Post { broker, store, fuse, clock, outward, actor: Actor { name: "ada".to_owned() }, stop: AtomicBool::new(false) }
    }

    fn put(&self, address: &str, body: Value, secrets: &[(&str, &str)]) {
        let secrets: BTreeMap<SecretPath, Secret<String>> =
            secrets.iter().map(|(path, value)| (SecretPath((*path).to_owned()), Secret::new((*value).to_owned()))).collect();
        let resource = Resource::deserialize(at(address).kind, body).expect("the test's body has its kind's shape");
        let call = Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
        self.broker.put(&call, &at(address), Put { resource: &resource, secrets: &secrets, script: None }).expect("allowed");
    }

    /// `webhooks.door`, of the general type.
    fn with_door() -> Self {
        let post = Post::new();
        post.put("webhooks.door", door(), &[]);
        post
    }

    /// `webhooks.roof`, signed by a connection that nobody has connected.
    fn put_roof(&self) {
        let service = json!({ "name": "K", "auth": { "type": "api_key", "parameters": { "K": "Key" } }, "hosts": ["roof.example"] });
        self.put("services.keys", service, &[]);
        self.put(
            "connections.c",
            json!({ "name": "C", "service": "keys", "credentials": { "K": { "env": "K" } } }),
            &[("/credentials/K", keeping::CANARY)],
        );
        self.put("webhooks.roof", json!({ "name": "Roof", "url": "https://roof.example/", "auth": { "connection": "c" } }), &[]);
    }

    fn connect(&self, state: ConnectionState) {
        let mut tx = self.store.begin().expect("the store can be written");
        let (connection, user) = (Name::new("c"), String::new());
        tx.put_authorization(&Authorization { connection, user, state, message: String::new(), application: None, updated: noon() })
            .expect("it is there");
        tx.commit().expect("the store can be written");
    }

    fn trigger(&self, webhook: &str) -> Delivery {
        let event = json!({ "alarm": { "device": "north gate" } });
        self.broker.trigger(&self.actor, &Name::new(webhook), &event, None).expect("the event fills it")
    }

    fn outing<'a>(&'a self, courier: &'a dyn Courier) -> Outing<'a> {
        Outing { actor: &self.actor, courier, stop: &self.stop }
    }

    fn deliver(&self, courier: &dyn Courier) -> Tally {
        self.broker.deliver_due(&self.outing(courier), &mut |_| {}).expect("the store works")
    }

    fn shown(&self, id: &str) -> Shown {
        self.broker.delivery(id).expect("the store can be read").expect("it is there")
    }

    fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }
}

fn door() -> Value {
    json!({ "name": "Door", "url": "https://door.example/${alarm.device}", "body": { "json": { "text": "Open: ${alarm.device}" } } })
}
