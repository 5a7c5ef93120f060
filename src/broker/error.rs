//! What a use-case answers instead of doing it.

use super::OutwardError;
use super::people::Unauthentic;
use crate::clock;
use crate::oauth::oauth1::Flow1Error;
use crate::oauth::{FlowError, PlacementError};
use crate::resource::access::{Denied, TokenScope};
use crate::resource::lifecycle::Refusal;
use crate::resource::{Address, ConnectionState, Kind, Name, SecretPath};
use crate::store::{AuditFault, StoreError};
use crate::vault::CannotOpen;
use std::collections::BTreeSet;
use std::fmt::Display;
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
    #[error("an apply of this plan was begun before, at {}", clock::rfc3339(*at))]
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
    #[error("`{address}` was connected{} with another account of the service{}", of_user(user), if *stays { ", and stays so" } else { "" })]
    OtherAccount {
        address: Address,
        user: String,
        /// Whether it is connected, with that account.
        stays: bool,
    },
    /// Before it did, so that it cannot be told whether this is the same one.
    #[error(
        "the service does not say whose account `{address}` was connected with{}{}",
        of_user(user),
        if *stays { ", and it stays as it is" } else { ", as it did before" }
    )]
    AccountUntold {
        address: Address,
        user: String,
        /// Whether it is connected, with the account before.
        stays: bool,
    },
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
    /// Nobody proved who asks.
    #[error("{0}")]
    Unauthenticated(Unauthentic),
    #[error("not permitted: {0}")]
    Forbidden(Denied),
    /// Of what has no address: a user, a token, an application, a lease.
    #[error("there is no {what} `{name}`")]
    NoSuch { what: &'static str, name: String },
    #[error("`{name}` is the only administrator that is left")]
    LastAdministrator { name: String },
    #[error("`{project}` is being applied by `{holder}`, who holds it until {} at least", clock::rfc3339(*until))]
    LeaseHeld { project: String, holder: String, until: SystemTime },
    /// The writer has to stop at once: somebody else may be at work.
    #[error("the lease of `{project}` was lost: it ran out and somebody else took it, or it was taken away")]
    LeaseLost { project: String },
    #[error("`{address}` has to be connected for one application of the portal: name one of {}", joined(known))]
    NeedsApplication { address: Address, known: BTreeSet<Name> },
    #[error("the application `{name}` was chosen for {}", joined(connections))]
    ApplicationInUse { name: Name, connections: BTreeSet<Address> },
    #[error("could not reach the data")]
    Store(#[from] StoreError),
}

/// What was asked for makes no sense, whatever is live.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("`{address}` is not a {}", wanted.word())]
    Kind { address: Address, wanted: Kind },
    #[error("`{address}` holds text at `{path}` that no file of a project could: control characters, or an expression as a key")]
    Undeclarable { address: Address, path: String },
    #[error("`{address}` names the service `{service}`, which is neither declared nor a default one")]
    UnknownService { address: Address, service: String },
    #[error("`{address}` names the connection `{connection}`, which is not there")]
    UnknownConnection { address: Address, connection: String },
    #[error("`{address}` runs with its owner's credentials, not with each login user's: name no user")]
    NoLoginUsers { address: Address },
    #[error("a call with a connection goes over http or https, and `{scheme}` is neither")]
    NotHttp { scheme: String },
    #[error("`{pointer}` holds a character that cannot stand there: {}", code_point(*character))]
    Unfit {
        /// Where in what was sent: `/title`.
        pointer: &'static str,
        character: char,
    },
    #[error("`{address}` has no reference to a secret at `{path}`")]
    NoReference { address: Address, path: SecretPath },
    #[error("the script of `{address}` was not sent along")]
    ScriptMissing { address: Address },
    #[error("the script of `{address}` is not the one that its digest stands for")]
    ScriptDiffers { address: Address },
    #[error("`{name}` cannot be the name of a user: letters, digits and `. _ @ + -`, 128 at most, a letter or digit first")]
    UserName { name: String },
    #[error("`{name}` would be told from `{other}` by capital letters only")]
    UserTaken { name: String, other: String },
    #[error("`{name}` is a {}, and stays one", if *is_person { "person" } else { "service" })]
    UserKind { name: String, is_person: bool },
    #[error("a token needs a scope: {}", list(&TokenScope::ALL))]
    NoScopes,
    #[error("only a service may speak for others: a person's token cannot have the scope `impersonate`")]
    PersonsImpersonate,
    #[error("a token can make no stronger one than itself")]
    StrongerToken,
    #[error("`{name}` has {limit} tokens that are good already: revoke some")]
    TooManyTokens { name: String, limit: usize },
    #[error("`{name}`'s clients hold {limit} tokens that are good already: the first is over at {}", clock::rfc3339(*until))]
    TooManyClientTokens { name: String, limit: usize, until: SystemTime },
    #[error("a token that a client was given for a while makes no other one and is not replaced: show the service's own token")]
    ClientToken,
    #[error("the token `{id}` is not good any more, so it cannot be rotated: make a new one")]
    TokenOver { id: String },
    #[error("a fence belongs to the lease of a project, and no project was named")]
    FenceWithoutProject,
    #[error("no application is named `{name}`")]
    UnknownApplication { name: Name },
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
            BrokerError::Unauthenticated(_) => Some("unauthenticated"),
            BrokerError::Forbidden(_) => Some("forbidden"),
            BrokerError::NoSuch { .. } => Some("not-found"),
            BrokerError::LastAdministrator { .. } => Some("last-administrator"),
            BrokerError::LeaseHeld { .. } => Some("lease-held"),
            BrokerError::LeaseLost { .. } => Some("lease-lost"),
            BrokerError::NeedsApplication { .. } => Some("needs-application"),
            BrokerError::ApplicationInUse { .. } => Some("application-in-use"),
            BrokerError::ForeignKey(_) | BrokerError::Audit(_) | BrokerError::KeyMoved | BrokerError::Store(_) => None,
        }
    }
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

fn of_user(user: &str) -> String {
    if user.is_empty() { String::new() } else { format!(" for `{user}`") }
}

fn after(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn joined<T: Display>(items: &BTreeSet<T>) -> String {
    items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

fn list(scopes: &[TokenScope]) -> String {
    scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ")
}
