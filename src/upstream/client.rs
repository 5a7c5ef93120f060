//! Sends one request and reads one answer, within limits. Follows nothing, repeats nothing, decides nothing.

use super::error::UpstreamError;
use super::resolver::{GuardedLookup, LookupError, Resolver};
use super::{Forbidden, Lookup, Policy, SystemLookup, guard};
use http::{HeaderMap, HeaderName, Method, header};
use reqwest::blocking::{Body, Client};
use reqwest::{Certificate, redirect, retry};
use std::error::Error;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::Url;

/// A whole request. It may hold secrets: never print one.
pub type Request = http::Request<Vec<u8>>;

/// A whole answer, decompressed.
pub type Response = http::Response<Vec<u8>>;

const HEADERS_LIMIT: usize = 64 * 1024;
const CHUNK: usize = 16 * 1024;
/// Connections to one host that are kept open for the next calls.
const KEPT: usize = 64;

/// What one call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first look-up to the last byte.
    pub total: Duration,
    /// Bytes of the body after decompression.
    pub body: usize,
}

impl Limits {
    /// Token, revocation and other calls to an authorization server.
    pub const OAUTH: Limits = Limits { total: Duration::from_secs(30), body: 1024 * 1024 };

    /// A call of a connection: the platform gives it 40 seconds.
    pub const fn invoke(body: usize) -> Limits {
        Limits { total: Duration::from_secs(40), body }
    }
}

/// The guarded client. Cheap to clone; one per process is enough.
#[derive(Clone)]
pub struct Upstream(Arc<Inner>);

struct Inner {
    policy: Policy,
    guarded: Arc<GuardedLookup>,
    pooled: Lazy,
    /// Without kept connections: one that the server has just closed would leave it open whether a token was spent.
    fresh: Lazy,
}

/// A client made when it is first used: reading the system's roots takes longer than most commands.
struct Lazy {
    idle: usize,
    client: OnceLock<Client>,
}

impl Lazy {
    fn new(idle: usize) -> Self {
        Lazy { idle, client: OnceLock::new() }
    }

    fn get(&self, inner: &Inner) -> Result<&Client, UpstreamError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = client(&inner.policy, &inner.guarded, self.idle)?;
        Ok(self.client.get_or_init(|| made))
    }
}

impl Upstream {
    pub fn new(policy: Policy) -> Result<Upstream, UpstreamError> {
        Upstream::with_lookup(policy, Arc::new(SystemLookup))
    }

    /// With another resolver than the system's. Its answers are judged all the same.
    pub fn with_lookup(policy: Policy, lookup: Arc<dyn Lookup>) -> Result<Upstream, UpstreamError> {
        let guarded = Arc::new(GuardedLookup { policy: policy.clone(), lookup });
        let inner = Inner { policy, guarded, pooled: Lazy::new(KEPT), fresh: Lazy::new(0) };
        if !inner.policy.extra_roots.is_empty() {
            // What the operator wrote is wrong now, not at the first call.
            inner.fresh.get(&inner)?;
        }
        Ok(Upstream(Arc::new(inner)))
    }

    /// Sends a connection's call or a webhook. A redirect is an answer like any other.
    pub fn send(&self, request: Request, limits: Limits) -> Result<Response, UpstreamError> {
        self.send_over(&self.0.pooled, request, limits)
    }

    /// Sends on a connection of its own, so that a failure before the request is told apart from one after it.
    pub fn send_alone(&self, request: Request, limits: Limits) -> Result<Response, UpstreamError> {
        self.send_over(&self.0.fresh, request, limits)
    }

    /// Whether a URL may be called at all, as far as that can be told without looking its name up.
    pub fn check(&self, url: &Url) -> Result<(), Forbidden> {
        guard::check(&self.0.policy, url)
    }

    fn send_over(&self, client: &Lazy, request: Request, limits: Limits) -> Result<Response, UpstreamError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| Forbidden::NotAUrl)?;
        guard::check(&self.0.policy, &url)?;
        let has_body = !body.is_empty() || [Method::POST, Method::PUT, Method::PATCH].contains(&parts.method);
        let mut call = reqwest::blocking::Request::new(parts.method, url);
        *call.headers_mut() = end_to_end(parts.headers);
        *call.timeout_mut() = Some(limits.total);
        if has_body {
            *call.body_mut() = Some(Body::from(body));
        }
        let answer = client.get(&self.0)?.execute(call).map_err(failure)?;
        read(answer, limits)
    }
}

fn client(policy: &Policy, guarded: &Arc<GuardedLookup>, idle: usize) -> Result<Client, UpstreamError> {
    let setup = |error: reqwest::Error| UpstreamError::Setup(innermost(&error));
    let roots = policy.extra_roots.iter().map(|pem| Certificate::from_pem(pem)).collect::<Result<Vec<_>, _>>().map_err(setup)?;
    Client::builder()
        .user_agent(concat!("bowline/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .dns_resolver(Arc::new(Resolver(Arc::clone(guarded))))
        .connect_timeout(policy.connect_timeout)
        .pool_max_idle_per_host(idle)
        .pool_idle_timeout(Duration::from_secs(30))
        .tls_certs_merge(roots)
        .build()
        .map_err(setup)
}

/// Drops what belongs to one connection, or to the address, and not to the message (RFC 9110 section 7.6.1).
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let always = [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        header::PROXY_AUTHORIZATION,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
    ];
    for name in named.into_iter().chain(always) {
        headers.remove(name);
    }
    headers
}

fn read(mut answer: reqwest::blocking::Response, limits: Limits) -> Result<Response, UpstreamError> {
    let size: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > HEADERS_LIMIT {
        return Err(UpstreamError::TooLarge { part: "header", limit: HEADERS_LIMIT });
    }
    let mut body = Vec::new();
    let mut chunk = [0_u8; CHUNK];
    loop {
        let count = answer.read(&mut chunk).map_err(|error| broken(&error))?;
        if count == 0 {
            break;
        }
        if body.len() + count > limits.body {
            return Err(UpstreamError::TooLarge { part: "body", limit: limits.body });
        }
        body.extend_from_slice(&chunk[..count]);
    }
    let mut response = Response::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

fn failure(error: reqwest::Error) -> UpstreamError {
    if let Some(LookupError::Forbidden(forbidden)) = cause(&error) {
        return UpstreamError::Forbidden(*forbidden);
    }
    let timeout = error.is_timeout();
    let why = if timeout { "the time is up".to_owned() } else { innermost(&error) };
    if error.is_connect() {
        UpstreamError::NotSent(why)
    } else if error.is_builder() {
        UpstreamError::Forbidden(Forbidden::NotAUrl)
    } else {
        UpstreamError::MayHaveBeenSent(why)
    }
}

/// The headers came, so the server has the request.
fn broken(error: &std::io::Error) -> UpstreamError {
    let timed_out = chain(error).any(|error| error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout));
    if timed_out || error.kind() == std::io::ErrorKind::TimedOut {
        return UpstreamError::MayHaveBeenSent("the time is up".to_owned());
    }
    UpstreamError::BadAnswer(innermost(error))
}

fn cause<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The innermost text: the outer ones repeat it or hold the URL.
fn innermost(error: &(dyn Error + 'static)) -> String {
    match chain(error).last() {
        // Only a reqwest error holds the URL.
        Some(last) if last.downcast_ref::<reqwest::Error>().is_none() => last.to_string(),
        Some(_) | None => "the exchange failed".to_owned(),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| within(*error))
}

/// An I/O error skips the error that it wraps when asked for its source.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}
