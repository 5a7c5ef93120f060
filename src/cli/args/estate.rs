//! Commands about what is live and who owns it.

use super::{BrokerArgs, ProjectArgs, TextOrJson};
use crate::resource::Address;
use clap::Args;
use std::path::PathBuf;
use std::str::FromStr;

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

#[derive(Debug, Args)]
pub struct Drift {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Say nothing of this object, or of this part of it (a JSON pointer); repeat for several
    #[arg(long, value_name = "ADDRESS[#PATH]")]
    pub ignore: Vec<Ignored>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Adopt {
    /// What to take in, such as connections.crm_read, with what it needs [default: everything that nobody owns]
    #[arg(value_name = "ADDRESS")]
    pub addresses: Vec<Address>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Take over from this project instead of what nobody owns
    #[arg(long, value_name = "PROJECT")]
    pub from: Option<String>,
    /// Write files only, and leave taking over to the next apply; with `--from` it is always left to that
    #[arg(long)]
    pub files_only: bool,
    /// How many objects may be taken over at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    /// The file below the project's folder that the declarations are written to; made and included where it is not there
    #[arg(long, value_name = "FILE", default_value = "adopted.yaml")]
    pub into: String,
    /// Write nothing; show the change of every file as one difference
    #[arg(long, visible_alias = "dry-run")]
    pub diff: bool,
}

#[derive(Debug, Args)]
pub struct Forget {
    /// What to let go of, such as connections.crm_read
    #[arg(value_name = "ADDRESS", required = true)]
    pub addresses: Vec<Address>,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Write nothing; show the change of every file as one difference
    #[arg(long, visible_alias = "dry-run")]
    pub diff: bool,
}

/// What drift is not told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub address: Address,
    /// `None` is the whole object.
    pub path: Option<String>,
}

impl Ignored {
    /// Whether a JSON pointer is, or stands below, what is ignored.
    pub fn covers(&self, pointer: &str) -> bool {
        let below = |path: &String| pointer.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.path.as_ref().is_none_or(below)
    }
}

impl FromStr for Ignored {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, path) = match text.split_once('#') {
            Some((_, path)) if !path.starts_with('/') => return Err("after `#` comes a JSON pointer, such as `/scopes`".to_owned()),
            Some((address, path)) => (address, Some(path.to_owned())),
            None => (text, None),
        };
        Ok(Ignored { address: address.parse().map_err(|error: crate::resource::BadAddress| error.to_string())?, path })
    }
}
