//! RFC 6749 section 6: new access for an old grant. One request, never repeated here, and every way in which it can fail
//! sorted by whether the grant still stands.

use crate::oauth::errors::{FinalReason, RefreshError};
use crate::oauth::exchange::{Trouble, Wanted, exchange, exchange_access};
use crate::oauth::outside::{Outside, SendError};
use crate::oauth::provider::{ExchangeStep, Provider, Rotation};
use crate::oauth::token::{Before, TokenSet};
use std::time::Duration;

/// Renews. Call it under the connection's lease, and make the result durable before using it.
pub fn refresh(provider: &Provider, tokens: &TokenSet, outside: &Outside) -> Result<TokenSet, RefreshError> {
    let token = tokens.refresh.as_ref().ok_or(RefreshError::Final(FinalReason::NoRefreshToken))?;
    if !tokens.issued_by.is_still(provider) {
        return Err(RefreshError::Final(FinalReason::ServiceChanged));
    }
    if let Some(exchanges) = &provider.exchanges {
        return exchanged(provider, &exchanges.again, tokens, outside).map_err(|trouble| not_exchanged(provider, tokens, trouble, outside));
    }
    let wanted = Wanted::Refresh { token, scopes: &tokens.granted };
    let granted = exchange(provider, &wanted, tokens.issued_by.host.as_deref(), outside).map_err(|trouble| sorted(provider, trouble))?;
    Ok(TokenSet::accept(granted, provider, before(tokens), outside.now))
}

fn before(tokens: &TokenSet) -> Before {
    Before {
        refresh: tokens.refresh.clone(),
        scopes: tokens.granted.clone(),
        extra: tokens.extra.clone(),
        issued_by: tokens.issued_by.clone(),
    }
}

/// An access token that lives longer. It is its own refresh token: whoever holds it may have it exchanged.
pub(super) fn exchanged(provider: &Provider, step: &ExchangeStep, tokens: &TokenSet, outside: &Outside) -> Result<TokenSet, Trouble> {
    let granted = exchange_access(provider, step, &tokens.access, outside)?;
    let mut tokens = TokenSet::accept(granted, provider, before(tokens), outside.now);
    tokens.refresh = Some(tokens.access.clone());
    Ok(tokens)
}

/// These services have no code that ends a grant. A refused exchange of a token that is over does.
fn not_exchanged(provider: &Provider, tokens: &TokenSet, trouble: Trouble, outside: &Outside) -> RefreshError {
    match trouble {
        Trouble::Refused { code, description, .. } if tokens.expired(outside.now) => {
            RefreshError::Final(FinalReason::Refused { code, description })
        }
        trouble => sorted(provider, trouble),
    }
}

fn sorted(provider: &Provider, trouble: Trouble) -> RefreshError {
    match trouble {
        Trouble::NoAnswer(error @ (SendError::NotSent(_) | SendError::Forbidden(_))) => {
            RefreshError::Transient { retry_after: None, why: error.to_string() }
        }
        Trouble::NoAnswer(error @ (SendError::MayHaveBeenSent(_) | SendError::BadAnswer(_))) => {
            perhaps_spent(provider, None, error.to_string())
        }
        Trouble::Busy { status, retry_after } => busy(provider, status, retry_after),
        Trouble::Refused { code, description, retry_after } => refused(provider, code, description, retry_after),
        // A page instead of an error: a firewall, a proxy, a wrong path. Only codes end grants.
        Trouble::Rejected { status: 400 } => {
            RefreshError::Transient { retry_after: None, why: "status 400 without an error code".to_owned() }
        }
        Trouble::Rejected { status } => RefreshError::ServiceFault { code: format!("status {status}"), description: None },
        Trouble::Unreadable(crate::oauth::AnswerFault::Redirect(status)) => RefreshError::Redirects { status },
        Trouble::Unreadable(fault) => perhaps_spent(provider, None, fault.to_string()),
        Trouble::BadKey => RefreshError::ServiceFault { code: "private_key".to_owned(), description: Some("it cannot sign".to_owned()) },
    }
}

/// 408, 429 and 503 say that nothing was done. Other 5xx, a gateway's above all, may hide that the server behind it
/// renewed and rotated.
fn busy(provider: &Provider, status: u16, retry_after: Option<Duration>) -> RefreshError {
    let why = format!("status {status}");
    match status {
        408 | 429 | 503 => RefreshError::Transient { retry_after, why },
        _ => perhaps_spent(provider, retry_after, why),
    }
}

fn perhaps_spent(provider: &Provider, retry_after: Option<Duration>, why: String) -> RefreshError {
    match provider.rotation {
        Rotation::Keeps => RefreshError::Transient { retry_after, why },
        Rotation::Rotates | Rotation::Unknown => RefreshError::Uncertain { retry_after, why },
    }
}

/// A code that nobody knows ends nothing: it is shown as the service's fault until someone declares what it means.
fn refused(provider: &Provider, code: String, description: Option<String>, retry_after: Option<Duration>) -> RefreshError {
    if provider.transient_codes.contains(&code) || is_transient(&code) {
        return RefreshError::Transient { retry_after, why: format!("`{code}`") };
    }
    if code == "invalid_grant" || provider.fatal_codes.contains(&code) {
        return RefreshError::Final(FinalReason::Refused { code, description });
    }
    RefreshError::ServiceFault { code, description }
}

/// RFC 6749 section 4.1.2.1 and RFC 8628 section 3.5 have words for "later".
fn is_transient(code: &str) -> bool {
    ["temporarily_unavailable", "server_error", "slow_down"].contains(&code)
}
