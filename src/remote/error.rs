//! Why the API did not do it.

use crate::apply::RemoteError;
use crate::upstream::UpstreamError;
use crate::wire::{Code, Problem};

/// The API did not do it. Never holds a value of a secret.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It said why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// Nobody knows whether it was done.
    #[error("no answer from {api}")]
    Unreachable {
        api: String,
        #[source]
        source: UpstreamError,
    },
    /// What answered is no broker, or a much newer one.
    #[error("{api} answered {status}, and not as a broker does: {why}")]
    Odd { api: String, status: u16, why: String },
    /// The token server gave no token for the API itself.
    #[error("could not get a token for {api}: {why}")]
    NoToken { api: String, why: String },
    /// There is nothing to show who asks.
    #[error("nothing says who asks at {api}")]
    NoCredential { api: String },
}

impl CallError {
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            CallError::Problem(problem) => Some(problem),
            CallError::Unreachable { .. } | CallError::Odd { .. } | CallError::NoToken { .. } | CallError::NoCredential { .. } => None,
        }
    }

    pub fn code(&self) -> Option<Code> {
        self.problem().and_then(Problem::known)
    }

    /// Whether it is about who asks, not about what was asked.
    pub fn is_about_permission(&self) -> bool {
        match self {
            CallError::Problem(problem) => matches!(problem.status, 401 | 403),
            CallError::NoToken { .. } | CallError::NoCredential { .. } => true,
            CallError::Unreachable { .. } | CallError::Odd { .. } => false,
        }
    }

    /// Whether the API may do it yet, under the same key.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            CallError::Problem(problem) => match problem.known() {
                // A vault that cannot be opened and an audit that does not hold stay so until somebody mends them.
                Some(Code::Sealed | Code::AuditBroken | Code::Internal) => false,
                _ => matches!(problem.status, 408 | 429 | 500..=599),
            },
            CallError::Odd { status, .. } => matches!(status, 408 | 429 | 502..=504),
            CallError::Unreachable { source, .. } => match source {
                UpstreamError::NotSent(_) | UpstreamError::MayHaveBeenSent(_) | UpstreamError::BadAnswer(_) => true,
                UpstreamError::Forbidden(_) | UpstreamError::TooLarge { .. } | UpstreamError::Setup(_) => false,
            },
            CallError::NoToken { .. } | CallError::NoCredential { .. } => false,
        }
    }
}

impl CallError {
    /// As an apply of a project takes it.
    pub(super) fn of_apply(self, project: &str) -> RemoteError {
        if self.is_about_permission() {
            return RemoteError::NotPermitted(self.to_string());
        }
        let CallError::Problem(problem) = self else { return RemoteError::Unavailable(Box::new(self)) };
        let Problem { detail, address, refusal, holder, expires_at, spent_at, .. } = *problem.clone();
        match (problem.known(), address, refusal) {
            (Some(Code::Stale), Some(address), _) => RemoteError::Stale { address },
            (Some(Code::NotFound), Some(address), _) => RemoteError::NotFound { address },
            (_, _, Some(refusal)) => RemoteError::Refused(refusal.into()),
            (Some(Code::Spent), ..) => RemoteError::Spent { at: spent_at.unwrap_or_else(|| "an unknown time".to_owned()) },
            (Some(Code::LeaseHeld), ..) => RemoteError::LeaseHeld {
                project: project.to_owned(),
                holder: holder.unwrap_or_else(|| "somebody".to_owned()),
                until: expires_at.unwrap_or_else(|| "an unknown time".to_owned()),
            },
            (Some(Code::LeaseLost), ..) => RemoteError::LeaseLost { project: project.to_owned() },
            _ if problem.status < 500 && !matches!(problem.status, 408 | 429) => RemoteError::Invalid(detail),
            _ => RemoteError::Unavailable(Box::new(CallError::Problem(problem))),
        }
    }
}
