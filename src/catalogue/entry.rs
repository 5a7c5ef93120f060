//! One default service as its file describes it.

use super::api::Api;
use super::evidence::Evidence;
use super::oauth::{OAuth1Facts, OAuth2Facts};
use super::quirk::Quirk;
use super::scopes::{ScopeInfo, Scopes};
use super::variable::{self, Parameter, ParameterProblem, Variable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that the catalogue knows about one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub key: String,
    pub name: String,
    pub vendor: String,
    pub category: String,
    pub auth: AuthKind,
    pub documentation: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// The variables of its URLs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Variable>,
    /// There exactly when `auth` says OAuth 2.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2Facts>,
    /// There exactly when `auth` says OAuth 1.0a.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth1: Option<OAuth1Facts>,
    pub api: Api,
    /// OAuth: what a registered client consists of. Everything else: what a person gives when connecting.
    pub fields: Vec<Field>,
    /// Hosts that may see a token or key. May hold `{variables}`.
    pub allowed_hosts: Vec<String>,
    /// Hosts that may see the client's secret. May hold `{variables}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auth_hosts: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quirks: Vec<Quirk>,
    /// What a person should know, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Scopes::says_nothing")]
    pub scopes: Scopes,
    pub evidence: Evidence,
}

impl Entry {
    /// What a connection may or must say about its URLs. Automated ones are listed but not asked for.
    pub fn parameters(&self) -> Vec<Parameter> {
        self.variables.iter().map(|(name, variable)| variable.parameter(name)).collect()
    }

    /// Everything that is wrong with a connection's parameters; empty exactly when [`Entry::service`] gives a service.
    pub fn problems(&self, given: &BTreeMap<String, String>) -> Vec<ParameterProblem> {
        let cannot = match self.auth {
            AuthKind::AwsSigv4 => Some(ParameterProblem::CannotAuthenticate { auth: self.auth.words() }),
            AuthKind::Oauth2 | AuthKind::Oauth2ClientCredentials | AuthKind::Oauth1 | AuthKind::ApiKey | AuthKind::Basic => None,
        };
        let problems: Vec<ParameterProblem> = cannot.into_iter().chain(variable::problems(&self.parameters(), given)).collect();
        if problems.is_empty() { self.host_elsewhere(given).into_iter().collect() } else { problems }
    }

    /// What a person gives when connecting: nothing where OAuth does the asking.
    pub fn credentials(&self) -> &[Field] {
        if self.auth.is_oauth() { &[] } else { &self.fields }
    }

    /// What the registration of an OAuth client consists of; empty for services without one.
    pub fn client(&self) -> &[Field] {
        if self.auth.is_oauth() { &self.fields } else { &[] }
    }

    /// What is known of a scope; `None` if the catalogue does not know it for this service.
    pub fn scope(&self, scope: &str) -> Option<ScopeInfo> {
        self.scopes.find(scope)
    }

    /// Whether a connection without scopes is of no use: consent asks for scopes, and the service is known to have a
    /// first choice of them.
    pub fn needs_scope(&self) -> bool {
        match self.auth {
            AuthKind::Oauth2 => self.oauth2.as_ref().is_some_and(|oauth2| oauth2.scopes_in_request) && !self.scopes.default.is_empty(),
            AuthKind::Oauth2ClientCredentials | AuthKind::Oauth1 | AuthKind::ApiKey | AuthKind::Basic | AuthKind::AwsSigv4 => false,
        }
    }

    pub fn has_quirk(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }
}

/// How a service authenticates calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// The authorization-code grant: a person consents.
    Oauth2,
    Oauth2ClientCredentials,
    Oauth1,
    ApiKey,
    Basic,
    /// AWS Signature Version 4. The language has no such type, so no connection can be made from the entry: it is listed
    /// and shown, and says so.
    AwsSigv4,
}

impl AuthKind {
    /// The way in words: `OAuth 2.0`.
    pub fn words(self) -> &'static str {
        match self {
            AuthKind::Oauth2 => "OAuth 2.0",
            AuthKind::Oauth2ClientCredentials => "OAuth 2.0, client credentials",
            AuthKind::Oauth1 => "OAuth 1.0a",
            AuthKind::ApiKey => "API key",
            AuthKind::Basic => "user name and password",
            AuthKind::AwsSigv4 => "AWS Signature Version 4",
        }
    }

    pub fn is_oauth(self) -> bool {
        match self {
            AuthKind::Oauth2 | AuthKind::Oauth2ClientCredentials | AuthKind::Oauth1 => true,
            AuthKind::ApiKey | AuthKind::Basic | AuthKind::AwsSigv4 => false,
        }
    }
}

/// Another way in that the service has, for people to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternative {
    /// RFC 8628.
    DeviceFlow,
    /// A code made in the provider's console and pasted.
    SelfClient,
    KeyAsUserName,
    KeyInQuery,
}

/// One thing to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}
