//! The OpenAPI 3.1 document, made from the table of routes and the schemas of bodies. `schemas/openapi.json` is its print.

use super::schemas::Gathered;
use crate::wire::{Access, Answer, Code, GrantAsked, GrantRefused, Granted, PROBLEM, Parameter, Place, Route, Shape, TOKEN_PATH, routes};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Headings, in the order of the document.
const TAGS: [(&str, &str); 8] = [
    ("Services", "What can be connected to: endpoints, authentication settings, scopes."),
    ("Connections", "Named, authorised links to one service."),
    ("Webhooks", "Outgoing calls of the application, and their deliveries."),
    ("Functions", "Deluge scripts of the application."),
    ("Applying", "What a plan and its apply need."),
    ("People", "People, services, tokens, applications of the portal."),
    ("Server", "The audit, keys, health."),
    ("Browsers", ""),
];

const INTRODUCTION: &str = "Connections as code: one broker for everybody. Bodies are JSON; problems are RFC 9457 with a stable `code`. \
Every change is conditional (`If-Match`, `If-None-Match: *`) and may carry an `Idempotency-Key`. No answer ever holds a secret.";

/// How `POST /oauth/token` refuses (RFC 6749 section 5.2).
const REFUSALS: [(u16, &str); 5] = [
    (400, "The form is not one that is understood, or asks for more than the token that is shown has."),
    (401, "The service or its token is no good."),
    (429, "Too many of its tokens are good at once, or too many were no good."),
    (500, "This is a bug."),
    (503, "It cannot be answered now."),
];

/// The document, of all but what browsers are sent to, and of the figures at the operator's own address. The same bytes for one version of the program.
pub fn document() -> Value {
    let mut gathered = Gathered::new();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes().into_iter().filter(|route| route.tag != "Browsers") {
        let operation = operation(&route, &mut gathered);
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.word().to_lowercase()] = operation;
    }
    paths.insert(TOKEN_PATH.to_owned(), json!({ "post": grant(&mut gathered) }));
    let tags: Vec<Value> =
        TAGS.iter().filter(|(_, words)| !words.is_empty()).map(|(name, words)| json!({ "name": name, "description": words })).collect();
    let problem = gathered.schema(Shape::Of(schemars::SchemaGenerator::subschema_for::<crate::wire::Problem>));
    debug_assert!(problem.is_some(), "problems are referred to by every operation");
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bowline", "version": env!("CARGO_PKG_VERSION"), "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token: `bwl_…`." },
                "client": { "type": "http", "scheme": "basic", "description": "A service's name, and one of its tokens." }
            },
            "headers": headers(),
            "schemas": gathered.finish()
        }
    })
}

fn operation(route: &Route, gathered: &mut Gathered) -> Value {
    let mut operation = json!({ "operationId": route.id, "tags": [route.tag], "summary": route.summary });
    match route.access {
        Access::Open => operation["security"] = json!([]),
        Access::SignedIn => operation["description"] = json!("For whoever proves who they are."),
        Access::May(right) => operation["description"] = json!(format!("Takes the right `{}`.", word(right))),
        Access::Either(one, other) => {
            operation["description"] = json!(format!("Takes the right `{}` or `{}`, as the case may be.", word(one), word(other)));
        }
    }
    if !route.parameters.is_empty() {
        operation["parameters"] = route.parameters.iter().map(parameter).collect();
    }
    if let Some(schema) = gathered.schema(route.body) {
        let required = !matches!(route.body, Shape::Maybe(_));
        operation["requestBody"] = json!({ "required": required, "content": { "application/json": { "schema": schema } } });
    }
    operation["responses"] = responses(route, gathered);
    operation
}

/// `POST /oauth/token` beside the table: its answers are its protocol's, and what is wrong with a request as such a problem.
fn grant(gathered: &mut Gathered) -> Value {
    let mut schema = |shape: Shape| gathered.schema(shape).expect("it is a type's");
    let (asked, granted) = (schema(Shape::of::<GrantAsked>()), schema(Shape::of::<Granted>()));
    let refused = schema(Shape::of::<GrantRefused>());
    let request_id = json!({ "X-Request-Id": { "$ref": "#/components/headers/RequestId" } });
    let json_of = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let mut responses =
        BTreeMap::from([(200, json!({ "description": "The token.", "headers": request_id, "content": json_of(&granted) }))]);
    for (status, words) in REFUSALS {
        responses.insert(status, json!({ "description": words, "headers": request_id, "content": json_of(&refused) }));
    }
    responses.get_mut(&401).expect("it is one of them")["headers"]["WWW-Authenticate"] =
        json!({ "$ref": "#/components/headers/Challenge" });
    for status in [429, 503] {
        responses.get_mut(&status).expect("it is one of them")["headers"]["Retry-After"] =
            json!({ "$ref": "#/components/headers/RetryAfter" });
    }
    for codes in [&[Code::BadPath, Code::BadFraming][..], &[Code::HeadersTooLarge]] {
        let problem = failure(codes[0].status(), codes);
        match responses.get_mut(&codes[0].status()) {
            Some(response) => response["content"][PROBLEM] = problem["content"][PROBLEM].clone(),
            None => drop(responses.insert(codes[0].status(), problem)),
        }
    }
    let responses: Map<String, Value> = responses.into_iter().map(|(status, response)| (status.to_string(), response)).collect();
    json!({
        "operationId": "issueToken", "tags": ["People"], "summary": "Give a service a short-lived token for one of its tokens",
        "description": "Client credentials (RFC 6749 section 4.4).",
        "security": [{ "client": [] }],
        "requestBody": { "required": true, "content": { "application/x-www-form-urlencoded": { "schema": asked } } },
        "responses": responses
    })
}

fn word(right: crate::resource::access::Right) -> String {
    serde_json::to_value(right).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn parameter(one: &Parameter) -> Value {
    let place = match one.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
    };
    json!({ "name": name(one), "in": place, "required": one.required, "description": one.words, "schema": one.form.schema() })
}

/// `If-Match`: how headers are usually written.
fn name(one: &Parameter) -> String {
    if one.place != Place::Header {
        return one.name.to_owned();
    }
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    one.name.split('-').map(capital).collect::<Vec<_>>().join("-")
}

fn responses(route: &Route, gathered: &mut Gathered) -> Value {
    let mut all = BTreeMap::new();
    for answer in &route.answers {
        all.insert(answer.status, success(answer, gathered));
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in route.all_problems() {
        by_status.entry(code.status()).or_default().push(code);
    }
    for (status, codes) in by_status {
        let problem = failure(status, &codes);
        match all.get_mut(&status) {
            Some(answer) => answer["content"][PROBLEM] = problem["content"][PROBLEM].clone(),
            None => drop(all.insert(status, problem)),
        }
    }
    Value::Object(all.into_iter().map(|(status, response)| (status.to_string(), response)).collect())
}

fn success(answer: &Answer, gathered: &mut Gathered) -> Value {
    let mut response = json!({ "description": answer.words, "headers": { "X-Request-Id": { "$ref": "#/components/headers/RequestId" } } });
    if answer.etag {
        response["headers"]["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
    }
    if let Shape::Document(media_type) = answer.shape {
        response["content"] = json!({ media_type: { "schema": { "type": "object" } } });
    } else if let Some(schema) = gathered.schema(answer.shape) {
        response["content"] = json!({ "application/json": { "schema": schema } });
    }
    response
}

fn failure(status: u16, codes: &[Code]) -> Value {
    let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.word(), code.title())).collect();
    let mut response = json!({
        "description": lines.join("; "),
        "headers": { "X-Request-Id": { "$ref": "#/components/headers/RequestId" } },
        "content": { PROBLEM: { "schema": { "$ref": "#/components/schemas/Problem" } } }
    });
    if status == 401 {
        response["headers"]["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/Challenge" });
    }
    if status == 429 || status == 503 {
        response["headers"]["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
    }
    response
}

fn headers() -> Value {
    json!({
        "RequestId": { "description": "Tells this request.", "required": true, "schema": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" } },
        "ETag": { "description": "The revision.", "schema": { "type": "string", "pattern": "^\"[0-9A-Za-z_-]{1,64}\"$" } },
        "Challenge": { "description": "How to prove who asks.", "required": true, "schema": { "type": "string" } },
        "RetryAfter": { "description": "Seconds.", "schema": { "type": "integer", "minimum": 0 } }
    })
}
