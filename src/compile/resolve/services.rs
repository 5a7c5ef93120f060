//! Custom services: endpoints, hosts, and settings of the authentication that need each other or exclude each other.

use super::diags::{Contradiction, MissingOfflineAccess, MissingSetting, OfflineBy, ShadowsDefaultService, UnclearDelimiter};
use super::endpoints;
use super::hosts;
use super::site::Site;
use crate::catalogue::{self, Shelf};
use crate::diag::Diagnostics;
use crate::resource::{Auth, ClientAuthentication, Grant, OAuth1, OAuth2, ScopeDelimiter, Service};
use url::Url;

pub(super) fn check(diags: &mut Diagnostics, shelf: &Shelf, site: Site<'_>, service: &Service) {
    hosts::check(diags, site, service);
    if shelf.has(site.address().name.as_str()) {
        diags.push(ShadowsDefaultService { at: site.name(), name: site.address().name.to_string() });
    }
    match &service.auth {
        Auth::Oauth2(oauth2) => check_oauth2(diags, site, oauth2),
        Auth::Oauth1(oauth1) => check_oauth1(diags, site, oauth1),
        Auth::ApiKey(_) | Auth::Basic => {}
    }
}

fn check_oauth2(diags: &mut Diagnostics, site: Site<'_>, oauth2: &OAuth2) {
    let at = |key: &'static str| move || site.value(&["auth", key]);
    endpoints::check(diags, &oauth2.token_url, at("token_url"));
    let authorize = oauth2.authorize_url.as_deref().and_then(|url| endpoints::check(diags, url, at("authorize_url")));
    if let Some(url) = &oauth2.refresh_url {
        endpoints::check(diags, url, at("refresh_url"));
    }
    if let Some(url) = &oauth2.revoke_url {
        endpoints::check(diags, url, at("revoke_url"));
    }
    if let Some(url) = &oauth2.userinfo_url {
        endpoints::check(diags, url, at("userinfo_url"));
    }
    if let Some(url) = &oauth2.issuer {
        endpoints::check(diags, url, at("issuer"));
    }
    check_delimiter(diags, site, oauth2);
    check_grant(diags, site, oauth2);
    check_client(diags, site, oauth2);
    if let Some(url) = authorize {
        check_offline_access(diags, site, oauth2, &url);
    }
}

/// The default is the platform's comma; most servers want what RFC 6749 says.
fn check_delimiter(diags: &mut Diagnostics, site: Site<'_>, oauth2: &OAuth2) {
    let known = knows(site, &["scopes", "scope_delimiter", "authorize_url", "token_url"]);
    if !known
        || oauth2.scopes.len() < 2
        || oauth2.scope_delimiter != ScopeDelimiter::Comma
        || site.node(&["auth", "scope_delimiter"]).is_some()
    {
        return;
    }
    let url = Url::parse(oauth2.authorize_url.as_ref().unwrap_or(&oauth2.token_url)).ok();
    if let Some(host) = url.as_ref().and_then(Url::host_str).filter(|host| catalogue::wants_spaces(host)) {
        diags.push(UnclearDelimiter { at: site.entry(&["auth", "scopes"]), host: host.to_owned() });
    }
}

fn check_grant(diags: &mut Diagnostics, site: Site<'_>, oauth2: &OAuth2) {
    let known = knows(site, &["type", "grant", "authorize_url"]);
    if known && oauth2.grant == Grant::AuthorizationCode && oauth2.authorize_url.is_none() {
        diags.push(MissingSetting {
            at: site.entry(&["auth"]),
            key: "authorize_url",
            because: "`grant: authorization_code` sends a person to it",
        });
    }
}

/// How the client proves itself (RFC 6749 section 2.3, RFC 7523): what has to be there, and what would never be used.
fn check_client(diags: &mut Diagnostics, site: Site<'_>, oauth2: &OAuth2) {
    if !knows(site, &["type"]) {
        return;
    }
    if oauth2.client_id.is_none() && knows(site, &["client_id"]) {
        diags.push(MissingSetting { at: site.entry(&["auth"]), key: "client_id", because: "the service knows its client by it" });
    }
    if !knows(site, &["client_authentication"]) {
        return;
    }
    let key_pair = oauth2.client_authentication == ClientAuthentication::PrivateKeyJwt;
    // A public client proves itself by PKCE alone (RFC 8252 section 8.5), which only a code can carry.
    let public = oauth2.client_authentication == ClientAuthentication::Post && oauth2.pkce && oauth2.grant == Grant::AuthorizationCode;
    if key_pair && oauth2.private_key.is_none() && knows(site, &["private_key"]) {
        let because = "`client_authentication: private_key_jwt` signs with it";
        diags.push(MissingSetting { at: site.entry(&["auth"]), key: "private_key", because });
    }
    if !key_pair && !public && oauth2.client_secret.is_none() && knows(site, &["client_secret", "pkce", "grant"]) {
        let because = match oauth2.grant {
            Grant::ClientCredentials => "`grant: client_credentials` has no other proof of who is asking",
            Grant::AuthorizationCode => "without PKCE and with HTTP Basic the client has no other proof of who it is",
        };
        diags.push(MissingSetting { at: site.entry(&["auth"]), key: "client_secret", because });
    }
    if key_pair && oauth2.client_secret.is_some() {
        diags.push(Contradiction {
            at: site.entry(&["auth", "client_secret"]),
            headline: "a client secret is never used with `client_authentication: private_key_jwt`".to_owned(),
            help: "remove `client_secret`, or choose `client_authentication: post` or `basic`",
            other: Some((site.value(&["auth", "client_authentication"]), "the client signs with a private key")),
        });
    }
    if !key_pair && oauth2.private_key.is_some() {
        diags.push(Contradiction {
            at: site.entry(&["auth", "private_key"]),
            headline: "a private key is used by `client_authentication: private_key_jwt` alone".to_owned(),
            help: "add `client_authentication: private_key_jwt`, or remove `private_key`",
            other: None,
        });
    }
}

/// Zoho and Google issue a refresh token only to those who ask for it in the address. (Services that ask by a scope are
/// judged with the connection that chooses it.)
fn check_offline_access(diags: &mut Diagnostics, site: Site<'_>, oauth2: &OAuth2, authorize: &Url) {
    let host = authorize.host_str().unwrap_or_default();
    let asks_by_address = host.starts_with("accounts.zoho.") || host == "accounts.zohocloud.ca" || host == "accounts.google.com";
    let asked = authorize.query_pairs().any(|(name, value)| name == "access_type" && value == "offline");
    if asks_by_address && !asked && oauth2.grant == Grant::AuthorizationCode && knows(site, &["type", "grant"]) {
        diags.push(MissingOfflineAccess { at: site.value(&["auth", "authorize_url"]), by: OfflineBy::Address(host.to_owned()) });
    }
}

/// Whether all of these are known of the authentication.
fn knows(site: Site<'_>, keys: &[&str]) -> bool {
    keys.iter().all(|key| site.knows(&["auth", key]))
}

fn check_oauth1(diags: &mut Diagnostics, site: Site<'_>, oauth1: &OAuth1) {
    let at = |key: &'static str| move || site.value(&["auth", key]);
    endpoints::check(diags, &oauth1.request_token_url, at("request_token_url"));
    endpoints::check(diags, &oauth1.authorize_url, at("authorize_url"));
    endpoints::check(diags, &oauth1.access_token_url, at("access_token_url"));
}
