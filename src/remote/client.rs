//! One request to the API and its answer: where it goes, what shows who asks, and whether it may be sent again.

use super::credential::Credential;
use super::error::CallError;
use crate::clock::Clock;
use crate::oauth::retry_after;
use crate::text::{is_unreserved, percent_encoded};
use crate::upstream::{Limits, Net, Policy, Request, Response, Upstream, UpstreamError};
use crate::wire::{API, Method, Operation, PROBLEM, Problem, header, route};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// A call of a connection may take forty seconds on its own.
const LIMITS: Limits = Limits { total: Duration::from_secs(90), body: 512 << 20 };
/// Tries of one request, the first included.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// No wait is longer, whatever the answer asks for: a person sits in front of it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// In the place of a fence: there is none.
const NO_FENCE: u64 = u64::MAX;

/// A served broker.
pub struct Http {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    /// As it was declared, without a slash at its end.
    base: String,
    upstream: Upstream,
    credential: Credential,
    clock: Arc<dyn Clock>,
    /// Of the lease that is held; every write carries it.
    fence: AtomicU64,
}

/// The address of an API cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadApi {
    #[error("`{0}` is not the address of an API")]
    NotAUrl(String),
    #[error("`{0}` would send the token unencrypted: only https is allowed, and http to this machine")]
    Plain(String),
    #[error("could not prepare the HTTP client")]
    Client(#[from] UpstreamError),
}

/// What is asked for.
pub(super) struct Ask<'a> {
    pub operation: Operation,
    /// For the placeholders of the path.
    pub names: Vec<(&'a str, String)>,
    pub query: Vec<(&'a str, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Vec<u8>>,
    /// Whether sending it twice does it once: what only reads, and what has a key.
    pub repeatable: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn new(operation: Operation) -> Self {
        let repeatable = route(operation).method == Method::Get;
        Ask { operation, names: Vec::new(), query: Vec::new(), headers: Vec::new(), body: None, repeatable }
    }

    pub(super) fn name(mut self, placeholder: &'a str, name: impl Into<String>) -> Self {
        self.names.push((placeholder, name.into()));
        self
    }

    pub(super) fn query(mut self, name: &'a str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).expect("bodies of the API are JSON"));
        self
    }

    pub(super) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }
}

impl Http {
    /// A broker at an address such as `https://connections.example.com`. Its host is the operator's word: it may be in a
    /// private network.
    pub fn new(api: &str, credential: Credential, clock: Arc<dyn Clock>, extra_roots: Vec<Vec<u8>>) -> Result<Self, BadApi> {
        let url = Url::parse(api).ok().filter(|url| url.host().is_some()).ok_or_else(|| BadApi::NotAUrl(api.to_owned()))?;
        let everywhere: Vec<Net> = ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("both are networks")).into();
        let upstream = Upstream::new(Policy { loopback: true, allowed: everywhere, extra_roots, ..Policy::default() })?;
        upstream.check(&url).map_err(|_| BadApi::Plain(api.to_owned()))?;
        let base = api.trim_end_matches('/');
        let base = base.strip_suffix(API).unwrap_or(base).to_owned();
        Ok(Http { inner: Arc::new(Inner { base, upstream, credential, clock, fence: AtomicU64::new(NO_FENCE) }) })
    }

    /// The address, for people.
    pub fn api(&self) -> &str {
        &self.inner.base
    }
}

impl Inner {
    pub(super) fn hold(&self, fence: Option<u64>) {
        self.fence.store(fence.unwrap_or(NO_FENCE), Ordering::SeqCst);
    }

    pub(super) fn fence(&self) -> Option<u64> {
        Some(self.fence.load(Ordering::SeqCst)).filter(|fence| *fence != NO_FENCE)
    }

    /// Asks, and reads the answer's body.
    pub(super) fn ask<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, CallError> {
        let answer = self.answer(ask)?;
        serde_json::from_slice(answer.body()).map_err(|error| self.odd(&answer, &format!("its body does not fit: {error}")))
    }

    /// Asks for something whose answer has no body.
    pub(super) fn tell(&self, ask: &Ask<'_>) -> Result<(), CallError> {
        self.answer(ask).map(drop)
    }

    /// Asks until there is an answer that stays, where asking again is safe; waits in between, longer each time.
    fn answer(&self, ask: &Ask<'_>) -> Result<Response, CallError> {
        let mut wait = FIRST_WAIT;
        let mut renewed = false;
        for again in 1.. {
            let (error, retry_after) = match self.once(ask) {
                Ok(answer) => return Ok(answer),
                Err(refused) => refused,
            };
            if is_unauthenticated(&error) && !renewed && self.credential.forget() {
                renewed = true;
                continue;
            }
            let safe = ask.repeatable || was_not_begun(&error);
            if again >= TRIES || !safe || !error.may_pass() {
                return Err(error);
            }
            std::thread::sleep(retry_after.unwrap_or(wait).min(LONGEST_WAIT));
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        unreachable!("the loop ends by itself")
    }

    /// One request. A failure comes with how long the answer asks to wait.
    fn once(&self, ask: &Ask<'_>) -> Result<Response, (CallError, Option<Duration>)> {
        let request = self.request(ask).map_err(|error| (error, None))?;
        let unreachable = |source| (CallError::Unreachable { api: self.base.clone(), source }, None);
        let answer = self.upstream.send(request, LIMITS).map_err(unreachable)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err((self.refusal(&answer), retry_after(answer.headers(), self.clock.now())))
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request, CallError> {
        let row = route(ask.operation);
        let mut path = row.path.clone();
        for (placeholder, name) in &ask.names {
            path = path.replace(&format!("{{{placeholder}}}"), &segment(name));
        }
        let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&ask.query).finish();
        let question = if query.is_empty() { "" } else { "?" };
        let token = self.credential.token(&self.base, &self.upstream)?;
        let mut request = http::Request::builder()
            .method(row.method.word())
            .uri(format!("{}{path}{question}{query}", self.base))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", token.expose()));
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let (Some(fence), true) = (self.fence(), row.parameters.iter().any(|one| one.name == header::FENCE)) {
            request = request.header(header::FENCE, fence.to_string());
        }
        if ask.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let bad = |error: http::Error| CallError::Odd { api: self.base.clone(), status: 0, why: error.to_string() };
        request.body(ask.body.clone().unwrap_or_default()).map_err(bad)
    }

    fn refusal(&self, answer: &Response) -> CallError {
        let media = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media.starts_with(PROBLEM) {
            return self.odd(answer, "there is no problem in the answer");
        }
        match serde_json::from_slice::<Problem>(answer.body()) {
            // The status is the proxy's or the server's own word; a body that says otherwise is believed in nothing.
            Ok(problem) if problem.status == answer.status().as_u16() => CallError::Problem(Box::new(problem)),
            Ok(_) => self.odd(answer, "the problem names another status"),
            Err(error) => self.odd(answer, &error.to_string()),
        }
    }

    fn odd(&self, answer: &Response, why: &str) -> CallError {
        CallError::Odd { api: self.base.clone(), status: answer.status().as_u16(), why: why.to_owned() }
    }
}

/// A name as one segment of a path (RFC 3986 section 3.3).
fn segment(name: &str) -> String {
    percent_encoded(name, |byte| is_unreserved(byte) || b":@".contains(&byte))
}

fn is_unauthenticated(error: &CallError) -> bool {
    error.problem().is_some_and(|problem| problem.status == 401)
}

/// Whether the API cannot have begun with it.
fn was_not_begun(error: &CallError) -> bool {
    match error {
        CallError::Unreachable { source: UpstreamError::NotSent(_), .. } => true,
        CallError::Problem(problem) => matches!(problem.status, 429),
        CallError::Unreachable { .. } | CallError::Odd { .. } | CallError::NoToken { .. } | CallError::NoCredential { .. } => false,
    }
}
