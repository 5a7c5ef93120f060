//! The service of a connection as the rules see it, custom or default: how it authenticates, what it asks for, where its
//! credential may go.

use super::defaults::DefaultService;
use super::hosts;
use crate::catalogue::{AuthKind, CredentialPlace};
use crate::compile::shape::Unknown;
use crate::resource::{Auth, Connection, Grant, HostPattern, Placement, SecretPath, Service};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy)]
pub(super) enum Offered<'a> {
    /// With what is not known of it.
    Custom(&'a Service, Option<&'a Unknown>),
    Default(&'a DefaultService),
}

/// The ways of authenticating, as far as rules differ between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Oauth2(Grant),
    /// Keys, user name and password, OAuth 1: nothing with scopes. The word of the language.
    WithoutScopes(&'static str),
}

/// One credential that connecting asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) secret: bool,
    pub(super) optional: bool,
}

/// The headers and query parameters, in lower case, that carry a credential.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) headers: Vec<String>,
    pub(super) query: Vec<String>,
}

impl<'a> Offered<'a> {
    /// Whether the service says something that can be used at these keys, and above and below them. The catalogue does.
    pub(super) fn knows(self, keys: &[&str]) -> bool {
        match self {
            Offered::Custom(_, Some(unknown)) => !unknown.touches(&SecretPath::of(keys.iter().copied()).0),
            Offered::Custom(_, None) | Offered::Default(_) => true,
        }
    }

    /// Whether it is known where its credential goes in a call, and under which names.
    pub(super) fn knows_place(self) -> bool {
        ["type", "param_type", "parameters"].iter().all(|key| self.knows(&["auth", key]))
    }

    pub(super) fn how(self) -> How {
        match self {
            Offered::Custom(service, _) => match &service.auth {
                Auth::Oauth2(oauth2) => How::Oauth2(oauth2.grant),
                auth @ (Auth::Oauth1(_) | Auth::ApiKey(_) | Auth::Basic) => How::WithoutScopes(auth.word()),
            },
            Offered::Default(default) => match default.entry.auth {
                AuthKind::Oauth2 => How::Oauth2(Grant::AuthorizationCode),
                AuthKind::Oauth2ClientCredentials => How::Oauth2(Grant::ClientCredentials),
                AuthKind::Oauth1 => How::WithoutScopes("oauth1"),
                AuthKind::ApiKey | AuthKind::AwsSigv4 => How::WithoutScopes("api_key"),
                AuthKind::Basic => How::WithoutScopes("basic"),
            },
        }
    }

    /// What a person is asked for when connecting.
    pub(super) fn credentials(self) -> BTreeMap<&'a str, Asked> {
        let needed = |secret| Asked { secret, optional: false };
        match self {
            Offered::Custom(service, _) => match &service.auth {
                Auth::Oauth2(_) | Auth::Oauth1(_) => BTreeMap::new(),
                Auth::ApiKey(api_key) => api_key.parameters.keys().map(|key| (key.as_str(), needed(true))).collect(),
                Auth::Basic => [("username", needed(false)), ("password", needed(true))].into(),
            },
            Offered::Default(default) => {
                let fields = default.entry.credentials().iter();
                fields.map(|field| (field.name.as_str(), Asked { secret: field.secret, optional: field.optional })).collect()
            }
        }
    }

    /// Where a credential of this connection may be sent (rule L9); `None` where its parameters leave that open, or it is not
    /// known.
    pub(super) fn hosts(self, connection: &Connection) -> Option<BTreeSet<HostPattern>> {
        match self {
            Offered::Custom(..) if !self.knows(&["hosts"]) => None,
            Offered::Custom(service, _) if service.hosts.is_empty() && !self.knows(&["auth"]) => None,
            Offered::Custom(service, _) => Some(hosts::of_service(service)),
            Offered::Default(default) => default.service(&connection.parameters).map(hosts::of_service),
        }
    }

    /// Whether the credential becomes part of the body, which then is another one than was signed.
    pub(super) fn writes_into_body(self) -> bool {
        match self {
            Offered::Custom(service, _) => match &service.auth {
                Auth::Oauth2(oauth2) => oauth2.param_type == Placement::Form,
                Auth::Oauth1(oauth1) => oauth1.param_type == Placement::Form,
                Auth::ApiKey(api_key) => api_key.param_type == Placement::Form,
                Auth::Basic => false,
            },
            Offered::Default(default) => match default.entry.api.credential.place {
                CredentialPlace::Header | CredentialPlace::Signature | CredentialPlace::Query | CredentialPlace::Path => false,
            },
        }
    }

    pub(super) fn written(self) -> Written {
        let header = |name: &str| Written { headers: vec![name.to_ascii_lowercase()], query: Vec::new() };
        let query = |name: &str| Written { headers: Vec::new(), query: vec![name.to_ascii_lowercase()] };
        match self {
            Offered::Custom(service, _) => match &service.auth {
                Auth::Basic | Auth::Oauth1(_) => header("authorization"),
                Auth::Oauth2(oauth2) if oauth2.param_type == Placement::Query => query("access_token"),
                Auth::Oauth2(_) => header("authorization"),
                Auth::ApiKey(api_key) => {
                    let keys = api_key.parameters.keys().map(|key| key.to_ascii_lowercase()).collect();
                    match api_key.param_type {
                        Placement::Header => Written { headers: keys, query: Vec::new() },
                        Placement::Query => Written { headers: Vec::new(), query: keys },
                        Placement::Form => Written::default(),
                    }
                }
            },
            Offered::Default(default) => {
                let rule = &default.entry.api.credential;
                match rule.place {
                    CredentialPlace::Header | CredentialPlace::Signature => header(&rule.name),
                    CredentialPlace::Query => query(&rule.name),
                    CredentialPlace::Path => Written::default(),
                }
            }
        }
    }
}
