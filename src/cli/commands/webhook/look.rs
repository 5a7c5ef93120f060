//! `webhook deliveries`, `show` and `redeliver`.

use super::{look_at, unknown, work_on};
use crate::broker::hook::{HookError, Listed};
use crate::cli::args::{Deliveries, Redeliver, ShowDelivery, StateFilter, TextOrJson};
use crate::cli::commands::opened;
use crate::cli::commands::platform::{self, hook_failure};
use crate::cli::exit::Exit;
use crate::cli::report::{delivery_json, delivery_text, json};
use crate::cli::talk::{Failure, Talk};
use crate::resource::{Address, Kind, Name};
use crate::store::{DeliveryFilter, DeliveryState};

pub(crate) fn list(args: &Deliveries, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let platform = platform::look(&opened, &args.broker, talk)?;
    let name = args.webhook.as_deref().map(|name| name.strip_prefix("webhooks.").unwrap_or(name));
    let declares = |name: &str| opened.compiled.project.resources.contains_key(&Address::new(Kind::Webhook, name));
    if let Some(name) = name.filter(|name| !declares(name))
        && platform.webhook(&Name::new(name))?.is_none()
    {
        return Err(unknown(name, &opened, &platform)?);
    }
    let (state, waits) = match args.state {
        None => (None, None),
        Some(StateFilter::Pending) => (Some(DeliveryState::Pending), Some(false)),
        Some(StateFilter::Waiting) => (Some(DeliveryState::Pending), Some(true)),
        Some(StateFilter::Delivered) => (Some(DeliveryState::Delivered), None),
        Some(StateFilter::Dead) => (Some(DeliveryState::Dead), None),
    };
    // Whether one waits is not stored, so that is asked of all.
    let limit = if waits.is_some() { usize::MAX } else { args.limit };
    let filter = DeliveryFilter { state, webhook: name.map(Name::new), limit };
    let mut found: Vec<Listed> = platform.deliveries(&filter)?;
    found.retain(|one| waits.is_none_or(|waits| one.waits.is_some() == waits));
    found.truncate(args.limit);
    match args.format {
        TextOrJson::Json => talk.data(&json(&delivery_json::listed(&found))),
        TextOrJson::Text => {
            let mut page = talk.page();
            delivery_text::table(&found, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

pub(crate) fn show(args: &ShowDelivery, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let platform = look_at(&args.project, &args.broker, talk)?;
    let shown = platform.delivery(&args.id)?;
    match args.format {
        TextOrJson::Json => talk.data(&json(&delivery_json::shown(&shown))),
        TextOrJson::Text => {
            let mut page = talk.page();
            delivery_text::shown(&shown, &mut page);
            talk.data(&page.into_text());
        }
    }
    Ok(Exit::Done)
}

pub(crate) fn redeliver(args: &Redeliver, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let none = || hook_failure(HookError::NoDelivery(args.id.clone()));
    let platform = work_on(&args.project, &args.broker, talk)?.ok_or_else(none)?;
    let delivery = platform.redeliver(&args.id)?;
    let mut page = talk.page();
    delivery_text::queued(&delivery, &mut page);
    talk.data(&page.into_text());
    Ok(Exit::Done)
}
