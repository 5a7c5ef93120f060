//! Revocation (RFC 7009): a token that is not known is as good as revoked.

use super::proof;
use super::refused::Refused;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::{Fields, is_form};
use crate::sandbox::site::Site;
use http::StatusCode;

pub(crate) fn revoke(site: &Site, asked: &Asked) -> Answer {
    match revoked(site, asked) {
        Ok(()) => answer::of(StatusCode::OK, "text/plain; charset=utf-8", Vec::new()),
        Err(refused) => refused.answer(&mut site.state().stats),
    }
}

fn revoked(site: &Site, asked: &Asked) -> Result<(), Refused> {
    site.state().stats.revocations += 1;
    if !is_form(asked.headers()) {
        return Err(Refused::request("the body is not application/x-www-form-urlencoded"));
    }
    let fields = Fields::parse(asked.body())?;
    let client = proof::client(site, asked, &fields)?;
    let token = fields.get("token").ok_or_else(|| Refused::request("token is missing"))?;
    let ledger = &mut site.state().ledger;
    match ledger.holder(token) {
        None => Ok(()),
        Some(holder) if holder.id == client.id => {
            ledger.revoke_token(token);
            Ok(())
        }
        Some(_) => Err(Refused::new("unauthorized_client", "the token was issued to another client")),
    }
}
