//! `webhook …`: one file a verb, and what they share: which webhook is meant, and how a failure ends.

mod deliver;
mod look;
mod trigger;

use super::opened;
use super::platform::{self, Platform, hook_failure};
use crate::cli::args::{BrokerArgs, ProjectArgs, Webhook, WebhookCommand};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::embedded::Embedded;
use crate::store::DeliveryFilter;

pub(crate) fn run(args: &Webhook, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.what {
        WebhookCommand::Trigger(args) => trigger::run(args, talk),
        WebhookCommand::Deliveries(args) => look::list(args, talk),
        WebhookCommand::Deliver(args) => deliver::run(args, talk),
        WebhookCommand::Redeliver(args) => look::redeliver(args, talk),
        WebhookCommand::Show(args) => look::show(args, talk),
    }
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

/// The embedded broker for working its queue; a served one works its own. `None`, and nothing is made, where there never was a
/// delivery.
fn work_here(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Option<Embedded>, Failure> {
    let opened = opened::open(project, talk)?;
    let any = DeliveryFilter { limit: 1, ..DeliveryFilter::default() };
    if platform::look_here(&opened, broker, talk)?.broker().deliveries(&any).map_err(hook_failure)?.is_empty() {
        return Ok(None);
    }
    platform::open_here(&opened, broker, talk).map(Some)
}
