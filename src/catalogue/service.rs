//! An entry as the same noun that a project declares for itself.

use super::api::CredentialPlace;
use super::entry::{AuthKind, Entry};
use super::oauth::{ClientProof, OAuth1Facts, OAuth2Facts, Separator};
use super::variable::{ParameterProblem, values};
use crate::resource::{ApiKey, Auth, ClientAuthentication, Grant, HostPattern, OAuth1, OAuth2, Placement, Scope, ScopeDelimiter, Service};
use std::collections::{BTreeMap, BTreeSet};

type Values = BTreeMap<String, String>;

impl Entry {
    /// The service for a connection that gives these parameters. The client's id and secret are absent: whoever runs the
    /// broker registers the client. A service whose person gives one key only is of type `api_key` even where the key
    /// travels as a user name; [`Entry::api`] says how it travels. The first of [`Entry::problems`] is the error.
    pub fn service(&self, parameters: &BTreeMap<String, String>) -> Result<Service, ParameterProblem> {
        if let Some(problem) = self.problems(parameters).into_iter().next() {
            return Err(problem);
        }
        let values = self.values(parameters);
        Ok(Service {
            name: self.name.clone(),
            description: String::new(),
            auth: self.service_auth(&values),
            hosts: self.hosts(&values),
            depends_on: BTreeSet::new(),
            protect: false,
        })
    }

    /// The parameter that is an API's whole host and lies where no credential of the service may go. Wants parameters
    /// that are right one by one.
    pub(super) fn host_elsewhere(&self, parameters: &BTreeMap<String, String>) -> Option<ParameterProblem> {
        let hosts = self.hosts(&self.values(parameters));
        let whole = self
            .api
            .base_urls
            .iter()
            .filter_map(|url| next_variable(url))
            .filter(|(before, _, after)| *before == "https://" && (after.is_empty() || after.starts_with('/')));
        let given = whole.filter_map(|(_, name, _)| Some((name, parameters.get(name)?)));
        let elsewhere = |value: &str| !hosts.iter().any(|host| host.covers(&without_port(value).to_ascii_lowercase()));
        given.into_iter().find(|(_, value)| elsewhere(value)).map(|(name, value)| ParameterProblem::HostElsewhere {
            name: name.to_owned(),
            value: value.clone(),
            hosts: hosts.iter().map(|host| host.0.clone()).collect(),
        })
    }

    pub(super) fn values(&self, parameters: &BTreeMap<String, String>) -> Values {
        values(&self.variables, &self.parameters(), parameters)
    }

    fn hosts(&self, values: &Values) -> BTreeSet<HostPattern> {
        self.allowed_hosts.iter().filter_map(|host| host_pattern(host, values)).collect()
    }

    fn service_auth(&self, values: &Values) -> Auth {
        match self.auth {
            AuthKind::Oauth2 => Auth::Oauth2(Box::new(self.oauth2(Grant::AuthorizationCode, values))),
            AuthKind::Oauth2ClientCredentials => Auth::Oauth2(Box::new(self.oauth2(Grant::ClientCredentials, values))),
            AuthKind::Oauth1 => Auth::Oauth1(Box::new(oauth1(self.oauth1.as_ref().expect("the schema demands it"), values))),
            AuthKind::Basic if self.fields.len() > 1 => Auth::Basic,
            AuthKind::Basic | AuthKind::ApiKey => Auth::ApiKey(self.api_key()),
            AuthKind::AwsSigv4 => unreachable!("refused among the problems"),
        }
    }

    fn oauth2(&self, grant: Grant, values: &Values) -> OAuth2 {
        let facts: &OAuth2Facts = self.oauth2.as_ref().expect("the schema demands it");
        OAuth2 {
            grant,
            param_type: self.placement(),
            authorize_url: facts.authorize_url.as_ref().map(|url| with_query(&fill(url, values), &facts.authorize_parameters, values)),
            token_url: fill(&facts.token_url, values),
            refresh_url: facts.refresh_url.as_ref().map(|url| fill(url, values)),
            revoke_url: facts.revocation.token_url().map(|url| fill(url, values)),
            client_id: None,
            client_secret: None,
            client_authentication: match facts.client_authentication {
                ClientProof::Basic => ClientAuthentication::Basic,
                ClientProof::Post => ClientAuthentication::Post,
            },
            private_key: None,
            pkce: facts.pkce.send(),
            scopes: self.service_scopes(values),
            scope_delimiter: match facts.scope_separator {
                Separator::Comma => ScopeDelimiter::Comma,
                Separator::Space => ScopeDelimiter::Space,
            },
            // Nobody says that the server names itself in every answer; what it is otherwise is known to `provider`.
            issuer: None,
            userinfo_url: facts.userinfo_url.as_ref().map(|url| fill(url, values)),
            account_field: facts.account_field.clone(),
            tolerates: BTreeSet::new(),
        }
    }

    /// Each scope with its description, or with its own name where none is known.
    fn service_scopes(&self, values: &Values) -> BTreeMap<Scope, String> {
        let describe = |scope: &str| self.scopes.known.get(scope).and_then(|known| known.description.clone());
        self.scopes.offered.iter().map(|scope| (Scope(fill(scope, values)), describe(scope).unwrap_or_else(|| scope.to_owned()))).collect()
    }

    fn api_key(&self) -> ApiKey {
        let parameters = self.fields.iter().map(|field| (field.name.clone(), field.title.clone())).collect();
        ApiKey { param_type: self.placement(), parameters }
    }

    fn placement(&self) -> Placement {
        match self.api.credential.place {
            CredentialPlace::Header | CredentialPlace::Signature => Placement::Header,
            // The platform's form has no place in the path; both stand in the URL.
            CredentialPlace::Query | CredentialPlace::Path => Placement::Query,
        }
    }
}

fn oauth1(facts: &OAuth1Facts, values: &Values) -> OAuth1 {
    OAuth1 {
        consumer_key: None,
        consumer_secret: None,
        request_token_url: fill(&facts.request_token_url, values),
        authorize_url: with_query(&fill(&facts.authorize_url, values), &facts.authorize_parameters, values),
        access_token_url: fill(&facts.access_token_url, values),
        param_type: Placement::Header,
        signature_method: facts.signature_method,
    }
}

/// The text with `{name}` replaced wherever the name has a value; what has none stays as it is.
pub(super) fn fill(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_variable(rest) {
        filled.push_str(before);
        match values.get(name) {
            Some(value) => filled.push_str(value),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Cuts a text at its first `{name}`.
pub(super) fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn with_query(url: &str, parameters: &BTreeMap<String, String>, values: &Values) -> String {
    if parameters.is_empty() {
        return url.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters.iter().map(|(name, value)| (name, fill(value, values))))
        .finish();
    format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' })
}

/// A host of the entry as a pattern. One whose first label becomes known only when somebody connects covers every label
/// there (`{dc}.api.mailchimp.com`); one that is unknown altogether is left out, since the entry also lists where it lies.
fn host_pattern(host: &str, values: &Values) -> Option<HostPattern> {
    let filled = fill(host, values);
    let pattern = match next_variable(&filled) {
        None => filled,
        Some(("", _, domain)) if domain.starts_with('.') && domain.matches('.').count() > 1 && !domain.contains('{') => {
            format!("*{domain}")
        }
        Some(_) => return None,
    };
    Some(HostPattern(without_port(&pattern).to_owned()))
}

/// Patterns are about names; a port may stand in a host that a person gave.
fn without_port(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}
