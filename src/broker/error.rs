//! What a use-case answers instead of doing it.

use super::OutwardError;
use crate::clock;
use crate::oauth::oauth1::Flow1Error;
use crate::oauth::{FlowError, PlacementError};
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, ConnectionState, Kind, SecretPath};
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
    /// Whoever asks has to connect first; for a login user nobody else's authorization stands in.
    #[error("`{address}` is {}{}{}", state.words(), of_user(user), after(message))]
    NotConnected { address: Address, user: String, state: ConnectionState, message: String },
    #[error("`{address}` runs with the credentials of each login user, and none was named")]
    NeedsLoginUser { address: Address },
    /// Something has to be set up first, and not by connecting.
    #[error("`{address}` cannot be used yet: {why}")]
    Unready { address: Address, why: String },
    #[error("`{address}` needs nobody's consent in a browser")]
    NothingToConsent { address: Address },
    /// The answer belongs to no consent that waits: it was answered before, came too late, or is somebody else's.
    #[error("the answer does not belong to a consent that is waited for")]
    UnknownConsent,
    #[error("`{address}` could not be connected")]
    Flow {
        address: Address,
        #[source]
        error: Box<FlowError>,
    },
    #[error("`{address}` could not be connected")]
    Flow1 {
        address: Address,
        #[source]
        error: Flow1Error,
    },
    #[error("`{address}` was connected{} with another account of the service, and stays so", of_user(user))]
    OtherAccount { address: Address, user: String },
    /// Before it did, so that it cannot be told whether this is the same one.
    #[error("the service does not say whose account `{address}` was connected with{}, and it stays as it is", of_user(user))]
    AccountUntold { address: Address, user: String },
    /// The access is over for now; it may be had again by itself.
    #[error("`{address}` has no access at the moment: {why}{}", again.map(|at| format!(" (again at {})", clock::rfc3339(at))).unwrap_or_default())]
    Busy { address: Address, why: String, again: Option<SystemTime> },
    /// The service's settings or client are at fault, not the connection.
    #[error("`{address}` has no access: {why}")]
    ServiceFault { address: Address, why: String },
    #[error("the call cannot carry the credential")]
    Placement(#[from] PlacementError),
    #[error("the call did not come back")]
    Call(#[source] OutwardError),
    #[error("the vault's key was rotated meanwhile: start again")]
    KeyMoved,
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
            BrokerError::NotConnected { .. } => Some("not-connected"),
            BrokerError::NeedsLoginUser { .. } => Some("needs-login-user"),
            BrokerError::Unready { .. } => Some("not-ready"),
            BrokerError::NothingToConsent { .. } => Some("nothing-to-consent"),
            BrokerError::UnknownConsent => Some("unknown-consent"),
            BrokerError::Flow { .. } | BrokerError::Flow1 { .. } => Some("consent-failed"),
            BrokerError::OtherAccount { .. } => Some("other-account"),
            BrokerError::AccountUntold { .. } => Some("account-untold"),
            BrokerError::Busy { .. } => Some("no-access-now"),
            BrokerError::ServiceFault { .. } => Some("service-fault"),
            BrokerError::Placement(_) => Some("cannot-carry"),
            BrokerError::Call(_) => Some("call-failed"),
            BrokerError::ForeignKey(_) | BrokerError::Audit(_) | BrokerError::KeyMoved | BrokerError::Store(_) => None,
        }
    }
}

fn of_user(user: &str) -> String {
    if user.is_empty() { String::new() } else { format!(" for `{user}`") }
}

fn after(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
