//! A webhook and an event → the call, once; and the same for people to look at, with references where secrets go.

use super::error::FillError;
use super::fill::Filling;
use super::message::{Message, MessageBody};
use crate::resource::{Body, Method, Name, RawFormat, Value, ValueFrom, Webhook};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Bytes of a URL that any server takes.
const URL_LIMIT: usize = 8 << 10;
/// Bytes of one header's value.
const HEADER_LIMIT: usize = 8 << 10;
/// Bytes of a body.
const BODY_LIMIT: usize = 1 << 20;

/// A call as it would be sent, without any secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, PreviewValue)>,
    /// Query parameters that come from the vault, beside those of the URL.
    pub query: BTreeMap<String, ValueFrom>,
    pub body: PreviewBody,
    /// Whose credential is attached.
    pub connection: Option<Name>,
    /// What signs the call.
    pub signing: Option<ValueFrom>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewValue {
    Text(String),
    Secret(ValueFrom),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewBody {
    Empty,
    Form(Vec<(String, String)>),
    Text(String),
}

/// What an event would make a webhook send.
pub fn preview(webhook: &Webhook, event: &Json) -> Result<Preview, FillError> {
    let message = render(webhook, event)?;
    let secret = |values: &BTreeMap<String, Value>| -> BTreeMap<String, ValueFrom> {
        values.iter().filter_map(|(name, value)| Some((name.clone(), value.reference()?.clone()))).collect()
    };
    let mut headers: Vec<(String, PreviewValue)> =
        message.headers.into_iter().map(|(name, value)| (name, PreviewValue::Text(value))).collect();
    headers.extend(secret(&webhook.headers).into_iter().map(|(name, from)| (name, PreviewValue::Secret(from))));
    let (content_type, body) = match message.body {
        MessageBody::Empty => (None, PreviewBody::Empty),
        MessageBody::Form(fields) => (Some("application/x-www-form-urlencoded".to_owned()), PreviewBody::Form(fields)),
        MessageBody::Text { content_type, text } => (Some(content_type), PreviewBody::Text(text)),
    };
    headers.extend(content_type.map(|text| ("Content-Type".to_owned(), PreviewValue::Text(text))));
    Ok(Preview {
        method: message.method,
        url: message.url,
        headers,
        query: secret(&webhook.query),
        body,
        connection: webhook.connection().cloned(),
        signing: webhook.signing.as_ref().and_then(|signing| signing.secret.reference()).cloned(),
    })
}

/// Fills every merge field. Says all that are missing at once.
pub(super) fn render(webhook: &Webhook, event: &Json) -> Result<Message, FillError> {
    let mut filling = Filling::of(event);
    // The URL last: it is judged as a whole, once it is known that nothing is missing.
    let mut headers = literal(&mut filling, &webhook.headers, Filling::header);
    let query = literal(&mut filling, &webhook.query, Filling::plain);
    let body = body(&mut filling, &webhook.body, content_type(&mut headers));
    let url = filling.url(&webhook.url);
    filling.finish()?;
    let mut url = url.ok_or(FillError::Url)?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url.set_fragment(None);
    bounded("the URL", url.as_str().len(), URL_LIMIT)?;
    for (name, value) in &headers {
        bounded(&format!("the header `{name}`"), value.len(), HEADER_LIMIT)?;
    }
    bounded("the body", size(&body), BODY_LIMIT)?;
    Ok(Message { method: webhook.method, url: url.into(), headers, body })
}

fn literal<'e>(
    filling: &mut Filling<'e>,
    values: &BTreeMap<String, Value>,
    fill: impl Fn(&mut Filling<'e>, &str) -> String,
) -> Vec<(String, String)> {
    values.iter().filter_map(|(name, value)| Some((name.clone(), fill(filling, value.literal()?)))).collect()
}

/// Takes out the content type that the webhook itself names.
fn content_type(headers: &mut Vec<(String, String)>) -> Option<String> {
    let at = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    Some(headers.remove(at).1)
}

fn body(filling: &mut Filling<'_>, body: &Body, own_type: Option<String>) -> MessageBody {
    let text = |content_type: &str, text| MessageBody::Text { content_type: own_type.unwrap_or_else(|| content_type.to_owned()), text };
    match body {
        Body::None => MessageBody::Empty,
        Body::Form(fields) => MessageBody::Form(fields.iter().map(|(name, value)| (name.clone(), filling.plain(value))).collect()),
        Body::Json(value) => text("application/json", filling.json(value).to_string()),
        Body::Raw { format, content } => match format {
            RawFormat::Json => text("application/json", filling.json_text(content)),
            RawFormat::Xml => text("application/xml", filling.markup(content)),
            RawFormat::Html => text("text/html; charset=utf-8", filling.markup(content)),
            RawFormat::Text => text("text/plain; charset=utf-8", filling.plain(content)),
        },
    }
}

fn size(body: &MessageBody) -> usize {
    match body {
        MessageBody::Empty => 0,
        MessageBody::Form(fields) => fields.iter().map(|(name, value)| name.len() + value.len() + 2).sum(),
        MessageBody::Text { text, .. } => text.len(),
    }
}

fn bounded(place: &str, size: usize, limit: usize) -> Result<(), FillError> {
    if size > limit { Err(FillError::TooLarge { place: place.to_owned(), limit }) } else { Ok(()) }
}
