//! RFC 6749 section 4.4: the application speaks for itself.

use crate::oauth::errors::FlowError;
use crate::oauth::exchange::{Wanted, exchange};
use crate::oauth::outside::Outside;
use crate::oauth::provider::Provider;
use crate::oauth::token::{Before, IssuedBy, TokenSet};
use crate::resource::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// Asks for a token of the application's own. There is nothing to refresh: when it is due, ask again.
pub fn client_credentials(provider: &Provider, scopes: &BTreeSet<Scope>, outside: &Outside) -> Result<TokenSet, FlowError> {
    let granted =
        exchange(provider, &Wanted::ClientCredentials { scopes }, None, outside).map_err(|trouble| FlowError::of(provider, trouble))?;
    let before = Before { refresh: None, scopes: scopes.clone(), extra: BTreeMap::new(), issued_by: IssuedBy::of(provider, None) };
    Ok(TokenSet::accept(granted, provider, before, outside.now))
}
