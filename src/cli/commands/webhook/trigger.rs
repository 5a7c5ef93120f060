//! `webhook trigger`: an event in, a call out; or a look at the call that it would make.

use super::unknown;
use crate::broker::hook::{Carrier, FillError, HookError, Outing, Verdict, preview};
use crate::cli::args::{TextOrJson, Trigger};
use crate::cli::commands::opened::{self, Opened};
use crate::cli::commands::party;
use crate::cli::commands::platform::{self, Platform, call_failure, hook_failure};
use crate::cli::exit::Exit;
use crate::cli::report::{delivery_json, delivery_text, json};
use crate::cli::talk::{Failure, Talk};
use crate::embedded::Embedded;
use crate::remote::Http;
use crate::resource::{Address, Kind, Name, Resource, Webhook};
use crate::store::DeliveryState;
use crate::wire::Event;
use crate::workspace;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Bytes of an event.
const EVENT_LIMIT: u64 = 1 << 20;

pub(crate) fn run(args: &Trigger, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let looked = platform::look(&opened, &args.broker, talk)?;
    let found = find(&args.name, &opened, &looked)?;
    let event = event(&args.data, talk)?;
    match found {
        Found { address, webhook, live } if args.dry_run => show(args, &address, &webhook, live, &event, talk),
        Found { live: false, address, .. } => Err(Failure::new(Exit::Failed, format!("`{address}` is declared, but not live yet"))
            .hint("`bowline apply` makes it live; `--dry-run` shows what it would send")),
        Found { address, webhook, .. } => {
            drop(looked);
            let platform = platform::open(&opened, &args.broker, talk)?;
            let user = behalf(args, &address, &webhook, &platform, talk)?;
            match &platform {
                Platform::Here(embedded) => fire(args, embedded, (&address.name, user.as_deref()), &event, talk),
                Platform::There(http) => ask_to_fire(args, (&platform, http), &address.name, Event { event, user }, talk),
            }
        }
    }
}

struct Found {
    address: Address,
    webhook: Webhook,
    live: bool,
}

/// The webhook that is live, or else the one that is declared.
fn find(name: &str, opened: &Opened, looked: &Platform) -> Result<Found, Failure> {
    let name = name.strip_prefix("webhooks.").unwrap_or(name);
    let address = Address::new(Kind::Webhook, name);
    if let Some(webhook) = looked.webhook(&Name::new(name))? {
        return Ok(Found { address, webhook, live: true });
    }
    let declared = &opened.compiled.project.resources;
    if let Some(Resource::Webhook(webhook)) = declared.get(&address).map(AsRef::as_ref) {
        return Ok(Found { address, webhook: webhook.clone(), live: false });
    }
    Err(unknown(name, opened, looked)?)
}

/// The login user on whose behalf it is sent; nobody where the connection's owner's authorization counts for all.
fn behalf(args: &Trigger, address: &Address, webhook: &Webhook, platform: &Platform, talk: &Talk<'_>) -> Result<Option<String>, Failure> {
    let signed_by = webhook.connection().map(|name| Address { kind: Kind::Connection, name: name.clone() });
    let report = signed_by.map(|connection| platform.status_of(&connection)).transpose()?.flatten();
    match report {
        Some(report) if report.use_login_user_credentials => Ok(party::user(platform, &report, args.as_user.as_deref(), talk)),
        _ if args.as_user.is_some() => {
            Err(Failure::new(Exit::Usage, format!("`{address}` is not sent with each login user's credentials: leave `--as` out")))
        }
        _ => Ok(None),
    }
}

fn event(data: &str, talk: &mut Talk<'_>) -> Result<Value, Failure> {
    let unread = |error: std::io::Error| Failure::because(Exit::Failed, "could not read the event", error);
    let text = match data {
        "-" => {
            let mut text = String::new();
            (&mut talk.world.stdin).take(EVENT_LIMIT + 1).read_to_string(&mut text).map_err(unread)?;
            text
        }
        data if data.trim_start().starts_with(['{', '[']) => data.to_owned(),
        path => workspace::read_file(&talk.path(Path::new(path)), EVENT_LIMIT).map_err(unread)?,
    };
    if text.len() as u64 > EVENT_LIMIT {
        return Err(Failure::new(Exit::Usage, format!("the event is larger than {EVENT_LIMIT} bytes")));
    }
    match serde_json::from_str(&text) {
        Ok(event @ Value::Object(_)) => Ok(event),
        Ok(_) => Err(Failure::new(Exit::Usage, "the event is no JSON object").hint("such as {\"alarm\":{\"device\":\"north gate\"}}")),
        Err(error) => Err(Failure::because(Exit::Usage, "the event is not JSON", error)),
    }
}

fn show(args: &Trigger, address: &Address, webhook: &Webhook, live: bool, event: &Value, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let unfilled = |source: FillError| hook_failure(HookError::Unfilled { webhook: address.clone(), source });
    let preview = preview(webhook, event).map_err(unfilled)?;
    match args.format {
        TextOrJson::Json => talk.data(&json(&delivery_json::preview(&preview))),
        TextOrJson::Text => {
            let mut page = talk.page();
            delivery_text::preview(&preview, &mut page);
            talk.data(&page.into_text());
        }
    }
    if !live {
        talk.aside("As it is declared; it is not live yet.\n");
    }
    Ok(Exit::Done)
}

fn fire(
    args: &Trigger,
    platform: &Embedded,
    (name, user): (&Name, Option<&str>),
    event: &Value,
    talk: &mut Talk<'_>,
) -> Result<Exit, Failure> {
    let (broker, actor) = (platform.broker(), platform.actor());
    let delivery = broker.trigger_for(actor, name, event, (args.key.as_deref(), user)).map_err(hook_failure)?;
    let tried = if args.queue || delivery.state != DeliveryState::Pending {
        None
    } else {
        let carrier = Carrier { broker, actor };
        let outing = Outing { actor, courier: &carrier, stop: talk.world.interrupted };
        broker.deliver_one(&outing, &delivery.id).map_err(hook_failure)?
    };
    // Another process may have been at it meanwhile.
    let shown = broker.delivery(&delivery.id).map_err(hook_failure)?;
    let stands = shown.as_ref().map_or(delivery.state, |shown| shown.listed.delivery.state);
    match args.format {
        TextOrJson::Json => talk.data(&json(&shown.as_ref().map(delivery_json::shown))),
        TextOrJson::Text => {
            let mut page = talk.page();
            match (&tried, &shown) {
                (Some(tried), _) => delivery_text::tried(tried, &mut page),
                (None, Some(shown)) if !args.queue || shown.listed.delivery.state != DeliveryState::Pending => {
                    delivery_text::untried(&shown.listed, args.key.is_some(), talk.world.clock.now(), &mut page);
                }
                (None, _) => delivery_text::queued(&delivery, &mut page),
            }
            talk.data(&page.into_text());
        }
    }
    Ok(match tried.map(|tried| tried.verdict) {
        Some(Verdict::Delivered) => Exit::Done,
        Some(Verdict::Again | Verdict::Overtaken) => Exit::Incomplete,
        Some(Verdict::Dead) => Exit::Failed,
        Some(Verdict::Waits) => Exit::Waiting,
        None if args.queue || stands == DeliveryState::Delivered => Exit::Done,
        None if stands == DeliveryState::Dead => Exit::Failed,
        None => Exit::Waiting,
    })
}

/// How long a served broker is given to make the call before the delivery is shown as it stands.
const LOOKS: u32 = 100;
const LOOK: Duration = Duration::from_millis(300);

/// A served broker makes the call itself; what came of it is looked up.
fn ask_to_fire(
    args: &Trigger,
    (platform, http): (&Platform, &Http),
    name: &Name,
    event: Event,
    talk: &mut Talk<'_>,
) -> Result<Exit, Failure> {
    let queued = http.trigger(name.as_str(), &event, args.key.as_deref()).map_err(|error| call_failure("could not trigger it", error))?;
    let mut shown = platform.delivery(&queued.id)?;
    for _ in 0..LOOKS {
        let waits = shown.listed.waits.is_some();
        if args.queue || waits || !shown.attempts.is_empty() || talk.world.interrupted.load(Ordering::SeqCst) {
            break;
        }
        std::thread::sleep(LOOK);
        shown = platform.delivery(&queued.id)?;
    }
    match args.format {
        TextOrJson::Json => talk.data(&json(&delivery_json::shown(&shown))),
        TextOrJson::Text => {
            let mut page = talk.page();
            delivery_text::shown(&shown, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(match shown.listed.delivery.state {
        _ if args.queue => Exit::Done,
        DeliveryState::Delivered => Exit::Done,
        DeliveryState::Dead => Exit::Failed,
        DeliveryState::Pending if shown.attempts.is_empty() => Exit::Waiting,
        DeliveryState::Pending => Exit::Incomplete,
    })
}
