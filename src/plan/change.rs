//! One resource's change, as a plan holds it: what happens, why, what differs, and what a reviewer must not overlook.

use super::model::Step;
use crate::resource::{Address, Etag, Fingerprint, Resource, Scope, ScopeClass};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The live object is protected.
    TouchesProtected,
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
            Hazard::TouchesProtected => "touches-protected",
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
    /// People whose authorisation is lost.
    pub users: BTreeSet<String>,
    /// Users who have to consent, where each has an own account: everybody whom the connection knows.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub asked: BTreeSet<String>,
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
