//! Asks for a connection's authorization.

use super::call::{answer, rewrite, there};
use super::consult::{as_connection, status};
use super::{Broker, BrokerError, Call};
use crate::resource::lifecycle;
use crate::resource::{Address, Auth, Connection, ConnectionState, SecretPath, Value};
use crate::store::{Answer, Authorization, Outcome, Transaction};

impl Broker {
    /// Connects what needs nobody's consent, and says what waits for whom where it does (rule L8). A connection that is
    /// connected stays so.
    pub fn authorize(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, "authorize", address, |tx, entry| {
            let mut object = there(tx, call, address)?;
            let connection = as_connection(&object)?;
            let origin = self.service_of(tx, address, connection)?;
            let before = tx.authorizations(&address.name)?.into_iter().find(|one| one.user.is_empty());
            if before.as_ref().is_none_or(|owner| owner.state != ConnectionState::Connected) {
                let (state, message) = stands(tx, address, connection, &origin.service().auth)?;
                if before.is_none_or(|owner| (owner.state, &owner.message) != (state, &message)) {
                    let (connection, user) = (address.name.clone(), String::new());
                    tx.put_authorization(&Authorization { connection, user, state, message, updated: entry.at })?;
                    rewrite(tx, &mut object, entry.at)?;
                }
            }
            let state = status(tx, &address.name)?.state;
            entry.detail.insert("state".to_owned(), state.words().to_owned());
            Ok(answer(&object, Outcome::Connection(state)))
        })
    }
}

/// The state that asking leads to, and what a person should know about it.
fn stands(tx: &dyn Transaction, address: &Address, connection: &Connection, auth: &Auth) -> Result<(ConnectionState, String), BrokerError> {
    let state = lifecycle::state_when_asked(auth);
    let missing = missing_credentials(tx, address, connection, auth)?;
    if state == ConnectionState::Connected && !missing.is_empty() {
        return Ok((ConnectionState::Error, format!("not given yet: {}", missing.join(", "))));
    }
    let message = match state {
        ConnectionState::AwaitingConsent => "a person has to consent in a browser",
        ConnectionState::NotConnected => "client credentials: no token has been requested yet",
        ConnectionState::Connected | ConnectionState::Expired | ConnectionState::Revoked | ConnectionState::Error => "",
    };
    Ok((state, message.to_owned()))
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
