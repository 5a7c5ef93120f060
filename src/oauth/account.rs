//! Whose account a grant is of, as far as the service's own answers tell. Nothing here is a proof to others: it comes
//! straight from the service over TLS, so it needs no signature to be believed (OpenID Connect Core section 3.1.3.7).

use super::answer;
use super::oauth1::Token1;
use super::outside::{HttpResponse, Outside};
use super::placement::{Body, Call, Credential, attach};
use super::provider::{Provider, SUBJECT};
use super::token::TokenSet;
use crate::secret::Secret;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

/// The member of a token answer that names an account; captured for the while under this name.
pub const ID_TOKEN: &str = "id_token";

/// Captured fields that name an account and not a place or a host.
const NAMED: [&str; 6] = ["realm_id", "account_id", "team_id", "user_id", "stripe_user_id", "open_id"];

/// Takes the account out of a fresh grant; `None` where the token answer does not say. The ID token is kept no longer.
pub fn account(tokens: &mut TokenSet) -> Option<Secret<String>> {
    let id_token = tokens.extra.remove(ID_TOKEN).map(Secret::new);
    let subject = id_token.as_ref().and_then(|token| subject(token.expose()));
    let named = || NAMED.iter().find_map(|name| Some((*name, tokens.extra.get(*name)?.clone())));
    let (name, value) = subject.map(|subject| (SUBJECT, subject)).or_else(named)?;
    Some(told(tokens, name, &value))
}

/// Asks the service itself, where it has a place for that, with the fresh access token. `None` where it does not tell: the
/// grant may lack the scope for it, and a redirect, a page or an answer without the member tells nothing either.
pub fn ask_account(provider: &Provider, tokens: &TokenSet, outside: &Outside) -> Option<Secret<String>> {
    let userinfo = provider.userinfo.as_ref()?;
    let url = provider.on_host(&userinfo.url, tokens.issued_by.host.as_deref());
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    let mut call = Call { method: Method::GET, url, headers, body: Body::Empty };
    let credential = Credential::token(tokens.access.clone(), provider.place.clone());
    attach(&credential, &mut call, outside.random, outside.now).ok()?;
    let response = (outside.send)(call.into_request().ok()?).ok()?;
    Some(told(tokens, &userinfo.account, &named_in(&response, &userinfo.account)?))
}

/// As [`account`], of OAuth 1.
pub fn account1(token: &Token1) -> Option<Secret<String>> {
    NAMED.iter().find_map(|name| Some(Secret::new(format!("{name}:{}", token.extra.get(*name)?))))
}

/// A subject is unique at its server only, so the server is part of the name. ID token and userinfo give the same subject
/// (OpenID Connect Core section 5.3.2) and so the same account.
fn told(tokens: &TokenSet, name: &str, value: &str) -> Secret<String> {
    let server = || Url::parse(&tokens.issued_by.token_url).ok()?.host_str().map(str::to_owned);
    let server = tokens.issued_by.host.clone().or_else(server).unwrap_or_default();
    Secret::new(format!("{server} {name}:{value}"))
}

fn named_in(response: &HttpResponse, path: &str) -> Option<String> {
    if !response.status().is_success() {
        return None;
    }
    answer::text_at(response.body(), path).filter(|text| !text.is_empty())
}

/// The subject of an ID token.
fn subject(id_token: &str) -> Option<String> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    answer::text_at(&payload, SUBJECT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_names_a_person() {
        let token = |payload: &str| format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(payload));
        assert_eq!(subject(&token(r#"{"iss":"https://id.example","sub":"7"}"#)).as_deref(), Some("7"));
        for bad in [token("{}"), token("no json"), "one.part".to_owned(), String::new(), "a.###.c".to_owned()] {
            assert_eq!(subject(&bad), None, "{bad}");
        }
    }
}
