//! Connections: authorizing and revoking, how they stand, calls through them, and the texts that use them.

use super::objects::done;
use crate::broker::{self, BODY_CAP, PATIENCE, Part, Whose};
use crate::oauth;
use crate::resource::Name;
use crate::server::answer::Answer;
use crate::server::asked::Asked;
use crate::server::served::Served;
use crate::server::trouble;
use crate::server::words;
use crate::store::ConsentState;
use crate::wire::{
    self, AnsweredBody, CallBody, Code, Invocation, Invoked, Page, Parameter, Problem, RevokeAsked, Revoked, Snippet, Snippets,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

pub(in crate::server) fn authorize(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let (key, application) = (asked.key(), asked.text(Parameter::FOR_APPLICATION).map(Name::new));
    let answer = asked.admitted(served).authorize(&asked.how(&key)?, &asked.address(), application.as_ref()).map_err(trouble::broker)?;
    Ok(Answer::ok(&done(&answer)).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn revoke(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let key = asked.key();
    let RevokeAsked { user } = asked.body()?;
    let admitted = asked.admitted(served);
    let (answer, told) = admitted.revoke(&asked.how(&key)?, &asked.address(), user.as_deref()).map_err(trouble::broker)?;
    let done = done(&answer);
    let revoked = Revoked { etag: done.etag, state: done.state, told: told.iter().map(words::told).collect() };
    Ok(Answer::ok(&revoked).tagged(answer.etag.as_ref()))
}

pub(in crate::server) fn consent_end(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let end = asked.admitted(served).consent_end(&asked.name(), asked.part(Parameter::CONSENT)).map_err(trouble::broker)?;
    let end = end.ok_or_else(|| Problem::new(Code::NotFound, "there is no such consent, or it was too long ago"))?;
    let state = match end.state {
        ConsentState::Pending => wire::ConsentState::Pending,
        ConsentState::Connected => wire::ConsentState::Connected,
        ConsentState::Failed => wire::ConsentState::Failed,
    };
    Ok(Answer::ok(&wire::ConsentEnd { state, message: end.message }))
}

pub(in crate::server) fn status(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let report = asked.admitted(served).status_of(&asked.name()).map_err(trouble::broker)?;
    Ok(Answer::ok(&words::report(report)))
}

pub(in crate::server) fn all_status(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let after = asked.after()?;
    // One more than is shown, to know whether there is more.
    let part = Part { whose: Whose::All, owner: asked.text(Parameter::OWNER), after: after.as_deref(), limit: asked.limit() + 1 };
    let mut reports = asked.admitted(served).status(&part).map_err(trouble::broker)?;
    let more = reports.len() > asked.limit();
    reports.truncate(asked.limit());
    let next = if more { asked.cursor(reports.last().map(|report| report.address.name.as_str())) } else { None };
    Ok(Answer::ok(&Page { items: reports.into_iter().map(words::report).collect(), next }))
}

pub(in crate::server) fn snippets(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let address = asked.address();
    let project = asked.admitted(served).around(&address).map_err(trouble::broker)?;
    // The house's own templates render whatever the schemas let in.
    let rendered =
        crate::render::render(&project, &served.templates).map_err(|_| Problem::new(Code::Internal, "the templates do not render this"))?;
    let own = format!("{}/{}.", address.kind.plural(), address.name);
    let of_it = rendered.into_iter().filter(|snippet| snippet.path.starts_with(&own));
    Ok(Answer::ok(&Snippets { items: of_it.map(|snippet| Snippet { path: snippet.path, text: snippet.text }).collect() }))
}

pub(in crate::server) fn invoke(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let invocation: Invocation = asked.body()?;
    let name = asked.name();
    let patience = invocation.timeout_seconds.map_or(PATIENCE, Duration::from_secs).min(PATIENCE);
    let call = broker::Invocation {
        connection: &name,
        user: invocation.user.as_deref(),
        method: broker::METHODS
            .into_iter()
            .find(|method| method.as_str() == invocation.method)
            .ok_or_else(|| wrong("/method", "is no method of a call"))?,
        url: Url::parse(&invocation.url).map_err(|_| wrong("/url", "is not a whole URL"))?,
        headers: headers(&invocation.headers)?,
        body: body(invocation.body)?,
        body_cap: invocation.max_bytes.unwrap_or(BODY_CAP).min(BODY_CAP),
        patience,
    };
    let answered = asked.admitted(served).invoke(call).map_err(trouble::broker)?;
    let (head, body) = answered.response.into_parts();
    let body = match String::from_utf8(body) {
        Ok(text) => AnsweredBody::Text(text),
        Err(bytes) => AnsweredBody::Base64(BASE64_STANDARD.encode(bytes.into_bytes())),
    };
    Ok(Answer::ok(&Invoked {
        status: head.status.as_u16(),
        headers: by_name(&head.headers),
        body,
        renewed: answered.renewed,
        hints: answered.hints,
    }))
}

fn wrong(pointer: &str, why: &str) -> Problem {
    let detail = format!("`{}` {why}", pointer.trim_start_matches('/'));
    Problem { pointer: Some(pointer.to_owned()), ..Problem::new(Code::Invalid, detail) }
}

/// Headers that the call says itself; nothing of the request's own goes along.
fn headers(said: &BTreeMap<String, String>) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    for (name, value) in said {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("/headers", "holds a name that cannot be sent"))?;
        let value = HeaderValue::from_str(value).map_err(|_| wrong("/headers", "holds a value that cannot be sent"))?;
        headers.append(name, value);
    }
    match broker::not_sent(&headers) {
        Some(name) => Err(wrong(&format!("/headers/{name}"), "cannot be set: it belongs to this hop or to a browser")),
        None => Ok(headers),
    }
}

fn body(body: Option<CallBody>) -> Result<oauth::Body, Problem> {
    Ok(match body {
        None => oauth::Body::Empty,
        Some(CallBody::Json(value)) => {
            oauth::Body::Raw { content_type: Some(HeaderValue::from_static("application/json")), bytes: value.to_string().into_bytes() }
        }
        Some(CallBody::Form(fields)) => oauth::Body::Form(fields.into_iter().map(|field| (field.name, field.value)).collect()),
        Some(CallBody::Text(text)) => oauth::Body::Raw { content_type: None, bytes: text.into_bytes() },
        Some(CallBody::Base64(text)) => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| wrong("/body/base64", "is not base64"))?;
            oauth::Body::Raw { content_type: None, bytes }
        }
    })
}

fn by_name(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        named.entry(name.as_str().to_owned()).or_default().push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    named
}

/// The name of a connection's service.
pub(in crate::server) fn service_of(served: &Served, asked: &Asked) -> Result<Name, Problem> {
    let report = asked.admitted(served).status_of(&asked.name()).map_err(trouble::broker)?;
    Ok(report.service)
}
