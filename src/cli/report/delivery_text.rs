//! Deliveries of webhooks, for people.

use super::counted;
use super::page::{Page, Tone, width};
use crate::broker::hook::{Listed, Preview, PreviewBody, PreviewValue, Shown, TRIES, Tally, Tried, Verdict};
use crate::clock::rfc3339;
use crate::resource::WebhookState;
use crate::store::{Attempt, Delivery, DeliveryState};
use std::time::SystemTime;

/// A call that would be made. What the vault adds stands as a reference.
pub(crate) fn preview(preview: &Preview, page: &mut Page) {
    page.put(Tone::Strong, preview.method.word()).say(&format!(" {}", preview.url)).end();
    for (name, from) in &preview.query {
        page.say(&format!("  ?{name}=")).put(Tone::Accent, &from.to_string()).end();
    }
    if let Some(connection) = &preview.connection {
        page.say("  credential: ").put(Tone::Accent, &format!("connections.{connection}")).end();
    }
    for (name, value) in &preview.headers {
        page.say(&format!("  {name}: "));
        match value {
            PreviewValue::Text(text) => page.say(text).end(),
            PreviewValue::Secret(from) => page.put(Tone::Accent, &from.to_string()).end(),
        };
    }
    for name in ["webhook-id", "webhook-timestamp"] {
        page.say(&format!("  {name}: ")).put(Tone::Quiet, "given when it is triggered").end();
    }
    if let Some(from) = &preview.signing {
        page.say("  webhook-signature: ").put(Tone::Accent, &format!("v1, with {from}")).end();
    }
    let lines: Vec<String> = match &preview.body {
        PreviewBody::Empty => return,
        PreviewBody::Form(fields) => fields.iter().map(|(name, value)| format!("{name} = {value}")).collect(),
        PreviewBody::Text(text) => text.split('\n').map(str::to_owned).collect(),
    };
    page.end();
    for line in lines {
        // A bar in front: build servers obey lines that begin with commands of theirs, blanks or not.
        page.line(&format!("  | {line}"));
    }
}

/// One try, on one line.
pub(crate) fn tried(tried: &Tried, page: &mut Page) {
    let (tone, word) = match tried.verdict {
        Verdict::Delivered => (Tone::Good, "delivered"),
        Verdict::Again => (Tone::Caution, "again"),
        Verdict::Dead => (Tone::Bad, "given up"),
        Verdict::Waits => (Tone::Caution, "waits"),
        Verdict::Overtaken => (Tone::Quiet, "overtaken"),
    };
    let delivery = &tried.delivery;
    page.cell(tone, word, 9).say(&format!("  {}  webhooks.{}", delivery.id, delivery.webhook));
    let detail = match (tried.verdict, &tried.attempt) {
        (Verdict::Again, Some(attempt)) => {
            format!("{}; try {} of {TRIES} at {}", outcome(attempt), delivery.tries + 1, rfc3339(delivery.due))
        }
        (_, Some(attempt)) => outcome(attempt),
        (_, None) if delivery.user.is_empty() => "its connection is not connected".to_owned(),
        (_, None) => format!("its connection is not connected for {}", delivery.user),
    };
    page.put(Tone::Quiet, &format!("  {detail}")).end();
}

/// A delivery that was put into the queue, to stay there.
pub(crate) fn queued(delivery: &Delivery, page: &mut Page) {
    page.cell(Tone::Good, "queued", 9).say(&format!("  {}  webhooks.{}", delivery.id, delivery.webhook));
    page.put(Tone::Quiet, "  `bowline webhook deliver` delivers it").end();
}

/// A delivery that was triggered and not tried for that: it was before, somebody else is at it, or it cannot be now.
pub(crate) fn untried(one: &Listed, is_keyed: bool, now: SystemTime, page: &mut Page) {
    let delivery = &one.delivery;
    let under = if is_keyed { "under this key, " } else { "" };
    let is_under_way = delivery.lease.as_ref().is_some_and(|lease| lease.until > now);
    let (tone, word, detail) = match (delivery.state, one.waits) {
        (DeliveryState::Delivered, _) => (Tone::Good, "delivered", format!("{under}{}", detail(one))),
        (DeliveryState::Dead, _) => (Tone::Bad, "given up", format!("{under}{}", detail(one))),
        (DeliveryState::Pending, Some(_)) => (Tone::Good, "queued", "it waits: the webhook cannot fire now".to_owned()),
        (DeliveryState::Pending, None) if is_under_way => (Tone::Accent, "under way", "another process delivers it now".to_owned()),
        (DeliveryState::Pending, None) => (Tone::Caution, "again", detail(one)),
    };
    page.cell(tone, word, 9).say(&format!("  {}  webhooks.{}", delivery.id, delivery.webhook));
    page.put(Tone::Quiet, &format!("  {detail}")).end();
}

/// What a round came to.
pub(crate) fn tally(tally: &Tally, page: &mut Page) {
    page.say(&format!("{} delivered, {} to be tried again, {} given up", tally.delivered, tally.again, tally.dead)).end();
    for name in &tally.waiting {
        page.put(Tone::Caution, &format!("  webhooks.{name} waits: it cannot fire now")).end();
    }
    if tally.dead > 0 {
        page.line("`bowline webhook deliveries --state dead` lists what was given up.");
    }
}

/// Deliveries in columns that line up.
pub(crate) fn table(found: &[Listed], page: &mut Page) {
    if found.is_empty() {
        page.line("No deliveries.");
    }
    let widest = found.iter().map(|one| width(one.delivery.webhook.as_str())).max().unwrap_or(0);
    for one in found {
        let (tone, state) = state(one);
        page.cell(Tone::Plain, &one.delivery.id, 28).say("  ").cell(tone, state, 9).say("  ");
        page.cell(Tone::Plain, one.delivery.webhook.as_str(), widest).put(Tone::Quiet, &format!("  {}", detail(one))).end();
    }
    if !found.is_empty() {
        page.line(&counted(found.len(), "row"));
    }
}

/// One delivery with every try.
pub(crate) fn shown(shown: &Shown, page: &mut Page) {
    let delivery = &shown.listed.delivery;
    let (tone, state) = state(&shown.listed);
    page.put(Tone::Strong, &delivery.id).say("  ").put(tone, state).say(&format!("  {}", detail(&shown.listed))).end();
    page.line(&format!(
        "  webhooks.{} to {}, triggered at {} by {}{}",
        delivery.webhook,
        delivery.host,
        rfc3339(delivery.created),
        delivery.actor,
        if delivery.user.is_empty() { String::new() } else { format!(" on behalf of {}", delivery.user) }
    ));
    for attempt in &shown.attempts {
        let tone = if attempt.result == "delivered" { Tone::Good } else { Tone::Bad };
        page.say(&format!("  {:>3}  {}  ", attempt.number, rfc3339(attempt.at))).put(tone, &outcome(attempt)).end();
        if !attempt.excerpt.is_empty() {
            page.put(Tone::Quiet, &format!("       | {}", attempt.excerpt)).end();
        }
    }
}

fn state(one: &Listed) -> (Tone, &'static str) {
    match (one.delivery.state, one.waits) {
        (DeliveryState::Pending, Some(_)) => (Tone::Caution, "waiting"),
        (DeliveryState::Pending, None) => (Tone::Accent, "pending"),
        (DeliveryState::Delivered, _) => (Tone::Good, "delivered"),
        (DeliveryState::Dead, _) => (Tone::Bad, "dead"),
    }
}

fn detail(one: &Listed) -> String {
    let delivery = &one.delivery;
    let because = if delivery.reason.is_empty() { String::new() } else { format!(": {}", delivery.reason) };
    match (delivery.state, one.waits) {
        (DeliveryState::Pending, Some(state)) => waits(state).to_owned(),
        (DeliveryState::Pending, None) => format!("try {} of {TRIES} at {}{because}", delivery.tries + 1, rfc3339(delivery.due)),
        (DeliveryState::Delivered, _) => delivery.finished.map(|at| format!("at {}", rfc3339(at))).unwrap_or_default(),
        (DeliveryState::Dead, _) => {
            format!("after {}{because}", if delivery.tries == 1 { "1 try".to_owned() } else { format!("{} tries", delivery.tries) })
        }
    }
}

/// Why a delivery waits whose webhook cannot fire.
pub(super) fn waits(state: WebhookState) -> &'static str {
    match state {
        WebhookState::Active => "",
        WebhookState::Blocked => "the webhook's connection is not connected",
        WebhookState::Detached => "the webhook was set aside by an apply that did not finish",
    }
}

fn outcome(attempt: &Attempt) -> String {
    let what = match attempt.status {
        Some(status) => status.to_string(),
        None => attempt.message.clone(),
    };
    format!("{what} in {} ms", attempt.took.as_millis())
}
