//! What is odd about a service, as far as code must act on it. Adding one: a variant here, its words, its name in the schema.

use serde::{Deserialize, Serialize};

/// One oddity. What only a person has to know is a note of the entry instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    TokenErrorsAsSuccess,
    ApiErrorsAsSuccess,
    SingleUseRefreshToken,
    ReuseRevokesGrant,
    RefreshByGet,
    UserScopesApart,
    RequiredScopesExact,
    UnknownScopesDropped,
    PersonMayUntickScopes,
    ConsentByOrganisation,
    RedirectUriIsAName,
    CallbackSignedWithClientSecret,
    PkceHexDigest,
    OneClientAuthenticationOnly,
    AccountChosenAfterConsent,
    EndpointMovesOnRefresh,
    OneApplicationPerConnection,
    WrongDataCentreLooksExpired,
}

impl Quirk {
    pub const ALL: [Quirk; 18] = [
        Quirk::TokenErrorsAsSuccess,
        Quirk::ApiErrorsAsSuccess,
        Quirk::SingleUseRefreshToken,
        Quirk::ReuseRevokesGrant,
        Quirk::RefreshByGet,
        Quirk::UserScopesApart,
        Quirk::RequiredScopesExact,
        Quirk::UnknownScopesDropped,
        Quirk::PersonMayUntickScopes,
        Quirk::ConsentByOrganisation,
        Quirk::RedirectUriIsAName,
        Quirk::CallbackSignedWithClientSecret,
        Quirk::PkceHexDigest,
        Quirk::OneClientAuthenticationOnly,
        Quirk::AccountChosenAfterConsent,
        Quirk::EndpointMovesOnRefresh,
        Quirk::OneApplicationPerConnection,
        Quirk::WrongDataCentreLooksExpired,
    ];

    /// The oddity in words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Quirk::TokenErrorsAsSuccess => "the token endpoint answers errors with status 200",
            Quirk::ApiErrorsAsSuccess => "the API answers errors with status 200",
            Quirk::SingleUseRefreshToken => "a refresh token is good for one refresh",
            Quirk::ReuseRevokesGrant => "using a spent refresh token may end the whole grant",
            Quirk::RefreshByGet => "a refresh is a GET with the access token",
            Quirk::UserScopesApart => "scopes for a user's token go into a parameter of their own",
            Quirk::RequiredScopesExact => "the scopes must be exactly those that the app requires",
            Quirk::UnknownScopesDropped => "scopes that the service does not know are dropped without a word",
            Quirk::PersonMayUntickScopes => "a person may grant a part of the scopes only",
            Quirk::ConsentByOrganisation => "an organisation consents, not a person",
            Quirk::RedirectUriIsAName => "the redirect address is a registered name, not a URL",
            Quirk::CallbackSignedWithClientSecret => "the callback is signed with the client secret",
            Quirk::PkceHexDigest => "the PKCE challenge is a hexadecimal digest",
            Quirk::OneClientAuthenticationOnly => "the client's secret is refused when it is sent in two places",
            Quirk::AccountChosenAfterConsent => "an account or site has to be picked after consent",
            Quirk::EndpointMovesOnRefresh => "a refresh may move the API to another host",
            Quirk::OneApplicationPerConnection => "one connection serves one application",
            Quirk::WrongDataCentreLooksExpired => "a token of another data centre looks like an expired one",
        }
    }

    /// When a person is told of it. What code sees to by itself needs no words.
    pub fn told(self) -> Told {
        match self {
            Quirk::RequiredScopesExact
            | Quirk::ConsentByOrganisation
            | Quirk::AccountChosenAfterConsent
            | Quirk::OneApplicationPerConnection => Told::AtConsent,
            Quirk::UnknownScopesDropped | Quirk::PersonMayUntickScopes => Told::WhenNarrower,
            Quirk::WrongDataCentreLooksExpired => Told::WhenRefused,
            Quirk::TokenErrorsAsSuccess
            | Quirk::ApiErrorsAsSuccess
            | Quirk::SingleUseRefreshToken
            | Quirk::ReuseRevokesGrant
            | Quirk::RefreshByGet
            | Quirk::UserScopesApart
            | Quirk::RedirectUriIsAName
            | Quirk::CallbackSignedWithClientSecret
            | Quirk::PkceHexDigest
            | Quirk::OneClientAuthenticationOnly
            | Quirk::EndpointMovesOnRefresh => Told::Never,
        }
    }
}

/// When a person hears of an oddity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Before somebody consents.
    AtConsent,
    /// Where fewer scopes were granted than asked for.
    WhenNarrower,
    /// Where fresh access was refused all the same.
    WhenRefused,
    Never,
}
