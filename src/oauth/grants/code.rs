//! RFC 6749 section 4.1.3: a code for tokens.

use super::refresh::exchanged;
use crate::oauth::begin::Pending;
use crate::oauth::callback::Callback;
use crate::oauth::errors::FlowError;
use crate::oauth::exchange::{Wanted, exchange};
use crate::oauth::outside::Outside;
use crate::oauth::provider::Provider;
use crate::oauth::token::{Before, IssuedBy, TokenSet};

/// Finishes a consent. Everything is checked first; then the code goes to the service's token endpoint, once. The caller
/// has taken `pending` out of its store, so that no answer can be redeemed twice.
pub fn redeem(provider: &Provider, pending: Pending, callback: &Callback, outside: &Outside) -> Result<TokenSet, FlowError> {
    let accepted = callback.accept(provider, &pending, outside.now)?;
    let redirect_uri = pending.asked.redirect_uri.as_str();
    let wanted = Wanted::Code { code: &accepted.code, verifier: pending.verifier.as_ref(), redirect_uri };
    let granted = exchange(provider, &wanted, accepted.host.as_deref(), outside).map_err(|trouble| FlowError::of(provider, trouble))?;
    let before =
        Before { refresh: None, scopes: pending.asked.scopes, extra: accepted.extra, issued_by: IssuedBy::of(provider, accepted.host) };
    let tokens = TokenSet::accept(granted, provider, before, outside.now);
    match &provider.exchanges {
        None => Ok(tokens),
        Some(exchanges) => exchanged(provider, &exchanges.first, &tokens, outside).map_err(|trouble| FlowError::of(provider, trouble)),
    }
}
