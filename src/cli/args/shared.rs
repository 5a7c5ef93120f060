//! What several commands take: which project, which broker, and how values are written.

use crate::resource::{Address, Name};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which project, in which environment.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    /// The environment to work in, as declared under `environments:`
    #[arg(long, value_name = "NAME", global = true)]
    pub env: Option<String>,
    /// Set a variable; repeat for several
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment, global = true)]
    pub variables: Vec<(String, String)>,
}

pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME=VALUE".to_owned()),
    }
}

pub(super) fn link_name(text: &str) -> Result<Name, String> {
    Name::parse(text).ok_or_else(|| "expected a link name such as cold_chain".to_owned())
}

/// Which broker.
#[derive(Debug, Args)]
pub struct BrokerArgs {
    /// Where the embedded broker keeps its data [default: .bowline below the project]
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// What a plan is made of.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// Change only this and what it needs; repeat for several
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<Address>,
    /// Allow a project that declares nothing to delete everything that it owns
    #[arg(long)]
    pub allow_empty: bool,
    #[command(flatten)]
    pub labels: LabelArgs,
}

/// What people say about a plan.
#[derive(Debug, Args)]
pub struct LabelArgs {
    /// Say something about the plan that policies look at, such as reviewed-by=ada; repeat for several
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = assignment)]
    pub labels: Vec<(String, String)>,
}

impl LabelArgs {
    /// The labels, over those that were given before.
    pub(in crate::cli) fn over(&self, before: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut labels = before.clone();
        labels.extend(self.labels.iter().cloned());
        labels
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

/// What was true a year ago is no plan, and nothing that is named here lasts longer.
const LONGEST_LIFETIME: std::time::Duration = std::time::Duration::from_secs(366 * 24 * 60 * 60);

pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let duration = crate::clock::parse_duration(text).ok_or("expected a duration such as 24h or 30m")?;
    if duration > LONGEST_LIFETIME { Err("at most 366d".to_owned()) } else { Ok(duration) }
}

/// The same of something that has to last.
pub(super) fn lifetime(text: &str) -> Result<std::time::Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() { Err("it would be over at once".to_owned()) } else { Ok(duration) }
}

pub(super) fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME:VALUE".to_owned()),
    }
}
