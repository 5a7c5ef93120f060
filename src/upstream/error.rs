//! Why there is no answer, sorted by whether the request may have been obeyed. No text holds a query, header or body.

use super::Range;

/// No usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Name, connection or TLS failed: nothing can have been sent. Repeating is safe.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// The connection broke or the time ran out after it stood. Repeating may do things twice.
    #[error("no answer came: {0}")]
    MayHaveBeenSent(String),
    /// Nothing was sent, and repeating changes nothing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The request was obeyed, the answer is not kept.
    #[error("the answer's {part} is larger than {limit} bytes")]
    TooLarge { part: &'static str, limit: usize },
    /// The request was obeyed, perhaps; what came is not a whole answer.
    #[error("the answer is broken: {0}")]
    BadAnswer(String),
    /// The client could not be made: roots that cannot be read.
    #[error("could not prepare TLS: {0}")]
    Setup(String),
}

/// What the guard refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("the address is not a URL with a host")]
    NotAUrl,
    #[error("only https is allowed (http to this machine, where the operator allows it)")]
    Scheme,
    #[error("the address holds a user name or password")]
    UserInfo,
    #[error("the host is {0}, which the operator has not allowed")]
    Address(Range),
    #[error("`localhost` is not this machine")]
    NotLoopback,
}
