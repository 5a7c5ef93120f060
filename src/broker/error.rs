//! What a use-case answers instead of doing it.

use crate::clock;
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, Kind, SecretPath};
use crate::store::{AuditFault, StoreError};
use crate::vault::CannotOpen;
use std::time::SystemTime;

/// It was not done. Never holds a value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    #[error("`{address}` was changed by somebody else")]
    Stale { address: Address },
    #[error("`{address}` is not there")]
    NotFound { address: Address },
    #[error("`{address}` is left as it is: {refusal}")]
    Refused { address: Address, refusal: Refusal },
    #[error("this plan was applied before, at {}", clock::rfc3339(*at))]
    Spent { at: SystemTime },
    #[error("{0}")]
    Invalid(Invalid),
    #[error("the vault key is not the one that this data was sealed with")]
    ForeignKey(#[source] CannotOpen),
    #[error("the audit does not hold together")]
    Audit(#[source] AuditFault),
    #[error("could not reach the data")]
    Store(#[from] StoreError),
}

/// What was asked for makes no sense, whatever is live.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("`{address}` is not a {}", wanted.word())]
    Kind { address: Address, wanted: Kind },
    #[error("`{address}` names the service `{service}`, which is neither declared nor a default one")]
    UnknownService { address: Address, service: String },
    #[error("`{address}` names the connection `{connection}`, which is not there")]
    UnknownConnection { address: Address, connection: String },
    #[error("`{address}` has no reference to a secret at `{path}`")]
    NoReference { address: Address, path: SecretPath },
    #[error("the script of `{address}` was not sent along")]
    ScriptMissing { address: Address },
    #[error("the script of `{address}` is not the one that its digest stands for")]
    ScriptDiffers { address: Address },
    #[error("the idempotency key `{key}` stands for another call already")]
    KeyReused { key: String },
}

impl BrokerError {
    pub(super) fn refused(address: &Address) -> impl Fn(Refusal) -> BrokerError {
        move |refusal| BrokerError::Refused { address: address.clone(), refusal }
    }

    /// A stable code for what was answered; `None` where nothing could be.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            BrokerError::Stale { .. } => Some("stale"),
            BrokerError::NotFound { .. } => Some("not-found"),
            BrokerError::Refused { refusal, .. } => Some(refusal.code()),
            BrokerError::Spent { .. } => Some("spent"),
            BrokerError::Invalid(_) => Some("invalid"),
            BrokerError::ForeignKey(_) | BrokerError::Audit(_) | BrokerError::Store(_) => None,
        }
    }
}
