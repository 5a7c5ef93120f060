//! What callers left: alarms and messages.

use super::admit;
use crate::clock::rfc3339;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::site::{Site, seconds};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::VecDeque;

const KEPT: usize = 1000;

#[derive(Default)]
pub(in crate::sandbox) struct Desk {
    alarms: VecDeque<Value>,
    messages: VecDeque<Value>,
    taken: u64,
}

impl Desk {
    fn number(&mut self) -> u64 {
        self.taken += 1;
        self.taken
    }
}

fn keep(kept: &mut VecDeque<Value>, value: Value) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(value);
}

/// Takes `{"device": …, "text": …}`.
pub(crate) fn post_alarm(site: &Site, asked: &Asked) -> Answer {
    if let Err(refused) = admit(site, asked, Some("alarms.write")) {
        return *refused;
    }
    let body: Value = serde_json::from_slice(asked.body()).unwrap_or_default();
    let (Some(device), Some(text)) = (body["device"].as_str(), body["text"].as_str()) else {
        return answer::refusal(StatusCode::BAD_REQUEST, "bad_alarm", "the body must be JSON with `device` and `text`");
    };
    let raised_at = rfc3339(site.now());
    let desk = &mut site.state().desk;
    let alarm = json!({ "id": format!("alarm-{}", desk.number()), "device": device, "text": text, "raised_at": raised_at });
    keep(&mut desk.alarms, alarm.clone());
    answer::json(StatusCode::CREATED, &alarm)
}

pub(crate) fn alarms(site: &Site, asked: &Asked) -> Answer {
    match admit(site, asked, Some("devices.read")) {
        Ok(_) => answer::json(StatusCode::OK, &json!({ "sandbox": true, "alarms": site.state().desk.alarms })),
        Err(refused) => *refused,
    }
}

/// Takes `{"channel": "#…", "text": …}`. Refuses as chat services do: with status 200 and `"ok": false`.
pub(crate) fn post_message(site: &Site, asked: &Asked) -> Answer {
    if let Err(refused) = admit(site, asked, Some("messages.write")) {
        return *refused;
    }
    let body: Value = serde_json::from_slice(asked.body()).unwrap_or_default();
    let no = |error: &str| answer::json(StatusCode::OK, &json!({ "ok": false, "error": error }));
    let Some(channel) = body["channel"].as_str().filter(|channel| channel.starts_with('#')) else { return no("channel_not_found") };
    let Some(text) = body["text"].as_str().filter(|text| !text.is_empty()) else { return no("no_text") };
    let now = seconds(site.now());
    let desk = &mut site.state().desk;
    let stamp = format!("{now}.{:06}", desk.number());
    let message = json!({ "channel": channel, "text": text, "ts": stamp });
    keep(&mut desk.messages, message.clone());
    answer::json(StatusCode::OK, &json!({ "ok": true, "channel": channel, "ts": stamp, "message": message }))
}

pub(crate) fn messages(site: &Site, asked: &Asked) -> Answer {
    match admit(site, asked, Some("devices.read")) {
        Ok(_) => answer::json(StatusCode::OK, &json!({ "sandbox": true, "messages": site.state().desk.messages })),
        Err(refused) => *refused,
    }
}
