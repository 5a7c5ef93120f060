//! Table tests of the flows, without a network: what is sent, what is refused before anything is sent, what each answer means.

mod account;
mod answers;
mod consent;
mod oauth1_vectors;
mod proofs;
mod quirks;
mod renewal;
mod revocation;
mod tokens;

use super::*;
use crate::clock::Random;
use crate::resource::{Name, Scope, ScopeDelimiter};
use crate::secret::Secret;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// Bytes that differ from one call to the next.
#[derive(Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// A server that answers from a list and remembers what it was asked.
struct Scripted {
    answers: RefCell<VecDeque<Result<HttpResponse, SendError>>>,
    seen: RefCell<Vec<HttpRequest>>,
    random: Counting,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Result<HttpResponse, SendError>>) -> Self {
        Scripted { answers: RefCell::new(answers.into_iter().collect()), seen: RefCell::default(), random: Counting::default() }
    }

    fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        self.seen.borrow_mut().push(request);
        self.answers.borrow_mut().pop_front().expect("no more requests than answers")
    }

    fn with<T>(&self, now: SystemTime, step: impl FnOnce(&Outside) -> T) -> T {
        step(&Outside { now, random: &self.random, send: &|request| self.send(request) })
    }

    fn count(&self) -> usize {
        self.seen.borrow().len()
    }

    /// The form of the request at a place in the order.
    fn form(&self, at: usize) -> BTreeMap<String, String> {
        let seen = self.seen.borrow();
        url::form_urlencoded::parse(seen[at].body()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    fn uri(&self, at: usize) -> String {
        self.seen.borrow()[at].uri().to_string()
    }

    fn header(&self, at: usize, name: &str) -> Option<String> {
        self.seen.borrow()[at].headers().get(name).map(|value| value.to_str().expect("text").to_owned())
    }
}

fn answer(status: u16, content_type: &str, body: &str) -> Result<HttpResponse, SendError> {
    let response = http::Response::builder().status(status).header("content-type", content_type).body(body.as_bytes().to_vec());
    Ok(response.expect("a good answer"))
}

fn json(status: u16, body: &str) -> Result<HttpResponse, SendError> {
    answer(status, "application/json", body)
}

/// A moment in January 2027.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn scopes(words: &[&str]) -> BTreeSet<Scope> {
    words.iter().map(|word| Scope((*word).to_owned())).collect()
}

fn words(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn provider() -> Provider {
    let declared = serde_json::json!({
        "authorize_url": "https://login.example.com/authorize?access_type=offline",
        "token_url": "https://login.example.com/token",
        "revoke_url": "https://login.example.com/revoke",
        "scope_delimiter": "space",
    });
    let declared = serde_json::from_value(declared).expect("a service");
    let client = ClientSecrets { id: "bowline".to_owned(), secret: Some(secret("client-canary")), private_key: None };
    Provider::of(&declared, client).expect("it can be used")
}

fn asked() -> Asked {
    Asked {
        scopes: scopes(&["read", "write"]),
        redirect_uri: url("https://bowline.example.net/callback/crm"),
        user: "nadia".to_owned(),
        connection: Name::new("crm_read"),
        service: Name::new("crm"),
    }
}

/// A consent that was begun, and the state in its link.
fn begun(provider: &Provider) -> (Url, Pending, String) {
    let (link, pending) = begin(provider, asked(), &Counting::default(), now()).expect("it can begin");
    let state = query(&link)["state"].clone();
    (link, pending, state)
}

fn query(url: &Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn callback(parameters: &[(&str, &str)]) -> Callback {
    let mut url = url("https://bowline.example.net/callback/crm");
    url.query_pairs_mut().extend_pairs(parameters);
    Callback::arrived(&url, "nadia").expect("it can be read")
}

/// A set as a good server gives it.
fn token_set(provider: &Provider) -> TokenSet {
    TokenSet {
        access: secret("access-canary"),
        refresh: Some(secret("refresh-canary")),
        refresh_since: now(),
        token_type: "Bearer".to_owned(),
        obtained_at: now(),
        expires_at: Some(now() + Duration::from_secs(3600)),
        granted: scopes(&["read"]),
        extra: BTreeMap::from([("api_domain".to_owned(), "https://api.example.com".to_owned())]),
        issued_by: IssuedBy { token_url: provider.token_url.to_string(), client_id: provider.client_id.clone(), host: None },
    }
}
