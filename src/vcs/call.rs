//! One call of an API: JSON in, JSON out, statuses sorted by what can be done about them.

use super::VcsError;
use crate::secret::Secret;
use crate::upstream::{Limits, Request, Response, Upstream, UpstreamError};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// A page of comments of the longest size that the sites take.
const LIMITS: Limits = Limits { total: Duration::from_secs(30), body: 64 * 1024 * 1024 };
/// A server that asks for more is not waited for so long; the tries end instead.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How calls are made.
pub(super) struct Call<'a> {
    pub(super) line: &'a Upstream,
    pub(super) token: &'a Secret<String>,
}

/// What a call is authorised with.
pub(super) enum Credential {
    Bearer,
    PrivateToken,
}

impl Call<'_> {
    /// Sends a call and reads its answer's headers and JSON.
    pub(super) fn send<T: DeserializeOwned>(
        &self,
        (method, url): (Method, &Url),
        credential: Credential,
        headers: &[(&'static str, &'static str)],
        body: Option<&serde_json::Value>,
    ) -> Result<(HeaderMap, T), VcsError> {
        let mut request = Request::new(body.map(|body| body.to_string().into_bytes()).unwrap_or_default());
        *request.method_mut() = method;
        *request.uri_mut() = url.as_str().parse().map_err(|_| VcsError::NotUnderstood("its address"))?;
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        if body.is_some() {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let (name, value) = self.credential(&credential)?;
        request.headers_mut().insert(name, value);
        let answer = self.line.send_alone(request, LIMITS).map_err(|error| match error {
            UpstreamError::Forbidden(why) => VcsError::Forbidden(why),
            error => VcsError::Unreachable(error),
        })?;
        good(&answer)?;
        let read = serde_json::from_slice(answer.body()).map_err(|_| VcsError::NotUnderstood("its body"))?;
        Ok((answer.headers().clone(), read))
    }

    fn credential(&self, credential: &Credential) -> Result<(HeaderName, HeaderValue), VcsError> {
        let (name, text) = match credential {
            Credential::Bearer => (header::AUTHORIZATION, Secret::new(format!("Bearer {}", self.token.expose()))),
            Credential::PrivateToken => (HeaderName::from_static("private-token"), self.token.clone()),
        };
        let mut value = HeaderValue::from_str(text.expose()).map_err(|_| VcsError::NotPermitted(401))?;
        value.set_sensitive(true);
        Ok((name, value))
    }
}

fn good(answer: &Response) -> Result<(), VcsError> {
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let wait = header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let limited = wait.is_some() || header("x-ratelimit-remaining") == Some("0");
    match status {
        200..=299 => Ok(()),
        429 | 500..=599 => Err(VcsError::Busy { status, wait: wait.map(|wait| wait.min(LONGEST_WAIT)) }),
        403 if limited => Err(VcsError::Busy { status, wait: wait.map(|wait| wait.min(LONGEST_WAIT)) }),
        401 | 403 => Err(VcsError::NotPermitted(status)),
        404 => Err(VcsError::NotFound),
        other => Err(VcsError::Refused(other)),
    }
}
