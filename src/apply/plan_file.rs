//! The plan as a file: what is reviewed is what is executed. Canonical JSON, described by `schemas/plan.schema.json`; it
//! holds references and fingerprints, and no secret.
//!
//! `plan_id` names what would be done and to what: the same inputs give the same id, whenever the plan is made and whatever
//! happens to objects that it does not touch. [`PlanFile::run_id`] is what a plan is spent under. `seal` covers everything else in the file, so that any change to it is noticed; it guards against slips, not against somebody
//! who can seal anew.

use super::digest::sha256;
use super::seal::{identity, seal};
use super::snapshot_file::FromSnapshot;
use crate::clock::rfc3339;
use crate::plan::{Plan, SourcePlace};
use crate::resource::Address;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// The version of the format that is written. A reader ignores fields that a newer minor version adds, and refuses another
/// major one.
pub const FORMAT_VERSION: &str = "1.1";

/// How long a plan is good for unless it is said otherwise: 24 hours.
pub const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A plan with everything that binds it to its time, place and configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    pub format_version: String,
    pub plan_id: String,
    pub project: String,
    /// `None` is the default environment.
    pub environment: Option<String>,
    /// The platform that the plan was made against: a URL, or `embedded`.
    pub api: String,
    /// [`crate::resource::Observed::revision`] when the plan was made. For people; staleness goes by object.
    pub observed_revision: u64,
    /// Where the plan was made from a snapshot. It may be applied all the same, where what is live is still what it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<FromSnapshot>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    pub config: ConfigDigest,
    /// Values of variables that were given on the command line: with others, the same files are another project. Nothing
    /// secret, for no expression stands where a secret does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    #[serde(flatten)]
    pub plan: Plan,
    /// Where scripts name what changes although they stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<ScriptPlace>,
    /// Warnings about the configuration.
    pub diagnostics: Vec<Remark>,
    pub seal: String,
    /// Whether the text that this was read from is not what was sealed.
    #[serde(skip)]
    pub(super) altered: bool,
}

/// The files that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDigest {
    /// Over paths and digests of all files.
    pub digest: String,
    /// By path.
    pub files: Vec<ConfigFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConfigFile {
    /// Below the project's root, with `/`.
    pub path: String,
    /// Lower-case hex.
    pub sha256: String,
}

/// A warning about the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePlace>,
}

/// A place in a script that names a connection which is live and changes, itself or through its service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScriptPlace {
    #[serde(flatten)]
    pub place: SourcePlace,
    /// The function whose script it is.
    pub function: Address,
    /// Absent where the script chooses its connection when it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Address>,
    /// What the script does with it, in words: `names it`.
    pub how: String,
    /// The call, as far as it can be told: `invokeurl GET https://example.com/stock`. Holds no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// False where a call only seems to name it, or may choose it.
    pub sure: bool,
}

/// What a plan is bound to when it is saved.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    pub project: &'a str,
    pub environment: Option<&'a str>,
    pub api: &'a str,
    pub observed_revision: u64,
    pub snapshot: Option<FromSnapshot>,
    pub created_at: SystemTime,
    /// Usually [`LIFETIME`].
    pub lifetime: Duration,
    /// Path and SHA-256 (lower-case hex) of every file that the project was read from, scripts too.
    pub files: &'a [(String, String)],
    /// Values of variables that were given on the command line.
    pub variables: &'a BTreeMap<String, String>,
    /// Where each resource is declared.
    pub places: &'a BTreeMap<Address, SourcePlace>,
    pub scripts: Vec<ScriptPlace>,
    pub diagnostics: Vec<Remark>,
}

/// The text is not a plan that this program can read.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    #[error("the plan is not well-formed JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the file is not a plan")]
    NotAPlan(#[source] serde_json::Error),
    #[error("the plan has format version `{found}`, and this program reads `1`: use the program that made it")]
    OtherFormat { found: String },
}

impl PlanFile {
    pub fn new(plan: Plan, binding: Binding<'_>) -> Self {
        let mut file = PlanFile {
            format_version: FORMAT_VERSION.to_owned(),
            plan_id: String::new(),
            project: binding.project.to_owned(),
            environment: binding.environment.map(str::to_owned),
            api: binding.api.to_owned(),
            observed_revision: binding.observed_revision,
            snapshot: binding.snapshot,
            created_at: rfc3339(binding.created_at),
            expires_at: rfc3339(binding.created_at + binding.lifetime),
            config: config(binding.files),
            variables: binding.variables.clone(),
            plan,
            scripts: binding.scripts,
            diagnostics: binding.diagnostics,
            seal: String::new(),
            altered: false,
        };
        for change in &mut file.plan.changes {
            change.source = binding.places.get(&change.address).cloned();
        }
        file.plan_id = identity(&file.as_read());
        file.seal = seal(&file.as_read());
        file
    }

    /// Reads a plan. That it is whole and still fits is [`PlanFile::refusals`]' matter.
    pub fn parse(text: &str) -> Result<Self, PlanFileError> {
        let value: Value = serde_json::from_str(text).map_err(PlanFileError::NotJson)?;
        if let Some(found) = value.get("format_version").and_then(Value::as_str)
            && !version_fits(found, FORMAT_VERSION)
        {
            return Err(PlanFileError::OtherFormat { found: found.to_owned() });
        }
        let (identity, seal) = (identity(&value), seal(&value));
        let mut file: PlanFile = serde_json::from_value(value).map_err(PlanFileError::NotAPlan)?;
        file.altered = file.plan_id != identity || file.seal != seal;
        Ok(file)
    }

    /// Whether the text that this was read from is not what was sealed.
    pub fn is_altered(&self) -> bool {
        self.altered
    }

    /// Names one application of this plan: the same plan made again after anything was changed may be applied again.
    pub fn run_id(&self) -> String {
        format!("{}@{}", self.plan_id, self.observed_revision)
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a plan is plain JSON");
        text.push('\n');
        text
    }

    /// The plan as a reader gets it: through text, for a number may be read back as its neighbour.
    fn as_read(&self) -> Value {
        let text = serde_json::to_string(self).expect("a plan is plain JSON");
        serde_json::from_str(&text).expect("what was just written is JSON")
    }
}

/// Whether a reader of one version of a format can read another.
pub(super) fn version_fits(found: &str, read: &str) -> bool {
    found.split('.').next() == read.split('.').next()
}

fn config(files: &[(String, String)]) -> ConfigDigest {
    let mut files: Vec<ConfigFile> = files.iter().map(|(path, sha256)| ConfigFile { path: path.clone(), sha256: sha256.clone() }).collect();
    files.sort();
    let lines: String = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
    ConfigDigest { digest: sha256(lines.as_bytes()), files }
}
