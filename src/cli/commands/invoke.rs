//! `invoke`: the platform's `invokeurl` with a connection. The credential is attached by the broker and never seen here.

use super::platform::{self, Platform, call_failure};
use super::{opened, party};
use crate::broker::{METHODS, Outgoing, PATIENCE, not_sent};
use crate::cli::args::Invoke;
use crate::cli::exit::Exit;
use crate::cli::report::json;
use crate::cli::talk::{Failure, Talk};
use crate::oauth::Body;
use crate::wire::{AnsweredBody, CallBody, FormField, Invocation, Invoked};
use crate::workspace;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use url::Url;

/// Bytes of a body's file that are read at most.
const FILE_LIMIT: u64 = 16 << 20;

/// A service's answer.
type Response = http::Response<Vec<u8>>;

pub(crate) fn run(args: &Invoke, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let method = method(&args.method)?;
    let url = Url::parse(&args.url).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let url = url.ok_or_else(|| usage(format!("`{}` is not a whole URL over http or https", args.url)))?;
    let (headers, body) = (headers(args)?, body(args, talk)?);
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::open(&opened, &args.broker, talk)?;
    let report = party::named(&platform, &args.name)?;
    let user = party::user(&platform, &report, args.as_user.as_deref(), talk);
    let embedded = match &platform {
        Platform::Here(embedded) => embedded,
        Platform::There(http) => {
            let invocation = invocation(args, (method, headers, body), user);
            let invoked = http.invoke(report.address.name.as_str(), &invocation).map_err(|error| call_failure("could not call", error))?;
            let hints = invoked.hints.clone();
            return show(&unpacked(invoked)?, &hints, args, talk);
        }
    };
    let outgoing = Outgoing {
        actor: embedded.actor(),
        action: "invoke",
        connection: Some(&report.address.name),
        user: user.as_deref(),
        method,
        url,
        headers,
        body,
        body_cap: args.max_bytes,
        patience: PATIENCE,
    };
    let answered =
        embedded.broker().call_out(outgoing).map_err(|error| party::failure("could not call", report.address.name.as_str(), error))?;
    show(&answered.response, &answered.hints, args, talk)
}

/// The call as it is put to a served broker.
fn invocation(args: &Invoke, (method, headers, body): (Method, HeaderMap, Body), user: Option<String>) -> Invocation {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        named.entry(name.to_string()).and_modify(|before| before.push_str(&format!(", {value}"))).or_insert_with(|| value.into_owned());
    }
    let body = match body {
        Body::Empty => None,
        Body::Form(fields) => Some(CallBody::Form(fields.into_iter().map(|(name, value)| FormField { name, value }).collect())),
        Body::Raw { content_type, bytes } => {
            if let Some(media) = content_type.as_ref().and_then(|media| media.to_str().ok()) {
                named.entry("content-type".to_owned()).or_insert_with(|| media.to_owned());
            }
            Some(match String::from_utf8(bytes) {
                Ok(text) => CallBody::Text(text),
                Err(bytes) => CallBody::Base64(BASE64_STANDARD.encode(bytes.into_bytes())),
            })
        }
    };
    Invocation {
        method: method.to_string(),
        url: args.url.clone(),
        headers: named,
        body,
        user,
        max_bytes: Some(args.max_bytes),
        timeout_seconds: None,
    }
}

/// What a served broker passes on.
fn unpacked(invoked: Invoked) -> Result<Response, Failure> {
    let odd = |what: &str| Failure::new(Exit::Failed, format!("the API answered what this program cannot read: {what}"));
    let body = match invoked.body {
        AnsweredBody::Text(text) => text.into_bytes(),
        AnsweredBody::Base64(text) => BASE64_STANDARD.decode(text).map_err(|_| odd("a body that is not Base64"))?,
    };
    let mut response = http::Response::builder().status(invoked.status);
    for (name, value) in invoked.headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value))) {
        response = response.header(name, value);
    }
    response.body(body).map_err(|error| odd(&error.to_string()))
}

fn method(said: &str) -> Result<Method, Failure> {
    let known = METHODS.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(said));
    known.ok_or_else(|| Failure::new(Exit::Usage, format!("`{said}` is no method of a call")).hint("GET, POST, PUT, PATCH or DELETE"))
}

fn headers(args: &Invoke) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, value) in &args.headers {
        let bad = || Failure::new(Exit::Usage, format!("`{name}` cannot be sent as a header"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(|_| bad())?);
    }
    if let Some(name) = not_sent(&headers) {
        let hint = "it belongs to this hop or to a browser, and never goes out with a credential";
        return Err(Failure::new(Exit::Usage, format!("the header `{name}` cannot be set")).hint(hint));
    }
    Ok(headers)
}

fn body(args: &Invoke, talk: &Talk<'_>) -> Result<Body, Failure> {
    if let Some(data) = &args.data {
        return Ok(Body::Raw { content_type: None, bytes: text_or_file(data, talk)?.into_bytes() });
    }
    if let Some(text) = &args.json {
        let text = text_or_file(text, talk)?;
        serde_json::from_str::<serde::de::IgnoredAny>(&text)
            .map_err(|error| Failure::because(Exit::Usage, "what `--json` gives is not JSON", error))?;
        return Ok(Body::Raw { content_type: Some(HeaderValue::from_static("application/json")), bytes: text.into_bytes() });
    }
    Ok(if args.form.is_empty() { Body::Empty } else { Body::Form(args.form.clone()) })
}

/// `@FILE` is read.
fn text_or_file(text: &str, talk: &Talk<'_>) -> Result<String, Failure> {
    match text.strip_prefix('@') {
        None => Ok(text.to_owned()),
        Some(path) => workspace::read_file(&talk.path(path.as_ref()), FILE_LIMIT)
            .map_err(|error| Failure::because(Exit::Failed, format!("could not read `{path}`"), error)),
    }
}

/// The answer's text, or with `--detailed` the platform's detailed answer: status, headers and text.
fn show(response: &Response, hints: &[String], args: &Invoke, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let (status, body) = (response.status(), response.body());
    if args.detailed {
        let mut headers = Map::new();
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            match headers.get_mut(name.as_str()) {
                Some(Value::String(before)) => before.push_str(&format!(", {value}")),
                Some(_) | None => drop(headers.insert(name.to_string(), Value::String(value))),
            }
        }
        let text = String::from_utf8_lossy(body);
        talk.data(&json(&json!({ "status": status.as_u16(), "headers": headers, "text": text })));
        return Ok(Exit::Done);
    }
    talk.bytes(body);
    if status.is_success() {
        return Ok(Exit::Done);
    }
    let failure = Failure::new(Exit::Failed, format!("the service answered with status {}", status.as_u16()));
    let failure = if hints.is_empty() { failure } else { failure.hint(hints.join("; ")) };
    Err(if status.is_redirection() { failure.hint("redirects are not followed with a credential") } else { failure })
}
