//! How an authorization server's answers may depart from RFC 6749, as a service declares it. What each means in an answer is
//! known to `oauth`.

use serde::{Deserialize, Serialize};

/// A departure from the RFCs that a service declares. A first answer that needs an undeclared one is refused. A renewal
/// reads everything readable, since refusing it would lose a rotated token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// Answers are form-encoded.
    FormAnswer,
    /// Answers are JSON under another content type.
    UnlabelledJson,
    /// Refusals come with status 200.
    #[serde(rename = "error_inside_200")]
    ErrorInside200,
    /// Answers have no `token_type`.
    MissingTokenType,
    /// `token_type` is the service's own word, and the token is used as the service says.
    OwnTokenType,
    /// `expires_in` is text, a fraction, zero, negative or absurd.
    OddExpiresIn,
    /// Granted scopes are separated by commas.
    CommaScopes,
    /// Granted scopes are a list.
    ScopeList,
}

impl Tolerance {
    pub const ALL: [Tolerance; 8] = [
        Tolerance::FormAnswer,
        Tolerance::UnlabelledJson,
        Tolerance::ErrorInside200,
        Tolerance::MissingTokenType,
        Tolerance::OwnTokenType,
        Tolerance::OddExpiresIn,
        Tolerance::CommaScopes,
        Tolerance::ScopeList,
    ];

    /// The word in files: `form_answer`.
    pub fn word(self) -> &'static str {
        match self {
            Tolerance::FormAnswer => "form_answer",
            Tolerance::UnlabelledJson => "unlabelled_json",
            Tolerance::ErrorInside200 => "error_inside_200",
            Tolerance::MissingTokenType => "missing_token_type",
            Tolerance::OwnTokenType => "own_token_type",
            Tolerance::OddExpiresIn => "odd_expires_in",
            Tolerance::CommaScopes => "comma_scopes",
            Tolerance::ScopeList => "scope_list",
        }
    }
}
