//! The token endpoint: code, client credentials, refresh.

use super::proof;
use super::refused::Refused;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::{Fields, is_form};
use crate::sandbox::known::{Client, Proof};
use crate::sandbox::ledger::Scopes;
use crate::sandbox::ledger::Worthless;
use crate::sandbox::site::{Site, State};
use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::json;

pub(crate) fn token(site: &Site, asked: &Asked) -> Answer {
    let granted = grant(site, asked);
    match granted {
        Ok(answer) => answer,
        Err(refused) => refused.answer(&mut site.state().stats),
    }
}

fn grant(site: &Site, asked: &Asked) -> Result<Answer, Refused> {
    let form = Fields::parse(asked.body());
    let named = form.as_ref().ok().and_then(|fields| fields.get("grant_type")).unwrap_or("none");
    site.state().stats.token_request(named);
    if !is_form(asked.headers()) {
        return Err(Refused::request("the body is not application/x-www-form-urlencoded"));
    }
    let fields = form?;
    let client = proof::client(site, asked, &fields)?;
    match fields.get("grant_type") {
        Some("authorization_code") => by_code(site, client, &fields),
        Some("client_credentials") => by_client(site, client, &fields),
        Some("refresh_token") => by_refresh(site, client, &fields),
        Some(_) => Err(Refused::new("unsupported_grant_type", "the grants are authorization_code, client_credentials and refresh_token")),
        None => Err(Refused::request("grant_type is missing")),
    }
}

fn by_code(site: &Site, client: &'static Client, fields: &Fields) -> Result<Answer, Refused> {
    if !client.code {
        return Err(Refused::new("unauthorized_client", format!("nobody can consent to `{}`", client.id)));
    }
    let code = fields.get("code").ok_or_else(|| Refused::request("code is missing"))?;
    let verifier = fields.get("code_verifier");
    let now = site.now();
    let state = &mut *site.state();
    let spent = state.ledger.spend_code(code, client, fields.get("redirect_uri"), |challenge| fits(challenge, verifier), now);
    let family = spent.inspect_err(|worthless| state.stats.reuse_of_code(*worthless))?;
    let scopes = state.ledger.families[&family].granted.clone();
    let refresh = state.ledger.issue_refresh(family, &mut state.unguessable);
    Ok(tokens(state, family, scopes, Some(refresh), now))
}

/// RFC 7636 section 4.6; and a verifier without a challenge is the downgrade of RFC 9700 section 4.8.2.
fn fits(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let hashed = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
            (43..=128).contains(&verifier.len()) && hashed == challenge
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn by_client(site: &Site, client: &'static Client, fields: &Fields) -> Result<Answer, Refused> {
    if !client.client_credentials || client.proof == Proof::Public {
        return Err(Refused::new("unauthorized_client", format!("`{}` may not speak for itself", client.id)));
    }
    let asked = super::authorize::scopes(fields.get("scope")).map_err(|unknown| unknown_scope(&unknown))?;
    let now = site.now();
    let state = &mut *site.state();
    let granted = narrowed(state, asked);
    let family = state.ledger.own_right(client, granted.clone(), now);
    Ok(tokens(state, family, granted, None, now))
}

fn by_refresh(site: &Site, client: &'static Client, fields: &Fields) -> Result<Answer, Refused> {
    let token = fields.get("refresh_token").ok_or_else(|| Refused::request("refresh_token is missing"))?;
    let now = site.now();
    let state = &mut *site.state();
    let found = state.ledger.may_refresh(token, client);
    let family = found.inspect_err(|worthless| {
        if *worthless == Worthless::Reused {
            state.stats.reuse_detections += 1;
        }
    })?;
    let granted = state.ledger.families[&family].granted.clone();
    let scopes = match fields.get("scope") {
        None => granted,
        Some(_) => super::authorize::scopes(fields.get("scope"))
            .ok()
            .filter(|scopes| scopes.is_subset(&granted))
            .ok_or_else(|| Refused::new("invalid_scope", "a refresh cannot widen the grant"))?,
    };
    let rotate = state.settings.rotate;
    state.ledger.spend_refresh(token, client, rotate)?;
    let next = rotate.then(|| state.ledger.issue_refresh(family, &mut state.unguessable));
    Ok(tokens(state, family, scopes, next, now))
}

pub(super) fn unknown_scope(unknown: &str) -> Refused {
    Refused::new("invalid_scope", format!("there is no scope `{unknown}`; scopes are separated by spaces"))
}

/// What the sandbox was told to grant at most.
pub(super) fn narrowed(state: &State, scopes: Scopes) -> Scopes {
    match &state.settings.grant_only {
        None => scopes,
        Some(only) => scopes.intersection(only).cloned().collect(),
    }
}

fn tokens(state: &mut State, family: u64, scopes: Scopes, refresh: Option<String>, now: std::time::SystemTime) -> Answer {
    let lifetime = state.settings.token_lifetime;
    let mut body = json!({ "token_type": "Bearer", "expires_in": lifetime.as_secs_f64().ceil() as u64 });
    if state.settings.echo_scope {
        body["scope"] = scopes.iter().cloned().collect::<Vec<_>>().join(" ").into();
    }
    body["access_token"] = state.ledger.issue_access(family, scopes, lifetime, &mut state.unguessable, now).into();
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
    }
    answer::json(StatusCode::OK, &body)
}
