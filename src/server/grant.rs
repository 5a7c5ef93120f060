//! `POST /oauth/token`: client credentials (RFC 6749 section 4.4) for services, by HTTP Basic. A form and its own kind of
//! errors, so it stands beside the table of `wire` and not in it.

use super::admit::{failed, reason};
use super::answer::Answer;
use super::pass::Peer;
use super::served::{Served, Sort};
use super::watch::Trace;
use crate::broker::{BrokerError, Invalid, IssuedToken};
use crate::resource::access::TokenScope;
use crate::secret::Secret;
use crate::wire::{Clear, Code, GrantFault, GrantRefused, Granted, Problem};
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use url::form_urlencoded;

/// Bytes of the form.
const FORM: usize = 8 << 10;

/// RFC 6749 section 5.2.
struct Refused {
    status: StatusCode,
    error: GrantFault,
    why: String,
    retry_after: Option<u64>,
}

fn refused(error: GrantFault, why: &str) -> Refused {
    Refused { status: StatusCode::BAD_REQUEST, error, why: why.to_owned(), retry_after: None }
}

pub(super) async fn token(State(served): State<Arc<Served>>, request: Request) -> Response {
    let mut trace = Trace { operation: Some("issueToken"), ..Trace::default() };
    let (answer, code) = match issue(&served, request, &mut trace).await {
        Ok((issued, life)) => {
            let scopes: Vec<&str> = issued.token.scopes.iter().map(|scope| scope.word()).collect();
            let body = Granted {
                access_token: Clear(issued.text),
                token_type: "Bearer".to_owned(),
                expires_in: life.as_secs(),
                scope: scopes.join(" "),
            };
            (Answer::ok(&body), None)
        }
        Err(refused) => {
            let mut answer = Answer::json(refused.status, &GrantRefused { error: refused.error, error_description: refused.why });
            if refused.status == StatusCode::UNAUTHORIZED {
                answer = answer.with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"bowline\""));
            }
            if let Some(seconds) = refused.retry_after {
                answer = answer.with(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            (answer, Some(refused.error.word().to_owned()))
        }
    };
    trace.code = code;
    let mut response = answer.with(header::PRAGMA, HeaderValue::from_static("no-cache")).into_response();
    response.extensions_mut().insert(trace);
    response
}

async fn issue(served: &Arc<Served>, request: Request, trace: &mut Trace) -> Result<(IssuedToken, Duration), Refused> {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<Peer>().copied();
    let (id, secret) = basic(&head.headers).ok_or_else(|| {
        served.meter.unproved("missing");
        Refused {
            status: StatusCode::UNAUTHORIZED,
            ..refused(GrantFault::InvalidClient, "show the service's name and one of its tokens by HTTP Basic")
        }
    })?;
    let is_form = head.headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        let media = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        media.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    let read = tokio::time::timeout(served.limits.body_patience, to_bytes(body, FORM)).await;
    let form =
        read.ok().and_then(Result::ok).filter(|_| is_form).ok_or_else(|| refused(GrantFault::InvalidRequest, "send a short form"))?;
    let scopes = wanted(&form)?;
    let name = id.clone();
    let work = move |served: &Served| Ok(served.broker.token_for_client(&id, &secret, scopes));
    let issued = served.on_thread(Sort::Store, work).await.map_err(of_problem)?;
    let issued = issued.map_err(|error| of_broker(served, error, peer))?;
    (trace.principal, trace.token) = (Some(name), Some(issued.0.token.id.clone()));
    Ok(issued)
}

/// Id and secret, each as a form writes them (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, Secret<String>)> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (all.next()?.to_str().ok()?, all.next()) else { return None };
    let (scheme, encoded) = value.split_once(' ')?;
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()).ok())??;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let plain = |text: &str| form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    Some((plain(id)?, Secret::new(plain(secret)?)))
}

/// The scopes that are asked for; `None` for all that the secret has.
fn wanted(form: &[u8]) -> Result<Option<BTreeSet<TokenScope>>, Refused> {
    let once = |name: &str| {
        let mut all = form_urlencoded::parse(form).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        match (all.next(), all.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(refused(GrantFault::InvalidRequest, "a parameter stands twice")),
        }
    };
    match once("grant_type")?.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(refused(GrantFault::UnsupportedGrantType, "it is `client_credentials`")),
        None => return Err(refused(GrantFault::InvalidRequest, "say `grant_type=client_credentials`")),
    }
    let Some(scope) = once("scope")?.filter(|scope| !scope.trim().is_empty()) else { return Ok(None) };
    let scopes: Result<BTreeSet<TokenScope>, _> = scope.split_whitespace().map(str::parse).collect();
    scopes.map(Some).map_err(|_| refused(GrantFault::InvalidScope, "there is no such scope"))
}

fn of_problem(problem: Problem) -> Refused {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = if problem.code == Code::Internal.word() { GrantFault::ServerError } else { GrantFault::TemporarilyUnavailable };
    Refused { status, error, why: problem.detail, retry_after: problem.retry_after }
}

fn of_broker(served: &Served, error: BrokerError, peer: Option<Peer>) -> Refused {
    match error {
        BrokerError::Unauthenticated(_) => {
            served.meter.unproved(reason(&error));
            let waits = peer.filter(|_| served.limits.failures).and_then(|Peer(address)| failed(served, address));
            match waits {
                Some(problem) => of_problem(problem),
                // Which of the two was wrong is nobody's to learn here.
                None => Refused {
                    status: StatusCode::UNAUTHORIZED,
                    ..refused(GrantFault::InvalidClient, "the service or its token is no good")
                },
            }
        }
        BrokerError::Invalid(Invalid::StrongerToken) => refused(GrantFault::InvalidScope, "the secret has not so many scopes"),
        BrokerError::Invalid(Invalid::TooManyClientTokens { until, .. }) => Refused {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(until.duration_since(served.clock.now()).unwrap_or_default().as_secs() + 1),
            ..refused(GrantFault::TemporarilyUnavailable, "too many of its tokens are good at once")
        },
        error => of_problem(super::trouble::broker(error)),
    }
}
