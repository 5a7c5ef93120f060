//! Deletes an object, with its secrets and authorizations.

use super::call::there;
use super::consult::{connections_of, webhooks_of};
use super::{Broker, BrokerError, Call};
use crate::resource::lifecycle;
use crate::resource::{Address, Kind};
use crate::store::{Answer, Outcome};

impl Broker {
    /// L3 and L7: a refusal lists everything that stands in the way. What is protected stays, whatever the caller's files say.
    pub fn delete(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        if address.kind == Kind::Connection {
            self.tell_before_deletion(address)?;
        }
        self.undertake(call, ("delete", &()), address, |tx, _| {
            let live = there(tx, call, address)?;
            let refused = BrokerError::refused(address);
            lifecycle::delete_protected(&live.resource).map_err(&refused)?;
            match address.kind {
                Kind::Service => lifecycle::delete_service(&connections_of(tx, address)?).map_err(&refused)?,
                Kind::Connection => lifecycle::delete_connection(&webhooks_of(tx, address)?).map_err(&refused)?,
                Kind::Webhook | Kind::Function => {}
            }
            tx.delete_object(address)?;
            tx.next_revision()?;
            Ok(Answer { etag: None, outcome: Outcome::Done })
        })
    }

    /// Wipes what was deleted from the database's log too. Not needed for safety of the data, only for its absence.
    pub fn checkpoint(&self) -> Result<(), BrokerError> {
        Ok(self.store.checkpoint()?)
    }
}
