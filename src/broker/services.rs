//! What the broker has to be told about services: the default ones, the operator's clients there, and how calls are made.

use crate::oauth::{ClientSecrets, Place, Provider, ProviderError};
use crate::resource::Service;
use std::collections::{BTreeMap, BTreeSet};

/// The default services, as a connection's parameters make them. Declared here, answered by whoever has the catalogue.
pub trait DefaultServices: Send + Sync {
    fn service(&self, name: &str, parameters: &BTreeMap<String, String>) -> Option<Service>;

    /// Its authorization server with all that is odd about it; `None` where it has no OAuth 2 of its own.
    fn provider(
        &self,
        _name: &str,
        _parameters: &BTreeMap<String, String>,
        _client: ClientSecrets,
    ) -> Option<Result<Provider, ProviderError>> {
        None
    }

    /// How its API is called.
    fn rules(&self, _name: &str, _parameters: &BTreeMap<String, String>) -> CallRules {
        CallRules::default()
    }

    /// Renewals of one refresh token within ten minutes, beyond which the authorization server at a host locks it out;
    /// `None` where nothing of the kind is known. For services that a project declares for itself.
    fn renewals_in_ten_minutes(&self, _host: &str) -> Option<u32> {
        None
    }

    /// The client that the operator registered there, or what the operator has to do, as a sentence's end.
    fn client(&self, name: &str) -> Result<ClientSecrets, String> {
        Err(format!("no client is registered for `{name}`"))
    }
}

/// How calls of a service are made, beyond what the platform's form says.
#[derive(Debug, Clone)]
pub struct CallRules {
    /// Where keys go and how their value is spelt; `None` where the platform's form says it all.
    pub spelling: Option<Spelling>,
    /// Headers that every call carries where it does not set them itself; `{name}` stands for a field of the credential.
    pub headers: BTreeMap<String, String>,
    /// Statuses that say that an access token is no longer good.
    pub expired_status: BTreeSet<u16>,
    /// Where not empty, one of them stands in such an answer's body.
    pub expired_words: Vec<String>,
    /// Whether a consent names scopes.
    pub asks_scopes: bool,
    /// Whether the redirect address of a consent is a name that was registered, and no URL.
    pub redirect_is_a_name: bool,
    /// What a person should know before consenting.
    pub before_consent: Vec<String>,
    /// Why fewer scopes may have been granted than were asked for.
    pub when_narrower: Vec<String>,
    /// Why fresh access may be refused all the same.
    pub when_refused: Vec<String>,
}

/// How a key travels.
#[derive(Debug, Clone)]
pub struct Spelling {
    /// `None` where the program has no place for it.
    pub place: Option<Place>,
    /// `Basic base64({api_key}:X)`.
    pub format: String,
}

impl Default for CallRules {
    /// RFC 6750 section 3.1: an expired token is told by 401.
    fn default() -> Self {
        CallRules {
            spelling: None,
            headers: BTreeMap::new(),
            expired_status: BTreeSet::from([401]),
            expired_words: Vec::new(),
            asks_scopes: true,
            redirect_is_a_name: false,
            before_consent: Vec::new(),
            when_narrower: Vec::new(),
            when_refused: Vec::new(),
        }
    }
}

impl CallRules {
    /// Whether an answer says that the access token has expired.
    pub(super) fn says_expired(&self, status: u16, body: &[u8]) -> bool {
        let holds = |word: &String| body.windows(word.len().max(1)).any(|window| window == word.as_bytes());
        self.expired_status.contains(&status) && (self.expired_words.is_empty() || self.expired_words.iter().any(holds))
    }
}
