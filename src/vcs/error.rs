//! Why a comment could not be made. No text holds the token, and none a body that the API answered with.

use crate::upstream::{Forbidden, UpstreamError};
use std::time::Duration;

/// The API did not take the comment.
#[derive(Debug, thiserror::Error)]
pub enum VcsError {
    #[error("the API could not be reached")]
    Unreachable(#[source] UpstreamError),
    /// The address is one that nothing is sent to.
    #[error("the API is at no address that it may be at")]
    Forbidden(#[source] Forbidden),
    #[error("the token may not do this (status {0})")]
    NotPermitted(u16),
    #[error("there is no such repository or request, or the token may not see it")]
    NotFound,
    /// 429 and 5xx, or a limit on calls: worth another try after a while.
    #[error("the API is busy (status {status})")]
    Busy {
        status: u16,
        /// What the API asked for.
        wait: Option<Duration>,
    },
    #[error("the API refused it (status {0})")]
    Refused(u16),
    #[error("the API's answer is not what it documents: {0}")]
    NotUnderstood(&'static str),
    #[error("`{0}` is not a repository")]
    NotARepository(String),
    #[error("the discussion is longer than {0} comments")]
    TooLong(usize),
}

impl VcsError {
    /// Whether the same may well succeed a little later.
    pub(super) fn passes(&self) -> bool {
        match self {
            VcsError::Busy { .. } | VcsError::Unreachable(UpstreamError::NotSent(_) | UpstreamError::MayHaveBeenSent(_)) => true,
            VcsError::Unreachable(_)
            | VcsError::Forbidden(_)
            | VcsError::NotPermitted(_)
            | VcsError::NotFound
            | VcsError::Refused(_)
            | VcsError::NotUnderstood(_)
            | VcsError::NotARepository(_)
            | VcsError::TooLong(_) => false,
        }
    }

    /// How long the API asked to wait.
    pub(super) fn wait(&self) -> Option<Duration> {
        if let VcsError::Busy { wait, .. } = self { *wait } else { None }
    }
}
