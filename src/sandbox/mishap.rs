//! What a fault does to an answer.

use super::answer::{self, Answer};
use super::faults::FaultKind;
use super::line::Fate;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

/// An answer, and what becomes of the connection that it goes down.
pub(super) struct Mishap {
    pub(super) answer: Answer,
    pub(super) fate: Fate,
}

/// What is answered instead of carrying the request out; `None` where it is carried out.
pub(super) fn instead(kind: &FaultKind) -> Option<Mishap> {
    let whole = |answer| Some(Mishap { answer, fate: Fate::Whole });
    match kind {
        FaultKind::ResetBefore => Some(Mishap { answer: Answer::default(), fate: Fate::Reset }),
        FaultKind::TooManyRequests { retry_after } => {
            let mut answer = answer::refusal(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "asked for by /control/faults");
            if let Some(value) = retry_after.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
                answer.headers_mut().insert(header::RETRY_AFTER, value);
            }
            whole(answer)
        }
        FaultKind::ServerError { status } => whole(answer::refusal(*status, "server_error", "asked for by /control/faults")),
        FaultKind::Garbage => whole(answer::of(StatusCode::OK, "application/json", vec![0x7b, 0x22, 0xff, 0x00, 0xfe, 0x3c, 0x68])),
        FaultKind::Huge { bytes } => whole(answer::of(StatusCode::OK, "application/json", huge(*bytes))),
        FaultKind::Redirect { to } => {
            let mut answer = answer::of(StatusCode::TEMPORARY_REDIRECT, "text/plain; charset=utf-8", Vec::new());
            if let Ok(value) = HeaderValue::from_str(to) {
                answer.headers_mut().insert(header::LOCATION, value);
            }
            whole(answer)
        }
        FaultKind::ErrorIn200 { error } => whole(answer::json(
            StatusCode::OK,
            &json!({ "ok": false, "error": error, "error_description": "asked for by /control/faults" }),
        )),
        FaultKind::Latency
        | FaultKind::ResetAfter
        | FaultKind::Truncated
        | FaultKind::NoRefreshToken
        | FaultKind::OddExpiresIn { .. }
        | FaultKind::FormEncoded
        | FaultKind::WrongIss
        | FaultKind::WrongState => None,
    }
}

/// JSON that is true to its type, for readers that only count.
fn huge(bytes: u64) -> Vec<u8> {
    let mut body = vec![b' '; usize::try_from(bytes).unwrap_or(usize::MAX).max(2)];
    let last = body.len() - 1;
    (body[0], body[last]) = (b'{', b'}');
    body
}

/// What becomes of the answer to a request that was carried out.
pub(super) fn afterwards(kind: &FaultKind, answer: Answer) -> Mishap {
    let whole = |answer| Mishap { answer, fate: Fate::Whole };
    match kind {
        FaultKind::ResetAfter => Mishap { answer, fate: Fate::Reset },
        FaultKind::Truncated => Mishap { answer, fate: Fate::Cut },
        FaultKind::NoRefreshToken => whole(with_token_answer(answer, |fields| {
            fields.remove("refresh_token");
        })),
        FaultKind::OddExpiresIn { value } => whole(with_token_answer(answer, |fields| match value {
            Value::Null => {
                fields.remove("expires_in");
            }
            odd => {
                fields.insert("expires_in".to_owned(), odd.clone());
            }
        })),
        FaultKind::FormEncoded => whole(as_form(answer)),
        FaultKind::WrongIss => whole(with_callback(answer, "iss", "https://other-issuer.example")),
        FaultKind::WrongState => whole(with_callback(answer, "state", "of-another-flow")),
        FaultKind::Latency
        | FaultKind::ResetBefore
        | FaultKind::TooManyRequests { .. }
        | FaultKind::ServerError { .. }
        | FaultKind::Garbage
        | FaultKind::Huge { .. }
        | FaultKind::Redirect { .. }
        | FaultKind::ErrorIn200 { .. } => whole(answer),
    }
}

/// Changes an answer that holds a token; any other stays.
fn with_token_answer(mut answer: Answer, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Answer {
    if let Ok(Value::Object(mut fields)) = serde_json::from_slice(answer.body())
        && fields.contains_key("access_token")
    {
        change(&mut fields);
        *answer.body_mut() = Value::Object(fields).to_string().into_bytes();
    }
    answer
}

fn as_form(answer: Answer) -> Answer {
    let Ok(Value::Object(fields)) = serde_json::from_slice(answer.body()) else { return answer };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut form = answer::form(&pairs);
    *form.status_mut() = answer.status();
    form
}

/// Changes a field of the address that a browser is sent back to.
fn with_callback(mut answer: Answer, field: &str, value: &str) -> Answer {
    let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| Url::parse(text).ok());
    if let Some(mut url) = location {
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| name != field).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair(field, value);
        answer.headers_mut().insert(header::LOCATION, HeaderValue::from_str(url.as_str()).expect("a URL is ASCII"));
    }
    answer
}
