//! What every request goes through and every answer carries: its id, framing that can be read in one way only, a plain path,
//! and the headers that keep answers out of caches and frames.

use super::answer::Answer;
use super::path;
use super::served::Served;
use super::watch::{Event, Trace};
use crate::wire::{Code, Problem, header as own};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Version, header};
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// Who is on the other side of the connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Tells one request in answers, logs and the audit.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

pub(super) async fn pass(State(served): State<Arc<Served>>, mut request: Request, next: Next) -> Response {
    let watched = Watched::begin(&served, &request);
    let id = RequestId(said_id(&request).unwrap_or_else(|| served.unguessable()));
    request.extensions_mut().insert(id.clone());
    let mut response = match framed(&request).and_then(|()| path::plain(request.uri().path())) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            let close = (header::CONNECTION, HeaderValue::from_static("close"));
            Answer::from(Problem { request_id: id.0.clone(), ..problem }).with(close.0, close.1).into_response()
        }
    };
    mark(&mut response, &id, served.is_https());
    watched.end(&id, &response);
    response
}

/// Counts a request while it runs, and writes it down when it ends: with an answer, or because the other side went away.
struct Watched {
    served: Arc<Served>,
    began: Instant,
    client: Option<IpAddr>,
}

impl Watched {
    fn begin(served: &Arc<Served>, request: &Request) -> Self {
        served.meter.in_flight.inc();
        let client = request.extensions().get::<Peer>().map(|peer| peer.0);
        Watched { served: Arc::clone(served), began: Instant::now(), client }
    }

    fn end(self, id: &RequestId, response: &Response) {
        let trace = response.extensions().get::<Trace>().cloned().unwrap_or_default();
        let (status, took) = (response.status().as_u16(), self.began.elapsed());
        self.served.meter.ended(trace.operation(), status, took);
        self.served.journal.note(&Event::Request {
            request_id: id.0.clone(),
            operation: trace.operation(),
            principal: trace.principal,
            token: trace.token,
            client: self.client,
            status,
            code: trace.code,
            duration_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        });
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.served.meter.in_flight.dec();
        if std::thread::panicking() {
            self.served.bug("answer");
        }
    }
}

/// An id of the caller's own, where it could stand in a log as it is.
fn said_id(request: &Request) -> Option<String> {
    let said = request.headers().get(own::REQUEST_ID)?.to_str().ok()?;
    let is_plain = |one: u8| one.is_ascii_alphanumeric() || b"._-".contains(&one);
    ((1..=64).contains(&said.len()) && said.bytes().all(is_plain)).then(|| said.to_owned())
}

/// RFC 9112: what a proxy in front could have read differently is refused, and the connection closed.
fn framed(request: &Request) -> Result<(), Problem> {
    let refused = |why: &str| Err(Problem::new(Code::BadFraming, why));
    let headers = request.headers();
    let codings: Vec<&HeaderValue> = headers.get_all(header::TRANSFER_ENCODING).iter().collect();
    match codings[..] {
        [] => {}
        [one] if one.as_bytes().eq_ignore_ascii_case(b"chunked") => {}
        _ => return refused("only `Transfer-Encoding: chunked` is understood"),
    }
    if !codings.is_empty() && headers.contains_key(header::CONTENT_LENGTH) {
        return refused("a request has a length or comes in chunks, not both");
    }
    if headers.get_all(header::CONTENT_LENGTH).iter().count() > 1 {
        return refused("a request has one length");
    }
    if request.version() >= Version::HTTP_11 && headers.get_all(header::HOST).iter().count() != 1 {
        return refused("a request names one host");
    }
    if headers.contains_key(header::UPGRADE) && headers.contains_key("http2-settings") {
        return refused("this server speaks HTTP/1.1");
    }
    Ok(())
}

fn mark(response: &mut Response, id: &RequestId, is_https: bool) {
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::CACHE_CONTROL, "no-store");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if is_https {
        put(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    let id = HeaderValue::from_str(&id.0).expect("an id is plain ASCII");
    headers.insert(HeaderName::from_static(own::REQUEST_ID), id);
}
