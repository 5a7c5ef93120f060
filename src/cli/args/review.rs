//! How a plan is shown to reviewers: formats, several in one run, and the comment on a pull request.

use crate::cli::report::markdown;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// The plan itself, see `bowline schema plan`
    Json,
    /// For the comment of a pull request
    Markdown,
    /// The counts of GitLab's plan report
    Gitlab,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ApplyFormat {
    /// For people
    Text,
    /// How it ended, see `bowline schema outcome`
    Json,
    /// What happens while it happens, an object a line, see `bowline schema events`
    Ndjson,
}

fn output(text: &str) -> Result<(PlanFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("expected FORMAT=FILE")?;
    Ok((PlanFormat::from_str(format, false)?, file.into()))
}

/// Where a plan is shown and how.
#[derive(Debug, Args)]
pub struct PlanReports {
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// Also write it to a file in another format; repeat for several
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output)]
    pub outputs: Vec<(PlanFormat, PathBuf)>,
    #[command(flatten)]
    pub budget: Budget,
}

/// How long Markdown may be.
#[derive(Debug, Args)]
pub struct Budget {
    /// Bytes of Markdown at most: GitHub takes 65536, Bitbucket 32768; what does not fit is named
    #[arg(long, value_name = "N", default_value_t = 65_536, value_parser = budget)]
    pub max_bytes: usize,
}

fn budget(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if bytes >= markdown::SMALLEST => Ok(bytes),
        Ok(_) | Err(_) => Err(format!("expected a number of bytes, {} or more", markdown::SMALLEST)),
    }
}

#[derive(Debug, Args)]
pub struct Comment {
    /// A plan saved by `bowline plan --save`
    pub plan: PathBuf,
    /// Whose API to speak [default: that of the CI job that runs this]
    #[arg(long, value_enum)]
    pub vcs: Option<VcsKind>,
    /// The repository, as OWNER/NAME; of GitLab the project's path or number [default: the CI job's]
    #[arg(long, value_name = "REPOSITORY")]
    pub repo: Option<String>,
    /// The number of the pull or merge request [default: the CI job's]
    #[arg(long, value_name = "N")]
    pub number: Option<u64>,
    /// Where the API is [default: the CI job's, or https://api.github.com and https://gitlab.com/api/v4]
    #[arg(long, value_name = "URL")]
    pub api: Option<Url>,
    #[command(flatten)]
    pub budget: Budget,
    /// Print the comment instead of sending it
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VcsKind {
    /// The token is taken from GITHUB_TOKEN
    Github,
    /// The token is taken from GITLAB_TOKEN
    Gitlab,
}
