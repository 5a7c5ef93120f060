//! Commands that use what is live: connect, call, revoke, look after keys and the audit; and the sandbox.

use super::shared::{assignment, duration, header, link_name};
use super::{BrokerArgs, ProjectArgs, TextOrJson};
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Show what other projects own too
    #[arg(long)]
    pub all: bool,
    /// Show only what expires within this time or has, and exit 2 where there is any
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expiring: Option<std::time::Duration>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Connect {
    /// The connection; without it what waits to be connected is listed
    pub name: Option<String>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// The login user who connects an own account [default: who works here]
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// The application of the portal that it is connected for; made where it is not there yet, which takes an administrator at
    /// a served broker
    #[arg(long, value_name = "NAME", value_parser = link_name)]
    pub application: Option<crate::resource::Name>,
    /// Print the link instead of opening a browser
    #[arg(long)]
    pub no_browser: bool,
    /// How long to wait for the person
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub timeout: std::time::Duration,
    /// The port on this machine that the answer comes back to; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Let another account of the service take the place of the one before
    #[arg(long)]
    pub allow_other_account: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// The connection
    pub name: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Only this login user's authorization
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Invoke {
    /// The connection
    pub name: String,
    /// GET, POST, PUT, PATCH, DELETE
    pub method: String,
    /// The whole URL, at a host of the connection's service
    pub url: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// The body as it is, or @FILE
    #[arg(long, value_name = "TEXT", group = "content")]
    pub data: Option<String>,
    /// A JSON body, or @FILE
    #[arg(long, value_name = "TEXT", group = "content")]
    pub json: Option<String>,
    /// A field of a form; repeat for several
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, group = "content")]
    pub form: Vec<(String, String)>,
    /// A header; repeat for several
    #[arg(long = "header", value_name = "NAME:VALUE", value_parser = header)]
    pub headers: Vec<(String, String)>,
    /// Print status, headers and text as JSON, whatever the status; without it a status other than 2xx exits 1
    #[arg(long)]
    pub detailed: bool,
    /// The login user on whose behalf it is called [default: who works here]
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Bytes that the answer may have
    #[arg(long, value_name = "BYTES", default_value_t = crate::broker::BODY_CAP)]
    pub max_bytes: u64,
}

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    pub what: KeysCommand,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text, global = true)]
    pub format: TextOrJson,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum KeysCommand {
    /// Which keys there are and how much each seals
    List,
    /// Make a new key and seal everything with it; goes on where an earlier one was stopped
    Rotate,
}

#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    pub what: Option<AuditCommand>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How many lines, the newest last
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub last: usize,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text, global = true)]
    pub format: TextOrJson,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditCommand {
    /// Check that no line was changed, moved or removed
    Verify,
}

#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Watch a connection go all the way: consent, call, refresh, webhook, revoke, refused
    #[command(
        after_help = "Examples:\n  bowline sandbox tour\n  bowline sandbox tour --format json | jq -r '.steps[].seen'\n\nIt starts a sandbox of its own, works in a temporary folder, and leaves nothing behind. It ends with 0 only when every step was seen to happen."
    )]
    Tour(Tour),
}

#[derive(Debug, Args)]
pub struct Tour {
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Sandbox {
    #[command(subcommand)]
    pub what: Option<SandboxCommand>,
    /// The port on 127.0.0.1; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = crate::sandbox::DEFAULT_PORT)]
    pub port: u16,
    /// How long access tokens are good for
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub token_lifetime: std::time::Duration,
    /// Let ?auto=allow and ?auto=deny on the consent page's address decide without a person
    #[arg(long)]
    pub auto_consent: bool,
    /// Grant this scope and no other that is not named, whatever is asked for; repeat for several
    #[arg(long = "grant-only", value_name = "SCOPE")]
    pub grant_only: Vec<String>,
    /// Leave the granted scopes out of token answers
    #[arg(long)]
    pub no_scope_echo: bool,
    /// Let refresh tokens be used again instead of rotating them
    #[arg(long)]
    pub no_rotation: bool,
    /// Send people back to this address too, beside those on this machine; repeat for several
    #[arg(long = "redirect-uri", value_name = "URL")]
    pub redirect_uris: Vec<String>,
    /// Check the signatures of what /hooks/NAME receives with the secret in this environment variable; repeat for several
    #[arg(long = "hook-secret", value_name = "NAME=VARIABLE", value_parser = assignment)]
    pub hook_secrets: Vec<(String, String)>,
    /// How to print where it listens
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
