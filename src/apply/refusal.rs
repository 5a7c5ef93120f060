//! Whether a saved plan still fits the world that it meets. All that does not fit is said, not the first thing alone.

use super::carry::{address, subject};
use super::plan_file::{ConfigFile, PlanFile};
use crate::clock::parse_rfc3339;
use crate::plan::{Action, Change};
use crate::resource::{Address, Etag, Observed};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::SystemTime;

/// The world that a plan meets.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    pub now: SystemTime,
    pub environment: Option<&'a str>,
    pub api: &'a str,
    pub project: &'a str,
    /// Path and SHA-256 (lower-case hex) of every file that the project is read from now.
    pub files: &'a [(String, String)],
    pub observed: &'a Observed,
}

/// Why a saved plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefusal {
    Altered,
    Expired { at: String },
    OtherProject { planned: String, present: String },
    OtherEnvironment { planned: Option<String>, present: Option<String> },
    OtherApi { planned: String, present: String },
    OtherFiles { files: BTreeMap<String, FileMove> },
    Stale { objects: BTreeMap<Address, ObjectMove> },
}

/// What became of a file since the plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMove {
    Changed,
    Added,
    Removed,
}

/// What became of an object since the plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectMove {
    Changed,
    Created,
    Gone,
}

impl PlanRefusal {
    /// A stable code for machines: `stale`.
    pub fn code(&self) -> &'static str {
        match self {
            PlanRefusal::Altered => "altered",
            PlanRefusal::Expired { .. } => "expired",
            PlanRefusal::OtherProject { .. } => "other-project",
            PlanRefusal::OtherEnvironment { .. } => "other-environment",
            PlanRefusal::OtherApi { .. } => "other-api",
            PlanRefusal::OtherFiles { .. } => "other-files",
            PlanRefusal::Stale { .. } => "stale",
        }
    }
}

impl fmt::Display for PlanRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanRefusal::Altered => write!(f, "the plan was altered after it was made"),
            PlanRefusal::Expired { at } => write!(f, "the plan expired at {at}"),
            PlanRefusal::OtherProject { planned, present } => write!(f, "the plan is for the project `{planned}`, and this is `{present}`"),
            PlanRefusal::OtherEnvironment { planned, present } => {
                write!(f, "the plan is for {}, and this is {}", environment(planned.as_deref()), environment(present.as_deref()))
            }
            PlanRefusal::OtherApi { planned, present } => write!(f, "the plan is for the platform `{planned}`, and this is `{present}`"),
            PlanRefusal::OtherFiles { files } => {
                write!(
                    f,
                    "the configuration is not the one that was planned: {}",
                    listed(files.iter().map(|(path, what)| (path, what.word())))
                )
            }
            PlanRefusal::Stale { objects } => {
                let objects = objects.iter().map(|(address, what)| (address, what.word()));
                write!(f, "the plan is stale: {}", listed(objects))
            }
        }
    }
}

impl FileMove {
    fn word(self) -> &'static str {
        match self {
            FileMove::Changed => "changed",
            FileMove::Added => "was added",
            FileMove::Removed => "is gone",
        }
    }
}

impl ObjectMove {
    fn word(self) -> &'static str {
        match self {
            ObjectMove::Changed => "was changed meanwhile",
            ObjectMove::Created => "was created meanwhile",
            ObjectMove::Gone => "is gone",
        }
    }
}

fn environment(name: Option<&str>) -> String {
    name.map_or_else(|| "the default environment".to_owned(), |name| format!("the environment `{name}`"))
}

fn listed<T: fmt::Display>(items: impl Iterator<Item = (T, &'static str)>) -> String {
    items.map(|(item, what)| format!("`{item}` {what}")).collect::<Vec<_>>().join(", ")
}

impl PlanFile {
    /// Everything that speaks against applying this plan here and now. That it was applied before is known to the platform
    /// alone ([`super::Remote::spend`]).
    pub fn refusals(&self, present: Present<'_>) -> Vec<PlanRefusal> {
        let altered = self.altered.then_some(PlanRefusal::Altered);
        [altered, self.expired(present.now)]
            .into_iter()
            .chain(self.elsewhere(&present))
            .chain([self.other_files(present.files), self.stale(present.observed)])
            .flatten()
            .collect()
    }

    /// A time that cannot be read has passed.
    fn expired(&self, now: SystemTime) -> Option<PlanRefusal> {
        let good = parse_rfc3339(&self.expires_at).is_some_and(|at| now < at);
        (!good).then(|| PlanRefusal::Expired { at: self.expires_at.clone() })
    }

    fn elsewhere(&self, present: &Present<'_>) -> [Option<PlanRefusal>; 3] {
        let project = (self.project != present.project)
            .then(|| PlanRefusal::OtherProject { planned: self.project.clone(), present: present.project.to_owned() });
        let environment = (self.environment.as_deref() != present.environment)
            .then(|| PlanRefusal::OtherEnvironment { planned: self.environment.clone(), present: present.environment.map(str::to_owned) });
        let api = (self.api != present.api).then(|| PlanRefusal::OtherApi { planned: self.api.clone(), present: present.api.to_owned() });
        [project, environment, api]
    }

    fn other_files(&self, present: &[(String, String)]) -> Option<PlanRefusal> {
        let planned: BTreeMap<&str, &str> =
            self.config.files.iter().map(|ConfigFile { path, sha256 }| (path.as_str(), sha256.as_str())).collect();
        let present: BTreeMap<&str, &str> = present.iter().map(|(path, sha256)| (path.as_str(), sha256.as_str())).collect();
        let paths: BTreeSet<&str> = planned.keys().chain(present.keys()).copied().collect();
        let moved = paths.into_iter().filter_map(|path| {
            let what = match (planned.get(path), present.get(path)) {
                (Some(planned), Some(present)) if planned == present => return None,
                (Some(_), Some(_)) => FileMove::Changed,
                (None, _) => FileMove::Added,
                (Some(_), None) => FileMove::Removed,
            };
            Some((path.to_owned(), what))
        });
        let files: BTreeMap<String, FileMove> = moved.collect();
        (!files.is_empty()).then_some(PlanRefusal::OtherFiles { files })
    }

    /// Per object that the plan touches: its revision, or that nothing is there yet.
    fn stale(&self, observed: &Observed) -> Option<PlanRefusal> {
        let touched = self.plan.changes.iter().filter(|change| change.refused.is_none()).flat_map(expectations);
        let moved = touched.filter_map(|(address, expected)| {
            let live = observed.objects.get(address).map(|live| &live.etag);
            let what = match (expected, live) {
                (Some(_), None) => ObjectMove::Gone,
                (None, Some(_)) => ObjectMove::Created,
                (expected, live) if expected == live => return None,
                (_, _) => ObjectMove::Changed,
            };
            Some((address.clone(), what))
        });
        let objects: BTreeMap<Address, ObjectMove> = moved.collect();
        (!objects.is_empty()).then_some(PlanRefusal::Stale { objects })
    }
}

/// What a change expects to find: of each object its revision, or nothing.
fn expectations(change: &Change) -> Vec<(&Address, Option<&Etag>)> {
    let own = (subject(change), change.precondition.as_ref().map(|precondition| &precondition.etag));
    let new = (change.action == Action::Move).then_some((&change.address, None));
    let others = change.steps.iter().filter_map(|step| Some((address(change, step), Some(&step.precondition.as_ref()?.etag))));
    std::iter::once(own).chain(new).chain(others).collect()
}
