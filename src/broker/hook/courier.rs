//! The port through which calls leave: what is handed over, and what comes back.

use crate::oauth::Call;
use crate::resource::Name;
use std::time::Duration;

/// Carries one call to its receiver. Follows no redirect and repeats nothing by itself.
pub trait Courier: Send + Sync {
    fn carry(&self, parcel: Parcel) -> Result<Reply, Undelivered>;
}

/// A call that is complete but for the credential of its connection. Has no Debug on purpose: it may hold secrets.
pub struct Parcel {
    /// Whose credential goes along; `None` for a webhook of the general type.
    pub connection: Option<Name>,
    /// The login user whose own one that is; empty for the owner's.
    pub user: String,
    pub call: Call,
}

/// An answer, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// What the receiver asks for, at most a day.
    pub retry_after: Option<Duration>,
    /// The body as text, without the connection's credential.
    pub body: String,
}

/// There is no answer. No text of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The receiver cannot have seen the call.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// The receiver may have seen it.
    #[error("no answer came: {0}")]
    NoAnswer(String),
    #[error("the answer cannot be used: {0}")]
    BadAnswer(String),
    /// Nothing may be sent there, or nothing that this call holds.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// The connection has to be connected first (rule L5).
    #[error("its connection has to be connected first: {0}")]
    NotConnected(String),
    /// The credential could not be had just now.
    #[error("could not get the credential: {0}")]
    NoCredential(String),
    /// The call cannot be put into a request.
    #[error("the call cannot be sent: {0}")]
    Unsendable(String),
}

impl Undelivered {
    /// A word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Undelivered::NotSent(_) => "not-sent",
            Undelivered::NoAnswer(_) => "no-answer",
            Undelivered::BadAnswer(_) => "bad-answer",
            Undelivered::Forbidden(_) => "forbidden",
            Undelivered::NotConnected(_) => "not-connected",
            Undelivered::NoCredential(_) => "no-credential",
            Undelivered::Unsendable(_) => "unsendable",
        }
    }
}
