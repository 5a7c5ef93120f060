//! What the flows need from outside: the time, randomness and a way to send one request. They have none of their own.

use crate::clock::Random;
use std::time::SystemTime;

/// A request with its whole body. It may hold secrets: never print one.
pub type HttpRequest = http::Request<Vec<u8>>;

/// An answer with its whole body, as large as the sender's limits allow. It may hold secrets: never print one.
pub type HttpResponse = http::Response<Vec<u8>>;

/// Sends one request and hands back the answer as it came. Follows no redirect and repeats nothing.
pub type Send<'a> = dyn Fn(HttpRequest) -> Result<HttpResponse, SendError> + 'a;

/// The outside of one step of a flow.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    pub now: SystemTime,
    pub random: &'a dyn Random,
    pub send: &'a Send<'a>,
}

/// No answer came. The difference between the first two and the rest decides whether a request may be repeated.
/// The texts hold no URL, header or body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Name, connection or TLS failed: the server cannot have seen the request.
    #[error("nothing was sent: {0}")]
    NotSent(String),
    /// The address is one that nothing may be sent to. Nothing was.
    #[error("not allowed: {0}")]
    Forbidden(String),
    /// The server may have seen and obeyed the request.
    #[error("no answer: {0}")]
    MayHaveBeenSent(String),
    /// The answer was cut off: larger than allowed, truncated, or not HTTP.
    #[error("no usable answer: {0}")]
    BadAnswer(String),
}
