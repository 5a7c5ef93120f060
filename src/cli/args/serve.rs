//! `serve`: one broker for everybody, over HTTP.

use super::TextOrJson;
use crate::upstream::Net;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8350")]
    pub listen: SocketAddr,
    /// The database: sqlite:PATH
    #[arg(long, value_name = "URL", env = "BOWLINE_STORE", hide_env_values = true, default_value = "sqlite:bowline.db")]
    pub store: String,
    /// Where people's browsers reach this server [default: where it listens, if that is this machine only]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<Url>,
    /// The file of the vault's key; BOWLINE_VAULT_KEY goes before it [default: vault.key beside the database]
    #[arg(long, value_name = "FILE")]
    pub vault_key_file: Option<PathBuf>,
    /// Write the first administrator's token to this file instead of showing it
    #[arg(long, value_name = "FILE")]
    pub admin_token_file: Option<PathBuf>,
    /// The clients that are registered with default services [default: clients.yaml beside the database]
    #[arg(long, value_name = "FILE")]
    pub clients: Option<PathBuf>,
    /// Let services on this machine be called, over http too: for development and the sandbox
    #[arg(long)]
    pub allow_loopback: bool,
    /// Let services in this network be called although it is not the open internet; repeat for several
    #[arg(long = "allow-net", value_name = "NETWORK")]
    pub allowed: Vec<Net>,
    /// Leave webhooks' deliveries to another process
    #[arg(long)]
    pub no_deliveries: bool,
    /// Answer every bad token at once, however many came: for tests of the API's contract
    #[arg(long, hide = true)]
    pub no_failure_limit: bool,
    /// How to print where it listens
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
