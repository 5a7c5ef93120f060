//! A broker beside a sandbox, with a proxy in between that can be told to fail, and a clock that all go by.

use crate::connect::get;
use crate::proxy::Proxy;
use bowline::broker::{
    Actor, Arrival, BODY_CAP, Broker, BrokerError, Call, Consent, DefaultServices, Expect, Inbound, Outbound, Outgoing, Outward,
    OutwardError, Put, Report, Surroundings, ToldOutcome,
};
use bowline::clock::{Clock, Random};
use bowline::embedded::Guarded;
use bowline::oauth::{Body, HttpRequest, HttpResponse, SendError};
use bowline::resource::{Address, Name, Resource, SecretPath, Service};
use bowline::sandbox::{self, Options, Running};
use bowline::secret::Secret;
use bowline::store::open;
use bowline::upstream::{Limits, Policy, Upstream};
use bowline::vault::Keyring;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use url::Url;

/// Seconds for which access tokens are good.
pub(crate) const LIFE: u64 = 3600;
/// How long one request may take, and how long where something is slow on purpose.
const PATIENCE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(600);

/// A clock that is moved by hand.
pub(crate) struct Hands(pub(crate) AtomicU64);

impl Hands {
    pub(crate) fn new() -> Arc<Hands> {
        Arc::new(Hands(AtomicU64::new(1_790_000_000)))
    }

    pub(crate) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Lab {
    pub(crate) sandbox: Running,
    pub(crate) proxy: Proxy,
    pub(crate) clock: Arc<Hands>,
    pub(crate) broker: Broker,
    /// The address of the store, for other processes.
    pub(crate) database: String,
    _folder: Option<TempDir>,
    pub(crate) actor: Actor,
    hurry: Hurry,
}

/// Whether requests are given little time.
type Hurry = Arc<AtomicBool>;

impl Lab {
    /// With `connections.it` connected, and `webhooks.hook` that goes with it.
    pub(crate) fn connected() -> Lab {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = format!("sqlite:{}", folder.path().join("a.db").display());
        Lab { _folder: Some(folder), ..Lab::connected_at(database) }
    }

    /// As [`Lab::connected`], in the store at an address.
    pub(crate) fn connected_at(database: String) -> Lab {
        let clock = Hands::new();
        let sandbox = sandbox::start(Options { auto_consent: true, ..Options::new(clock.clone(), [7; 32]) }).expect("a free port");
        let proxy = Proxy::before(sandbox.base.port().expect("it has one"));
        let hurry = Hurry::default();
        let broker = in_hurry(&database, clock.clone(), hurry.clone());
        let lab = Lab { sandbox, proxy, clock, broker, database, _folder: None, actor: Actor { name: "ada".to_owned() }, hurry };
        lab.declare();
        lab.connect();
        lab
    }

    fn declare(&self) {
        let service = json!({
            "name": "Lab",
            "auth": {
                "type": "oauth2",
                "authorize_url": self.sandbox.url("/oauth/authorize"),
                "token_url": self.proxy.url("/oauth/token"),
                "revoke_url": self.proxy.url("/oauth/revoke"),
                "client_id": "sandbox-basic",
                "client_secret": { "env": "SECRET" },
                "client_authentication": "basic",
                "scope_delimiter": "space",
                "scopes": { "devices.read": "Read", "messages.write": "Write" },
            },
            "hosts": ["127.0.0.1"],
        });
        let secret = Secret::new("sandbox-basic-not-secret".to_owned());
        self.put("services.lab", service, &BTreeMap::from([(SecretPath::of(["auth", "client_secret"]), secret)]));
        let connection = json!({ "name": "It", "service": "lab", "scopes": ["devices.read", "messages.write"] });
        self.put("connections.it", connection, &BTreeMap::new());
        let hook = json!({ "name": "Hook", "url": self.proxy.url("/hooks/hook"), "auth": { "connection": "it" } });
        self.put("webhooks.hook", hook, &BTreeMap::new());
    }

    pub(crate) fn connect(&self) {
        let (name, redirect_uri) = (Name::new("it"), Url::parse("http://127.0.0.1:9/callback/lab").expect("a URL"));
        let consent = Consent { actor: &self.actor, connection: &name, user: None, redirect_uri: &redirect_uri, application: None };
        let mut link = self.broker.begin_consent(consent).expect("a link").link;
        link.query_pairs_mut().append_pair("auto", "allow");
        let answer = get(link.as_str());
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).expect("the browser is sent back");
        let url = Url::parse(location).expect("a URL");
        self.broker.redeem(Arrival { actor: &self.actor, is_user: false, url: &url, allow_other_account: false }).expect("connected");
    }

    fn put(&self, at: &str, body: Value, secrets: &BTreeMap<SecretPath, Secret<String>>) {
        let at: Address = at.parse().expect("the tests write addresses");
        let resource = Resource::deserialize(at.kind, body).expect("a body of its kind");
        let call = Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
        self.broker.put(&call, &at, Put { resource: &resource, secrets, script: None }).expect("allowed");
    }

    /// Does something while requests are given little time.
    pub(crate) fn hurried<T>(&self, work: impl FnOnce() -> T) -> T {
        self.hurry.store(true, Ordering::SeqCst);
        let done = work();
        self.hurry.store(false, Ordering::SeqCst);
        done
    }

    /// A call of the API, and the status that came back.
    pub(crate) fn call(&self) -> Result<u16, BrokerError> {
        self.call_by(&self.broker, Method::GET, "/api/devices")
    }

    pub(crate) fn post(&self) -> Result<u16, BrokerError> {
        self.call_by(&self.broker, Method::POST, "/api/messages")
    }

    pub(crate) fn call_by(&self, broker: &Broker, method: Method, path: &str) -> Result<u16, BrokerError> {
        call_with(broker, &self.actor, method, &self.proxy.url(path))
    }

    /// What the service made of it.
    pub(crate) fn revoke(&self) -> ToldOutcome {
        let call = Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None };
        let at: Address = "connections.it".parse().expect("an address");
        self.broker.revoke_and_tell(&call, &at, None).expect("it is always allowed").1.remove(0).outcome
    }

    pub(crate) fn report(&self) -> Report {
        self.broker.status().expect("readable").into_iter().next().expect("there is one connection")
    }

    /// Refreshes that the sandbox looked at.
    pub(crate) fn refreshes(&self) -> u64 {
        self.sandbox.stats().token_requests.get("refresh_token").copied().unwrap_or_default()
    }
}

pub(crate) fn call_with(broker: &Broker, actor: &Actor, method: Method, url: &str) -> Result<u16, BrokerError> {
    let body = match method {
        Method::POST => json!({ "channel": "#lab", "text": "once" }).to_string().into_bytes(),
        _ => Vec::new(),
    };
    let content_type = (!body.is_empty()).then(|| "application/json".parse().expect("a value"));
    let outgoing = Outgoing {
        actor,
        action: "invoke",
        connection: Some(&Name::new("it")),
        user: None,
        method,
        url: Url::parse(url).expect("a URL"),
        headers: HeaderMap::new(),
        body: if body.is_empty() { Body::Empty } else { Body::Raw { content_type, bytes: body } },
        body_cap: BODY_CAP,
        patience: PATIENCE,
    };
    broker.call_out(outgoing).map(|answered| answered.response.status().as_u16())
}

/// The lab's data as another process opens it.
pub(crate) fn opened(database: &str, clock: Arc<Hands>) -> Broker {
    in_hurry(database, clock, Hurry::default())
}

fn in_hurry(database: &str, clock: Arc<Hands>, hurry: Hurry) -> Broker {
    struct Nines;
    impl Random for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }
    let store = open(&database.parse().expect("it is an address")).expect("the store is there");
    let surroundings =
        Surroundings { clock, random: Arc::new(MachineRandom), services: Arc::new(NoDefaults), outward: Arc::new(Hasty(hurry)) };
    Broker::open(store, Keyring::generate(&Nines), surroundings).expect("the store is ours")
}

/// No two processes may draw the same.
struct MachineRandom;

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the machine has randomness");
    }
}

struct NoDefaults;

impl DefaultServices for NoDefaults {
    fn service(&self, _: &str, _: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

/// The guarded client, which may be in a hurry.
struct Hasty(Hurry);

impl Hasty {
    fn patience(&self) -> Duration {
        if self.0.load(Ordering::SeqCst) { SHORT } else { PATIENCE }
    }
}

/// One for all: its TLS roots take a while to read.
fn clients() -> &'static (Upstream, Guarded) {
    static CLIENTS: OnceLock<(Upstream, Guarded)> = OnceLock::new();
    CLIENTS.get_or_init(|| {
        let policy = Policy { loopback: true, ..Policy::default() };
        (Upstream::new(policy.clone()).expect("a client"), Guarded::new(policy).expect("a client"))
    })
}

impl Outward for Hasty {
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        clients().0.send_alone(request, Limits { total: self.patience(), ..Limits::OAUTH }).map_err(SendError::from)
    }

    fn call(&self, outbound: Outbound, body_cap: u64) -> Result<Inbound, OutwardError> {
        clients().1.call(Outbound { patience: self.patience(), ..outbound }, body_cap)
    }
}
