//! Commands that plan and change what is live.

use super::shared::lifetime;
use super::{ApplyFormat, BrokerArgs, LabelArgs, PlanReports, PlanningArgs, ProjectArgs, RuleArgs};
use crate::resource::Address;
use clap::{Args, ValueEnum};
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
    /// Plan from a snapshot instead of what is live: asks no platform and reads no secret
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    pub snapshot: Option<PathBuf>,
    /// Plan the deletion of everything that the project owns
    #[arg(long)]
    pub destroy: bool,
    /// Write the plan to a file that `apply` takes
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How long a saved plan may be applied
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = lifetime)]
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

/// What is approved beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AutoApprove {
    /// What deletes nothing, needs nobody's consent, widens no scopes, pauses no webhook
    Safe,
    /// Everything
    All,
}

fn plan_id(text: &str) -> Result<String, String> {
    let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex.map(|hex| format!("sha256:{}", hex.to_ascii_lowercase())).ok_or_else(|| "expected `sha256:` and 64 hex digits".to_owned())
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct CarryingOut {
    /// Do not ask before changing anything. `safe` leaves out whatever a person should look at first: what deletes or
    /// forgets, asks somebody's consent, widens scopes, pauses webhooks, touches what is protected, sends credentials elsewhere, takes from
    /// another project
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub auto_approve: Option<AutoApprove>,
    /// Carry out only these changes, by id of the plan or by address, and what they need
    #[arg(long, value_name = "CHANGE,…", value_delimiter = ',', conflicts_with = "auto_approve")]
    pub approve: Vec<String>,
    /// Carry out this plan and no other: its id, as `plan` shows it
    #[arg(long, value_name = "PLAN_ID", value_parser = plan_id)]
    pub expect: Option<String>,
    /// How many steps may run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    /// Exit 7 when all is applied but a connection is not connected: a person's consent is pending, or its service gave no access
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
