//! Whose credential of which connection, and the server that gave it: everything that renewing or spending it needs.

use super::consult::{Origin, as_connection};
use super::{Broker, BrokerError, CallRules};
use crate::oauth::oauth1::Provider1;
use crate::oauth::{ClientSecrets, Outside, Provider};
use crate::resource::{Address, Auth, Connection, Grant, Kind, Name, OAuth1, OAuth2, SecretPath, Service, Value};
use crate::secret::Secret;
use crate::store::{About, Object, Snapshot};
use crate::vault;

/// One person's side of one connection.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) address: Address,
    /// Empty for the connection's owner.
    pub(super) user: String,
    pub(super) connection: Connection,
    pub(super) service: Service,
    pub(super) rules: CallRules,
    is_custom: bool,
}

/// Who gives the credential.
pub(super) enum Server {
    Oauth2 {
        provider: Box<Provider>,
        grant: Grant,
    },
    Oauth1(Box<Provider1>),
    /// Nobody: the connection has it from its declaration.
    Declared,
}

impl Party {
    pub(super) fn name(&self) -> &Name {
        &self.address.name
    }

    /// What a transaction writes that changes this side only.
    pub(super) fn about(&self) -> About<'_> {
        About::Connection(&self.address.name)
    }
}

/// Whose authorization of a connection counts: the login user's own, or the owner's (empty) whoever asks.
pub(super) fn side(address: &Address, connection: &Connection, user: Option<&str>) -> Result<String, BrokerError> {
    match (connection.use_login_user_credentials, user.filter(|user| !user.is_empty())) {
        (true, None) => Err(BrokerError::NeedsLoginUser { address: address.clone() }),
        (true, Some(user)) => Ok(user.to_owned()),
        (false, _) => Ok(String::new()),
    }
}

impl Broker {
    /// The side of a connection that a user is on. With login users' credentials that is the user's own and never the
    /// owner's; otherwise it is the owner's, whoever asks.
    pub(super) fn party(&self, snapshot: &dyn Snapshot, name: &Name, user: Option<&str>) -> Result<Party, BrokerError> {
        let address = Address { kind: Kind::Connection, name: name.clone() };
        let object = snapshot.object(&address)?.ok_or(BrokerError::NotFound { address })?;
        self.party_of(snapshot, &object, user)
    }

    /// As [`Broker::party`], of an object that the snapshot has shown.
    pub(super) fn party_of(&self, snapshot: &dyn Snapshot, object: &Object, user: Option<&str>) -> Result<Party, BrokerError> {
        let (address, connection) = (object.address.clone(), as_connection(object)?.clone());
        let user = side(&address, &connection, user)?;
        let origin = self.service_of(snapshot, &address, &connection)?;
        let is_custom = matches!(origin, Origin::Custom(_));
        let rules = match &origin {
            Origin::Custom(_) => CallRules::default(),
            Origin::Default(_) => self.services.rules(connection.service.as_str(), &connection.parameters),
        };
        Ok(Party { address, user, service: origin.service().clone(), connection, rules, is_custom })
    }

    /// The server behind a party, its client at hand.
    pub(super) fn server(&self, snapshot: &dyn Snapshot, party: &Party) -> Result<Server, BrokerError> {
        match &party.service.auth {
            Auth::Oauth2(oauth2) => {
                let provider = self.provider(snapshot, party, oauth2)?;
                Ok(Server::Oauth2 { provider: Box::new(provider), grant: oauth2.grant })
            }
            Auth::Oauth1(oauth1) => Ok(Server::Oauth1(Box::new(self.provider1(snapshot, party, oauth1)?))),
            Auth::ApiKey(_) | Auth::Basic => Ok(Server::Declared),
        }
    }

    /// Hands one step of a flow what it needs from outside.
    pub(super) fn outside<T>(&self, step: impl FnOnce(&Outside) -> T) -> T {
        step(&Outside { now: self.clock.now(), random: &*self.random, send: &|request| self.outward.token_call(request) })
    }

    fn provider(&self, snapshot: &dyn Snapshot, party: &Party, oauth2: &OAuth2) -> Result<Provider, BrokerError> {
        let unready = |why: String| BrokerError::Unready { address: party.address.clone(), why };
        let made = if party.is_custom {
            let value = |key: &str, value: &Option<Value>| self.service_value(snapshot, party, key, value);
            let id = value("client_id", &oauth2.client_id)?.ok_or_else(|| unready("its service has no `client_id`".to_owned()))?;
            let (secret, key) = (value("client_secret", &oauth2.client_secret)?, value("private_key", &oauth2.private_key)?);
            let provider = Provider::of(oauth2, ClientSecrets::of(&id, secret, key));
            provider.map(|provider| {
                let host = provider.token_url.host_str().unwrap_or_default();
                Provider { renewals_in_ten_minutes: self.services.renewals_in_ten_minutes(host), ..provider }
            })
        } else {
            let name = party.connection.service.as_str();
            let client = self.services.client(name).map_err(&unready)?;
            let known = self.services.provider(name, &party.connection.parameters, client.clone());
            known.unwrap_or_else(|| Provider::of(oauth2, client))
        };
        made.map_err(|error| unready(error.to_string()))
    }

    fn provider1(&self, snapshot: &dyn Snapshot, party: &Party, oauth1: &OAuth1) -> Result<Provider1, BrokerError> {
        let unready = |why: String| BrokerError::Unready { address: party.address.clone(), why };
        let missing = || unready("its service has no consumer key and secret".to_owned());
        let client = if party.is_custom {
            let id = self.service_value(snapshot, party, "consumer_key", &oauth1.consumer_key)?.ok_or_else(missing)?;
            ClientSecrets::of(&id, self.service_value(snapshot, party, "consumer_secret", &oauth1.consumer_secret)?, None)
        } else {
            self.services.client(party.connection.service.as_str()).map_err(&unready)?
        };
        let secret = client.secret.ok_or_else(missing)?;
        Provider1::of(oauth1, client.id, secret).map_err(|error| unready(error.to_string()))
    }

    fn service_value(
        &self,
        snapshot: &dyn Snapshot,
        party: &Party,
        key: &str,
        value: &Option<Value>,
    ) -> Result<Option<Secret<String>>, BrokerError> {
        let at = Address { kind: Kind::Service, name: party.connection.service.clone() };
        value.as_ref().map(|value| self.value(snapshot, &at, SecretPath::of(["auth", key]), value, &party.address)).transpose()
    }

    /// A value of a body: as it is written, or out of the vault.
    pub(super) fn value(
        &self,
        snapshot: &dyn Snapshot,
        at: &Address,
        path: SecretPath,
        value: &Value,
        needed_by: &Address,
    ) -> Result<Secret<String>, BrokerError> {
        let from = match value {
            Value::Literal(text) => return Ok(Secret::new(text.clone())),
            Value::From(from) => from,
        };
        let not_given = || BrokerError::Unready { address: needed_by.clone(), why: format!("`{at}` was not given {from} yet") };
        let sealed = snapshot.sealed(at, &path)?.ok_or_else(not_given)?;
        vault::open_text(&self.keyring, &super::put::owner(at, &path), &sealed).map_err(BrokerError::ForeignKey)
    }
}
