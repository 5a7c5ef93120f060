//! Commands that administer a served broker: people, their tokens, applications of the portal, leases of applies.

use super::TextOrJson;
use super::shared::lifetime;
use crate::resource::access::{Role, TokenScope};
use clap::{Args, Subcommand};

/// Which served broker.
#[derive(Debug, Args)]
pub struct ServedArgs {
    /// The environment whose broker it is, as declared under `environments:`
    #[arg(long, value_name = "NAME", global = true)]
    pub env: Option<String>,
    /// The broker's address, without a project
    #[arg(long, value_name = "URL", global = true, conflicts_with = "env")]
    pub api: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text, global = true)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Lock {
    #[command(subcommand)]
    pub what: LockCommand,
    #[command(flatten)]
    pub served: ServedArgs,
}

#[derive(Debug, Subcommand)]
pub enum LockCommand {
    /// Who applies which project
    List,
    /// Take a lease away from whoever holds it: their apply stops at its next write
    Release {
        /// The project that is applied
        project: String,
    },
}

#[derive(Debug, Args)]
pub struct Users {
    #[command(subcommand)]
    pub what: UsersCommand,
    #[command(flatten)]
    pub served: ServedArgs,
}

#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Everybody, by name
    List,
    /// Add a person or a service, or change one
    Set {
        name: String,
        /// administrator, editor, viewer, or user (of connections)
        #[arg(long)]
        role: Role,
        /// It is a program, not a person; that never changes
        #[arg(long)]
        service: bool,
        /// The name in full, for people to read
        #[arg(long, default_value = "")]
        title: String,
        /// Make every token good for nothing, and keep the name
        #[arg(long)]
        disabled: bool,
    },
    /// Remove one, with all tokens
    Remove { name: String },
}

#[derive(Debug, Args)]
pub struct Tokens {
    #[command(subcommand)]
    pub what: TokensCommand,
    #[command(flatten)]
    pub served: ServedArgs,
}

#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Tokens, without what is secret in them
    List {
        /// Whose [default: your own]
        #[arg(long)]
        user: Option<String>,
    },
    /// Make a token: it is shown this once
    Create {
        /// Whose [default: your own]
        #[arg(long)]
        user: Option<String>,
        /// What it is for, for people
        #[arg(long, default_value = "")]
        title: String,
        /// What it may be used for: read, plan, apply, connect, invoke, admin, impersonate; repeat for several
        #[arg(long = "scope", required = true)]
        scopes: Vec<TokenScope>,
        /// Only for this project; repeat for several [default: all]
        #[arg(long = "project")]
        projects: Vec<String>,
        /// How long it is good for
        #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = lifetime)]
        life: std::time::Duration,
    },
    /// Make another one in a token's place: it is shown this once
    Rotate {
        /// The token's id, as `list` shows it
        id: String,
        /// Whose [default: your own]
        #[arg(long)]
        user: Option<String>,
    },
    /// Make a token good for nothing
    Revoke {
        /// The token's id, as `list` shows it
        id: String,
        /// Whose [default: your own]
        #[arg(long)]
        user: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Applications {
    #[command(subcommand)]
    pub what: ApplicationsCommand,
    #[command(flatten)]
    pub served: ServedArgs,
}

#[derive(Debug, Subcommand)]
pub enum ApplicationsCommand {
    /// The applications of the portal
    List,
    /// Add one, or change its display name
    Set { name: String, title: String },
    /// Remove one that no connection belongs to
    Remove { name: String },
}
