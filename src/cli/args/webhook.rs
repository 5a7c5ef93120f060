//! `webhook …`: trying webhooks, and looking after what they have to deliver.

use super::{BrokerArgs, ProjectArgs, TextOrJson};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Webhook {
    #[command(subcommand)]
    pub what: WebhookCommand,
}

#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Fill a webhook with an event and deliver it
    #[command(
        after_help = "Examples:\n  bowline webhook trigger door_open --data event.json\n  bowline webhook trigger door_open --data '{\"alarm\":{\"device\":\"north gate\"}}' --dry-run\n  sensor | bowline webhook trigger door_open --data - --queue\n  bowline webhook trigger door_open --data event.json --as ada\n\nExit codes: 0 delivered or queued, 1 given up, 6 it will be tried again, 7 it waits for a connection"
    )]
    Trigger(Trigger),
    /// List deliveries, the newest first
    #[command(
        after_help = "Examples:\n  bowline webhook deliveries\n  bowline webhook deliveries --state dead\n  bowline webhook deliveries --webhook door_open --format json"
    )]
    Deliveries(Deliveries),
    /// Work the queue: try everything that is due
    #[command(
        after_help = "Examples:\n  bowline webhook deliver\n  bowline webhook deliver --watch        until interrupted\n\nExit codes of one round: 0 nothing failed, 1 something was given up, 6 something will be tried again"
    )]
    Deliver(Deliver),
    /// Put a delivery back into the queue, under its old id
    #[command(after_help = "Examples:\n  bowline webhook redeliver msg_0123456789abcdef01234567 && bowline webhook deliver")]
    Redeliver(Redeliver),
    /// Show one delivery with every try
    #[command(after_help = "Examples:\n  bowline webhook show msg_0123456789abcdef01234567")]
    Show(ShowDelivery),
}

#[derive(Debug, Args)]
pub struct Trigger {
    /// The webhook's link name
    pub name: String,
    /// The event that fills the merge fields: a file, `-` for standard input, or a JSON object itself
    #[arg(long, value_name = "FILE|-|JSON")]
    pub data: String,
    /// Show what would be sent, with references where secrets go, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The login user whose authorization signs it, where the connection uses each user's own [default: who works here]
    #[arg(long = "as", value_name = "USER", conflicts_with = "dry_run")]
    pub as_user: Option<String>,
    /// Count an event once however often it is sent: the delivery that this key stands for is given back for 30 days
    #[arg(long, value_name = "TEXT", conflicts_with = "dry_run")]
    pub key: Option<String>,
    /// Do not wait for the delivery: `bowline webhook deliver` makes it, or the server
    #[arg(long, conflicts_with = "dry_run")]
    pub queue: bool,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Deliveries {
    /// Only those in this state
    #[arg(long, value_enum)]
    pub state: Option<StateFilter>,
    /// Only those of this webhook
    #[arg(long, value_name = "NAME")]
    pub webhook: Option<String>,
    /// The newest so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateFilter {
    /// Tried when due
    Pending,
    /// Held until the webhook can fire
    Waiting,
    Delivered,
    /// Given up
    Dead,
}

#[derive(Debug, Args)]
pub struct Deliver {
    /// One round, then stop (the default)
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Go on until interrupted
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
}

#[derive(Debug, Args)]
pub struct Redeliver {
    /// The delivery's id
    pub id: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
}

#[derive(Debug, Args)]
pub struct ShowDelivery {
    /// The delivery's id
    pub id: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
