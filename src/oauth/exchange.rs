//! One request to a token endpoint and what came of it. The request is built and the answer parsed by the oauth2 crate;
//! between the two stand the service's declared differences.

use super::answer::{self, AnswerFault, Read, Reading};
use super::jwt::assertion;
use super::outside::{HttpRequest, HttpResponse, Outside, SendError};
use super::provider::{ClientProof, ExchangeStep, Provider, TokenBody};
use super::retry_after::retry_after;
use super::scopes::joined;
use super::shown::{scrub, shown};
use crate::resource::Scope;
use crate::secret::Secret;
use http::header::CONTENT_TYPE;
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AccessToken, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EndpointNotSet, EndpointSet, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, StandardRevocableToken, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::Url;
use zeroize::Zeroize;

/// What is asked of a token endpoint.
pub(super) enum Wanted<'a> {
    Code { code: &'a Secret<String>, verifier: Option<&'a Secret<String>>, redirect_uri: &'a str },
    ClientCredentials { scopes: &'a BTreeSet<Scope> },
    Refresh { token: &'a Secret<String>, scopes: &'a BTreeSet<Scope> },
}

/// No token came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no answer")]
    NoAnswer(#[source] SendError),
    /// 408, 429 or 5xx.
    #[error("status {status}")]
    Busy { status: u16, retry_after: Option<Duration> },
    /// An error code of RFC 6749 or of the service. Both texts are escaped and scrubbed.
    #[error("refused with {code}")]
    Refused { code: String, description: Option<String>, retry_after: Option<Duration> },
    /// A bad status without a code.
    #[error("rejected with status {status}")]
    Rejected { status: u16 },
    #[error("not a token answer")]
    Unreadable(#[source] AnswerFault),
    #[error("bad key")]
    BadKey,
}

/// A token answer in canonical form.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Granted {
    access_token: AccessToken,
    token_type: TypeWord,
    refresh_token: Option<RefreshToken>,
    expires_in: Option<u64>,
    scopes: Option<Vec<oauth2::Scope>>,
    pub(super) captured: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct TypeWord(String);

impl oauth2::TokenType for TypeWord {}

impl TokenResponse for Granted {
    type TokenType = TypeWord;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &TypeWord {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<oauth2::Scope>> {
        self.scopes.as_ref()
    }
}

impl Granted {
    pub(super) fn access(&self) -> Secret<String> {
        Secret::new(self.access_token().secret().clone())
    }

    pub(super) fn refresh(&self) -> Option<Secret<String>> {
        self.refresh_token().map(|token| Secret::new(token.secret().clone()))
    }

    pub(super) fn type_word(&self) -> &str {
        &self.token_type().0
    }

    pub(super) fn lifetime(&self) -> Option<Duration> {
        self.expires_in()
    }

    pub(super) fn scopes_granted(&self) -> Option<BTreeSet<Scope>> {
        self.scopes().map(|scopes| scopes.iter().map(|scope| Scope(scope.to_string())).collect())
    }
}

type TokenClient = Client<
    BasicErrorResponse,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Sends exactly one request, to the service's own endpoint or its listed `host`.
pub(super) fn exchange(provider: &Provider, wanted: &Wanted, host: Option<&str>, outside: &Outside) -> Result<Granted, Trouble> {
    let url = provider.on_host(endpoint(provider, wanted), host);
    let client = client(provider, url);
    let parameters = parameters(provider, wanted, outside)?;
    let waits = Cell::new(None);
    let reading = match wanted {
        Wanted::Refresh { .. } => Reading::Renewal,
        Wanted::Code { .. } | Wanted::ClientCredentials { .. } => Reading::First,
    };
    let http = |request: HttpRequest| {
        let request = headed(provider, bodied(provider.token_body, request));
        let response = (outside.send)(request).map_err(Trouble::NoAnswer)?;
        waits.set(retry_after(response.headers(), outside.now));
        canonical(provider, response, reading, waits.get())
    };
    let outcome = match wanted {
        Wanted::Code { code, verifier, redirect_uri } => {
            let mut call = client.exchange_code(AuthorizationCode::new(code.expose().clone()));
            call =
                call.set_redirect_uri(Cow::Owned(RedirectUrl::new((*redirect_uri).to_owned()).expect("it was parsed when the flow began")));
            if let Some(verifier) = verifier {
                call = call.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().clone()));
            }
            parameters.into_iter().fold(call, |call, (name, value)| call.add_extra_param(name, value)).request(&http)
        }
        Wanted::ClientCredentials { .. } => {
            let call = client.exchange_client_credentials();
            parameters.into_iter().fold(call, |call, (name, value)| call.add_extra_param(name, value)).request(&http)
        }
        Wanted::Refresh { token, .. } => {
            let token = RefreshToken::new(token.expose().clone());
            let call = client.exchange_refresh_token(&token);
            parameters.into_iter().fold(call, |call, (name, value)| call.add_extra_param(name, value)).request(&http)
        }
    };
    outcome.map_err(|error| trouble(error, &known_secrets(provider, wanted), waits.get()))
}

fn endpoint<'a>(provider: &'a Provider, wanted: &Wanted) -> &'a Url {
    match wanted {
        Wanted::Refresh { .. } => provider.refresh_url.as_ref().unwrap_or(&provider.token_url),
        Wanted::Code { .. } | Wanted::ClientCredentials { .. } => &provider.token_url,
    }
}

fn client(provider: &Provider, url: Url) -> TokenClient {
    let client = Client::new(ClientId::new(provider.client_id.clone())).set_token_uri(TokenUrl::from_url(url));
    match &provider.proof {
        ClientProof::Public | ClientProof::PrivateKeyJwt(_) => client.set_auth_type(AuthType::RequestBody),
        ClientProof::Basic(secret) => {
            client.set_auth_type(AuthType::BasicAuth).set_client_secret(ClientSecret::new(secret.expose().clone()))
        }
        ClientProof::Post(secret) => {
            client.set_auth_type(AuthType::RequestBody).set_client_secret(ClientSecret::new(secret.expose().clone()))
        }
    }
}

/// What the crate does not know of: the service's own parameters, its spelling of scopes, and the client's assertion.
fn parameters(provider: &Provider, wanted: &Wanted, outside: &Outside) -> Result<Vec<(String, String)>, Trouble> {
    let (own, scopes) = match wanted {
        Wanted::Code { .. } => (&provider.token_parameters, None),
        Wanted::ClientCredentials { scopes } => (&provider.token_parameters, Some(*scopes)),
        Wanted::Refresh { scopes, .. } => (&provider.refresh_parameters, Some(*scopes).filter(|_| provider.scopes_on_refresh)),
    };
    let mut parameters: Vec<(String, String)> = own.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(scopes) = scopes.filter(|scopes| !scopes.is_empty()) {
        parameters.push((provider.scope_parameter.clone(), joined(scopes, provider.scope_delimiter)));
    }
    parameters.extend(assertion_parameters(provider, outside)?);
    Ok(parameters)
}

/// The two parameters of RFC 7523 section 2.2. The audience is the issuer where one is known, which servers hardened
/// against audience injection insist on; otherwise the token URL, as the RFC suggests; and always what the key says.
pub(super) fn assertion_parameters(provider: &Provider, outside: &Outside) -> Result<Vec<(String, String)>, Trouble> {
    let ClientProof::PrivateKeyJwt(key) = &provider.proof else { return Ok(Vec::new()) };
    let audience = provider.issuer.as_ref().map_or(provider.token_url.as_str(), |issuer| issuer.identifier.as_str());
    let signed = assertion(&provider.client_id, key, audience, outside.now, outside.random).map_err(|_| Trouble::BadKey)?;
    Ok(vec![
        ("client_assertion_type".to_owned(), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
        ("client_assertion".to_owned(), signed.expose().clone()),
    ])
}

/// What the service wants said in every token request (`Accept` at GitHub, which answers a form otherwise).
fn headed(provider: &Provider, mut request: HttpRequest) -> HttpRequest {
    for (name, value) in &provider.token_headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::from_bytes(name.as_bytes()), http::HeaderValue::from_str(value)) {
            request.headers_mut().insert(name, value);
        }
    }
    request
}

/// The same parameters as a JSON object, for the services that want one.
fn bodied(body: TokenBody, request: HttpRequest) -> HttpRequest {
    match body {
        TokenBody::Form => request,
        TokenBody::Json => {
            let (mut parts, form) = request.into_parts();
            let object: serde_json::Map<_, _> =
                url::form_urlencoded::parse(&form).map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
            parts.headers.insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
            HttpRequest::from_parts(parts, serde_json::to_vec(&object).expect("strings can be written"))
        }
    }
}

/// Exchanges an access token for one that lives longer. One GET, with the client in its query: that is how the services do
/// it that have no refresh tokens. The renewal of a token that is still good spends nothing.
pub(super) fn exchange_access(
    provider: &Provider,
    step: &ExchangeStep,
    access: &Secret<String>,
    outside: &Outside,
) -> Result<Granted, Trouble> {
    let mut url = step.url.clone();
    {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(&step.parameters).append_pair(&step.token_as, access.expose());
        if step.sends_client_id {
            query.append_pair("client_id", &provider.client_id);
        }
        if let (true, [secret]) = (step.sends_client_secret, &provider.secrets()[..]) {
            query.append_pair("client_secret", secret);
        }
    }
    let mut request = HttpRequest::new(Vec::new());
    *request.uri_mut() = url.as_str().parse().expect("what a URL parser wrote is a URI");
    request.headers_mut().insert(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
    let response = (outside.send)(request).map_err(Trouble::NoAnswer)?;
    let wait = retry_after(response.headers(), outside.now);
    let answer = canonical(provider, response, Reading::Renewal, wait)?;
    let mut secrets = provider.secrets();
    secrets.push(access.expose());
    if answer.status().is_success() {
        return serde_json::from_slice(answer.body()).map_err(|_| Trouble::Unreadable(AnswerFault::Unreadable));
    }
    let said: BasicErrorResponse = serde_json::from_slice(answer.body()).map_err(|_| Trouble::Unreadable(AnswerFault::Unreadable))?;
    Err(trouble(RequestTokenError::ServerResponse(said), &secrets, wait))
}

/// Turns an answer into the one that RFC 6749 describes, or says why there is none.
fn canonical(provider: &Provider, mut response: HttpResponse, reading: Reading, wait: Option<Duration>) -> Result<HttpResponse, Trouble> {
    let outcome = judged(provider, &response, reading, wait);
    response.body_mut().zeroize();
    outcome
}

fn judged(provider: &Provider, response: &HttpResponse, reading: Reading, wait: Option<Duration>) -> Result<HttpResponse, Trouble> {
    let status = response.status().as_u16();
    match status {
        200..=299 => match answer::token(provider, response, reading).map_err(Trouble::Unreadable)? {
            Read::Token(token) => Ok(json(200, &token)),
            Read::Error { code, description } => Ok(error_json(code, description)),
        },
        300..=399 => Err(Trouble::Unreadable(AnswerFault::Redirect(status))),
        408 | 429 | 500..=599 => Err(Trouble::Busy { status, retry_after: wait }),
        _ => match answer::error(response) {
            Some((code, description)) => Ok(error_json(code, description)),
            None => Err(Trouble::Rejected { status }),
        },
    }
}

fn error_json(code: String, description: Option<String>) -> HttpResponse {
    json(400, &serde_json::json!({ "error": code, "error_description": description }))
}

fn json(status: u16, value: &serde_json::Value) -> HttpResponse {
    http::Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .body(serde_json::to_vec(value).expect("a value can be written"))
        .expect("the parts are constants")
}

/// Drops what the crate's errors carry of the answer's body: it may hold tokens.
fn trouble(error: RequestTokenError<Trouble, BasicErrorResponse>, secrets: &[&str], wait: Option<Duration>) -> Trouble {
    match error {
        RequestTokenError::Request(trouble) => trouble,
        RequestTokenError::ServerResponse(said) => Trouble::Refused {
            code: scrub(said.error().as_ref(), secrets),
            description: said.error_description().map(|text| scrub(&shown(text), secrets)),
            retry_after: wait,
        },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Trouble::Unreadable(AnswerFault::Unreadable),
    }
}

fn known_secrets<'a>(provider: &'a Provider, wanted: &'a Wanted) -> Vec<&'a str> {
    let mut secrets = provider.secrets();
    match wanted {
        Wanted::Code { code, verifier, .. } => {
            secrets.push(code.expose());
            secrets.extend(verifier.map(|verifier| verifier.expose().as_str()));
        }
        Wanted::ClientCredentials { .. } => {}
        Wanted::Refresh { token, .. } => secrets.push(token.expose()),
    }
    secrets
}
