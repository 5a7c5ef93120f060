//! The shapes of answers.

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// A whole request.
pub(super) type Asked = http::Request<Vec<u8>>;

/// A whole answer.
pub(super) type Answer = http::Response<Vec<u8>>;

pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).expect("an answer has text keys only");
    let mut answer = of(status, "application/json", body);
    // RFC 6749 section 5.1 for tokens; nothing here is worth keeping either way.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

pub(super) fn form(fields: &[(&str, &str)]) -> Answer {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    of(StatusCode::OK, "application/x-www-form-urlencoded", text.finish().into_bytes())
}

/// A page without scripts, frames or anything from elsewhere.
pub(super) fn html(status: StatusCode, page: String) -> Answer {
    let mut answer = of(status, "text/html; charset=utf-8", page.into_bytes());
    let headers = answer.headers_mut();
    // No `form-action`: browsers hold it against the redirect that follows the form, to a host that only the client knows.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Sends the browser on; what follows is a GET.
pub(super) fn see_other(to: &str) -> Answer {
    let mut answer = of(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Vec::new());
    answer.headers_mut().insert(header::LOCATION, HeaderValue::from_str(to).expect("a URL is ASCII without control characters"));
    answer
}

/// A refusal in words, for endpoints that have no form of their own for it.
pub(super) fn refusal(status: StatusCode, error: &str, description: &str) -> Answer {
    json(status, &serde_json::json!({ "error": error, "error_description": description }))
}

pub(super) fn of(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Answer::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
