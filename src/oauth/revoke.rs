//! Takes a grant back at the service, and says honestly what came of it. The caller has already stopped using it.

use super::exchange::{Trouble, assertion_parameters};
use super::outside::{HttpRequest, HttpResponse, Outside, SendError};
use super::provider::{ClientProof, Provider};
use super::retry_after::retry_after;
use super::token::TokenSet;
use super::{answer, scrub};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use std::time::Duration;
use url::Url;

/// How a service takes a grant back.
#[derive(Debug, Clone)]
pub enum Revocation {
    /// It cannot be asked to. `instead` says what a person can do there.
    None { instead: Option<String> },
    /// RFC 7009, for the refresh token and then the access token.
    Rfc7009(Url),
    /// Its own form.
    Declared(Box<DeclaredRevocation>),
}

/// A revocation in a service's own form: one request.
#[derive(Debug, Clone)]
pub struct DeclaredRevocation {
    pub method: Method,
    pub url: Url,
    pub proof: RevocationProof,
    pub sends: Revokes,
}

/// What the request proves itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationProof {
    Nothing,
    /// The access token, where calls have it.
    AccessToken,
    /// Client id and secret by HTTP Basic.
    ClientBasic,
    /// Client id and secret in the body.
    ClientInBody,
    /// `Authorization: Client` and the secret (Square).
    ClientScheme,
    /// The secret as a bearer token: it is the platform account's own key (Stripe).
    SecretAsBearer,
}

/// Where the token stands in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revokes {
    /// Nowhere: the proof says it all.
    Nothing,
    Query {
        name: String,
        token: RevocationToken,
    },
    Form {
        name: String,
        token: RevocationToken,
    },
    Json {
        name: String,
        token: RevocationToken,
    },
    /// As `Json`, with the client's id beside it.
    JsonWithClient {
        name: String,
        token: RevocationToken,
    },
    /// The client's id and a field that was kept of the token answer: the account that the grant is of.
    ClientAndAccount {
        field: String,
    },
    /// In place of the path segment `{}`.
    Path {
        token: RevocationToken,
    },
}

/// Which token is named. A refresh token that is not there is replaced by the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationToken {
    Access,
    Refresh,
}

/// What came of it at the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeOutcome {
    Revoked,
    /// The grant goes on at the service until a person ends it there.
    NoEndpoint {
        instead: Option<String>,
    },
    /// `again` says whether trying later can help. The text is escaped and holds no secret.
    Failed {
        why: String,
        again: bool,
        retry_after: Option<Duration>,
    },
}

/// Asks the service to forget the grant.
pub fn revoke(provider: &Provider, tokens: &TokenSet, outside: &Outside) -> RevokeOutcome {
    match &provider.revocation {
        Revocation::None { instead } => RevokeOutcome::NoEndpoint { instead: instead.clone() },
        Revocation::Rfc7009(url) => rfc7009(provider, url, tokens, outside),
        Revocation::Declared(declared) => {
            let request = declared_request(provider, declared, tokens);
            sent(provider, tokens, request, outside).unwrap_or_else(|failed| failed)
        }
    }
}

/// Both tokens are named: a server need not end the one with the other. That it does not know how to revoke access
/// tokens (RFC 7009 section 2.2.1) is no failure once the refresh token is gone.
fn rfc7009(provider: &Provider, url: &Url, tokens: &TokenSet, outside: &Outside) -> RevokeOutcome {
    let refresh = tokens.refresh.as_ref().map(|token| ("refresh_token", token.expose()));
    let mut refresh_gone = false;
    for (hint, token) in refresh.into_iter().chain([("access_token", tokens.access.expose())]) {
        let form = vec![("token".to_owned(), token.clone()), ("token_type_hint".to_owned(), hint.to_owned())];
        let url = provider.on_host(url, tokens.issued_by.host.as_deref());
        let request = client_request(provider, url, form, outside);
        match request.map_err(key_trouble).and_then(|request| sent(provider, tokens, request, outside)) {
            Ok(_) => refresh_gone |= hint == "refresh_token",
            Err(RevokeOutcome::Failed { why, .. }) if refresh_gone && why.contains("unsupported_token_type") => {}
            Err(failed) => return failed,
        }
    }
    RevokeOutcome::Revoked
}

fn key_trouble(_: Trouble) -> RevokeOutcome {
    RevokeOutcome::Failed { why: "the private key cannot sign".to_owned(), again: false, retry_after: None }
}

/// A form to the authorization server, the client proving itself as at the token endpoint.
fn client_request(provider: &Provider, url: Url, mut form: Vec<(String, String)>, outside: &Outside) -> Result<HttpRequest, Trouble> {
    let mut headers = HeaderMap::new();
    match &provider.proof {
        ClientProof::Basic(_) => basic(provider, &mut headers),
        ClientProof::Public | ClientProof::Post(_) | ClientProof::PrivateKeyJwt(_) => form.extend(client_fields(provider)),
    }
    form.extend(assertion_parameters(provider, outside)?);
    Ok(built(Method::POST, &url, headers, Some(Encoded::Form(form))))
}

fn declared_request(provider: &Provider, declared: &DeclaredRevocation, tokens: &TokenSet) -> HttpRequest {
    let named = |token: RevocationToken| match (token, &tokens.refresh) {
        (RevocationToken::Refresh, Some(refresh)) => refresh.expose().clone(),
        (RevocationToken::Refresh, None) | (RevocationToken::Access, _) => tokens.access.expose().clone(),
    };
    let mut url = provider.on_host(&declared.url, tokens.issued_by.host.as_deref());
    let mut body = match &declared.sends {
        Revokes::Nothing => None,
        Revokes::Query { name, token } => {
            url.query_pairs_mut().append_pair(name, &named(*token));
            None
        }
        Revokes::Form { name, token } => Some(Encoded::Form(vec![(name.clone(), named(*token))])),
        Revokes::Json { name, token } => Some(Encoded::Json(vec![(name.clone(), named(*token))])),
        Revokes::JsonWithClient { name, token } => Some(Encoded::Json(vec![client_id(provider), (name.clone(), named(*token))])),
        Revokes::ClientAndAccount { field } => {
            let account = tokens.extra.get(field).cloned().unwrap_or_default();
            Some(Encoded::Form(vec![client_id(provider), (field.clone(), account)]))
        }
        Revokes::Path { token } => {
            let segments: Vec<String> = url.path_segments().into_iter().flatten().map(str::to_owned).collect();
            if let Ok(mut path) = url.path_segments_mut() {
                let token = named(*token);
                path.clear().extend(segments.iter().map(|segment| if segment == "%7B%7D" || segment == "{}" { &token } else { segment }));
            }
            None
        }
    };
    let mut headers = HeaderMap::new();
    match declared.proof {
        RevocationProof::Nothing => {}
        RevocationProof::AccessToken => access_proof(provider, tokens, &mut url, &mut headers),
        RevocationProof::ClientBasic => basic(provider, &mut headers),
        RevocationProof::ClientScheme => sensitive(&mut headers, AUTHORIZATION, &format!("Client {}", secret_of(provider))),
        RevocationProof::SecretAsBearer => sensitive(&mut headers, AUTHORIZATION, &format!("Bearer {}", secret_of(provider))),
        RevocationProof::ClientInBody => {
            body.get_or_insert(Encoded::Form(Vec::new())).extend(client_fields(provider));
        }
    }
    built(declared.method.clone(), &url, headers, body)
}

fn access_proof(provider: &Provider, tokens: &TokenSet, url: &mut Url, headers: &mut HeaderMap) {
    use super::placement::Place;
    let token = tokens.access.expose();
    match &provider.place {
        Place::Query { name } => {
            url.query_pairs_mut().append_pair(name, token);
        }
        Place::Header { name, format } => {
            if let Ok(name) = http::HeaderName::from_bytes(name.as_bytes()) {
                sensitive(headers, name, &format.replacen("{}", token, 1));
            }
        }
        // A token has no place in the path of a revocation that is its proof.
        Place::Form { .. } | Place::Path => sensitive(headers, AUTHORIZATION, &format!("Bearer {token}")),
    }
}

fn client_fields(provider: &Provider) -> Vec<(String, String)> {
    let secret = Some(secret_of(provider)).filter(|secret| !secret.is_empty());
    [client_id(provider)].into_iter().chain(secret.map(|secret| ("client_secret".to_owned(), secret.to_owned()))).collect()
}

fn client_id(provider: &Provider) -> (String, String) {
    ("client_id".to_owned(), provider.client_id.clone())
}

/// Empty for a client that has none.
fn secret_of(provider: &Provider) -> &str {
    match &provider.proof {
        ClientProof::Basic(secret) | ClientProof::Post(secret) => secret.expose(),
        ClientProof::Public | ClientProof::PrivateKeyJwt(_) => "",
    }
}

/// RFC 6749 section 2.3.1: both are form-encoded before they are joined.
fn basic(provider: &Provider, headers: &mut HeaderMap) {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(&provider.client_id), encoded(secret_of(provider)));
    sensitive(headers, AUTHORIZATION, &format!("Basic {}", BASE64_STANDARD.encode(pair)));
}

fn sensitive(headers: &mut HeaderMap, name: http::HeaderName, text: &str) {
    // A token that cannot stand in a header leaves the request without proof, and the service refuses it.
    if let Ok(mut value) = HeaderValue::from_str(text) {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
}

enum Encoded {
    Form(Vec<(String, String)>),
    Json(Vec<(String, String)>),
}

impl Encoded {
    fn extend(&mut self, more: Vec<(String, String)>) {
        match self {
            Encoded::Form(fields) | Encoded::Json(fields) => fields.extend(more),
        }
    }
}

fn built(method: Method, url: &Url, mut headers: HeaderMap, body: Option<Encoded>) -> HttpRequest {
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let (label, bytes) = match body {
        None => (None, Vec::new()),
        Some(Encoded::Form(fields)) => {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            (Some("application/x-www-form-urlencoded"), form.into_bytes())
        }
        Some(Encoded::Json(fields)) => {
            let object: serde_json::Map<_, _> = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
            (Some("application/json"), serde_json::to_vec(&object).expect("strings can be written"))
        }
    };
    if let Some(label) = label {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(label));
    }
    let mut request = HttpRequest::new(bytes);
    *request.method_mut() = method;
    *request.uri_mut() = url.as_str().parse().expect("what a URL parser wrote is a URI");
    *request.headers_mut() = headers;
    request
}

/// Sends, and takes a good status without an error inside for done: nobody is told "revoked" on a doubt. RFC 7009: a
/// token that the server does not know is revoked, status 200.
fn sent(provider: &Provider, tokens: &TokenSet, request: HttpRequest, outside: &Outside) -> Result<RevokeOutcome, RevokeOutcome> {
    let response = (outside.send)(request).map_err(|error| RevokeOutcome::Failed {
        again: !matches!(error, SendError::Forbidden(_)),
        why: error.to_string(),
        retry_after: None,
    })?;
    let status = response.status().as_u16();
    let failure = answer::error(&response);
    if (200..=299).contains(&status) && failure.is_none() {
        return Ok(RevokeOutcome::Revoked);
    }
    Err(RevokeOutcome::Failed {
        why: said(provider, tokens, status, failure),
        again: matches!(status, 408 | 429 | 500..=599),
        retry_after: wait(&response, outside),
    })
}

fn wait(response: &HttpResponse, outside: &Outside) -> Option<Duration> {
    retry_after(response.headers(), outside.now)
}

fn said(provider: &Provider, tokens: &TokenSet, status: u16, failure: Option<(String, Option<String>)>) -> String {
    let text = match failure {
        Some((code, Some(description))) => format!("status {status}, `{code}`: {description}"),
        Some((code, None)) => format!("status {status}, `{code}`"),
        None => format!("status {status}"),
    };
    tokens.scrub(&scrub(&text, &provider.secrets()))
}
