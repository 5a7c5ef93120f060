//! Commands that keep the data: copies of it, and the way back.

use super::shared::{BrokerArgs, ProjectArgs, TextOrJson};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Backup {
    /// The new file; one that is there is not written over
    pub file: PathBuf,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// What `bowline backup` wrote
    pub file: PathBuf,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Put it in the place of data that is there
    #[arg(long)]
    pub replace: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
