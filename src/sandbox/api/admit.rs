//! Who calls, and may they: bearer token, API key, user name and password, or OAuth 1 signature.

use crate::sandbox::answer::{self, Answer, Asked};
use crate::sandbox::fields::{Fields, is_form};
use crate::sandbox::known::{Account, BASIC_PASSWORD, BASIC_USER, KEYS, every_scope};
use crate::sandbox::ledger::Scopes;
use crate::sandbox::oauth1;
use crate::sandbox::site::Site;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, StatusCode, header};

/// Who calls.
pub(in crate::sandbox) struct Caller {
    /// `bearer`, `api_key`, `basic` or `oauth1`.
    pub(in crate::sandbox) by: &'static str,
    pub(in crate::sandbox) account: Option<&'static Account>,
    pub(in crate::sandbox) scopes: Scopes,
    /// What proved it, for the echo to leave out.
    pub(in crate::sandbox) credential: String,
}

/// Lets a call in, or answers it: 401 where the credential is not good, 403 where it lacks the scope (RFC 6750 section 3.1).
pub(in crate::sandbox) fn admit(site: &Site, asked: &Asked, need: Option<&str>) -> Result<Caller, Box<Answer>> {
    let caller = caller(site, asked)
        .map_err(|why| refuse(site, StatusCode::UNAUTHORIZED, why.as_ref().map(|why| ("invalid_token", why.as_str())), None))?;
    if let Some(scope) = need.filter(|scope| !caller.scopes.contains(*scope)) {
        let why = format!("the scope `{scope}` was not granted");
        return Err(refuse(site, StatusCode::FORBIDDEN, Some(("insufficient_scope", &why)), Some(scope)));
    }
    site.state().stats.api_call(asked.uri().path());
    Ok(caller)
}

/// `Err(None)` where there is no credential at all.
fn caller(site: &Site, asked: &Asked) -> Result<Caller, Option<String>> {
    let query = Fields::of_query(asked.uri()).unwrap_or_default();
    let form = if is_form(asked.headers()) { Fields::parse(asked.body()).unwrap_or_default() } else { Fields::default() };
    let text = |name: &str| asked.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let Some(value) = text(header::AUTHORIZATION.as_str()) {
        let (scheme, rest) = value.split_once(' ').unwrap_or((&value, ""));
        return match scheme.to_ascii_lowercase().as_str() {
            "bearer" => bearer(site, rest.trim()),
            "basic" => basic(rest.trim()),
            "oauth" => signed(site, asked, value.clone()),
            other => Err(Some(format!("`{other}` is no way of authenticating here"))),
        };
    }
    if let Some(token) = query.get("access_token") {
        return bearer(site, token);
    }
    if let Some(key) = text("x-api-key").or_else(|| query.get("api_key").or(form.get("api_key")).map(str::to_owned)) {
        return api_key(&key);
    }
    match query.get("oauth_signature").or(form.get("oauth_signature")) {
        Some(signature) => signed(site, asked, signature.to_owned()),
        None => Err(None),
    }
}

fn bearer(site: &Site, token: &str) -> Result<Caller, Option<String>> {
    let state = site.state();
    let (access, family) = state.ledger.access(token).ok_or_else(|| Some("the token is not known, or was revoked".to_owned()))?;
    if family.revoked.is_some() {
        return Err(Some("the grant was revoked".to_owned()));
    }
    if site.now() >= access.expires_at {
        return Err(Some("the token has expired".to_owned()));
    }
    Ok(Caller { by: "bearer", account: family.account, scopes: access.scopes.clone(), credential: token.to_owned() })
}

fn api_key(key: &str) -> Result<Caller, Option<String>> {
    let (_, scopes) = KEYS.iter().find(|(known, _)| *known == key).ok_or_else(|| Some("the API key is not known".to_owned()))?;
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Ok(Caller { by: "api_key", account: None, scopes, credential: key.to_owned() })
}

fn basic(encoded: &str) -> Result<Caller, Option<String>> {
    let decoded = BASE64_STANDARD.decode(encoded).unwrap_or_default();
    if decoded != format!("{BASIC_USER}:{BASIC_PASSWORD}").as_bytes() {
        return Err(Some("user name or password is wrong".to_owned()));
    }
    Ok(Caller { by: "basic", account: None, scopes: every_scope(), credential: encoded.to_owned() })
}

fn signed(site: &Site, asked: &Asked, credential: String) -> Result<Caller, Option<String>> {
    let account = oauth1::account(site, asked).map_err(|why| Some(why.to_owned()))?;
    Ok(Caller { by: "oauth1", account: Some(account), scopes: every_scope(), credential })
}

fn refuse(site: &Site, status: StatusCode, error: Option<(&str, &str)>, scope: Option<&str>) -> Box<Answer> {
    let (code, why) = error.unwrap_or(("no_credential", "the call carries no credential"));
    site.state().stats.api_refusal(code);
    let mut answer = answer::refusal(status, code, why);
    let mut challenge = "Bearer realm=\"bowline-sandbox\"".to_owned();
    if error.is_some() {
        challenge.push_str(&format!(", error=\"{code}\", error_description=\"{}\"", why.replace(['"', '\\'], "'")));
    }
    if let Some(scope) = scope {
        challenge.push_str(&format!(", scope=\"{scope}\""));
    }
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    Box::new(answer)
}
