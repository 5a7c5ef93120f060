//! Asks for a connection's authorization.

use super::applications::{associate, choose};
use super::call::{answer, rewrite, there};
use super::consult::{as_connection, status};
use super::party::{Party, Server};
use super::{Broker, BrokerError, Call};
use crate::oauth::TokenSet;
use crate::resource::lifecycle;
use crate::resource::{Address, Auth, Connection, ConnectionState, Grant, Kind, Name, SecretPath, Value};
use crate::store::{Answer, AuditEntry, Authorization, Outcome, StoredGrant, Transaction};

/// What asking for a token of the application's own led to, before anything of it is written down.
enum Asked {
    /// It is not for the application to ask: a person consents, or the credentials are declared.
    No,
    Got(Box<TokenSet>, String),
    /// A state to show, never a failed apply.
    Failed(String),
}

impl Broker {
    /// Connects what needs nobody's consent, and says what waits for whom where it does (rule L8). A connection that is
    /// connected stays so. For client credentials a token is asked for here; that none comes is a state with its reason.
    pub fn authorize(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.authorize_for(call, address, None)
    }

    /// As [`Broker::authorize`], for an application of the portal where one is named.
    pub fn authorize_for(&self, call: &Call<'_>, address: &Address, application: Option<&Name>) -> Result<Answer, BrokerError> {
        let asked = self.ask_first(call, address)?;
        self.undertake(call, ("authorize", &application), address, |tx, entry| {
            let mut object = there(tx, call, address)?;
            let connection = as_connection(&object)?;
            let origin = self.service_of(tx, address, connection)?;
            let before = tx.authorizations(&address.name)?.into_iter().find(|one| one.user.is_empty());
            let chosen = choose(tx, address, application, before.as_ref().and_then(|owner| owner.application.as_ref()));
            let application = match chosen {
                // An apply cannot ask: a person chooses when consenting.
                Err(BrokerError::NeedsApplication { .. }) => None,
                chosen => chosen?,
            };
            if before.as_ref().is_none_or(|owner| owner.state != ConnectionState::Connected) {
                let (state, message) = self.stands(tx, address, connection, &origin.service().auth, &asked)?;
                self.keep_own(tx, address, &asked, entry)?;
                if before.as_ref().is_none_or(|owner| (owner.state, &owner.message) != (state, &message)) {
                    let (connection, user) = (address.name.clone(), String::new());
                    let application = application.clone();
                    tx.put_authorization(&Authorization { connection, user, state, message, application, updated: entry.at })?;
                    rewrite(tx, &mut object, entry.at)?;
                }
            }
            associate(tx, address, "", application.as_ref())?;
            let state = status(tx, &address.name, entry.at)?.state;
            entry.detail.insert("state".to_owned(), state.words().to_owned());
            Ok(answer(&object, Outcome::Connection(state)))
        })
    }

    /// Asks the service where the application speaks for itself: between transactions, and not where it was done before.
    fn ask_first(&self, call: &Call<'_>, address: &Address) -> Result<Asked, BrokerError> {
        let looked = {
            let snapshot = self.store.read()?;
            let is_done = call.key.map(|key| snapshot.recorded(key)).transpose()?.flatten().is_some();
            let standing = snapshot.authorizations(&address.name)?.into_iter().find(|one| one.user.is_empty());
            let is_connected = standing.is_some_and(|one| one.state == ConnectionState::Connected);
            if is_done || is_connected || address.kind != Kind::Connection {
                return Ok(Asked::No);
            }
            let party = match self.party(&*snapshot, &address.name, None) {
                Ok(party) => party,
                Err(BrokerError::Store(error)) => return Err(error.into()),
                // What is wrong with the object is said by the transaction.
                Err(_) => return Ok(Asked::No),
            };
            if !is_own(&party) {
                return Ok(Asked::No);
            }
            self.server(&*snapshot, &party).map(|server| (party, server))
        };
        Ok(match looked {
            Ok((party, Server::Oauth2 { provider, .. })) => match self.ask_for_own(&party, &provider) {
                Ok(tokens) => {
                    let message = self.narrowness(&party, &provider, &tokens);
                    Asked::Got(Box::new(tokens), message)
                }
                Err(error) => Asked::Failed(chain(&error)),
            },
            Ok((_, Server::Oauth1(_) | Server::Declared)) => Asked::No,
            Err(BrokerError::Unready { why, .. }) => Asked::Failed(why),
            Err(error) => return Err(error),
        })
    }

    /// The state that asking leads to, and what a person should know about it.
    fn stands(
        &self,
        tx: &dyn Transaction,
        address: &Address,
        connection: &Connection,
        auth: &Auth,
        asked: &Asked,
    ) -> Result<(ConnectionState, String), BrokerError> {
        match asked {
            Asked::Got(_, message) => return Ok((ConnectionState::Connected, message.clone())),
            Asked::Failed(why) => return Ok((ConnectionState::Error, why.clone())),
            Asked::No => {}
        }
        let state = lifecycle::state_when_asked(auth);
        let missing = missing_credentials(tx, address, connection, auth)?;
        if state == ConnectionState::Connected && !missing.is_empty() {
            return Ok((ConnectionState::Error, format!("not given yet: {}", missing.join(", "))));
        }
        if !auth.needs_consent() {
            return Ok((state, String::new()));
        }
        // A link that leads nowhere is worse than a word beforehand.
        let user = if connection.use_login_user_credentials { Some("any user") } else { None };
        let server = self.party(tx, &address.name, user).and_then(|party| self.server(tx, &party));
        Ok(match server {
            Err(BrokerError::Unready { why, .. }) => (state, format!("a person has to consent in a browser, and before that: {why}")),
            Err(BrokerError::Store(error)) => return Err(error.into()),
            Ok(_) | Err(_) => (state, "a person has to consent in a browser".to_owned()),
        })
    }

    fn keep_own(&self, tx: &mut dyn Transaction, address: &Address, asked: &Asked, entry: &mut AuditEntry) -> Result<(), BrokerError> {
        let Asked::Got(tokens, _) = asked else { return Ok(()) };
        let mut grant = tx.grant(&address.name, "")?.unwrap_or_else(|| StoredGrant::new(&address.name, ""));
        self.fill(tx, &mut grant, &tokens.to_sealed_bytes())?;
        (grant.granted, grant.expires) = (tokens.granted.clone(), tokens.expires_at);
        entry.detail.insert("generation".to_owned(), grant.generation.to_string());
        let untold = self.unqueue(tx, &address.name, "", None)?;
        if untold > 0 {
            entry.detail.insert("untold".to_owned(), untold.to_string());
        }
        Ok(tx.put_grant(&grant)?)
    }
}

fn is_own(party: &Party) -> bool {
    matches!(&party.service.auth, Auth::Oauth2(oauth2) if oauth2.grant == Grant::ClientCredentials)
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The credentials that a service asks its connections for, and that neither stand in the body nor lie in the vault.
fn missing_credentials(tx: &dyn Transaction, address: &Address, connection: &Connection, auth: &Auth) -> Result<Vec<String>, BrokerError> {
    let wanted: Vec<&str> = match auth {
        Auth::ApiKey(api_key) => api_key.parameters.keys().map(String::as_str).collect(),
        Auth::Basic => vec!["username", "password"],
        Auth::Oauth2(_) | Auth::Oauth1(_) => Vec::new(),
    };
    let held = tx.held(address)?;
    let is_there = |key: &str| match connection.credentials.get(key) {
        None => false,
        Some(Value::Literal(_)) => true,
        Some(Value::From(_)) => held.contains_key(&SecretPath::of(["credentials", key])),
    };
    Ok(wanted.into_iter().filter(|key| !is_there(key)).map(|key| format!("`{key}`")).collect())
}
