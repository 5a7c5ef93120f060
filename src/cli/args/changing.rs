//! Commands that plan and change what is live.

use super::shared::duration;
use super::{ApplyFormat, BrokerArgs, LabelArgs, PlanReports, PlanningArgs, ProjectArgs, RuleArgs};
use crate::resource::Address;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub planning: PlanningArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Plan the deletion of everything that the project owns
    #[arg(long)]
    pub destroy: bool,
    /// Write the plan to a file that `apply` takes
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How long a saved plan may be applied
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub expires: std::time::Duration,
    #[command(flatten)]
    pub reports: PlanReports,
    /// Exit 2 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// A plan saved by `bowline plan --save`
    pub plan: PathBuf,
    #[command(flatten)]
    pub reports: PlanReports,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// A plan saved by `bowline plan --save`; without it a plan is made now
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub planning: PlanningArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub carrying_out: CarryingOut,
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct CarryingOut {
    /// Do not ask before changing anything
    #[arg(long)]
    pub auto_approve: bool,
    /// How many steps may run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    /// Exit 7 when all is applied but somebody's consent is pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = ApplyFormat::Text)]
    pub format: ApplyFormat,
}

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub carrying_out: CarryingOut,
    #[command(flatten)]
    pub labels: LabelArgs,
    /// Delete only this and what depends on it; repeat for several
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<Address>,
}
