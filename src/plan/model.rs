//! The plan as a closed, comparable value; its changes are of `change`. Its JSON is the plan file's (`schemas/plan.schema.json`).

use super::change::{Change, Difference, Precondition, SourcePlace};
use crate::resource::{Address, ConnectionState};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that an apply will do, and what a reviewer has to know about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub mode: Mode,
    /// The addresses that the plan was narrowed to; empty where it covers everything.
    pub targets: BTreeSet<Address>,
    pub summary: Summary,
    /// By address. A change that the platform's rules or protection refuse is listed too, with no steps.
    pub changes: Vec<Change>,
    /// Objects of this project that were changed by somebody else since the last apply.
    pub drift: Vec<Drift>,
    /// Declared connections that need no change and are not connected: a person has yet to consent, or the service gave no
    /// access.
    pub waiting: Vec<Waiting>,
    /// What is deleted and created again under another name, as it seems; only `moved` says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub likely_renames: Vec<LikelyRename>,
    /// What people say about the plan, for policies to look at: `reviewed-by: ada`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The project's own rules that do not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Verdict>,
}

impl Plan {
    /// The policies for which nothing of it may be carried out.
    pub fn denials(&self) -> impl Iterator<Item = &Verdict> {
        self.policies.iter().filter(|verdict| verdict.effect == Effect::Deny)
    }
}

/// How much it matters that a policy does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing of the plan is carried out.
    Deny,
    /// A reviewer is told.
    Warn,
}

/// A policy that does not hold for a change, or for the plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub policy: String,
    pub effect: Effect,
    /// The change that it is about: its id and address; absent where it is about the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    pub message: String,
    /// Where the policy is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePlace>,
}

/// A deletion and a creation that differ in nothing but the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyRename {
    pub from: Address,
    pub to: Address,
}

impl LikelyRename {
    /// The entry of `moved` that makes it a rename.
    pub fn entry(&self) -> String {
        format!("- {{ from: {}, to: {} }}", self.from, self.to)
    }
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Make what is live as declared.
    #[default]
    Apply,
    /// Delete everything that the project owns.
    Destroy,
}

/// A connection that is not connected although nothing about it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub address: Address,
    pub state: ConnectionState,
}

/// One line of counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub delete: usize,
    pub reconnect: usize,
    pub replace: usize,
    #[serde(rename = "move")]
    pub moved: usize,
    #[serde(default)]
    pub adopt: usize,
    #[serde(default)]
    pub forget: usize,
    pub refused: usize,
    pub unchanged: usize,
    /// Authorisations that people have to give when this plan is applied: of each user, where users have own accounts.
    pub consents: usize,
    /// Distinct people whose authorisation is lost.
    pub users_affected: usize,
    pub webhooks_paused: usize,
    /// Scopes that connections gain and that reach further than before, and of new ones that need nobody's consent those
    /// that are not for reading only.
    pub scope_escalations: usize,
    /// Objects that may be deleted afterwards and could not before. Like the next two absent from JSON where there are none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unprotected: usize,
    /// Objects whose credentials go where they did not before.
    #[serde(default, skip_serializing_if = "is_none")]
    pub sent_elsewhere: usize,
    /// Objects that were another project's.
    #[serde(default, skip_serializing_if = "is_none")]
    pub taken_over: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Names a step within its plan: `s1`, `s2` ….
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

/// One call on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    #[serde(rename = "do")]
    pub action: Do,
    /// The object that is called upon, where it is not the change's own: a webhook that is set aside, the old name of a
    /// move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Address>,
    /// Who has to act, where somebody has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The target's revision that must still be live, where the change's own precondition does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precondition: Option<Precondition>,
    /// Steps, of this change or another, that must have been done first.
    pub after: Vec<StepId>,
}

/// What the platform is asked to do with one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Do {
    Create,
    Update,
    Delete,
    Revoke,
    Authorize,
    /// Sets a webhook aside so that its connection can be deleted.
    Detach,
    /// Lets a detached webhook select its connection again.
    Attach,
    /// Makes the project the owner of what is live.
    Adopt,
    /// Makes nobody the owner.
    Forget,
}

impl Do {
    /// The word in plans: `revoke`.
    pub fn word(self) -> &'static str {
        match self {
            Do::Create => "create",
            Do::Update => "update",
            Do::Delete => "delete",
            Do::Revoke => "revoke",
            Do::Authorize => "authorize",
            Do::Detach => "detach",
            Do::Attach => "attach",
            Do::Adopt => "adopt",
            Do::Forget => "forget",
        }
    }
}

/// Who gives an authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The connection's owner, in a browser.
    Owner,
    /// Every user of the connection, each in a browser.
    EachUser,
    /// Nobody: the broker holds all that it needs.
    Broker,
}

/// A live object that somebody else changed since the last apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub address: Address,
    #[serde(default)]
    pub kind: DriftKind,
    /// Whose it is, where it is another project's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who did it, as far as that was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When; RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How a connection stands that was connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ConnectionState>,
    /// From what was applied last to what is live.
    pub diff: Vec<Drifted>,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    #[default]
    Changed,
    Deleted,
    OwnerChanged,
    /// A connection lost its authorisation.
    State,
}

/// One difference between what was applied and what is live, and where the declaration stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drifted {
    #[serde(flatten)]
    pub difference: Difference,
    #[serde(default)]
    pub declared: Side,
}

/// The third side of a drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// An apply puts it back.
    #[default]
    AsApplied,
    /// The declaration has followed.
    AsLive,
    /// A third thing.
    Otherwise,
    NotDeclared,
}
