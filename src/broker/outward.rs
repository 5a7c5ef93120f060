//! The way out: how requests leave. Declared here, where it is used; answered by an edge with a guarded client. Knows
//! nothing of what is sent or why.

use crate::oauth::{HttpRequest, HttpResponse, SendError};
use std::time::Duration;

/// Sends requests. Follows no redirect, repeats nothing, and judges every address before a connection is made.
pub trait Outward: Send + Sync {
    /// A request to an authorization server, on a connection of its own and within the limits of OAuth answers.
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError>;

    /// A call of a service or webhook. A redirect is an answer like any other.
    fn call(&self, outbound: Outbound, body_cap: u64) -> Result<Inbound, OutwardError>;
}

/// A finished request, its credential attached. It has no Debug on purpose.
pub struct Outbound {
    pub request: HttpRequest,
    /// From the first look-up to the last byte.
    pub patience: Duration,
}

/// An answer with its whole body, decompressed.
pub type Inbound = HttpResponse;

/// No usable answer. The texts hold no URL, header or body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutwardError {
    /// Nothing can have been sent. Repeating is safe.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// Nothing was sent, and repeating changes nothing.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// Repeating may do things twice.
    #[error("no answer came: {0}")]
    MayHaveBeenSent(String),
    /// The request was obeyed, the answer is not kept.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    /// The request was obeyed, perhaps; what came is not a whole answer.
    #[error("the answer cannot be used: {0}")]
    BadAnswer(String),
}

impl OutwardError {
    /// Whether the request may have been obeyed.
    pub fn may_have_been_sent(&self) -> bool {
        match self {
            OutwardError::NotSent(_) | OutwardError::Forbidden(_) => false,
            OutwardError::MayHaveBeenSent(_) | OutwardError::TooLarge { .. } | OutwardError::BadAnswer(_) => true,
        }
    }
}
