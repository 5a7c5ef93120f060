//! A service that is not there: an authorization server that rotates and notices reuse, and an API that knows its tokens.

use super::*;
use crate::broker::{Inbound, Outbound, Outward, OutwardError, Surroundings};
use crate::clock::Clock;
use crate::oauth::{HttpRequest, HttpResponse, SendError};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// A clock that is moved by hand.
pub(super) struct Hands(AtomicU64);

impl Hands {
    pub(super) fn at(time: SystemTime) -> Arc<Self> {
        Arc::new(Hands(AtomicU64::new(time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs())))
    }

    pub(super) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that differ each time.
#[derive(Default)]
pub(super) struct Ticking(AtomicU64);

impl Random for Ticking {
    fn fill(&self, bytes: &mut [u8]) {
        let tick = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (at, byte) in bytes.iter_mut().rev().enumerate() {
            *byte = tick[7 - at.min(7)];
        }
    }
}

/// What goes wrong with one request to the authorization server.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    NotSent,
    /// Obeyed, and the answer is lost.
    Lost,
    Status(u16, Option<&'static str>),
    Body(u16, &'static str),
    /// Obeyed, and the answer is no token.
    Garbage,
}

#[derive(Default)]
struct Inside {
    faults: VecDeque<Fault>,
    refresh: u64,
    access: u64,
    reused: usize,
    requests: Vec<String>,
    calls: Vec<(String, String)>,
    answers: VecDeque<Inbound>,
    subject: Option<&'static str>,
    userinfo: Option<&'static str>,
    granted: Option<&'static str>,
    revoked: Vec<String>,
}

/// The service, and what it was asked.
#[derive(Default)]
pub(super) struct Service1 {
    inside: Mutex<Inside>,
    tokens: AtomicUsize,
    pub(super) slow: AtomicU64,
}

impl Service1 {
    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().expect("nobody panicked with it")
    }

    /// Requests for a token, whatever came of them.
    pub(super) fn token_requests(&self) -> usize {
        self.tokens.load(Ordering::SeqCst)
    }

    pub(super) fn reused(&self) -> usize {
        self.inside().reused
    }

    pub(super) fn fail(&self, fault: Fault) {
        self.inside().faults.push_back(fault);
    }

    /// Nothing more goes wrong that was asked for and did not happen.
    pub(super) fn forgive(&self) {
        self.inside().faults.clear();
    }

    pub(super) fn subject(&self, subject: &'static str) {
        self.inside().subject = Some(subject);
    }

    /// Whom the userinfo endpoint names; nobody until then.
    pub(super) fn userinfo(&self, subject: Option<&'static str>) {
        self.inside().userinfo = subject;
    }

    pub(super) fn grants(&self, scope: &'static str) {
        self.inside().granted = Some(scope);
    }

    pub(super) fn will_answer(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        self.inside().answers.push_back(answer.body(body.as_bytes().to_vec()).expect("a good answer"));
    }

    /// URL and Authorization of every call of the API.
    pub(super) fn calls(&self) -> Vec<(String, String)> {
        self.inside().calls.clone()
    }

    pub(super) fn revoked(&self) -> Vec<String> {
        self.inside().revoked.clone()
    }

    /// The refresh token that is good at the moment.
    pub(super) fn good_refresh(&self) -> String {
        format!("canary-refresh-{}", self.inside().refresh)
    }

    pub(super) fn everything_asked(&self) -> String {
        self.inside().requests.join("\n")
    }

    fn token(&self, form: &BTreeMap<String, String>) -> HttpResponse {
        let mut inside = self.inside();
        if form.get("grant_type").map(String::as_str) == Some("refresh_token") {
            let good = format!("canary-refresh-{}", inside.refresh);
            if form.get("refresh_token") != Some(&good) {
                inside.reused += 1;
                return json_answer(400, &json!({ "error": "invalid_grant" }));
            }
        }
        (inside.refresh, inside.access) = (inside.refresh + 1, inside.access + 1);
        let mut answer = json!({ "access_token": format!("canary-access-{}", inside.access), "token_type": "Bearer", "expires_in": 3600 });
        if form.get("grant_type").map(String::as_str) != Some("client_credentials") {
            answer["refresh_token"] = json!(format!("canary-refresh-{}", inside.refresh));
        }
        if let Some(scope) = inside.granted {
            answer["scope"] = json!(scope);
        }
        if let Some(subject) = inside.subject {
            use base64::Engine;
            let claims = json!({ "iss": "https://auth.example.com", "sub": subject }).to_string();
            answer["id_token"] = json!(format!("e30.{}.x", base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(claims)));
        }
        json_answer(200, &answer)
    }
}

fn json_answer(status: u16, body: &Value) -> HttpResponse {
    let answer = http::Response::builder().status(status).header("content-type", "application/json");
    answer.body(body.to_string().into_bytes()).expect("a good answer")
}

impl Outward for Service1 {
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(request.body()).into_owned().collect();
        let is_token = request.uri().path() == "/token";
        if is_token {
            self.tokens.fetch_add(1, Ordering::SeqCst);
        }
        std::thread::sleep(Duration::from_millis(self.slow.load(Ordering::SeqCst)));
        let fault = {
            let mut inside = self.inside();
            inside.requests.push(format!("{} {form:?}", request.uri()));
            inside.faults.pop_front()
        };
        let obeyed = || if is_token { self.token(&form) } else { json_answer(200, &json!({})) };
        match fault {
            Some(Fault::NotSent) => Err(SendError::NotSent("nobody is there".to_owned())),
            Some(Fault::Lost) => {
                obeyed();
                Err(SendError::MayHaveBeenSent("the connection broke".to_owned()))
            }
            Some(Fault::Garbage) => {
                obeyed();
                Ok(http::Response::builder().status(200).body(b"<html>".to_vec()).expect("a good answer"))
            }
            Some(Fault::Status(status, after)) => {
                let mut answer = http::Response::builder().status(status);
                if let Some(after) = after {
                    answer = answer.header("retry-after", after);
                }
                Ok(answer.body(Vec::new()).expect("a good answer"))
            }
            Some(Fault::Body(status, body)) => Ok(json_answer(status, &serde_json::from_str(body).expect("the test writes JSON"))),
            None if is_token => Ok(obeyed()),
            None if request.uri().path() == "/userinfo" => Ok(match self.inside().userinfo {
                Some(subject) => json_answer(200, &json!({ "sub": subject })),
                None => json_answer(403, &json!({ "error": "insufficient_scope" })),
            }),
            None => {
                self.inside().revoked.push(form.get("token").cloned().unwrap_or_default());
                Ok(obeyed())
            }
        }
    }

    fn call(&self, outbound: Outbound, _body_cap: u64) -> Result<Inbound, OutwardError> {
        let request = outbound.request;
        let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let mut inside = self.inside();
        inside.calls.push((request.uri().to_string(), authorization.clone()));
        if let Some(answer) = inside.answers.pop_front() {
            return Ok(answer);
        }
        let good = authorization == format!("Bearer canary-access-{}", inside.access);
        Ok(http::Response::builder().status(if good { 200 } else { 401 }).body(b"{}".to_vec()).expect("a good answer"))
    }
}

/// A world whose connections are of services that answer.
pub(super) struct Live {
    pub(super) world: World,
    pub(super) service: Arc<Service1>,
    pub(super) clock: Arc<Hands>,
}

pub(super) fn oauth_service(grant: &str) -> Value {
    json!({
        "name": "O",
        "auth": {
            "type": "oauth2",
            "grant": grant,
            "authorize_url": "https://auth.example.com/authorize",
            "token_url": "https://auth.example.com/token",
            "revoke_url": "https://auth.example.com/revoke",
            "userinfo_url": "https://auth.example.com/userinfo",
            "client_id": "bowline",
            "client_secret": { "env": "SECRET" },
            "scopes": { "read": "", "write": "" },
            "scope_delimiter": "space",
        },
        "hosts": ["api.example.com"],
    })
}

pub(super) fn broker_on(store: Box<dyn Store>, clock: Arc<Hands>, service: Arc<Service1>) -> Broker {
    let surroundings = Surroundings { clock, random: Arc::new(Ticking::default()), services: Arc::new(Slack), outward: service };
    Broker::open(store, Keyring::generate(&Sevens), surroundings).expect("the store can be opened")
}

impl Live {
    /// `services.oauth` with `connections.c`, which waits for a consent, and `connections.each` of login users.
    pub(super) fn new() -> Self {
        Live::on(Arc::new(SqliteStore::in_memory().expect("memory is there")))
    }

    pub(super) fn on(store: Arc<dyn Store>) -> Self {
        let (service, clock, fuse) = (Arc::new(Service1::default()), Hands::at(noon()), Arc::<Fuse>::default());
        let faulty = FaultStore { inner: store.clone(), fuse: fuse.clone() };
        let broker = broker_on(Box::new(faulty), clock.clone(), service.clone());
        let world = World { broker, store, fuse, actor: Actor { name: "ada".to_owned() } };
        let secret = [("/auth/client_secret", "canary-client")];
        world.put_with("services.oauth", oauth_service("authorization_code"), How::default(), &secret).expect("allowed");
        world.put_with("services.own", oauth_service("client_credentials"), How::default(), &secret).expect("allowed");
        let connection = json!({ "name": "C", "service": "oauth", "scopes": ["read", "write"] });
        world.put("connections.c", connection.clone()).expect("allowed");
        let mut each = connection;
        each["use_login_user_credentials"] = json!(true);
        world.put("connections.each", each).expect("allowed");
        Live { world, service, clock }
    }

    /// As [`Live::new`], with `connections.c` connected.
    pub(super) fn connected() -> Self {
        let live = Live::new();
        live.consent("c", None).expect("consented");
        live
    }

    pub(super) fn broker(&self) -> &Broker {
        &self.world.broker
    }

    pub(super) fn state(&self, connection: &str) -> (ConnectionState, String) {
        let reports = self.broker().status().expect("readable");
        let report = reports.into_iter().find(|one| one.address.name.as_str() == connection).expect("it is there");
        (report.state, report.message)
    }

    /// A call of the API, and the status that came back.
    pub(super) fn call(&self, connection: &str, user: Option<&str>) -> Result<u16, BrokerError> {
        call_with(self.broker(), &self.world.actor, connection, user)
    }
}

pub(super) fn call_with(broker: &Broker, actor: &Actor, connection: &str, user: Option<&str>) -> Result<u16, BrokerError> {
    let name = Name::new(connection);
    let outgoing = crate::broker::Outgoing { connection: Some(&name), user, ..outgoing(actor, "https://api.example.com/v1/things") };
    broker.call_out(outgoing).map(|answered| answered.response.status().as_u16())
}

/// A call with `connections.c`.
pub(super) fn outgoing<'a>(actor: &'a Actor, url: &str) -> crate::broker::Outgoing<'a> {
    static C: std::sync::LazyLock<Name> = std::sync::LazyLock::new(|| Name::new("c"));
    crate::broker::Outgoing {
        actor,
        action: "invoke",
        connection: Some(&C),
        user: None,
        method: http::Method::GET,
        url: url.parse().expect("a URL"),
        headers: http::HeaderMap::new(),
        body: crate::oauth::Body::Empty,
        body_cap: 1000,
        patience: crate::broker::PATIENCE,
    }
}
