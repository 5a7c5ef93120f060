//! The three endpoints.

use super::signature::signed;
use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::Fields;
use crate::sandbox::known::{ACCOUNTS, Account, CONSUMER_KEY};
use crate::sandbox::page;
use crate::sandbox::provider;
use crate::sandbox::site::Site;
use http::{HeaderValue, StatusCode, header};
use url::Url;

pub(crate) fn request_token(site: &Site, asked: &Asked) -> Answer {
    let answered = (|| {
        let signed = signed(site, asked)?;
        check(site, &signed, "")?;
        // Section 2.1: `oauth_callback` is required; without it this would be OAuth 1.0, open to session fixation.
        let callback = signed.get("oauth_callback").ok_or("oauth_callback is missing")?;
        if !provider::may_return_to(site, callback) {
            return Err("oauth_callback is neither on this machine nor one that the sandbox was started with");
        }
        let state = &mut *site.state();
        let (token, secret) = (state.unguessable.draw("sbx_1rt_"), state.unguessable.draw("sbx_1rs_"));
        state.ledger1.note_request(token.clone(), secret.clone(), callback.to_owned(), site.now());
        Ok(answer::form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("oauth_callback_confirmed", "true")]))
    })();
    answered.unwrap_or_else(|why| refused(site, why))
}

pub(crate) fn access_token(site: &Site, asked: &Asked) -> Answer {
    let answered = (|| {
        let signed = signed(site, asked)?;
        let request = site.state().ledger1.request(signed.token(), site.now()).cloned().ok_or("the request token is not known")?;
        check(site, &signed, &request.secret)?;
        let (verifier, account) = request.agreed.ok_or("nobody has agreed to the request token")?;
        if signed.get("oauth_verifier") != Some(verifier.as_str()) {
            return Err("oauth_verifier does not fit");
        }
        let state = &mut *site.state();
        state.ledger1.forget_request(signed.token());
        let (token, secret) = (state.unguessable.draw("sbx_1at_"), state.unguessable.draw("sbx_1as_"));
        state.ledger1.note_access(token.clone(), secret.clone(), account);
        Ok(answer::form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("user_id", account.id)]))
    })();
    answered.unwrap_or_else(|why| refused(site, why))
}

fn check(site: &Site, signed: &super::Signed, token_secret: &str) -> Result<(), &'static str> {
    if signed.consumer() != CONSUMER_KEY {
        return Err("the consumer is not known");
    }
    if !signed.fits(token_secret) {
        return Err("the signature does not fit");
    }
    site.state().ledger1.first_use(signed, site.now())
}

fn refused(site: &Site, why: &str) -> Answer {
    site.state().stats.refused("oauth1");
    let mut answer = answer::refusal(StatusCode::UNAUTHORIZED, "oauth1", why);
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("OAuth realm=\"bowline-sandbox\""));
    answer
}

/// Shows the page, or decides at once where the sandbox was started to do so.
pub(crate) fn ask(site: &Site, asked: &Asked) -> Answer {
    let fields = Fields::of_query(asked.uri()).unwrap_or_default();
    let token = fields.get("oauth_token").unwrap_or_default();
    let Some(callback) = site.state().ledger1.request(token, site.now()).map(|request| request.callback.clone()) else {
        return page::trouble(StatusCode::BAD_REQUEST, "The request token is not known, or has expired.");
    };
    match (site.auto_consent, fields.get("auto")) {
        (true, Some(auto @ ("allow" | "deny"))) => carry_out(site, token, auto == "allow", account(&fields)),
        (true | false, _) => page::consent(token, "/oauth1/authorize", "Sandbox consumer", CONSUMER_KEY, &callback, None),
    }
}

/// Takes the answer that a page sent.
pub(crate) fn decide(site: &Site, asked: &Asked) -> Answer {
    let fields = Fields::parse(asked.body()).unwrap_or_default();
    carry_out(site, fields.get("ticket").unwrap_or_default(), fields.get("decision") == Some("allow"), account(&fields))
}

fn account(fields: &Fields) -> &'static Account {
    fields.get("account").and_then(Account::of).unwrap_or(&ACCOUNTS[0])
}

fn carry_out(site: &Site, token: &str, allow: bool, account: &'static Account) -> Answer {
    let state = &mut *site.state();
    let verifier = state.unguessable.draw("sbx_1v_");
    let Some(request) = state.ledger1.request(token, site.now()).filter(|request| request.agreed.is_none()) else {
        return page::trouble(
            StatusCode::BAD_REQUEST,
            "This page was answered before, or stood open for too long. Start again where you came from.",
        );
    };
    let mut url = Url::parse(&request.callback).expect("it was parsed when it was checked");
    url.query_pairs_mut().append_pair("oauth_token", token);
    if allow {
        url.query_pairs_mut().append_pair("oauth_verifier", &verifier);
        request.agreed = Some((verifier, account));
        state.stats.consents_allowed += 1;
    } else {
        // The specification has no word for it; some services say `denied`. A callback without a verifier is no consent.
        url.query_pairs_mut().append_pair("denied", token);
        state.ledger1.forget_request(token);
        state.stats.consents_denied += 1;
    }
    answer::see_other(url.as_str())
}
