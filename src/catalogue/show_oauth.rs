//! What is worth showing of how a service does OAuth, as rows: endpoints first, then what they are sent, then what comes of
//! it. Rows only for what is known.

use super::oauth::{
    ClientProof, ExchangeFacts, Issued, Lifetime, LifetimeWord, Limits, OAuth1Facts, OAuth2Facts, Pkce, Revocation, Separator, TokenRequest,
};
use super::show::row;
use std::collections::BTreeMap;
use std::time::Duration;

type Rows = Vec<(String, String)>;

/// OAuth 2.0.
pub(super) fn oauth2(facts: &OAuth2Facts) -> Rows {
    [endpoints(facts), client(facts), scopes(facts), tokens(facts)].concat()
}

/// OAuth 1.0a.
pub(super) fn oauth1(facts: &OAuth1Facts) -> Rows {
    let method = serde_json::to_value(facts.signature_method).expect("a word is JSON");
    let rows = [
        optional("request token", Some(&facts.request_token_url)),
        optional("authorize", Some(&facts.authorize_url)),
        pairs("authorize with", "=", &facts.authorize_parameters),
        optional("access token", Some(&facts.access_token_url)),
        optional("signature", method.as_str()),
    ];
    rows.into_iter().flatten().collect()
}

fn optional(label: &str, text: Option<&(impl AsRef<str> + ?Sized)>) -> Option<(String, String)> {
    text.map(|text| row(label, text.as_ref()))
}

/// Names and their values on one line.
fn pairs(label: &str, between: &str, map: &BTreeMap<String, String>) -> Option<(String, String)> {
    let pairs: Vec<String> = map.iter().map(|(name, value)| format!("{name}{between}{value}")).collect();
    (!pairs.is_empty()).then(|| row(label, &pairs.join(", ")))
}

/// Each with what it is sent beside what the protocol asks for.
fn endpoints(facts: &OAuth2Facts) -> Rows {
    let request = match facts.token_request {
        TokenRequest::Form => None,
        TokenRequest::Json => Some(row("token request", "JSON")),
    };
    let rows = [
        optional("authorize", facts.authorize_url.as_ref()),
        pairs("authorize with", "=", &facts.authorize_parameters),
        Some(row("token", &facts.token_url)),
        pairs("token with", "=", &facts.token_parameters),
        pairs("token headers", ": ", &facts.token_headers),
        request,
        optional("refresh", facts.refresh_url.as_ref()),
        pairs("refresh with", "=", &facts.refresh_parameters),
    ];
    let exchanges = facts
        .exchanges
        .iter()
        .flat_map(|ExchangeFacts { first, again }| [row("exchange after consent", &first.url), row("exchange again", &again.url)]);
    let others = [
        Some(row("revoke", revocation(&facts.revocation))),
        optional("introspect", facts.introspection_url.as_ref()),
        optional("user info", facts.userinfo_url.as_ref()),
        optional("account named by", facts.account_field.as_ref()),
        optional("device", facts.device_url.as_ref()),
        optional("issuer", facts.issuer.as_ref()),
    ];
    rows.into_iter().flatten().chain(exchanges).chain(others.into_iter().flatten()).collect()
}

fn revocation(revocation: &Revocation) -> &str {
    match revocation {
        Revocation::Rfc7009 { url } | Revocation::QueryToken { url } | Revocation::Declared { url, .. } => url,
        Revocation::None { instead: Some(instead) } => instead,
        Revocation::None { instead: None } => "no endpoint",
        Revocation::Unknown => "no endpoint known",
    }
}

/// How the client shows who it is.
fn client(facts: &OAuth2Facts) -> Rows {
    let proof = match facts.client_authentication {
        ClientProof::Basic => "by HTTP Basic",
        ClientProof::Post => "in the body of the request",
    };
    let renamed = (facts.client_id_parameter != "client_id").then(|| row("client id", &format!("sent as {}", facts.client_id_parameter)));
    let pkce = match facts.pkce {
        Pkce::Required => "required",
        Pkce::Supported => "supported",
        Pkce::Tolerated => "sent, and ignored there",
        Pkce::Unknown => "sent, though not documented",
        Pkce::Avoid => "not sent, it causes trouble",
        Pkce::Unsupported => "not supported",
        Pkce::NotApplicable => "does not apply",
    };
    [row("client proves itself", proof)].into_iter().chain(renamed).chain([row("PKCE", pkce)]).collect()
}

fn scopes(facts: &OAuth2Facts) -> Rows {
    let separator = match facts.scope_separator {
        Separator::Comma => "comma",
        Separator::Space => "space",
    };
    let asked = if facts.scopes_in_request {
        row("scope separator", separator)
    } else {
        row("scopes", "not asked for, they are chosen when the client is registered")
    };
    let rows = [
        Some(asked),
        facts.user_scope_parameter.as_ref().map(|name| row("scopes of a user", &format!("sent as {name}"))),
        optional("instead of scopes", facts.instead_of_scopes.as_ref()),
    ];
    rows.into_iter().flatten().collect()
}

fn tokens(facts: &OAuth2Facts) -> Rows {
    let lifetime = match facts.access_token.lifetime {
        Lifetime::Seconds(seconds) => duration(seconds),
        Lifetime::Word(LifetimeWord::Never) => "does not expire".to_owned(),
        Lifetime::Word(LifetimeWord::Unknown) => "not stated".to_owned(),
    };
    let refresh = &facts.refresh_token;
    let rotates = match refresh.rotates {
        Some(true) => ", a new one with every refresh",
        Some(false) => ", kept by a refresh",
        None => "",
    };
    let lives = refresh.lifetime.map(|seconds| format!(", lives {}", duration(seconds))).unwrap_or_default();
    let issued = match refresh.issued {
        Issued::Always => format!("issued{rotates}{lives}"),
        Issued::WithOfflineAccess => format!("issued when asked for offline access{rotates}{lives}"),
        Issued::Never => "never issued".to_owned(),
        Issued::Exchanged => "none: the access token is exchanged".to_owned(),
    };
    let noted = |text: String, note: &Option<String>| [Some(text), note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let rows = [row("access token", &noted(lifetime, &facts.access_token.note)), row("refresh token", &noted(issued, &refresh.note))];
    rows.into_iter().chain(limits(&facts.limits)).collect()
}

fn limits(limits: &Limits) -> Rows {
    let limits = [
        limits.refreshes_in_ten_minutes.map(|count| format!("{count} refreshes in ten minutes")),
        limits.access_tokens_alive.map(|count| format!("{count} access tokens of one refresh token")),
        limits.refresh_tokens_kept.map(|count| format!("{count} refresh tokens of one person and client")),
        limits.code_lifetime.map(|seconds| format!("{} to redeem the code of a consent", duration(u64::from(seconds)))),
    ];
    limits.into_iter().flatten().map(|text| row("at most", &text)).collect()
}

fn duration(seconds: u64) -> String {
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}
