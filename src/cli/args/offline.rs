//! Commands that need no broker: start, check, lay out, draw, look up.

use super::{ProjectArgs, RuleArgs, TextOrJson};
use crate::resource::Address;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make [default: this one]
    pub folder: Option<PathBuf>,
    /// The project's name [default: the folder's]
    #[arg(long)]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For programs, see `bowline schema diagnostics`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code-quality report
    Gitlab,
}

fn output(text: &str) -> Result<(CheckFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("expected FORMAT=FILE")?;
    Ok((CheckFormat::from_str(format, false)?, file.into()))
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Also write it to a file in another format; repeat for several
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output)]
    pub outputs: Vec<(CheckFormat, PathBuf)>,
    /// Show at most this many findings [default: 20 as text, 1000 as JSON]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Write the findings of now to a file for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// The files to lay out, `-` for standard input [default: all files of the project]
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Write nothing; exit with 2 where a file is laid out differently
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Render {
    #[command(subcommand)]
    pub what: Option<RenderCommand>,
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Write the snippets below this folder instead of printing them
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 when a file below --out is not up to date
    #[arg(long, requires = "out")]
    pub check: bool,
}

#[derive(Debug, Subcommand)]
pub enum RenderCommand {
    /// Write a saved plan as the steps of a person at the console, with check boxes
    #[command(after_help = "Examples:\n  bowline plan --save plan.json && bowline render runbook plan.json > runbook.md")]
    Runbook {
        /// A plan that `bowline plan --save` wrote
        #[arg(value_name = "PLAN")]
        plan: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Docs {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Write the page below this folder instead of printing it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 when the page below --out is not up to date
    #[arg(long, requires = "out")]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// The language of the picture
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// Only this resource, what it needs and what needs it
    #[arg(long, value_name = "ADDRESS")]
    pub focus: Option<Address>,
    /// With --focus: only what needs it
    #[arg(long, requires = "focus")]
    pub used_by: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Dot,
    Mermaid,
    Json,
}

#[derive(Debug, Args)]
pub struct Services {
    #[command(subcommand)]
    pub what: ServicesCommand,
}

#[derive(Debug, Subcommand)]
pub enum ServicesCommand {
    /// List the default services
    #[command(after_help = "Examples:\n  bowline services list\n  bowline services list --category iot")]
    List {
        /// Only those of a category
        #[arg(long)]
        category: Option<String>,
        /// Only those whose key, name or vendor holds this text
        #[arg(long)]
        search: Option<String>,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Show one default service
    #[command(after_help = "Examples:\n  bowline services show slack\n  bowline services show zoho-iot --scopes")]
    Show {
        name: String,
        /// List its scopes
        #[arg(long)]
        scopes: bool,
        /// Say where the facts come from and how sure they are
        #[arg(long)]
        why: bool,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Find default services by a word
    #[command(after_help = "Examples:\n  bowline services search calendar")]
    Search {
        text: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Print only this part; without it the whole file's schema
    #[arg(value_enum)]
    pub kind: Option<SchemaKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Project,
    Service,
    Connection,
    Webhook,
    Function,
    Plan,
    Snapshot,
    Drift,
    Catalogue,
    Diagnostics,
    Baseline,
    Outcome,
    Events,
    Status,
    Services,
    Graph,
    Audit,
    Keys,
    Connect,
    Revoke,
    Deliveries,
    Preview,
    Sandbox,
    Tour,
    Lock,
    Users,
    Tokens,
    Applications,
    Backup,
    Serve,
    Refs,
    /// The HTTP API of `serve`
    Openapi,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A code, as printed in brackets after a finding
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
