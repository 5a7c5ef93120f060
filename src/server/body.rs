//! A request's body: bounded in bytes, depth and time, and JSON.

use super::options::Limits;
use super::strict;
use crate::wire::{Code, Problem};
use axum::body::{Body, to_bytes};
use http::{HeaderMap, header};
use serde_json::Value;

/// Reads a body to its end. `None` where there is none.
pub(super) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Option<Value>, Problem> {
    let too_large = || Problem::new(Code::TooLarge, format!("a body may have {} bytes", limits.body));
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > limits.body as u64) {
        return Err(too_large());
    }
    let late = |_| Problem::new(Code::Timeout, "the body did not arrive in time");
    let bytes = tokio::time::timeout(limits.body_patience, to_bytes(body, limits.body + 1)).await.map_err(late)?;
    // It is too long, or the other side went away in the middle of it and hears nothing of this.
    let bytes = bytes.map_err(|_| too_large())?;
    if bytes.len() > limits.body {
        return Err(too_large());
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    if !is_json(headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    parse(&bytes, limits.depth).map(Some)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_type = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |part: &str| part.to_ascii_lowercase().replace('"', "") == "charset=utf-8";
    is_type && parts.all(|part| part.is_empty() || is_utf8(part))
}

fn parse(bytes: &[u8], depth: usize) -> Result<Value, Problem> {
    if too_deep(bytes, depth) {
        return Err(Problem::new(Code::Malformed, format!("the body is more than {depth} deep")));
    }
    let unread = |error: serde_json::Error| {
        // Its own words are left out: they could show what was sent.
        let place = format!("line {}, column {}", error.line(), error.column());
        Problem::new(Code::Malformed, format!("the body is not JSON, or a key of it stands twice: {place}"))
    };
    strict::parse(bytes).map_err(unread)
}

/// Counts brackets outside of texts; whether they match is the reader's matter.
fn too_deep(bytes: &[u8], most: usize) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > most {
                    return true;
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!too_deep(nested(64).as_bytes(), 64));
        assert!(too_deep(nested(65).as_bytes(), 64));
        assert!(!too_deep(br#"{"a":"[[[[\"[[[","b":[1]}"#, 2));
    }

    #[test]
    fn a_fault_says_where_and_shows_nothing() {
        let problem = parse(br#"{"secret": "canary" oops}"#, 64).expect_err("it is not JSON");
        assert_eq!(problem.code, "malformed");
        assert!(!problem.detail.contains("canary"), "{}", problem.detail);
    }

    #[test]
    fn json_is_said_in_its_usual_spellings_only() {
        let said = |text: &str| is_json(&[(header::CONTENT_TYPE, text.parse().expect("a header"))].into_iter().collect());
        assert!(said("application/json") && said("Application/JSON; charset=UTF-8") && said("application/json; charset=\"utf-8\""));
        assert!(!said("text/json") && !said("application/json; charset=latin1") && !said("application/x-www-form-urlencoded"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
