//! `serve`: one broker for everybody, over HTTP. Everything but what is about one start may stand in a file or the environment
//! too, under the same names.

use super::TextOrJson;
use crate::server::{Level, Limits, Style};
use crate::upstream::Net;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Args)]
pub struct Serve {
    /// Settings from a YAML file, with the names of these options; an option goes before the environment, and that before the file
    #[arg(long, value_name = "FILE", env = "BOWLINE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say what is wrong with the settings, and serve nothing
    #[arg(long)]
    pub check_config: bool,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "BOWLINE_LISTEN", default_value = "127.0.0.1:8350")]
    pub listen: SocketAddr,
    /// The database: sqlite:PATH, or postgres://user@host/database
    #[arg(long, value_name = "URL", env = "BOWLINE_STORE", hide_env_values = true, default_value = "sqlite:bowline.db")]
    pub store: String,
    /// Where people's browsers reach this server [default: where it listens, if that is this machine only]
    #[arg(long, value_name = "URL", env = "BOWLINE_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// The file of the vault's key; BOWLINE_VAULT_KEY goes before it [default: vault.key beside the database]
    #[arg(long, value_name = "FILE", env = "BOWLINE_VAULT_KEY_FILE")]
    pub vault_key_file: Option<PathBuf>,
    /// Make a token for this administrator, who is made or enabled where that is needed: the way back in once every token is lost
    #[arg(long, value_name = "NAME")]
    pub recover_administrator: Option<String>,
    /// Write the token of the first administrator, or of the recovered one, to this file instead of showing it
    #[arg(long, value_name = "FILE", env = "BOWLINE_ADMIN_TOKEN_FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// The clients that are registered with default services [default: clients.yaml beside the database]
    #[arg(long, value_name = "FILE", env = "BOWLINE_CLIENTS")]
    pub clients: Option<PathBuf>,
    /// Let services on this machine be called, over http too: for development and the sandbox
    #[arg(long, env = "BOWLINE_ALLOW_LOOPBACK")]
    pub allow_loopback: bool,
    /// Let services in this network be called although it is not the open internet; repeat for several
    #[arg(long = "allow-net", value_name = "NETWORK", env = "BOWLINE_ALLOW_NET", value_delimiter = ',')]
    pub allowed: Vec<Net>,
    /// Leave webhooks' deliveries to another process
    #[arg(long, env = "BOWLINE_NO_DELIVERIES")]
    pub no_deliveries: bool,
    /// Answer every bad token at once, however many came: for tests of the API's contract
    #[arg(long, hide = true)]
    pub no_failure_limit: bool,
    /// How to print where it listens
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    #[command(flatten)]
    pub watching: Watching,
    #[command(flatten)]
    pub encryption: Encryption,
    #[command(flatten)]
    pub caps: Caps,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Watching")]
pub struct Watching {
    /// Offer figures for Prometheus at /metrics of this address, to anybody who reaches it: keep it inside
    #[arg(long, value_name = "ADDRESS", env = "BOWLINE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// How lines about requests look on standard error
    #[arg(long, value_enum, env = "BOWLINE_LOG_FORMAT", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Which lines are written: these and graver ones
    #[arg(long, value_enum, env = "BOWLINE_LOG_LEVEL", default_value_t = LogLevel::Info)]
    pub log_level: LogLevel,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Encryption and proxies")]
pub struct Encryption {
    /// Serve TLS with this certificate and its chain (PEM); read anew on SIGHUP
    #[arg(long, value_name = "FILE", env = "BOWLINE_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", env = "BOWLINE_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Believe X-Forwarded-For from proxies of this network; repeat for several
    #[arg(long, value_name = "NETWORK", env = "BOWLINE_TRUST_PROXY", value_delimiter = ',')]
    pub trust_proxy: Vec<Net>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Caps {
    /// Bytes of a request's body
    #[arg(long, value_name = "BYTES", env = "BOWLINE_MAX_BODY", default_value_t = Limits::USUAL.body as u32, value_parser = clap::value_parser!(u32).range(1024..=8 << 20))]
    pub max_body: u32,
    /// How deep a body's JSON may be
    #[arg(long, value_name = "LEVELS", env = "BOWLINE_MAX_DEPTH", default_value_t = Limits::USUAL.depth as u32, value_parser = clap::value_parser!(u32).range(8..=128))]
    pub max_depth: u32,
    /// Seconds for a request's head to arrive
    #[arg(long, value_name = "SECONDS", env = "BOWLINE_HEAD_TIMEOUT", default_value_t = Limits::USUAL.head_patience.as_secs() as u32, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub head_timeout: u32,
    /// Seconds for a request's body to arrive
    #[arg(long, value_name = "SECONDS", env = "BOWLINE_BODY_TIMEOUT", default_value_t = Limits::USUAL.body_patience.as_secs() as u32, value_parser = clap::value_parser!(u32).range(1..=300))]
    pub body_timeout: u32,
    /// Seconds for a client to take a piece of an answer
    #[arg(long, value_name = "SECONDS", env = "BOWLINE_WRITE_TIMEOUT", default_value_t = Limits::USUAL.write_patience.as_secs() as u32, value_parser = clap::value_parser!(u32).range(1..=300))]
    pub write_timeout: u32,
    /// Connections at the same time; one address that is no trusted proxy has an eighth of them at most
    #[arg(long, value_name = "COUNT", env = "BOWLINE_MAX_CONNECTIONS", default_value_t = Limits::USUAL.connections as u32, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub max_connections: u32,
    /// Requests that ask the data at the same time
    #[arg(long, value_name = "COUNT", env = "BOWLINE_MAX_WORK", default_value_t = Limits::USUAL.work as u32, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_work: u32,
    /// Requests that call other services at the same time
    #[arg(long, value_name = "COUNT", env = "BOWLINE_MAX_CALLS", default_value_t = Limits::USUAL.calls as u32, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub max_calls: u32,
    /// Requests a second of one token, on average and twice as many at once; 0 is no limit
    #[arg(long, value_name = "COUNT", env = "BOWLINE_RATE_PER_TOKEN", default_value_t = Limits::USUAL.rate, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub rate_per_token: u32,
    /// Seconds for running requests to end once it is asked to stop
    #[arg(long, value_name = "SECONDS", env = "BOWLINE_GRACE", default_value_t = Limits::USUAL.grace.as_secs() as u32, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub grace: u32,
    /// Of those, seconds in which it says that it is not ready and still takes connections: as often as the balancer looks
    #[arg(long, value_name = "SECONDS", env = "BOWLINE_FAREWELL", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=5))]
    pub farewell: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

impl From<LogFormat> for Style {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Style::Text,
            LogFormat::Json => Style::Json,
        }
    }
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Level::Error,
            LogLevel::Warn => Level::Warn,
            LogLevel::Info => Level::Info,
            LogLevel::Debug => Level::Debug,
        }
    }
}
