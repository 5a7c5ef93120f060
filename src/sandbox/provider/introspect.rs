//! Introspection (RFC 7662): what a token is worth, told to clients that prove themselves.

use super::proof;
use super::refused::Refused;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::{Fields, is_form};
use crate::sandbox::ledger::Ledger;
use crate::sandbox::site::{Site, seconds};
use http::StatusCode;
use serde_json::{Value, json};
use std::time::SystemTime;

pub(crate) fn introspect(site: &Site, asked: &Asked) -> Answer {
    match introspected(site, asked) {
        Ok(answer) => answer::json(StatusCode::OK, &answer),
        Err(refused) => refused.answer(&mut site.state().stats),
    }
}

fn introspected(site: &Site, asked: &Asked) -> Result<Value, Refused> {
    if !is_form(asked.headers()) {
        return Err(Refused::request("the body is not application/x-www-form-urlencoded"));
    }
    let fields = Fields::parse(asked.body())?;
    proof::client(site, asked, &fields)?;
    let token = fields.get("token").ok_or_else(|| Refused::request("token is missing"))?;
    Ok(worth(&site.state().ledger, token, &site.base, site.now()))
}

fn worth(ledger: &Ledger, token: &str, issuer: &str, now: SystemTime) -> Value {
    if let Some((access, family)) = ledger.access(token).filter(|(access, family)| family.revoked.is_none() && now < access.expires_at) {
        return json!({
            "active": true,
            "token_type": "Bearer",
            "client_id": family.client.id,
            "sub": family.account.map_or(family.client.id, |account| account.id),
            "username": family.account.map(|account| account.email),
            "scope": access.scopes.iter().cloned().collect::<Vec<_>>().join(" "),
            "iat": seconds(access.issued_at),
            "exp": seconds(access.expires_at),
            "iss": issuer,
        });
    }
    match ledger.live_refresh(token) {
        Some(family) => json!({ "active": true, "token_type": "refresh_token", "client_id": family.client.id, "iss": issuer }),
        None => json!({ "active": false }),
    }
}
