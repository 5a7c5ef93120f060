//! `webhook …`: one file a verb, and what they share: which webhook is meant, and how a failure ends.

mod deliver;
mod look;
mod trigger;

use super::{opened, platform};
use crate::broker::hook::HookError;
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
fn look_at(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Embedded, Failure> {
    let opened = opened::open(project, talk)?;
    platform::look(&opened, broker, talk)
}

/// The platform for working the queue; `None`, and nothing is made, where there never was a delivery.
fn work_on(project: &ProjectArgs, broker: &BrokerArgs, talk: &mut Talk<'_>) -> Result<Option<Embedded>, Failure> {
    let opened = opened::open(project, talk)?;
    let any = DeliveryFilter { limit: 1, ..DeliveryFilter::default() };
    if platform::look(&opened, broker, talk)?.broker().deliveries(&any).map_err(failure)?.is_empty() {
        return Ok(None);
    }
    platform::open(&opened, broker, talk).map(Some)
}

fn failure(error: HookError) -> Failure {
    let exit = match &error {
        HookError::Unfilled { .. } | HookError::NoDelivery(_) | HookError::KeyReused(_) => Exit::Usage,
        HookError::UnderWay(_) | HookError::Broker(_) => Exit::Failed,
    };
    match error {
        HookError::Unfilled { webhook, source } => Failure::because(exit, format!("the event does not fill `{webhook}`"), source),
        error @ HookError::NoDelivery(_) => Failure::new(exit, error.to_string()).hint("`bowline webhook deliveries` lists them"),
        error @ HookError::KeyReused(_) => Failure::new(exit, error.to_string()).hint("each event has a key of its own"),
        error @ HookError::UnderWay(_) => Failure::new(exit, error.to_string()).hint("it ends by itself, or is taken over within minutes"),
        HookError::Broker(error) => platform::broker_failure("could not work the queue", error),
    }
}
