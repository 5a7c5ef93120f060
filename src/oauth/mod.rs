//! OAuth as a state machine: what to ask, what to check, what came of it.
//!
//! Pure and synchronous. The time, randomness and the way to send are handed in ([`Outside`]), so every rule has a table
//! test without a network. Knows nothing of HTTP clients, storage, leases or catalogue files: a service's authorization
//! server is a [`Provider`], plain data.
//!
//! A grant's life: [`begin`] → link and [`Pending`] (sealed and stored by the caller, spent once) → [`Callback`] →
//! [`redeem`] → [`TokenSet`] → [`refresh`] whenever [`TokenSet::due`] → [`revoke`]. [`attach`] puts a credential where the
//! service says, and nowhere else. OAuth 1.0a is in [`oauth1`].
//!
//! Adding a grant: a file in `grants`, its table tests, one flow against the fake provider of `upstream`. Adding a
//! tolerance: a variant of [`Tolerance`], its place in `answer`, a row in the table test.

mod account;
mod answer;
mod begin;
mod callback;
mod errors;
mod exchange;
mod grants;
mod jwt;
pub mod oauth1;
mod outside;
mod pkce;
mod placement;
mod provider;
mod retry_after;
mod revoke;
mod scopes;
mod shown;
mod spelling;
mod token;

#[cfg(test)]
mod tests;

pub use crate::resource::Tolerance;
pub use account::{ID_TOKEN, account, account1, ask_account};
pub use answer::AnswerFault;
pub use begin::{Asked, Pending, begin};
pub use callback::Callback;
pub use errors::{FinalReason, FlowError, RefreshError};
pub use grants::{client_credentials, redeem, refresh};
pub use jwt::{BadKey, JwtKey};
pub use outside::{HttpRequest, HttpResponse, Outside, Send, SendError};
pub use placement::{Body, Call, Credential, Place, Placed, PlacementError, attach};
pub use provider::{
    CallbackField, Challenge, ClientProof, ClientSecrets, ExchangeStep, Exchanges, Fits, Issuer, MovedHost, Provider, ProviderError,
    Rotation, SUBJECT, TokenBody, Userinfo,
};
pub use retry_after::retry_after;
pub use revoke::{DeclaredRevocation, Revocation, RevocationProof, RevocationToken, RevokeOutcome, Revokes, revoke};
pub use scopes::{ScopeReport, compare};
pub use shown::{scrub, shown};
pub use spelling::own_header;
pub use token::{BadBytes, IssuedBy, TokenSet};
