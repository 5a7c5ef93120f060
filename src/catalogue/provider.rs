//! An entry as the authorization server that a flow speaks to, and as the rules by which its API is called. Every oddity of
//! a service becomes a declared field of [`Provider`] here, and nowhere else.

use super::api::{CredentialPlace, CredentialRule};
use super::data_centre::{DATA_CENTRES, DataCentre};
use super::entry::Entry;
use super::oauth::{ClientPart, ExchangeFact, Lifetime, OAuth2Facts, TokenRequest};
use super::quirk::{Quirk, Told};
use super::revocation::revocation;
use super::service::fill;
use crate::oauth::{
    CallbackField, Challenge, ClientSecrets, ExchangeStep, Exchanges, Fits, Issuer, MovedHost, Place, Provider, ProviderError, Rotation,
    TokenBody, Tolerance,
};
use crate::resource::Auth;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::Url;

type Values = BTreeMap<String, String>;

/// How a service's API is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRules {
    /// Where the credential goes; `None` where it signs, or where the program has no place for it.
    pub place: Option<Place>,
    /// How the value is spelt from its fields: `{token}`, `Basic base64({api_key}:X)`.
    pub format: String,
    /// Headers that every call carries beside the credential. Some name a field of the credential.
    pub headers: Values,
    /// Statuses that say that an access token is no longer good, and where given the words that must be in the body too.
    pub expired: (BTreeSet<u16>, Vec<String>),
    /// Whether a consent names scopes at all.
    pub asks_scopes: bool,
    /// Whether the redirect address of a consent is a name that was registered, and no URL.
    pub redirect_is_a_name: bool,
    /// What a person should hear, and when.
    pub told: Vec<(Told, &'static str)>,
}

impl Entry {
    /// The authorization server for a registered client; `None` where the service has no OAuth 2, or the parameters are
    /// not right.
    pub fn provider(&self, parameters: &Values, client: ClientSecrets) -> Option<Result<Provider, ProviderError>> {
        let facts = self.oauth2.as_ref()?;
        let Auth::Oauth2(oauth2) = self.service(parameters).ok()?.auth else { return None };
        let mut values = self.values(parameters);
        values.insert("client_id".to_owned(), client.id.clone());
        Some(Provider::of(&oauth2, client).and_then(|plain| self.odd(plain, facts, &values)))
    }

    /// How its API is called by a connection with these parameters.
    pub fn api_rules(&self, parameters: &Values) -> ApiRules {
        let values = self.values(parameters);
        let (place, format) = place(&self.api.credential);
        ApiRules {
            place,
            format,
            headers: self.api.headers.iter().map(|(name, value)| (name.clone(), fill(value, &values))).collect(),
            expired: self.expired(),
            asks_scopes: self.oauth2.as_ref().is_none_or(|facts| facts.scopes_in_request),
            redirect_is_a_name: self.has_quirk(Quirk::RedirectUriIsAName),
            told: self.quirks.iter().filter(|quirk| quirk.told() != Told::Never).map(|quirk| (quirk.told(), quirk.words())).collect(),
        }
    }

    /// Where errors come with status 200, the words decide alone.
    fn expired(&self) -> (BTreeSet<u16>, Vec<String>) {
        let by_words = self.has_quirk(Quirk::ApiErrorsAsSuccess) && !self.api.expired.body.is_empty();
        let status = self.api.expired.status.iter().copied().chain(by_words.then_some(200));
        (status.collect(), self.api.expired.body.clone())
    }

    fn odd(&self, plain: Provider, facts: &OAuth2Facts, values: &Values) -> Result<Provider, ProviderError> {
        let filled = |parameters: &Values| parameters.iter().map(|(name, value)| (name.clone(), fill(value, values))).collect::<Values>();
        let (mut authorize, mut token, mut refresh) = (Values::new(), filled(&facts.token_parameters), filled(&facts.refresh_parameters));
        if facts.client_id_parameter != "client_id" {
            for parameters in [&mut authorize, &mut token, &mut refresh] {
                parameters.insert(facts.client_id_parameter.clone(), plain.client_id.clone());
            }
        }
        let seconds = |lifetime| match lifetime {
            Lifetime::Seconds(seconds) => Some(Duration::from_secs(seconds)),
            Lifetime::Word(_) => None,
        };
        let by_person = self.has_quirk(Quirk::UserScopesApart) && values.get(ACTS_AS).is_some_and(|who| who == "user");
        Ok(Provider {
            pkce: if self.has_quirk(Quirk::PkceHexDigest) { Challenge::S256Hex } else { plain.pkce },
            revocation: revocation(&facts.revocation, values)?,
            token_headers: filled(&facts.token_headers),
            exchanges: exchanges(facts, values)?,
            renewals_in_ten_minutes: facts.limits.refreshes_in_ten_minutes,
            signed_callback: self.has_quirk(Quirk::CallbackSignedWithClientSecret),
            believed: believed(facts),
            scope_parameter: match &facts.user_scope_parameter {
                Some(parameter) if by_person => parameter.clone(),
                Some(_) | None => plain.scope_parameter.clone(),
            },
            authorize_parameters: authorize,
            token_parameters: token,
            refresh_parameters: refresh,
            token_body: match facts.token_request {
                TokenRequest::Form => TokenBody::Form,
                TokenRequest::Json => TokenBody::Json,
            },
            place: token_place(&self.api.credential).unwrap_or_else(|| plain.place.clone()),
            issuer: facts.issuer.as_ref().map(|issuer| Issuer { identifier: fill(issuer, values), promised: false }),
            access_lifetime: seconds(facts.access_token.lifetime),
            refresh_lifetime: facts.refresh_token.lifetime.map(Duration::from_secs),
            rotation: self.rotation(facts),
            tolerates: self.tolerates(facts),
            token_at: if by_person { facts.access_token.at.iter().rev().cloned().collect() } else { facts.access_token.at.clone() },
            captures: facts.captures.token.clone(),
            callback_fields: callback_fields(facts, values),
            moved: facts.captures.callback.contains_key(ACCOUNTS_SERVER).then(accounts_servers),
            fatal_codes: words(&["invalid_code", "bad_refresh_token", "token_expired"]),
            ..plain
        })
    }

    fn rotation(&self, facts: &OAuth2Facts) -> Rotation {
        match facts.refresh_token.rotates {
            _ if self.has_quirk(Quirk::SingleUseRefreshToken) || self.has_quirk(Quirk::ReuseRevokesGrant) => Rotation::Rotates,
            Some(true) => Rotation::Rotates,
            Some(false) => Rotation::Keeps,
            None => Rotation::Unknown,
        }
    }

    /// What the service's file declares, in words or by what it says of its tokens.
    fn tolerates(&self, facts: &OAuth2Facts) -> BTreeSet<Tolerance> {
        let mut tolerates: BTreeSet<Tolerance> = facts.tolerates.keys().copied().collect();
        if self.has_quirk(Quirk::TokenErrorsAsSuccess) {
            tolerates.insert(Tolerance::ErrorInside200);
        }
        // The documented life counts instead: `0` or nothing is how these say it.
        if matches!(facts.access_token.lifetime, Lifetime::Word(_)) {
            tolerates.insert(Tolerance::OddExpiresIn);
        }
        if !self.api.credential.format.starts_with("Bearer ") {
            tolerates.insert(Tolerance::OwnTokenType);
        }
        tolerates
    }
}

/// Whose token it is, where a service gives one to the application and one to the person.
const ACTS_AS: &str = "acts_as";

/// Zoho's callback names the accounts host of the person's data centre.
const ACCOUNTS_SERVER: &str = "accounts-server";

fn is_zoho(facts: &OAuth2Facts) -> bool {
    facts.captures.callback.contains_key(ACCOUNTS_SERVER)
}

fn accounts_servers() -> MovedHost {
    let hosts = DATA_CENTRES.iter().map(|centre| format!("accounts.{}", centre.app_domain)).collect();
    MovedHost { field: ACCOUNTS_SERVER.to_owned(), hosts }
}

fn callback_fields(facts: &OAuth2Facts, values: &Values) -> BTreeMap<String, CallbackField> {
    let others = facts.captures.callback.iter().filter(|(field, _)| *field != ACCOUNTS_SERVER);
    let kept = |(field, keep_as): (&String, &String)| {
        let is_location = is_zoho(facts) && field == "location";
        let allowed = is_location.then(|| DATA_CENTRES.iter().map(|centre| centre.location.to_owned()).collect::<BTreeSet<_>>());
        let fits = is_location.then(|| data_centre(values)).flatten();
        (field.clone(), CallbackField { keep_as: keep_as.clone(), allowed, fits })
    };
    others.map(kept).collect()
}

/// The data centre that a connection is set up for: tokens of another one are refused by every host that it may call.
fn data_centre(values: &Values) -> Option<Fits> {
    let centre = DataCentre::find(values.get("dc")?)?;
    let names = DATA_CENTRES.iter().map(|centre| (centre.location.to_owned(), format!("`dc: {}` ({})", centre.dc, centre.place)));
    Some(Fits { value: centre.location.to_owned(), names: names.collect() })
}

/// The hosts that a token answer of Zoho's may name as the place of its APIs.
fn believed(facts: &OAuth2Facts) -> BTreeMap<String, BTreeSet<String>> {
    let Some(keep_as) = facts.captures.token.get("api_domain").filter(|_| is_zoho(facts)) else { return BTreeMap::new() };
    let hosts =
        DATA_CENTRES.iter().flat_map(|centre| [format!("https://{}", centre.api_domain), format!("https://api.{}", centre.app_domain)]);
    [(keep_as.clone(), hosts.collect())].into()
}

fn exchanges(facts: &OAuth2Facts, values: &Values) -> Result<Option<Exchanges>, ProviderError> {
    let step = |fact: &ExchangeFact| {
        let url = Url::parse(&fill(&fact.url, values)).map_err(|_| ProviderError::BadUrl { field: "exchanges" })?;
        Ok(ExchangeStep {
            url,
            parameters: fact.parameters.clone(),
            token_as: fact.token_as.clone(),
            sends_client_id: fact.sends.contains(&ClientPart::ClientId),
            sends_client_secret: fact.sends.contains(&ClientPart::ClientSecret),
        })
    };
    let Some(facts) = &facts.exchanges else { return Ok(None) };
    Ok(Some(Exchanges { first: step(&facts.first)?, again: step(&facts.again)? }))
}

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The place and the spelling of the whole value.
fn place(rule: &CredentialRule) -> (Option<Place>, String) {
    let place = match rule.place {
        CredentialPlace::Header => Some(Place::Header { name: rule.name.clone(), format: "{}".to_owned() }),
        CredentialPlace::Query => Some(Place::Query { name: rule.name.clone() }),
        CredentialPlace::Path => Some(Place::Path),
        CredentialPlace::Signature => None,
    };
    (place, rule.format.clone())
}

/// The place of an access token, its scheme in front.
fn token_place(rule: &CredentialRule) -> Option<Place> {
    match rule.place {
        CredentialPlace::Header => Some(Place::Header { name: rule.name.clone(), format: rule.format.replace("{token}", "{}") }),
        CredentialPlace::Query => Some(Place::Query { name: rule.name.clone() }),
        CredentialPlace::Path => Some(Place::Path),
        CredentialPlace::Signature => None,
    }
}
