//! Commands about names: where one stands, and another one in its place.

use super::{ProjectArgs, TextOrJson};
use crate::resource::Address;
use clap::Args;

#[derive(Debug, Args)]
pub struct Move {
    /// What is to have another link name, such as connections.crm_read
    #[arg(value_name = "ADDRESS")]
    pub from: Address,
    /// Its new address, of the same kind
    #[arg(value_name = "NEW-ADDRESS")]
    pub to: Address,
    /// Set a variable; repeat for several
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = super::shared::assignment)]
    pub variables: Vec<(String, String)>,
    /// Write nothing; show the change of every file as one difference
    #[arg(long, visible_alias = "dry-run")]
    pub diff: bool,
    /// Go on where a script chooses its connection when it runs; those places are left to you
    #[arg(long)]
    pub despite_doubts: bool,
}

#[derive(Debug, Args)]
pub struct Refs {
    /// What to look for, such as connections.crm_read
    #[arg(value_name = "ADDRESS")]
    pub address: Address,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Of a connection: which scopes its calls need, which of its own nothing needs, which are missing
    #[arg(long)]
    pub scopes: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
