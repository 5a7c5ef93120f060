//! One try of one delivery: the sealed message becomes a call, is carried out, and its end is written down.

use super::courier::{Courier, Parcel, Reply, Undelivered};
use super::error::HookError;
use super::message::{Message, MessageBody};
use super::queue::{Leased, host, request_owner, whole};
use super::schedule::{Next, next};
use crate::broker::Broker;
use crate::broker::put::owner;
use crate::clock::Random;
use crate::oauth::{Body, Call, Credential, Place, Placed, PlacementError, attach, shown};
use crate::resource::{Address, Kind, Method, SecretPath, Value};
use crate::secret::Secret;
use crate::store::{Attempt, Delivery, DeliveryState};
use crate::vault::{self, SigningKey};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use url::Url;

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// As it stands now.
    pub delivery: Delivery,
    /// `None` where nothing was sent.
    pub attempt: Option<Attempt>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// It is tried again when it is due.
    Again,
    /// It is not tried again unless somebody asks for it.
    Dead,
    /// Its connection has to be connected first.
    Waits,
    /// Somebody else has taken it over, or its webhook is gone: it is no longer ours.
    Overtaken,
}

impl Broker {
    /// Tries a leased delivery once.
    pub(super) fn try_once(&self, courier: &dyn Courier, leased: Leased) -> Result<Tried, HookError> {
        let began = self.clock.now();
        let secrets = self.secrets(&leased);
        let result = secrets.as_ref().map_err(Clone::clone).and_then(|secrets| {
            let call = self.call_of(&leased, secrets, began)?;
            let (connection, user) = (leased.webhook.connection().cloned(), leased.delivery.user.clone());
            courier.carry(Parcel { connection, user, call })
        });
        let tries = leased.delivery.tries.saturating_add(1);
        let next = next(&result, tries, jitter(&*self.random));
        let ended = self.clock.now();
        if let Next::Wait(wait) = next {
            let reason = result.err().map(|error| error.to_string()).unwrap_or_default();
            self.put_back(&leased.delivery, ended + wait, reason)?;
            return Ok(Tried { delivery: leased.delivery, attempt: None, verdict: Verdict::Waits });
        }
        let attempt = attempt(&result, secrets.as_ref().ok().and_then(Secrets::credential), began, ended);
        let reason = if next == Next::Done { String::new() } else { attempt.message.clone() };
        let settled = self.settle(&leased.delivery, attempt.clone(), |delivery| decide(delivery, next, tries, ended, reason))?;
        let Some((delivery, attempt)) = settled else {
            return Ok(Tried { delivery: leased.delivery, attempt: Some(attempt), verdict: Verdict::Overtaken });
        };
        let verdict = match (&delivery.lease, delivery.state) {
            (Some(_), _) => Verdict::Overtaken,
            (None, DeliveryState::Delivered) => Verdict::Delivered,
            (None, DeliveryState::Pending) => Verdict::Again,
            (None, DeliveryState::Dead) => Verdict::Dead,
        };
        Ok(Tried { delivery, attempt: Some(attempt), verdict })
    }

    /// The webhook's own secrets, opened.
    fn secrets(&self, leased: &Leased) -> Result<Secrets, Undelivered> {
        let address = Address { kind: Kind::Webhook, name: leased.delivery.webhook.clone() };
        let open = |path: SecretPath| -> Result<Secret<String>, Undelivered> {
            let missing = || Undelivered::NoCredential(format!("the webhook has no value for `{path}`"));
            let sealed = leased.secrets.get(&path).ok_or_else(missing)?;
            vault::open_text(&self.keyring, &owner(&address, &path), sealed).map_err(|error| Undelivered::NoCredential(error.to_string()))
        };
        let mut placed = Vec::new();
        for name in references(&leased.webhook.headers) {
            let place = Place::Header { name: name.clone(), format: "{}".to_owned() };
            placed.push(Placed { value: open(SecretPath::of(["headers", name]))?, place });
        }
        for name in references(&leased.webhook.query) {
            placed.push(Placed { value: open(SecretPath::of(["query", name]))?, place: Place::Query { name: name.clone() } });
        }
        let signing = leased.webhook.signing.is_some().then(|| open(SecretPath::of(["signing", "secret"]))).transpose()?;
        let signing = signing.map(|secret| SigningKey::parse(&secret)).transpose();
        Ok(Secrets { placed, signing: signing.map_err(|error| Undelivered::Unsendable(error.to_string()))? })
    }

    /// The message as a call: dated, signed, and with the webhook's own secrets.
    fn call_of(&self, leased: &Leased, secrets: &Secrets, now: SystemTime) -> Result<Call, Undelivered> {
        let id = &leased.delivery.id;
        let unreadable = || Undelivered::Unsendable("what was kept of it cannot be read".to_owned());
        let bytes = vault::open_private(&self.keyring, &request_owner(id), &leased.request)
            .map_err(|error| Undelivered::NoCredential(error.to_string()))?;
        let message = Message::from_bytes(&bytes).ok_or_else(unreadable)?;
        if host(&leased.webhook.url).as_deref() != Some(&leased.delivery.host) {
            // L9: the secrets of today are meant for another host than the call of then.
            return Err(Undelivered::Forbidden("the webhook calls another host by now".to_owned()));
        }
        let mut call = call(message)?;
        let timestamp = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
        put(&mut call.headers, "webhook-id", id)?;
        put(&mut call.headers, "webhook-timestamp", &timestamp)?;
        if let Some(key) = &secrets.signing {
            seal_form(&mut call.body);
            let signature = key.sign(&[id.as_bytes(), b".", timestamp.as_bytes(), b".", body_bytes(&call.body)]);
            put(&mut call.headers, "webhook-signature", &format!("v1,{signature}"))?;
        }
        if let Some(credential) = secrets.credential() {
            attach(&credential, &mut call, &*self.random, now).map_err(unsendable)?;
        }
        Ok(call)
    }
}

struct Secrets {
    placed: Vec<Placed>,
    signing: Option<SigningKey>,
}

impl Secrets {
    fn credential(&self) -> Option<Credential> {
        (!self.placed.is_empty()).then(|| Credential::Placed(self.placed.clone()))
    }
}

fn references(values: &BTreeMap<String, Value>) -> impl Iterator<Item = &String> {
    values.iter().filter(|(_, value)| value.reference().is_some()).map(|(name, _)| name)
}

fn call(message: Message) -> Result<Call, Undelivered> {
    let url = Url::parse(&message.url).map_err(|_| Undelivered::Unsendable("its URL cannot be read".to_owned()))?;
    let method = match message.method {
        Method::Post => http::Method::POST,
        Method::Get => http::Method::GET,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &message.headers {
        put(&mut headers, name, value)?;
    }
    let body = match message.body {
        MessageBody::Empty => Body::Empty,
        MessageBody::Form(fields) => Body::Form(fields),
        MessageBody::Text { content_type, text } => {
            let content_type = HeaderValue::from_str(&content_type).map_err(|_| bad_header("content-type"))?;
            Body::Raw { content_type: Some(content_type), bytes: text.into_bytes() }
        }
    };
    Ok(Call { method, url, headers, body })
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Undelivered> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header(name))?;
    let value = HeaderValue::from_str(value).map_err(|_| bad_header(name.as_str()))?;
    headers.insert(name, value);
    Ok(())
}

fn bad_header(name: &str) -> Undelivered {
    Undelivered::Unsendable(format!("the header `{name}` cannot be written"))
}

/// No message of it holds a value.
fn unsendable(error: PlacementError) -> Undelivered {
    Undelivered::Unsendable(error.to_string())
}

/// A signature is over bytes, so a form that is signed takes its final shape first.
fn seal_form(body: &mut Body) {
    if let Body::Form(fields) = body {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let content_type = Some(HeaderValue::from_static("application/x-www-form-urlencoded"));
        *body = Body::Raw { content_type, bytes: text.into_bytes() };
    }
}

fn body_bytes(body: &Body) -> &[u8] {
    match body {
        Body::Raw { bytes, .. } => bytes,
        Body::Empty | Body::Form(_) => b"",
    }
}

fn decide(delivery: &mut Delivery, next: Next, tries: u32, now: SystemTime, reason: String) {
    delivery.tries = tries;
    delivery.reason = reason;
    match next {
        Next::Done => (delivery.state, delivery.finished) = (DeliveryState::Delivered, Some(now)),
        Next::GiveUp => (delivery.state, delivery.finished) = (DeliveryState::Dead, Some(now)),
        Next::Again(wait) | Next::Wait(wait) => delivery.due = whole(now + wait),
    }
}

/// A try for the record; its number is given when it is written.
fn attempt(result: &Result<Reply, Undelivered>, own: Option<Credential>, began: SystemTime, ended: SystemTime) -> Attempt {
    let took = ended.duration_since(began).unwrap_or(Duration::ZERO);
    let (word, status, message, excerpt) = match result {
        Ok(reply) => {
            let body = own.map_or_else(|| reply.body.clone(), |own| own.scrub(&reply.body));
            let (word, message) = answered(reply.status);
            (word, Some(reply.status), message, shown(&body))
        }
        Err(error) => (error.word(), None, shown(&error.to_string()), String::new()),
    };
    Attempt { number: 0, at: began, took, result: word.to_owned(), status, message, excerpt }
}

fn answered(status: u16) -> (&'static str, String) {
    match status {
        200..300 => ("delivered", String::new()),
        300..400 => ("redirect", format!("the receiver answered {status}: redirects are not followed")),
        _ => ("status", format!("the receiver answered {status}")),
    }
}

fn jitter(random: &dyn Random) -> u16 {
    let mut bytes = [0; 2];
    random.fill(&mut bytes);
    u16::from_be_bytes(bytes)
}
