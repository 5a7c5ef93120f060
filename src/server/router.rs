//! The table of `wire`, served: each row's way from a request to its function and back.

use super::admit::admit;
use super::answer::Answer;
use super::asked::Asked;
use super::body;
use super::grant;
use super::handlers::{Handler, handler, sort};
use super::pass::{Peer, RequestId, pass};
use super::served::Served;
use super::watch::Trace;
use crate::wire::{Code, Method, Problem, Route, Shape, TOKEN_PATH, routes};
use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use http::{HeaderValue, header};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub(super) fn router(served: Arc<Served>) -> Router {
    let mut paths: BTreeMap<&'static str, MethodRouter<Arc<Served>>> = BTreeMap::new();
    for route in table() {
        let methods = paths.remove(route.path.as_str()).unwrap_or_default();
        paths.insert(&route.path, methods.on(filter(route.method), carry_out(route, handler(route.operation))));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        let allowed = allowed(path);
        router = router.route(path, methods.fallback(move |request: Request| async move { wrong_method(&request, &allowed) }));
    }
    let refused = HeaderValue::from_static("POST");
    let grant = axum::routing::post(grant::token).fallback(move |request: Request| async move { wrong_method(&request, &refused) });
    router.route(TOKEN_PATH, grant).fallback(nowhere).layer(from_fn_with_state(Arc::clone(&served), pass)).with_state(served)
}

/// The figures alone, for a listener of the operator's.
pub(super) fn figures(served: Arc<Served>) -> Router {
    let text = |State(served): State<Arc<Served>>| async move {
        let text = tokio::task::spawn_blocking(move || served.figures()).await.unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        let media_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    };
    Router::new().route("/metrics", axum::routing::get(text)).with_state(served)
}

/// Made once a process.
fn table() -> &'static [Route] {
    static TABLE: OnceLock<Vec<Route>> = OnceLock::new();
    TABLE.get_or_init(routes)
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Put => MethodFilter::PUT,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

type BoxedResponse = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// Makes an axum handler of a row and its plain function.
fn carry_out(
    route: &'static Route,
    handler: Handler,
) -> impl Fn(State<Arc<Served>>, RawPathParams, Request) -> BoxedResponse + Clone + Send + Sync + 'static {
    move |State(served), path, request| {
        Box::pin(async move {
            let path: Vec<(String, String)> = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let id = id(&request);
            let mut trace = Trace { operation: Some(&route.id), ..Trace::default() };
            let answer = answer(served, route, handler, path, request, &mut trace).await;
            let answer = answer.unwrap_or_else(|problem| {
                trace.code = Some(problem.code.clone());
                Problem { request_id: id, ..problem }.into()
            });
            let mut response = answer.into_response();
            response.extensions_mut().insert(trace);
            response
        })
    }
}

/// Who asks is found out before anything of the body is read.
async fn answer(
    served: Arc<Served>,
    route: &'static Route,
    handler: Handler,
    path: Vec<(String, String)>,
    request: Request,
    trace: &mut Trace,
) -> Result<Answer, Problem> {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<Peer>().copied();
    let principal = admit(&served, route, &head.headers, peer, trace).await?;
    let values = served.forms.read(route, &path, head.uri.query().unwrap_or_default(), &head.headers)?;
    let body = body_of(&served, route, &head.headers, body).await?;
    let target = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let asked = Asked { route, principal, values, body, target, headers: head.headers };
    let work = move |served: &Served| {
        if let Some(body) = &asked.body {
            served.judges.check(route.operation, body)?;
        }
        handler(served, &asked)
    };
    served.on_thread(sort(route.operation), work).await
}

/// A body, where the row takes one.
async fn body_of(served: &Served, route: &Route, headers: &http::HeaderMap, body: Body) -> Result<Option<serde_json::Value>, Problem> {
    let required = match route.body {
        Shape::Nothing => return Ok(None),
        Shape::Maybe(_) => false,
        Shape::Of(_) | Shape::Live(_) | Shape::Page(_) | Shape::Written(_) | Shape::Document(_) => true,
    };
    match body::read(headers, body, &served.limits).await? {
        None if required => Err(Problem::new(Code::Malformed, "this takes a body")),
        read => Ok(read),
    }
}

fn id(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

async fn nowhere(request: Request) -> Response {
    let problem = Problem::new(Code::NoSuchRoute, "this server has no such path; `/api/v1/openapi.json` lists what it has");
    Answer::from(Problem { request_id: id(&request), ..problem }).into_response()
}

fn wrong_method(request: &Request, allowed: &HeaderValue) -> Response {
    let problem = Problem::new(Code::MethodNotAllowed, "the path does not take this method");
    Answer::from(Problem { request_id: id(request), ..problem }).with(header::ALLOW, allowed.clone()).into_response()
}

/// `GET, HEAD, PUT`
fn allowed(path: &str) -> HeaderValue {
    let methods = table().iter().filter(|route| route.path == path).map(|route| route.method);
    let words: Vec<&str> =
        methods.flat_map(|method| if method == Method::Get { vec!["GET", "HEAD"] } else { vec![method.word()] }).collect();
    HeaderValue::from_str(&words.join(", ")).expect("methods are plain words")
}
