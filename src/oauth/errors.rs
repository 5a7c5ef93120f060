//! What can go wrong between a link and a token, sorted by what has to happen next.

use super::answer::AnswerFault;
use super::exchange::Trouble;
use super::outside::SendError;
use super::provider::{Provider, ProviderError};
use std::time::Duration;

/// A consent or a client-credentials request came to nothing. The texts are fit to be shown: what the provider said is
/// escaped, and no secret stands in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    #[error("the answer does not belong to this consent")]
    WrongState,
    #[error("the consent was not finished in time")]
    Expired,
    #[error("the consent was begun by another user")]
    OtherUser,
    #[error("the answer arrived at another address than the one given to the service")]
    OtherRedirect,
    #[error("the service was changed since the consent began")]
    ServiceChanged,
    #[error("the answer does not say who sent it, although `{expected}` always does")]
    IssuerMissing { expected: String },
    #[error("the answer comes from `{got}` instead of `{expected}`")]
    IssuerMismatch { expected: String, got: String },
    #[error("the answer has `{parameter}` more than once")]
    Repeated { parameter: String },
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer has neither a code nor an error")]
    NoCode,
    #[error("the answer's `{field}` is `{value}`, which the service does not list")]
    NotListed { field: String, value: String },
    /// The account lives in another place than the connection is set up for; its calls would all be refused.
    #[error("the account is in {got}, and the connection is set up for {expected}")]
    Elsewhere { field: String, got: String, expected: String },
    #[error("the answer is not signed with the client's secret, which the service always does")]
    BadSignature,
    /// The person said no.
    #[error("consent was denied{}", said(.description))]
    Denied { description: Option<String> },
    #[error("the service refused with `{code}`{}", said(.description))]
    Refused { code: String, description: Option<String> },
    /// The service's settings here or its client there are wrong; asking the person again does not help.
    #[error("the service does not accept its client: `{code}`{}", said(.description))]
    ServiceFault { code: String, description: Option<String> },
    /// RFC 6749 knows no redirect there, and following one would carry secrets elsewhere.
    #[error("the token address redirects (status {status}): correct the service's `token_url`")]
    Redirects { status: u16 },
    #[error("the service could not be reached")]
    Unreachable(#[source] SendError),
    #[error("the service is busy: {why}")]
    Busy { why: String, retry_after: Option<Duration> },
    #[error("the service's answer cannot be used")]
    Answer(#[source] AnswerFault),
    #[error("the service cannot be used as declared")]
    Provider(#[from] ProviderError),
    #[error("the private key cannot sign")]
    BadKey,
}

/// A renewal came to nothing. The class says what to do; only `Final` ends a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Nothing was spent. The grant stands: try later, waiting longer each time and at least `retry_after`.
    #[error("the service could not renew the access for now: {why}")]
    Transient { retry_after: Option<Duration>, why: String },
    /// The service may have renewed and rotated, and the answer was lost. The grant stands as uncertain: read it again,
    /// wait, and try once more. If that ends as `Final`, this is the reason to give.
    #[error("it is not known whether the service renewed the access: {why}")]
    Uncertain { retry_after: Option<Duration>, why: String },
    /// The grant is over: read it once more, and unless it has changed, a person must connect again.
    #[error("the access cannot be renewed: {0}")]
    Final(FinalReason),
    /// The service's settings or its client are at fault. The grant stands, and so do those of all its connections.
    #[error("the service does not accept its client: `{code}`{}", said(.description))]
    ServiceFault { code: String, description: Option<String> },
    /// The service's settings are at fault: its token address is another one. Nothing was spent, and the grant stands.
    #[error("the token address redirects (status {status}): correct the service's `token_url`")]
    Redirects { status: u16 },
}

/// Why a grant is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FinalReason {
    #[error("`{code}`{}", said(.description))]
    Refused { code: String, description: Option<String> },
    #[error("the service gave no refresh token")]
    NoRefreshToken,
    /// A grant goes only to the endpoint and client that it was given to (security rule R7).
    #[error("the service's token URL or client was changed since")]
    ServiceChanged,
}

fn said(description: &Option<String>) -> String {
    description.as_ref().map(|text| format!(" (the service says: {text})")).unwrap_or_default()
}

impl FlowError {
    /// Whether the same request can succeed later without anyone doing anything. A code of a consent is spent all the
    /// same; a request for client credentials may be repeated.
    pub fn passes(&self) -> bool {
        let unanswered = |error: &SendError| !matches!(error, SendError::Forbidden(_));
        matches!(self, FlowError::Busy { .. }) || matches!(self, FlowError::Unreachable(error) if unanswered(error))
    }

    pub(super) fn of(provider: &Provider, trouble: Trouble) -> FlowError {
        match trouble {
            Trouble::NoAnswer(error) => FlowError::Unreachable(error),
            Trouble::Busy { status, retry_after } => FlowError::Busy { why: format!("status {status}"), retry_after },
            Trouble::Refused { code, retry_after, .. } if provider.transient_codes.contains(&code) => {
                FlowError::Busy { why: format!("`{code}`"), retry_after }
            }
            Trouble::Refused { code, description, .. } if is_service_fault(&code) => FlowError::ServiceFault { code, description },
            Trouble::Refused { code, description, .. } => FlowError::Refused { code, description },
            Trouble::Rejected { status } => FlowError::ServiceFault { code: format!("status {status}"), description: None },
            Trouble::Unreadable(AnswerFault::Redirect(status)) => FlowError::Redirects { status },
            Trouble::Unreadable(fault) => FlowError::Answer(fault),
            Trouble::BadKey => FlowError::BadKey,
        }
    }
}

/// RFC 6749 section 5.2: errors of the client or of the request, not of the grant.
fn is_service_fault(code: &str) -> bool {
    ["invalid_client", "invalid_client_secret", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_target"]
        .contains(&code)
}
