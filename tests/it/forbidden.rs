//! Whatever the broker opens passes one guard: no door of it leads to an address that is not the internet, by any spelling,
//! name or answer of a resolver. The operator's word is the default one here: loopback is closed too.

use bowline::broker::hook::{Carrier, Outing, Verdict};
use bowline::broker::{
    Actor, Arrival, BODY_CAP, Broker, BrokerError, Call, Consent, DefaultServices, Expect, Inbound, Outbound, Outgoing, Outward,
    OutwardError, PATIENCE, Put, Surroundings,
};
use bowline::clock::{FixedClock, Random};
use bowline::oauth::{Body, HttpRequest, HttpResponse, SendError};
use bowline::resource::{Address, ConnectionState, Name, Resource, SecretPath, Service};
use bowline::secret::Secret;
use bowline::store::SqliteStore;
use bowline::upstream::{Limits, Lookup, Policy, Upstream, UpstreamError};
use bowline::vault::Keyring;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, SystemTime};
use url::Url;

/// A listener on every address of this machine, in the spellings that lead to it.
const SPELLINGS: [&str; 14] = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "0",
    "127.0.0.1.",
    "127．0｡0。1",
    "localhost",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    // What the resolver below answers to: this machine.
    "evil.example",
    "evil.example.",
];

struct Here;

impl Lookup for Here {
    fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(["127.0.0.1", "::1"].map(|address| address.parse().expect("an address")).to_vec())
    }
}

struct Ticking(AtomicU8);

impl Random for Ticking {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(7, Ordering::SeqCst));
    }
}

/// The guarded client with a hostile resolver.
struct Out(Upstream);

impl Outward for Out {
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        self.0.send_alone(request, Limits::OAUTH).map_err(SendError::from)
    }

    fn call(&self, outbound: Outbound, _body_cap: u64) -> Result<Inbound, OutwardError> {
        self.0.send(outbound.request, Limits::OAUTH).map_err(|error| match error {
            UpstreamError::Forbidden(why) => OutwardError::Forbidden(why.to_string()),
            other => OutwardError::NotSent(other.to_string()),
        })
    }
}

struct NoDefaults;

impl DefaultServices for NoDefaults {
    fn service(&self, _: &str, _: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

struct Doors {
    broker: Broker,
    actor: Actor,
}

impl Doors {
    /// Services, connections and a webhook that all point at one base.
    fn to(base: &str, host: &str) -> Doors {
        let surroundings = Surroundings {
            clock: Arc::new(FixedClock(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))),
            random: Arc::new(Ticking(AtomicU8::new(1))),
            services: Arc::new(NoDefaults),
            outward: Arc::new(Out(Upstream::with_lookup(Policy::default(), Arc::new(Here)).expect("a client"))),
        };
        let store = SqliteStore::in_memory().expect("memory is there");
        let keyring = Keyring::generate(&Ticking(AtomicU8::new(1)));
        let broker = Broker::open(Box::new(store), keyring, surroundings).expect("the store is new");
        let doors = Doors { broker, actor: Actor { name: "ada".to_owned() } };
        let oauth2 = |grant: &str| {
            json!({
                "name": "O", "hosts": [host],
                "auth": {
                    "type": "oauth2", "grant": grant, "authorize_url": "https://login.example/authorize", "token_url": format!("{base}/token"),
                    "client_id": "id", "client_secret": { "env": "SECRET" }, "scopes": { "read": "Read" },
                },
            })
        };
        doors.put("services.asked", oauth2("authorization_code"), Some(SecretPath::of(["auth", "client_secret"])));
        doors.put("services.own", oauth2("client_credentials"), Some(SecretPath::of(["auth", "client_secret"])));
        let keys = json!({ "name": "K", "auth": { "type": "api_key", "parameters": { "X-Key": "Key" } }, "hosts": [host] });
        doors.put("services.keys", keys, None);
        doors.put("connections.asked", json!({ "name": "A", "service": "asked", "scopes": ["read"] }), None);
        doors.put("connections.own", json!({ "name": "O", "service": "own", "scopes": ["read"] }), None);
        let keyed = json!({ "name": "K", "service": "keys", "credentials": { "X-Key": { "env": "KEY" } } });
        doors.put("connections.keyed", keyed, Some(SecretPath::of(["credentials", "X-Key"])));
        doors.put("webhooks.hook", json!({ "name": "H", "url": format!("{base}/hook"), "auth": "general" }), None);
        doors
    }

    fn put(&self, at: &str, body: Value, secret: Option<SecretPath>) {
        let at: Address = at.parse().expect("the test writes addresses");
        let resource = Resource::deserialize(at.kind, body).expect("a body of its kind");
        let secrets: BTreeMap<_, _> = secret.into_iter().map(|path| (path, Secret::new("canary".to_owned()))).collect();
        self.broker.put(&self.change(), &at, Put { resource: &resource, secrets: &secrets, script: None }).expect("allowed");
    }

    fn change(&self) -> Call<'_> {
        Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None }
    }

    fn authorize(&self, connection: &str) {
        let at = format!("connections.{connection}").parse().expect("an address");
        self.broker.authorize(&self.change(), &at).expect("what comes of it is a state");
    }

    fn state(&self, connection: &str) -> (ConnectionState, String) {
        let reports = self.broker.status().expect("readable");
        let report = reports.into_iter().find(|one| one.address.name.as_str() == connection).expect("it is there");
        (report.state, report.message)
    }

    fn call(&self, connection: &str, base: &str) -> Result<u16, BrokerError> {
        let outgoing = Outgoing {
            actor: &self.actor,
            action: "invoke",
            connection: Some(&Name::new(connection)),
            user: None,
            method: Method::GET,
            url: Url::parse(&format!("{base}/api")).expect("a URL"),
            headers: HeaderMap::new(),
            body: Body::Empty,
            body_cap: BODY_CAP,
            patience: PATIENCE,
        };
        self.broker.call_out(outgoing).map(|answered| answered.response.status().as_u16())
    }

    /// A code that came back from a consent page is to be redeemed.
    fn redeem(&self) -> BrokerError {
        let (name, redirect_uri) = (Name::new("asked"), Url::parse("http://127.0.0.1:9/callback/asked").expect("a URL"));
        let consent = Consent { actor: &self.actor, connection: &name, user: None, redirect_uri: &redirect_uri, application: None };
        let link = self.broker.begin_consent(consent).expect("a link").link;
        let state = link.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
        let mut back = redirect_uri;
        back.query_pairs_mut().append_pair("code", "canary-code").append_pair("state", &state);
        self.broker
            .redeem(Arrival { actor: &self.actor, is_user: false, url: &back, allow_other_account: false })
            .expect_err("nobody may be asked")
    }

    fn deliver(&self) -> Verdict {
        let carrier = Carrier { broker: &self.broker, actor: &self.actor };
        let outing = Outing { actor: &self.actor, courier: &carrier, stop: &AtomicBool::new(false) };
        let delivery = self.broker.trigger(&self.actor, &Name::new("hook"), &json!({}), None).expect("it is active");
        self.broker.deliver_one(&outing, &delivery.id).expect("it can be worked").expect("it is due").verdict
    }
}

#[test]
fn no_door_of_the_broker_leads_to_a_forbidden_address() {
    let listeners = [TcpListener::bind("127.0.0.1:0").expect("a port is free")];
    let port = listeners[0].local_addr().expect("it is bound").port();
    // The same port by IPv6, where the machine has it.
    let listeners: Vec<TcpListener> = listeners.into_iter().chain(TcpListener::bind(("::1", port))).collect();
    listeners.iter().for_each(|listener| listener.set_nonblocking(true).expect("it can be asked without waiting"));
    for spelling in SPELLINGS {
        let base = format!("https://{spelling}:{port}");
        let url = Url::parse(&base).expect("a URL");
        let doors = Doors::to(&base, url.host_str().expect("a host").trim_matches(['[', ']']));
        let redeemed = doors.redeem().to_string();
        assert!(!redeemed.contains("canary"), "{redeemed}");
        doors.authorize("own");
        let (state, message) = doors.state("own");
        assert!(state == ConnectionState::Error && message.contains("not allowed"), "{spelling}: {state:?} {message}");
        assert!(doors.call("own", &base).is_err(), "{spelling}");
        doors.authorize("keyed");
        let called = doors.call("keyed", &base).expect_err(spelling);
        assert!(matches!(called, BrokerError::Call(OutwardError::Forbidden(_)) | BrokerError::Refused { .. }), "{spelling}: {called}");
        assert_eq!(doors.deliver(), Verdict::Dead, "{spelling}: no try will ever be allowed");
        for listener in &listeners {
            assert!(listener.accept().is_err(), "{spelling} was connected to");
        }
    }
}
