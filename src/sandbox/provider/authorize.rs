//! The authorization endpoint: checks what a client asks for, asks the person, and sends the browser back.

use super::token::narrowed;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::{Fields, GivenTwice};
use crate::sandbox::known::{ACCOUNTS, Account, Client, Proof, SCOPES};
use crate::sandbox::ledger::{Asking, Page, Scopes};
use crate::sandbox::page;
use crate::sandbox::site::Site;
use http::StatusCode;
use std::net::IpAddr;
use std::time::Duration;
use url::{Host, Url};

const PATIENCE: Duration = Duration::from_secs(600);
/// Pages that nobody answers are forgotten above this many.
const PAGES: usize = 1000;

/// What a person decided.
struct Decision {
    allow: bool,
    account: &'static Account,
    /// The scopes left in; all of them where nobody was asked.
    scopes: Option<Scopes>,
}

/// Shows the page, or decides at once where the sandbox was started to do so.
pub(crate) fn ask(site: &Site, asked: &Asked) -> Answer {
    let fields = match Fields::of_query(asked.uri()) {
        Ok(fields) => fields,
        Err(GivenTwice(name)) => return page::trouble(StatusCode::BAD_REQUEST, &format!("The request gives `{name}` twice.")),
    };
    let asking = match checked(site, &fields) {
        Ok(asking) => asking,
        Err(answer) => return *answer,
    };
    match (site.auto_consent, fields.get("auto")) {
        (true, Some(auto @ ("allow" | "deny"))) => {
            let account = fields.get("account").and_then(Account::of).unwrap_or(&ACCOUNTS[0]);
            carry_out(site, asking, Decision { allow: auto == "allow", account, scopes: None })
        }
        (true | false, _) => show(site, asking),
    }
}

fn show(site: &Site, asked: Asking) -> Answer {
    let now = site.now();
    let state = &mut *site.state();
    if state.ledger.pages.len() > PAGES {
        state.ledger.pages.retain(|_, page| page.expires_at > now);
    }
    let ticket = state.unguessable.draw("sbx_page_");
    let answer = page::consent(&ticket, "/oauth/authorize", asked.client.name, asked.client.id, &asked.redirect_uri, Some(&asked.scopes));
    state.ledger.pages.insert(ticket, Page { asked, expires_at: now + PATIENCE });
    answer
}

/// Takes the answer that a page sent.
pub(crate) fn decide(site: &Site, asked: &Asked) -> Answer {
    let Ok(fields) = Fields::parse(asked.body()) else {
        return page::trouble(StatusCode::BAD_REQUEST, "The form gives a field twice.");
    };
    let ticket = fields.get("ticket").unwrap_or_default();
    let shown = site.state().ledger.pages.remove(ticket).filter(|page| site.now() < page.expires_at);
    let Some(Page { asked, .. }) = shown else {
        return page::trouble(
            StatusCode::BAD_REQUEST,
            "This page was answered before, or stood open for too long. Start again where you came from.",
        );
    };
    let account = fields.get("account").and_then(Account::of).unwrap_or(&ACCOUNTS[0]);
    let left_in = fields.below("grant:").map(str::to_owned).collect();
    carry_out(site, asked, Decision { allow: fields.get("decision") == Some("allow"), account, scopes: Some(left_in) })
}

fn carry_out(site: &Site, asked: Asking, decision: Decision) -> Answer {
    let now = site.now();
    let state = &mut *site.state();
    let back = (asked.redirect_uri.clone(), asked.state.clone());
    let left_in = decision.scopes.unwrap_or_else(|| asked.scopes.clone());
    let granted = narrowed(state, asked.scopes.intersection(&left_in).cloned().collect());
    if !decision.allow || granted.is_empty() {
        state.stats.consents_denied += 1;
        return send_back(
            site,
            &back.0,
            back.1.as_deref(),
            &[("error", "access_denied"), ("error_description", "the person did not agree")],
        );
    }
    state.stats.consents_allowed += 1;
    let code = state.ledger.consented(asked, granted, decision.account, &mut state.unguessable, now);
    send_back(site, &back.0, back.1.as_deref(), &[("code", &code)])
}

/// The redirect, with `state` as it came and `iss` (RFC 9207).
fn send_back(site: &Site, redirect_uri: &str, state: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let mut url = Url::parse(redirect_uri).expect("it was parsed when it was checked");
    url.query_pairs_mut().extend_pairs(fields).extend_pairs(state.map(|state| ("state", state))).append_pair("iss", &site.base);
    answer::see_other(url.as_str())
}

/// A request that may be shown to a person. Where client or address are doubtful the browser is sent nowhere.
fn checked(site: &Site, fields: &Fields) -> Result<Asking, Box<Answer>> {
    let bad = |why: &str| Box::new(page::trouble(StatusCode::BAD_REQUEST, why));
    let client =
        fields.get("client_id").and_then(Client::of).ok_or_else(|| bad("The application (`client_id`) is not registered here."))?;
    let redirect_uri = fields.get("redirect_uri").ok_or_else(|| bad("The request says no address to come back to (`redirect_uri`)."))?;
    if !may_return_to(site, redirect_uri) {
        return Err(bad(
            "The address to come back to (`redirect_uri`) is neither on this machine nor one that the sandbox was started with.",
        ));
    }
    let state = fields.get("state");
    let back = |error: &str, description: &str| {
        site.state().stats.refused(error);
        Box::new(send_back(site, redirect_uri, state, &[("error", error), ("error_description", description)]))
    };
    if fields.get("response_type") != Some("code") {
        return Err(back("unsupported_response_type", "response_type must be code"));
    }
    if !client.code {
        return Err(back("unauthorized_client", "nobody can consent to this client"));
    }
    let challenge = challenge(client, fields).map_err(|why| back("invalid_request", why))?;
    let scopes =
        scopes(fields.get("scope")).map_err(|unknown| back("invalid_scope", &super::token::unknown_scope(&unknown).description))?;
    Ok(Asking { client, redirect_uri: redirect_uri.to_owned(), state: state.map(str::to_owned), scopes, challenge })
}

fn challenge(client: &Client, fields: &Fields) -> Result<Option<String>, &'static str> {
    match (fields.get("code_challenge"), fields.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(Some(challenge.to_owned())),
        (Some(_), Some("S256")) => Err("code_challenge is not a SHA-256 digest"),
        // Without a method it would be `plain`.
        (Some(_), _) => Err("code_challenge_method must be S256"),
        (None, Some(_)) => Err("code_challenge is missing"),
        (None, None) if client.proof == Proof::Public => Err("a public client must send a code_challenge"),
        (None, None) => Ok(None),
    }
}

/// The scopes of a request, all where it names none; or the first that is unknown.
pub(super) fn scopes(text: Option<&str>) -> Result<Scopes, String> {
    let Some(text) = text else { return Ok(crate::sandbox::known::every_scope()) };
    let named: Scopes = text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    match named.iter().find(|scope| !SCOPES.iter().any(|(known, _)| known == scope)) {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(named),
    }
}

/// Any port and path of this machine (RFC 8252 section 7.3), or what the sandbox was started with.
pub(crate) fn may_return_to(site: &Site, redirect_uri: &str) -> bool {
    if site.redirect_uris.contains(redirect_uri) {
        return Url::parse(redirect_uri).is_ok();
    }
    let Ok(url) = Url::parse(redirect_uri) else { return false };
    let here = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    here && url.scheme() == "http" && url.fragment().is_none() && url.username().is_empty() && url.password().is_none()
}
