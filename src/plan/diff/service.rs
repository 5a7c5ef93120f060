//! What differs between two services.

use super::fields::Fields;
use crate::resource::{ApiKey, Auth, OAuth1, OAuth2, Scope, SecretPath, Service};
use std::collections::BTreeMap;

pub(super) fn compare(fields: &mut Fields<'_>, before: &Service, after: &Service) {
    let Service { name, description, auth, hosts, depends_on, protect } = before;
    fields.plain(&["name"], name, &after.name);
    fields.text(&["description"], description, &after.description);
    authentication(fields, auth, &after.auth);
    fields.set(&["hosts"], hosts, &after.hosts);
    fields.bookkeeping((depends_on, *protect), (&after.depends_on, after.protect));
}

fn authentication(fields: &mut Fields<'_>, before: &Auth, after: &Auth) {
    match (before, after) {
        (Auth::Oauth2(before), Auth::Oauth2(after)) => oauth2(fields, before, after),
        (Auth::Oauth1(before), Auth::Oauth1(after)) => oauth1(fields, before, after),
        (Auth::ApiKey(before), Auth::ApiKey(after)) => api_key(fields, before, after),
        (Auth::Basic, Auth::Basic) => {}
        (Auth::Oauth2(_) | Auth::Oauth1(_) | Auth::ApiKey(_) | Auth::Basic, _) => another_type(fields, before, after),
    }
}

/// Of another type nothing is comparable: the types are named, and the secrets that the new one brings.
fn another_type(fields: &mut Fields<'_>, before: &Auth, after: &Auth) {
    fields.plain(&["auth", "type"], &before.word(), &after.word());
    let at = |key: &str| SecretPath::of(["auth", key]);
    match after {
        Auth::Oauth2(after) => {
            fields.value(at("client_id"), None, after.client_id.as_ref());
            fields.value(at("client_secret"), None, after.client_secret.as_ref());
            fields.value(at("private_key"), None, after.private_key.as_ref());
        }
        Auth::Oauth1(after) => {
            fields.value(at("consumer_key"), None, after.consumer_key.as_ref());
            fields.value(at("consumer_secret"), None, after.consumer_secret.as_ref());
        }
        Auth::ApiKey(_) | Auth::Basic => {}
    }
}

fn oauth2(fields: &mut Fields<'_>, before: &OAuth2, after: &OAuth2) {
    let OAuth2 {
        grant,
        param_type,
        authorize_url,
        token_url,
        refresh_url,
        revoke_url,
        client_id,
        client_secret,
        client_authentication,
        private_key,
        pkce,
        scopes,
        scope_delimiter,
        issuer,
        userinfo_url,
        account_field,
        tolerates,
    } = before;
    let at = |key: &str| SecretPath::of(["auth", key]);
    fields.plain(&["auth", "grant"], grant, &after.grant);
    fields.plain(&["auth", "param_type"], param_type, &after.param_type);
    fields.optional(&["auth", "authorize_url"], authorize_url.as_ref(), after.authorize_url.as_ref());
    fields.plain(&["auth", "token_url"], token_url, &after.token_url);
    fields.optional(&["auth", "refresh_url"], refresh_url.as_ref(), after.refresh_url.as_ref());
    fields.optional(&["auth", "revoke_url"], revoke_url.as_ref(), after.revoke_url.as_ref());
    fields.value(at("client_id"), client_id.as_ref(), after.client_id.as_ref());
    fields.value(at("client_secret"), client_secret.as_ref(), after.client_secret.as_ref());
    fields.plain(&["auth", "client_authentication"], client_authentication, &after.client_authentication);
    fields.value(at("private_key"), private_key.as_ref(), after.private_key.as_ref());
    fields.plain(&["auth", "pkce"], pkce, &after.pkce);
    fields.map(&["auth", "scopes"], &names(scopes), &names(&after.scopes));
    fields.plain(&["auth", "scope_delimiter"], scope_delimiter, &after.scope_delimiter);
    fields.optional(&["auth", "issuer"], issuer.as_ref(), after.issuer.as_ref());
    fields.optional(&["auth", "userinfo_url"], userinfo_url.as_ref(), after.userinfo_url.as_ref());
    fields.optional(&["auth", "account_field"], account_field.as_ref(), after.account_field.as_ref());
    fields.set(&["auth", "tolerates"], tolerates, &after.tolerates);
}

fn names(scopes: &BTreeMap<Scope, String>) -> BTreeMap<String, &String> {
    scopes.iter().map(|(scope, name)| (scope.0.clone(), name)).collect()
}

fn oauth1(fields: &mut Fields<'_>, before: &OAuth1, after: &OAuth1) {
    let OAuth1 { consumer_key, consumer_secret, request_token_url, authorize_url, access_token_url, param_type, signature_method } = before;
    let at = |key: &str| SecretPath::of(["auth", key]);
    fields.value(at("consumer_key"), consumer_key.as_ref(), after.consumer_key.as_ref());
    fields.value(at("consumer_secret"), consumer_secret.as_ref(), after.consumer_secret.as_ref());
    fields.plain(&["auth", "request_token_url"], request_token_url, &after.request_token_url);
    fields.plain(&["auth", "authorize_url"], authorize_url, &after.authorize_url);
    fields.plain(&["auth", "access_token_url"], access_token_url, &after.access_token_url);
    fields.plain(&["auth", "param_type"], param_type, &after.param_type);
    fields.plain(&["auth", "signature_method"], signature_method, &after.signature_method);
}

fn api_key(fields: &mut Fields<'_>, before: &ApiKey, after: &ApiKey) {
    let ApiKey { param_type, parameters } = before;
    fields.plain(&["auth", "param_type"], param_type, &after.param_type);
    fields.map(&["auth", "parameters"], parameters, &after.parameters);
}
