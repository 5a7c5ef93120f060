//! The last webhooks of every name.

use super::standard::verify;
use crate::clock::rfc3339;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::api::readable_headers;
use crate::sandbox::site::{Site, seconds};
use crate::secret::Secret;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};

/// Deliveries that are remembered of each name.
const KEPT: usize = 1000;
/// Names that are remembered; further ones are answered and forgotten.
const NAMES: usize = 100;
/// Bytes of a body that are remembered.
const BODY: usize = 16 * 1024;

#[derive(Default)]
pub(in crate::sandbox) struct Hooks {
    secrets: BTreeMap<String, Secret<String>>,
    received: BTreeMap<String, VecDeque<Received>>,
}

/// One delivery.
#[derive(Debug, Clone, Serialize)]
struct Received {
    received_at: String,
    method: String,
    /// `webhook-id`, the same for every attempt to deliver one event.
    id: Option<String>,
    /// Which delivery with that id this is, from 1.
    attempt: usize,
    /// `valid`, `invalid: …`, or `not checked` where no secret is set.
    signature: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Hooks {
    pub(in crate::sandbox) fn with_secrets(secrets: BTreeMap<String, Secret<String>>) -> Hooks {
        let mut hooks = Hooks { secrets, received: BTreeMap::new() };
        let known = || Secret::new(crate::sandbox::known::HOOK_SECRET.to_owned());
        hooks.secrets.entry("signed".to_owned()).or_insert_with(known);
        hooks
    }

    pub(in crate::sandbox) fn set_secret(&mut self, name: String, secret: Secret<String>) {
        self.secrets.insert(name, secret);
    }

    /// Forgets what arrived; secrets stay.
    pub(in crate::sandbox) fn forget(&mut self) {
        self.received.clear();
    }

    fn keep(&mut self, name: &str, mut received: Received) -> usize {
        if self.received.len() >= NAMES && !self.received.contains_key(name) {
            return 1;
        }
        let kept = self.received.entry(name.to_owned()).or_default();
        received.attempt = 1 + kept.iter().filter(|earlier| earlier.id.is_some() && earlier.id == received.id).count();
        let attempt = received.attempt;
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(received);
        attempt
    }
}

/// Takes a webhook with any method: 200, or 401 where its signature is wrong. Either way it is remembered.
pub(crate) fn receive(site: &Site, asked: &Asked) -> Answer {
    let name = name_of(asked);
    let now = site.now();
    let state = &mut *site.state();
    state.stats.hook(name);
    let verdict = state.hooks.secrets.get(name).map(|secret| verify(secret, asked.headers(), asked.body(), seconds(now)));
    let received = Received {
        received_at: rfc3339(now),
        method: asked.method().to_string(),
        id: asked.headers().get("webhook-id").and_then(|value| value.to_str().ok()).map(str::to_owned),
        attempt: 1,
        signature: match verdict {
            None => "not checked".to_owned(),
            Some(Ok(())) => "valid".to_owned(),
            Some(Err(why)) => format!("invalid: {why}"),
        },
        query: asked.uri().query().unwrap_or_default().to_owned(),
        headers: readable_headers(asked).into_iter().collect(),
        body: String::from_utf8_lossy(&asked.body()[..asked.body().len().min(BODY)]).into_owned(),
    };
    let attempt = state.hooks.keep(name, received);
    match verdict {
        Some(Err(why)) => answer::refusal(StatusCode::UNAUTHORIZED, "bad_signature", why),
        None | Some(Ok(())) => answer::json(StatusCode::OK, &json!({ "ok": true, "sandbox": true, "attempt": attempt })),
    }
}

/// What arrived, oldest first.
pub(crate) fn listed(site: &Site, asked: &Asked) -> Answer {
    let state = site.state();
    let received = state.hooks.received.get(name_of(asked)).cloned().unwrap_or_default();
    answer::json(StatusCode::OK, &json!({ "sandbox": true, "name": name_of(asked), "received": received }))
}

fn name_of(asked: &Asked) -> &str {
    asked.uri().path().split('/').nth(2).unwrap_or_default()
}
