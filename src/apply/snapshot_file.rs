//! What is live, as a file: a plan can be made from it without credentials and without a platform. Canonical JSON, described
//! by `schemas/snapshot.schema.json`.
//!
//! It holds no secret and no fingerprint of one either: whoever plans from it has no key to make others that compare, and
//! equal fingerprints would tell which secrets are the same. What is compared of secrets is where they come from.

use super::plan_file::version_fits;
use super::seal::digest_without;
use crate::clock::rfc3339;
use crate::resource::{Address, Etag, Live, Observed, Resource, Status};
use crate::text::veil;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

/// The version of the format that is written; read as a plan's is.
const FORMAT_VERSION: &str = "1.0";

/// Everything that is live at one moment, whoever owns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotFile {
    pub format_version: String,
    /// `None` is the default environment.
    pub environment: Option<String>,
    /// The platform that was looked at: a URL, or `embedded`.
    pub api: String,
    /// RFC 3339, UTC.
    pub taken_at: String,
    /// [`crate::resource::Observed::revision`].
    pub observed_revision: u64,
    /// By address.
    pub objects: Vec<SnapshotObject>,
    /// Over everything else.
    pub digest: String,
}

/// One live object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotObject {
    pub address: Address,
    pub etag: Etag,
    pub owner: Option<String>,
    pub status: Status,
    pub body: Value,
    /// What was applied last, where the body has moved away from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Value>,
}

/// Where a plan comes from that was not made from what is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromSnapshot {
    /// RFC 3339, UTC.
    pub taken_at: String,
    pub digest: String,
}

/// The text is not a snapshot that this program can use.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("it is not a snapshot")]
    NotASnapshot(#[source] serde_json::Error),
    #[error("the snapshot has format version `{found}`, and this program reads `1`: use the program that made it")]
    OtherFormat { found: String },
    #[error("it was altered after it was taken")]
    Altered,
    #[error("`{address}` is listed twice")]
    Twice { address: Address },
    #[error("the body of `{address}` is not one of a {}", address.kind.word())]
    Body {
        address: Address,
        #[source]
        source: serde_json::Error,
    },
    #[error("the status of `{address}` is not one of a {}", address.kind.word())]
    Status { address: Address },
}

impl SnapshotFile {
    pub fn take(observed: &Observed, environment: Option<&str>, api: &str, now: SystemTime) -> Self {
        let objects = observed.objects.iter().map(|(address, live)| SnapshotObject {
            address: address.clone(),
            etag: live.etag.clone(),
            owner: live.owner.clone(),
            status: live.status.clone(),
            body: body(&live.resource),
            applied: live.applied.as_deref().map(body),
        });
        let mut file = SnapshotFile {
            format_version: FORMAT_VERSION.to_owned(),
            environment: environment.map(str::to_owned),
            api: api.to_owned(),
            taken_at: rfc3339(now),
            observed_revision: observed.revision,
            objects: objects.collect(),
            digest: String::new(),
        };
        file.digest = digest_without(&serde_json::to_value(&file).expect("a snapshot is plain JSON"), &["digest"]);
        file
    }

    /// Reads a snapshot whose shape was judged before.
    pub fn read(value: Value) -> Result<Self, SnapshotError> {
        if let Some(found) = value.get("format_version").and_then(Value::as_str).filter(|found| !version_fits(found, FORMAT_VERSION)) {
            return Err(SnapshotError::OtherFormat { found: found.to_owned() });
        }
        let digest = digest_without(&value, &["digest"]);
        let file: SnapshotFile = serde_json::from_value(value).map_err(SnapshotError::NotASnapshot)?;
        if file.digest != digest { Err(SnapshotError::Altered) } else { Ok(file) }
    }

    /// What was live, with nothing known of the values of secrets.
    pub fn observed(&self) -> Result<Observed, SnapshotError> {
        let mut observed = Observed { revision: self.observed_revision, ..Observed::default() };
        for object in &self.objects {
            let address = object.address.clone();
            if observed.objects.insert(address.clone(), object.live()?).is_some() {
                return Err(SnapshotError::Twice { address });
            }
        }
        Ok(observed)
    }

    /// As a plan names it.
    pub fn origin(&self) -> FromSnapshot {
        FromSnapshot { taken_at: self.taken_at.clone(), digest: self.digest.clone() }
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a snapshot is plain JSON");
        text.push('\n');
        text
    }
}

impl SnapshotObject {
    fn live(&self) -> Result<Live, SnapshotError> {
        let read = |body: &Value| {
            let read = Resource::deserialize(self.address.kind, body.clone());
            read.map(Arc::new).map_err(|source| SnapshotError::Body { address: self.address.clone(), source })
        };
        let resource = read(&self.body)?;
        let fits = match (&self.status, resource.as_ref()) {
            (Status::Service, Resource::Service(_))
            | (Status::Connection(_), Resource::Connection(_))
            | (Status::Webhook(_), Resource::Webhook(_))
            | (Status::Function, Resource::Function(_)) => true,
            (Status::Service | Status::Connection(_) | Status::Webhook(_) | Status::Function, _) => false,
        };
        if !fits {
            return Err(SnapshotError::Status { address: self.address.clone() });
        }
        Ok(Live {
            resource,
            etag: self.etag.clone(),
            owner: self.owner.clone(),
            status: self.status.clone(),
            applied: self.applied.as_ref().map(read).transpose()?,
            secrets: BTreeMap::new(),
        })
    }
}

/// A body as anybody may read it. What is veiled differs from what is declared, which never holds such a value.
fn body(resource: &Resource) -> Value {
    let mut body = serde_json::to_value(resource).expect("bodies are plain JSON");
    if let (Resource::Webhook(_), Value::Object(fields)) = (resource, &mut body) {
        for (name, field) in fields.iter_mut().filter(|(name, _)| matches!(name.as_str(), "url" | "headers" | "query" | "body")) {
            veil(name, field);
        }
    }
    body
}
