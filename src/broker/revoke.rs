//! Takes authorizations away.

use super::call::{answer, rewrite, there};
use super::consult::{as_connection, status};
use super::{Broker, BrokerError, Call};
use crate::resource::{Address, ConnectionState};
use crate::store::{Answer, Authorization, Outcome};

impl Broker {
    /// Revokes the owner's authorization and every user's. Declared credentials stay sealed: they belong to the body, and a
    /// connection that is revoked does not use them. One that nobody connected stays as it is.
    pub fn revoke(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, "revoke", address, |tx, entry| {
            let mut object = there(tx, call, address)?;
            as_connection(&object)?;
            let taken: Vec<Authorization> = tx.authorizations(&address.name)?.into_iter().filter(|one| can_lose(one.state)).collect();
            for authorization in &taken {
                tx.put_authorization(&Authorization {
                    state: ConnectionState::Revoked,
                    message: String::new(),
                    updated: entry.at,
                    ..authorization.clone()
                })?;
            }
            if !taken.is_empty() {
                rewrite(tx, &mut object, entry.at)?;
            }
            entry.detail.insert("authorizations".to_owned(), taken.len().to_string());
            Ok(answer(&object, Outcome::Connection(status(tx, &address.name)?.state)))
        })
    }
}

/// Whether there is anything to take away, be it only a question that waits for its answer.
fn can_lose(state: ConnectionState) -> bool {
    match state {
        ConnectionState::Connected | ConnectionState::AwaitingConsent | ConnectionState::Expired | ConnectionState::Error => true,
        ConnectionState::NotConnected | ConnectionState::Revoked => false,
    }
}
