//! `webhook …`: one file a verb, and what they share: which webhook is meant, and how a failure ends.

mod deliver;
mod look;
mod trigger;

use super::opened::{self, Opened};
use super::platform::{self, Platform, hook_failure};
use crate::apply::Remote;
use crate::cli::args::{BrokerArgs, ProjectArgs, Webhook, WebhookCommand};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::diag::nearest;
use crate::embedded::Embedded;
use crate::resource::Kind;
use crate::store::DeliveryFilter;
use std::collections::BTreeSet;

pub(crate) fn run(args: &Webhook, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.what {
        WebhookCommand::Trigger(args) => trigger::run(args, talk),
        WebhookCommand::Deliveries(args) => look::list(args, talk),
        WebhookCommand::Deliver(args) => deliver::run(args, talk),
        WebhookCommand::Redeliver(args) => look::redeliver(args, talk),
        WebhookCommand::Show(args) => look::show(args, talk),
    }
}

/// A webhook that is there under no such name, and the one that may be meant: declared or live.
fn unknown(name: &str, opened: &Opened, looked: &Platform) -> Result<Failure, Failure> {
    let live = looked.observe().map_err(platform::failure)?;
    let known = opened.compiled.project.resources.keys().chain(live.objects.keys());
    let known: BTreeSet<&str> = known.filter(|address| address.kind == Kind::Webhook).map(|address| address.name.as_str()).collect();
    let failure = Failure::new(Exit::Usage, format!("no webhook is named `{name}`"));
    Ok(match nearest(name, known.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure.hint("there is none, declared or live"),
        None => failure.hint(format!("there are {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    })
}

/// The platform for looking only.
fn look_at(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Platform, Failure> {
    let opened = opened::open(project, talk)?;
    platform::look(&opened, broker, talk)
}

/// The platform for working the queue; `None`, and nothing is made, where there never was a delivery.
fn work_on(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Option<Platform>, Failure> {
    let opened = opened::open(project, talk)?;
    let any = DeliveryFilter { limit: 1, ..DeliveryFilter::default() };
    if platform::look(&opened, broker, talk)?.deliveries(&any)?.is_empty() {
        return Ok(None);
    }
    platform::open(&opened, broker, talk).map(Some)
}

/// The embedded broker for working its queues; a served one works its own. `None`, and nothing is made, where there never was a
/// delivery and no service has to be told of anything.
fn work_here(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Option<Embedded>, Failure> {
    let opened = opened::open(project, talk)?;
    let any = DeliveryFilter { limit: 1, ..DeliveryFilter::default() };
    let looked = platform::look_here(&opened, broker, talk)?;
    let untold = looked.broker().has_untold().map_err(|error| platform::broker_failure("could not look at the queue", error))?;
    if !untold && looked.broker().deliveries(&any).map_err(hook_failure)?.is_empty() {
        return Ok(None);
    }
    drop(looked);
    platform::open_here(&opened, broker, talk).map(Some)
}
