//! Reads what a token endpoint answered into one form: JSON with the names of RFC 6749. What a service declares it does
//! differently is turned into that form here, so that nothing behind this file knows of it.

use super::outside::HttpResponse;
use super::provider::Provider;
use super::shown::shown;
use crate::resource::{ScopeDelimiter, Tolerance};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DEEPEST: usize = 64;
const LONGEST_CAPTURE: usize = 2048;
/// A century. More is a mistake in units or a way to say "never".
const LONGEST_LIFE: f64 = 100.0 * 365.0 * 86_400.0;

/// Whether an answer may be refused for a departure that the service does not declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    First,
    /// Refusing a readable answer would lose a rotated token: all that can be read is.
    Renewal,
}

/// What stood in an answer.
pub(super) enum Read {
    /// Canonical JSON of a token answer.
    Token(Value),
    /// An error code with what the service says about it, escaped.
    Error { code: String, description: Option<String> },
}

/// An answer with a good status that is not a token answer as RFC 6749 has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    #[error("it is neither JSON nor a form")]
    Unreadable,
    #[error("it has no access token")]
    NoToken,
    #[error("its `token_type` is `{0}`")]
    ForeignType(String),
    #[error("it holds the error `{0}` although its status is a good one")]
    ErrorInside(String),
    #[error("{}", undeclared(.0))]
    Undeclared(Tolerance),
    #[error("it redirects (status {0}), which a token endpoint must not")]
    Redirect(u16),
}

impl AnswerFault {
    /// What the service would have to declare for the answer to be accepted.
    pub fn tolerance(&self) -> Option<Tolerance> {
        match self {
            AnswerFault::Undeclared(tolerance) => Some(*tolerance),
            AnswerFault::ForeignType(_) => Some(Tolerance::OwnTokenType),
            AnswerFault::ErrorInside(_) => Some(Tolerance::ErrorInside200),
            AnswerFault::Unreadable | AnswerFault::NoToken | AnswerFault::Redirect(_) => None,
        }
    }
}

fn undeclared(tolerance: &Tolerance) -> &'static str {
    match tolerance {
        Tolerance::FormAnswer => "it is form-encoded",
        Tolerance::UnlabelledJson => "it is JSON under another content type",
        Tolerance::ErrorInside200 => "it holds an error although its status is a good one",
        Tolerance::MissingTokenType => "it has no `token_type`",
        Tolerance::OwnTokenType => "its `token_type` is not `Bearer`",
        Tolerance::OddExpiresIn => "its `expires_in` is not a number of seconds",
        Tolerance::CommaScopes => "its scopes are separated by commas",
        Tolerance::ScopeList => "its scopes are a list",
    }
}

/// Reads an answer with a good status.
pub(super) fn token(provider: &Provider, response: &HttpResponse, reading: Reading) -> Result<Read, AnswerFault> {
    let judge = Judge { provider, reading };
    let (root, is_form) = judge.body(response)?;
    let Some(around) = provider.token_at.iter().find_map(|path| around_token(&root, path)) else {
        let Some((code, description)) = error_in(&root) else { return Err(AnswerFault::NoToken) };
        return match judge.permits(Tolerance::ErrorInside200) {
            true => Ok(Read::Error { code, description }),
            false => Err(AnswerFault::ErrorInside(code)),
        };
    };
    let (object, access) = around;
    Ok(Read::Token(json!({
        "access_token": access,
        "token_type": judge.token_type(object)?,
        "refresh_token": object.get("refresh_token").and_then(Value::as_str).filter(|text| !text.is_empty()),
        "expires_in": judge.expires_in(object, is_form)?,
        "scopes": judge.scopes(object)?,
        "captured": captured(&root, object, provider),
    })))
}

/// Reads the error of an answer with a bad status, whatever its form: this decides nothing that a service could abuse.
pub(super) fn error(response: &HttpResponse) -> Option<(String, Option<String>)> {
    let body = response.body();
    let root = json_object(body).or_else(|| form_object(body))?;
    error_in(&root)
}

struct Judge<'a> {
    provider: &'a Provider,
    reading: Reading,
}

impl Judge<'_> {
    fn permits(&self, tolerance: Tolerance) -> bool {
        self.reading == Reading::Renewal || self.provider.tolerates.contains(&tolerance)
    }

    fn need(&self, tolerance: Tolerance) -> Result<(), AnswerFault> {
        if self.permits(tolerance) { Ok(()) } else { Err(AnswerFault::Undeclared(tolerance)) }
    }

    /// The answer as an object, and whether it was a form.
    fn body(&self, response: &HttpResponse) -> Result<(Map<String, Value>, bool), AnswerFault> {
        let labelled = response.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
        let essence = labelled.as_deref().map(|label| label.split(';').next().unwrap_or_default().trim());
        let is_json_label = essence.is_none_or(|label| label == "application/json" || label.ends_with("+json"));
        if let Some(object) = json_object(response.body()) {
            if !is_json_label {
                self.need(Tolerance::UnlabelledJson)?;
            }
            return Ok((object, false));
        }
        let object = form_object(response.body()).ok_or(AnswerFault::Unreadable)?;
        self.need(Tolerance::FormAnswer)?;
        Ok((object, true))
    }

    fn token_type(&self, object: &Map<String, Value>) -> Result<String, AnswerFault> {
        match object.get("token_type").and_then(Value::as_str).filter(|text| !text.is_empty()) {
            None => self.need(Tolerance::MissingTokenType).map(|()| "Bearer".to_owned()),
            Some(word) if word.eq_ignore_ascii_case("bearer") || self.permits(Tolerance::OwnTokenType) => Ok(shown(word)),
            Some(word) => Err(AnswerFault::ForeignType(shown(word))),
        }
    }

    /// Whole seconds. A form has only text, so there a number in text is not odd.
    fn expires_in(&self, object: &Map<String, Value>, is_form: bool) -> Result<Option<u64>, AnswerFault> {
        let value = match object.get("expires_in") {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value,
        };
        let plain = if is_form { value.as_str().and_then(|text| text.parse().ok()) } else { value.as_u64() };
        if let Some(seconds) = plain.filter(|seconds| (1..LONGEST_LIFE as u64).contains(seconds)) {
            return Ok(Some(seconds));
        }
        self.need(Tolerance::OddExpiresIn)?;
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        // Zero, negative, absurd or no number at all: unknown, so the documented life counts, and a refused call tells.
        Ok(number.filter(|seconds| (1.0..LONGEST_LIFE).contains(seconds)).map(|seconds| seconds as u64))
    }

    fn scopes(&self, object: &Map<String, Value>) -> Result<Option<Vec<String>>, AnswerFault> {
        let words: Vec<String> = match object.get("scope") {
            Some(Value::String(text)) => {
                if text.contains(',') && self.provider.scope_delimiter != ScopeDelimiter::Comma {
                    self.need(Tolerance::CommaScopes)?;
                }
                text.split([' ', ',']).map(str::to_owned).collect()
            }
            Some(Value::Array(items)) => {
                self.need(Tolerance::ScopeList)?;
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) | None => return Ok(None),
        };
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        // An empty `scope` is how some servers say nothing.
        Ok((!words.is_empty()).then_some(words))
    }
}

/// The object that holds the token at the end of a dotted path, and the token.
fn around_token<'a>(root: &'a Map<String, Value>, path: &str) -> Option<(&'a Map<String, Value>, &'a str)> {
    let (object, key) = around(root, path)?;
    object.get(key)?.as_str().filter(|token| !token.is_empty()).map(|token| (object, token))
}

/// The object in which a dotted path ends, and the name of its end.
fn around<'a, 'p>(root: &'a Map<String, Value>, path: &'p str) -> Option<(&'a Map<String, Value>, &'p str)> {
    let (parents, key) = path.rsplit_once('.').map_or((None, path), |(parents, key)| (Some(parents), key));
    let mut object = root;
    let mut steps = parents.into_iter().flat_map(|parents| parents.split('.'));
    while let Some(step) = steps.next() {
        let value = object.get(step)?;
        // A number after the name of a list picks one of its members: `data.0.access_token`.
        let inside = match value {
            Value::Array(items) => items.get(steps.next()?.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => value,
        };
        object = inside.as_object()?;
    }
    Some((object, key))
}

/// The text or number at a dotted path of a JSON object; `None` where the body is none.
pub(super) fn text_at(body: &[u8], path: &str) -> Option<String> {
    member(&json_object(body)?, path).and_then(text)
}

/// Text of a member that is kept; nothing else has one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What stands at the end of a dotted path.
fn member<'a>(root: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let (object, key) = around(root, path)?;
    object.get(key)
}

fn captured(root: &Map<String, Value>, object: &Map<String, Value>, provider: &Provider) -> BTreeMap<String, String> {
    let is_believed = |name: &String, value: &String| provider.believed.get(name).is_none_or(|values| values.contains(value));
    provider
        .captures
        .iter()
        .filter_map(|(field, name)| Some((name.clone(), text(member(object, field).or_else(|| member(root, field))?)?)))
        .filter(|(name, value)| value.len() <= LONGEST_CAPTURE && is_believed(name, value))
        .collect()
}

/// `error` as a word (RFC 6749 section 5.2), or as an object with a type or code of its own.
fn error_in(root: &Map<String, Value>) -> Option<(String, Option<String>)> {
    let at = |object: &Map<String, Value>, keys: &[&str]| {
        keys.iter().find_map(|key| object.get(*key)?.as_str().filter(|text| !text.is_empty()).map(shown))
    };
    match root.get("error")? {
        Value::Object(inner) => {
            let number = || inner.get("code").and_then(Value::as_i64).map(|code| code.to_string());
            Some((at(inner, &["type", "status", "code"]).or_else(number)?, at(inner, &["message", "description"])))
        }
        Value::String(code) if !code.is_empty() => Some((shown(code), at(root, &["error_description", "error_message", "message"]))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn json_object(body: &[u8]) -> Option<Map<String, Value>> {
    if too_deep(body) {
        return None;
    }
    match serde_json::from_slice(body).ok()? {
        Value::Object(object) => Some(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// A form of names as OAuth has them; HTML and other text is none.
fn form_object(body: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    let parts = text.split('&').map(|part| part.split_once('=').filter(|(name, _)| is_name(name)));
    parts.collect::<Option<Vec<_>>>()?;
    Some(url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}

fn too_deep(body: &[u8]) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}
