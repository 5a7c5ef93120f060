//! Commands about what is live and who owns it.

use super::{BrokerArgs, ProjectArgs};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Snapshot {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Write the snapshot to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}
