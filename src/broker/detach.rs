//! Sets a webhook aside while its connection is replaced, and lets it select its connection again.

use super::call::{answer, rewrite, there};
use super::consult::{as_webhook, status, webhook_state};
use super::{Broker, BrokerError, Call};
use crate::resource::Address;
use crate::store::{Answer, Object, Outcome, Transaction};
use std::time::SystemTime;

impl Broker {
    /// Sets a webhook aside: it does not fire, and does not stand in the way of its connection's deletion.
    pub fn detach(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, ("detach", &()), address, |tx, entry| {
            let object = there(tx, call, address)?;
            as_webhook(&object)?;
            set_aside(tx, object, true, entry.at)
        })
    }

    /// Lets a webhook that was set aside select its connection again, which has to be there and cover its URL (rule L9).
    pub fn attach(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, ("attach", &()), address, |tx, entry| {
            let object = there(tx, call, address)?;
            let webhook = as_webhook(&object)?;
            if let Some(name) = webhook.connection() {
                self.allow_signing(tx, address, webhook, name)?;
            }
            set_aside(tx, object, false, entry.at)
        })
    }
}

fn set_aside(tx: &mut dyn Transaction, mut object: Object, detached: bool, now: SystemTime) -> Result<Answer, BrokerError> {
    if object.detached != detached {
        object.detached = detached;
        rewrite(tx, &mut object, now)?;
    }
    let state = webhook_state(&object, as_webhook(&object)?, |name| status(tx, name, now))?;
    Ok(answer(&object, Outcome::Webhook(state)))
}
