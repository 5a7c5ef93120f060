//! The served broker over real sockets: its life, who may what, consent in a browser, hostile requests, and that every answer
//! is one that the OpenAPI document shows.

mod access;
mod consent;
mod contract;
mod hostile;
mod life;
mod stopping;

pub(crate) use consent::Browser;
pub(crate) use contract::holds;

use bowline::broker::{Actor, Broker, DefaultServices, Surroundings, TokenWanted, UserWanted};
use bowline::clock::{Clock, Random};
use bowline::embedded::Guarded;
use bowline::resource::Service;
use bowline::resource::access::{Principal, PrincipalKind, Role, TokenScope};
use bowline::secret::Secret;
use bowline::server::{Limits, Options, Running, Upkeep, start};
use bowline::store::SqliteStore;
use bowline::upstream::Policy;
use bowline::vault::Keyring;
use bowline::wire::Clear;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use url::Url;

/// A server on a free port, with data that is gone with it.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) base: String,
    /// An administrator's token.
    pub(crate) admin: String,
    broker: Arc<Broker>,
    client: reqwest::blocking::Client,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        Server::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Server::kept_up(limits, Upkeep::default())
    }

    pub(crate) fn kept_up(limits: Limits, upkeep: Upkeep) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Now);
        let surroundings = Surroundings {
            clock: Arc::clone(&clock),
            random: Arc::new(Chance),
            services: Arc::new(NoServices),
            outward: Arc::new(Guarded::new(Policy { loopback: true, ..Policy::default() }).expect("a client")),
        };
        let store = SqliteStore::in_memory().expect("a store");
        let broker = Arc::new(Broker::open(Box::new(store), Keyring::generate(&Chance), surroundings).expect("a broker"));
        let admin = broker.first_administrator("admin").expect("somebody").expect("nobody was there");
        let options = Options {
            listen: "127.0.0.1:0".parse().expect("an address"),
            public_url: Url::parse("http://127.0.0.1:0").expect("a URL"),
            broker: Arc::clone(&broker),
            clock,
            random: Arc::new(Chance),
            limits,
            works: true,
            upkeep,
        };
        let running = start(options).expect("it starts");
        let base = format!("http://{}", running.address);
        let client = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.timeout(Duration::from_secs(20)).build().expect("a client");
        Server { running, base, admin: Clear(admin.text).text().to_owned(), broker, client }
    }

    /// Somebody new, with a token of these scopes.
    pub(crate) fn somebody(&self, name: &str, kind: PrincipalKind, role: Role, scopes: &[TokenScope]) -> String {
        let actor = Actor { name: "admin".to_owned() };
        self.broker.put_user(&actor, UserWanted { name, kind, title: "", role, disabled: false }).expect("a user");
        let scopes = scopes.iter().copied().collect();
        let wanted = TokenWanted { user: name, title: "", scopes, projects: None, life: None };
        Clear(self.broker.new_token(&actor, wanted).expect("a token").text).text().to_owned()
    }

    /// Whom a token is of.
    pub(crate) fn principal(&self, token: &str) -> Principal {
        self.broker.authenticate(&Secret::new(token.to_owned())).expect("it is good")
    }

    /// Everything that a person of a role can do.
    pub(crate) fn person(&self, name: &str, role: Role) -> String {
        let scopes: Vec<TokenScope> = TokenScope::ALL.into_iter().filter(|scope| *scope != TokenScope::Impersonate).collect();
        self.somebody(name, PrincipalKind::Person, role, &scopes)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, token: Option<&str>, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let method = request.try_clone().and_then(|request| request.build().ok()).map(|request| request.method().to_string());
        let answer = request.send().expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let reply = Reply { status, headers, text: answer.text().expect("its text") };
        contract::holds(&method.unwrap_or_default(), path, &reply);
        reply
    }

    /// As the administrator, below `/api/v1`.
    pub(crate) fn api(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Reply {
        self.ask(method, &format!("/api/v1{path}"), Some(&self.admin), headers, body.as_ref())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.api("GET", path, &[], None)
    }

    pub(crate) fn create(&self, path: &str, body: Value) -> Reply {
        self.api("PUT", path, &[("if-none-match", "*")], Some(body))
    }
}

pub(crate) struct Now;

impl Clock for Now {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

pub(crate) struct Chance;

impl Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        use std::io::Read as _;
        std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(bytes)).expect("randomness");
    }
}

struct NoServices;

impl DefaultServices for NoServices {
    fn service(&self, _: &str, _: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}
