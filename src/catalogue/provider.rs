//! An entry as the authorization server that a flow speaks to, and as the rules by which its API is called. Every oddity of
//! a service becomes a declared field of [`Provider`] here, and nowhere else.

use super::api::{CredentialPlace, CredentialRule};
use super::data_centre::DATA_CENTRES;
use super::entry::Entry;
use super::oauth::{Lifetime, OAuth2Facts, Revocation as Declared, RevocationProof as Proof, RevocationSends as Sends, TokenRequest};
use super::quirk::Quirk;
use super::service::fill;
use crate::oauth::{
    CallbackField, ClientSecrets, DeclaredRevocation, Issuer, MovedHost, Place, Provider, ProviderError, Revocation, RevocationProof,
    RevocationToken, Revokes, Rotation, TokenBody, Tolerance,
};
use crate::resource::Auth;
use http::Method;
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
            expired: (self.api.expired.status.iter().copied().collect(), self.api.expired.body.clone()),
            asks_scopes: self.oauth2.as_ref().is_none_or(|facts| facts.scopes_in_request),
        }
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
        Ok(Provider {
            revocation: revocation(&facts.revocation, values)?,
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
            token_at: facts.access_token.at.clone(),
            captures: facts.captures.token.clone(),
            callback_fields: callback_fields(facts),
            moved: facts.captures.callback.contains_key(ACCOUNTS_SERVER).then(accounts_servers),
            fatal_codes: words(&["invalid_code", "bad_refresh_token", "token_expired"]),
            ..plain
        })
    }

    fn rotation(&self, facts: &OAuth2Facts) -> Rotation {
        match facts.refresh_token.rotates {
            _ if self.has_quirk(Quirk::SingleUseRefreshToken) => Rotation::Rotates,
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

/// Zoho's callback names the accounts host of the person's data centre.
const ACCOUNTS_SERVER: &str = "accounts-server";

fn accounts_servers() -> MovedHost {
    let hosts = DATA_CENTRES.iter().map(|centre| format!("accounts.{}", centre.app_domain)).collect();
    MovedHost { field: ACCOUNTS_SERVER.to_owned(), hosts }
}

fn callback_fields(facts: &OAuth2Facts) -> BTreeMap<String, CallbackField> {
    let is_zoho = facts.captures.callback.contains_key(ACCOUNTS_SERVER);
    let others = facts.captures.callback.iter().filter(|(field, _)| *field != ACCOUNTS_SERVER);
    let allowed = |field: &str| {
        (is_zoho && field == "location").then(|| DATA_CENTRES.iter().map(|centre| centre.location.to_owned()).collect::<BTreeSet<_>>())
    };
    others.map(|(field, keep_as)| (field.clone(), CallbackField { keep_as: keep_as.clone(), allowed: allowed(field) })).collect()
}

fn words(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The place and the spelling of the whole value.
fn place(rule: &CredentialRule) -> (Option<Place>, String) {
    let place = match rule.place {
        CredentialPlace::Header => Some(Place::Header { name: rule.name.clone(), format: "{}".to_owned() }),
        CredentialPlace::Query => Some(Place::Query { name: rule.name.clone() }),
        CredentialPlace::Path | CredentialPlace::Signature => None,
    };
    (place, rule.format.clone())
}

/// The place of an access token, its scheme in front.
fn token_place(rule: &CredentialRule) -> Option<Place> {
    match rule.place {
        CredentialPlace::Header => Some(Place::Header { name: rule.name.clone(), format: rule.format.replace("{token}", "{}") }),
        CredentialPlace::Query => Some(Place::Query { name: rule.name.clone() }),
        CredentialPlace::Path | CredentialPlace::Signature => None,
    }
}

fn revocation(declared: &Declared, values: &Values) -> Result<Revocation, ProviderError> {
    let url = |text: &str| Url::parse(&fill(text, values)).map_err(|_| ProviderError::BadUrl { field: "revoke_url" });
    Ok(match declared {
        Declared::Rfc7009 { url: endpoint } => Revocation::Rfc7009(url(endpoint)?),
        Declared::QueryToken { url: endpoint } => {
            let sends = Revokes::Query { name: "token".to_owned(), token: RevocationToken::Refresh };
            own(Method::POST, url(endpoint)?, RevocationProof::Nothing, sends)
        }
        Declared::Declared { method, url: endpoint, proof, sends } => {
            let endpoint = url(&endpoint.replace("{refresh_token}", "{}"))?;
            let method = Method::from_bytes(method.as_bytes()).map_err(|_| ProviderError::BadUrl { field: "revocation" })?;
            match (proved(*proof), sent(*sends)) {
                (Some(proof), Some(sends)) => own(method, endpoint, proof, sends),
                (None, _) | (_, None) => {
                    Revocation::None { instead: Some("remove the application in the settings of the account there".to_owned()) }
                }
            }
        }
        Declared::None { instead } => Revocation::None { instead: instead.clone() },
        Declared::Unknown => Revocation::None { instead: None },
    })
}

fn own(method: Method, url: Url, proof: RevocationProof, sends: Revokes) -> Revocation {
    Revocation::Declared(Box::new(DeclaredRevocation { method, url, proof, sends }))
}

/// `None` for proofs that only the platform's own account with the service has.
fn proved(proof: Proof) -> Option<RevocationProof> {
    match proof {
        Proof::Nothing => Some(RevocationProof::Nothing),
        Proof::ClientBasic => Some(RevocationProof::ClientBasic),
        Proof::ClientInBody => Some(RevocationProof::ClientInBody),
        Proof::AccessToken => Some(RevocationProof::AccessToken),
        Proof::ClientScheme | Proof::PlatformKey => None,
    }
}

fn sent(sends: Sends) -> Option<Revokes> {
    let named = |name: &str| name.to_owned();
    Some(match sends {
        Sends::Nothing => Revokes::Nothing,
        Sends::Path => Revokes::Path { token: RevocationToken::Refresh },
        Sends::QueryAccessToken => Revokes::Query { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormAccessToken => Revokes::Form { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormRefreshToken => Revokes::Form { name: named("token"), token: RevocationToken::Refresh },
        Sends::JsonAccessToken => Revokes::Json { name: named("access_token"), token: RevocationToken::Access },
        Sends::FormClientAndAccount | Sends::JsonClientAndAccessToken => return None,
    })
}
