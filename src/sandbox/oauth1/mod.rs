//! The OAuth 1.0a provider (RFC 5849): request token, consent, access token, and the check of a signed call.

mod ledger;
mod legs;
mod signature;

pub(super) use ledger::Ledger1;
pub(super) use legs::{access_token, ask, decide, request_token};
pub(super) use signature::{Signed, signed};

use super::answer::Asked;
use super::known::{Account, CONSUMER_KEY};
use super::site::Site;

/// Whose account a signed call belongs to; `Err` says what is wrong with it.
pub(super) fn account(site: &Site, asked: &Asked) -> Result<&'static Account, &'static str> {
    let signed = signed(site, asked)?;
    let state = &mut *site.state();
    let (account, secret) = state.ledger1.access(signed.token()).ok_or("the token is not known, or was withdrawn")?;
    if signed.consumer() != CONSUMER_KEY || !signed.fits(&secret) {
        return Err("the signature does not fit");
    }
    state.ledger1.first_use(&signed, site.now())?;
    Ok(account)
}
