//! What `POST /oauth/token` is asked and answers (RFC 6749 sections 4.4 and 5). A form, and a protocol with errors of its own:
//! so it stands beside the table of routes and not in it.

use super::Clear;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub const TOKEN_PATH: &str = "/oauth/token";

/// Asks for a short-lived token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GrantAsked {
    #[schemars(regex(pattern = "^client_credentials$"))]
    pub grant_type: String,
    /// Some of the scopes of the token that is shown, with blanks between; all, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A short-lived token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Granted {
    pub access_token: Clear,
    /// `Bearer`
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
    pub scope: String,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantRefused {
    pub error: GrantFault,
    /// For people.
    pub error_description: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantFault {
    InvalidRequest,
    InvalidClient,
    InvalidScope,
    UnsupportedGrantType,
    TemporarilyUnavailable,
    ServerError,
}

impl GrantFault {
    /// As bodies have it.
    pub fn word(self) -> &'static str {
        match self {
            GrantFault::InvalidRequest => "invalid_request",
            GrantFault::InvalidClient => "invalid_client",
            GrantFault::InvalidScope => "invalid_scope",
            GrantFault::UnsupportedGrantType => "unsupported_grant_type",
            GrantFault::TemporarilyUnavailable => "temporarily_unavailable",
            GrantFault::ServerError => "server_error",
        }
    }
}
