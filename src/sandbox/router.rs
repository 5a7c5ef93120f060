//! Which function answers which path, and what every request goes through: host, count, fault, mark.

use super::answer::{self, Answer, Asked};
use super::line::{Fate, Line};
use super::mishap::{self, Mishap};
use super::site::Site;
use super::{api, control, home, hooks, oauth1, provider};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// Bytes of a request's body.
const BODY: usize = 1024 * 1024;

type Handler = fn(&Site, &Asked) -> Answer;
type Methods = MethodRouter<Arc<Site>>;

pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", reads(home::home))
        .route("/.well-known/oauth-authorization-server", reads(provider::metadata))
        .route("/oauth/authorize", both(provider::ask, provider::decide))
        .route("/oauth/token", takes(provider::token))
        .route("/oauth/revoke", takes(provider::revoke))
        .route("/oauth/introspect", takes(provider::introspect))
        .route("/oauth/userinfo", both(provider::userinfo, provider::userinfo))
        .route("/oauth1/request_token", takes(oauth1::request_token))
        .route("/oauth1/authorize", both(oauth1::ask, oauth1::decide))
        .route("/oauth1/access_token", takes(oauth1::access_token))
        .route("/api/devices", reads(api::devices))
        .route("/api/readings", reads(api::readings))
        .route("/api/alarms", both(api::alarms, api::post_alarm))
        .route("/api/messages", both(api::messages, api::post_message))
        .route("/api/echo", any(carry_out(api::echo)))
        .route("/hooks/{name}", any(carry_out(hooks::receive)))
        .route("/hooks/{name}/log", reads(hooks::listed))
        .route("/control/clients", reads(control::clients))
        .route("/control/consents", both(control::consents, control::withdraw))
        .route("/control/faults", both(control::faults, control::add_faults).delete(carry_out(control::clear_faults)))
        .route("/control/hooks/{name}", takes(control::set_hook_secret))
        .route("/control/reset", takes(control::reset))
        .route("/control/settings", both(control::settings, control::change_settings))
        .route("/control/stats", reads(control::stats))
        .fallback(carry_out(nowhere))
        .method_not_allowed_fallback(carry_out(wrong_method))
        .layer(from_fn_with_state(Arc::clone(&site), pass))
        .with_state(site)
}

fn reads(handler: Handler) -> Methods {
    get(carry_out(handler))
}

fn takes(handler: Handler) -> Methods {
    post(carry_out(handler))
}

fn both(reads: Handler, takes: Handler) -> Methods {
    get(carry_out(reads)).post(carry_out(takes))
}

fn nowhere(_: &Site, _: &Asked) -> Answer {
    answer::refusal(StatusCode::NOT_FOUND, "not_found", "the sandbox has no such path; `/` lists what it has")
}

fn wrong_method(_: &Site, _: &Asked) -> Answer {
    answer::refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "the path does not take this method")
}

/// Makes an axum handler of a plain function.
fn carry_out(handler: Handler) -> impl Fn(State<Arc<Site>>, Request) -> BoxedAnswer + Clone + Send + Sync + 'static {
    move |State(site), request| {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let answer = match to_bytes(body, BODY).await {
                Ok(body) => handler(&site, &Asked::from_parts(head, body.to_vec())),
                Err(_) => answer::refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than 1 MiB, or broke off"),
            };
            answer.map(Body::from)
        })
    }
}

type BoxedAnswer = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// What every request goes through.
async fn pass(State(site): State<Arc<Site>>, ConnectInfo(line): ConnectInfo<Line>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = if !is_local(&request) {
        let why = "the sandbox answers to 127.0.0.1 and localhost only";
        answer::refusal(StatusCode::MISDIRECTED_REQUEST, "foreign_host", why).map(Body::from)
    } else if path.starts_with("/control/") {
        next.run(request).await
    } else {
        with_faults(&site, &line, &path, request, next).await
    };
    response.headers_mut().insert("x-bowline-sandbox", HeaderValue::from_static("1"));
    response
}

async fn with_faults(site: &Site, line: &Line, path: &str, request: Request, next: Next) -> Response {
    let fault = {
        let state = &mut *site.state();
        state.stats.request(path);
        state.faults.take(path).inspect(|fault| state.stats.fault(fault.kind.word()))
    };
    let Some(fault) = fault else { return next.run(request).await };
    tokio::time::sleep(fault.delay).await;
    let Mishap { answer, fate } = match mishap::instead(&fault.kind) {
        Some(mishap) => mishap,
        None => mishap::afterwards(&fault.kind, whole(next.run(request).await).await),
    };
    if fate != Fate::Whole {
        line.meet(fate);
    }
    answer.map(Body::from)
}

/// The answer of a handler, which has all of it already. Its length is counted anew after a fault.
async fn whole(response: Response) -> Answer {
    let (mut head, body) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    let body = to_bytes(body, usize::MAX).await.expect("a handler's body is in memory");
    Answer::from_parts(head, body.to_vec())
}

/// A page of another site whose name was made to point here must not reach anything (DNS rebinding).
fn is_local(request: &Request) -> bool {
    let Some(host) = request.headers().get(header::HOST) else { return true };
    let name = host.to_str().unwrap_or_default();
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")
}
