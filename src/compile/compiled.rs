//! What compiling makes of a project's files.

use crate::catalogue::Shelf;
use crate::policy::Policy;
use crate::resource::{Address, Project};
use crate::text::Span;
use std::collections::BTreeMap;

/// A project that holds together, for one environment. Places stand beside the project, not inside it.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub project: Project,
    /// The key of each declaration.
    pub places: BTreeMap<Address, Span>,
    pub environment: Environment,
    /// The project's own rules, by name.
    pub policies: Vec<Policy>,
    /// The catalogue as the project sees it.
    pub catalogue: Shelf,
    /// Every file that it was made from, YAML, catalogue entries and scripts, by path.
    pub files: Vec<ConfigFile>,
}

/// Which environment was compiled, and where it is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `None` where none was chosen.
    pub name: Option<String>,
    pub api: Api,
}

/// The platform that an environment is applied to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Api {
    /// The broker in this process.
    #[default]
    Embedded,
    Url(String),
}

/// One file with the SHA-256 of its bytes, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigFile {
    pub path: String,
    pub sha256: String,
}

impl ConfigFile {
    pub fn of(path: impl Into<String>, bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        ConfigFile { path: path.into(), sha256: hex::encode(digest.as_ref()) }
    }
}
