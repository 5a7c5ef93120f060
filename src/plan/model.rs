//! The plan as a closed, comparable value. Its JSON is the plan file's (`schemas/plan.schema.json`).

use crate::resource::{Address, ConnectionState, Etag, Fingerprint, Resource, Scope, ScopeClass};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// Declared connections that need no change and still wait for a person.
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

/// A connection that waits for consent although nothing about it changes.
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

/// One resource's change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Change {
    /// `c1`, `c2`, … in order of address.
    pub id: String,
    pub address: Address,
    /// Where a move comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<Address>,
    /// The project whose object it is until then, where it is taken from another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub action: Action,
    /// The declaration, as file, line and column; absent for what is no longer declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePlace>,
    pub reasons: Vec<Reason>,
    pub diff: Vec<Difference>,
    pub hazards: Vec<Hazard>,
    pub affects: Affects,
    /// The revision that must still be live, of a move at its previous address; absent where nothing may be there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precondition: Option<Precondition>,
    /// Why nothing is done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The whole desired body; absent for a deletion.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub after: Option<Arc<Resource>>,
    /// In an order that respects `after` of each.
    pub steps: Vec<Step>,
}

impl Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Change::serialize(self, serializer)
    }
}

/// A body does not say of which kind it is; the change's address does.
impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let body = fields.remove("after");
        let mut change = Change::deserialize(serde_json::Value::Object(fields)).map_err(D::Error::custom)?;
        if let Some(body) = body {
            change.after = Some(Arc::new(Resource::deserialize(change.address.kind, body).map_err(D::Error::custom)?));
        }
        Ok(change)
    }
}

/// What happens to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Update,
    /// Revoke, update where the body differs, authorize again.
    Reconnect,
    /// Delete and create under the same link name.
    Replace,
    /// Create under the new link name, move the dependents over, delete the old one (rule L4).
    Move,
    Delete,
    /// Becomes this project's as it is.
    Adopt,
    /// Stays live and is this project's no more.
    Forget,
}

impl Action {
    /// The mark in front of the address in a plan's text.
    pub fn symbol(self) -> &'static str {
        match self {
            Action::Create => "+",
            Action::Update => "~",
            Action::Reconnect => "!",
            Action::Replace => "-/+",
            Action::Move => ">",
            Action::Delete => "-",
            Action::Adopt => "<",
            Action::Forget => ".",
        }
    }
}

/// Where a declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

/// Why, for people; never branched on. The code is stable: `not-there-yet`, `scope-added`, `name-changed` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// One difference at a JSON pointer of the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub path: String,
    pub op: DiffOp,
    /// The live side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DiffValue>,
    /// The desired side; of a set, the member that is added or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<DiffValue>,
    /// How far a scope reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ScopeClass>,
}

impl Difference {
    /// The scope that a difference among scopes is about.
    pub(super) fn scope(&self) -> Option<Scope> {
        match self.value.as_ref()? {
            DiffValue::Plain(value) => value.as_str().map(|name| Scope(name.to_owned())),
            DiffValue::Secret { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffOp {
    Add,
    Remove,
    Replace,
    SetAdd,
    SetRemove,
    /// A secret will be written: `value` says where it comes from, with fingerprints.
    SecretWrite,
}

/// What may be shown of a value. A secret is its reference and keyed fingerprint, by type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum DiffValue {
    Secret {
        #[serde(rename = "ref")]
        reference: String,
        /// Absent where the value could not be read when planning.
        #[serde(skip_serializing_if = "Option::is_none")]
        fingerprint: Option<Fingerprint>,
    },
    /// Text, a number, a list …; never an object with members, whose differences are listed one by one.
    Plain(serde_json::Value),
}

impl<'de> Deserialize<'de> for DiffValue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            #[serde(rename = "ref")]
            reference: String,
            #[serde(default)]
            fingerprint: Option<Fingerprint>,
        }
        match serde_json::Value::deserialize(deserializer)? {
            // An empty object is a plain value: a JSON body's.
            secret @ serde_json::Value::Object(_) if secret != serde_json::json!({}) => {
                let Form { reference, fingerprint } = Form::deserialize(secret).map_err(D::Error::custom)?;
                Ok(DiffValue::Secret { reference, fingerprint })
            }
            plain => Ok(DiffValue::Plain(plain)),
        }
    }
}

/// What a reviewer must not overlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hazard {
    /// Authorisations are taken away.
    LosesTokens,
    /// A person has to consent.
    NeedsConsent,
    /// Webhooks cannot fire for a while.
    PausesWebhooks,
    /// More may be done than before.
    WidensScopes,
    /// Scripts name a connection that goes away; the platform would not stop it (rule L3).
    BreaksFunctions,
    /// Data would be read or written under other accounts.
    ChangesIdentity,
    /// An object goes away.
    Destroys,
    /// Credentials may travel over plain HTTP to this machine.
    PlainHttp,
    /// What was protected may be deleted afterwards.
    Unprotects,
    /// Credentials may go where they did not before.
    SendsElsewhere,
    /// The object is another project's until then.
    TakesFromAnotherProject,
    /// The object stays live and nobody looks after it any more.
    Forgets,
}

impl Hazard {
    /// The word in plans: `loses-tokens`.
    pub fn word(self) -> &'static str {
        match self {
            Hazard::LosesTokens => "loses-tokens",
            Hazard::NeedsConsent => "needs-consent",
            Hazard::PausesWebhooks => "pauses-webhooks",
            Hazard::WidensScopes => "widens-scopes",
            Hazard::BreaksFunctions => "breaks-functions",
            Hazard::ChangesIdentity => "changes-identity",
            Hazard::Destroys => "destroys",
            Hazard::PlainHttp => "plain-http",
            Hazard::Unprotects => "unprotects",
            Hazard::SendsElsewhere => "sends-elsewhere",
            Hazard::TakesFromAnotherProject => "takes-from-another-project",
            Hazard::Forgets => "forgets",
        }
    }
}

/// Whom and what a change touches beside its own resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affects {
    pub users: BTreeSet<String>,
    pub connections: BTreeSet<Address>,
    pub webhooks: BTreeSet<Address>,
    pub functions: BTreeSet<Address>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precondition {
    pub etag: Etag,
}

/// A change that is not carried out, and why. The rest of the plan goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// As [`crate::resource::lifecycle::Refusal::code`], or `depends-on-refused`.
    pub code: String,
    pub message: String,
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
