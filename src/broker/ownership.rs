//! Whose an object is: taken over by a project, and let go of. Nothing else about it changes, and no secret moves.

use super::call::{answer, rewrite, there};
use super::consult::{as_webhook, status, webhook_state};
use super::{Broker, BrokerError, Call, Expect};
use crate::resource::{Address, Kind};
use crate::store::{Answer, AuditEntry, Object, Outcome, Transaction};

impl Broker {
    /// Makes the calling project the owner. The caller names the revision that it has looked at, and with it the owner then.
    pub fn adopt(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, ("adopt", &()), address, |tx, entry| {
            let seen = matches!(call.expect, Expect::Revision(_));
            let object = there(tx, &Call { project: None, ..call.clone() }, address)?;
            let already = object.owner.as_deref() == call.project;
            if !seen && !already {
                return Err(BrokerError::Stale { address: address.clone() });
            }
            hand_over(tx, object, call.project.map(str::to_owned), entry)
        })
    }

    /// Makes nobody the owner: the object stays as it is, and its project neither changes nor deletes it any more.
    pub fn forget(&self, call: &Call<'_>, address: &Address) -> Result<Answer, BrokerError> {
        self.undertake(call, ("forget", &()), address, |tx, entry| {
            let object = there(tx, call, address)?;
            hand_over(tx, object, None, entry)
        })
    }
}

fn hand_over(tx: &mut dyn Transaction, mut object: Object, owner: Option<String>, entry: &mut AuditEntry) -> Result<Answer, BrokerError> {
    if let Some(former) = object.owner.take() {
        entry.detail.insert("from".to_owned(), former);
    }
    object.owner = owner;
    // What one project applied is nothing that another could drift from.
    object.applied = None;
    rewrite(tx, &mut object, entry.at)?;
    let outcome = match object.address.kind {
        Kind::Webhook => {
            let state = webhook_state(&object, as_webhook(&object)?, |name| status(tx, name, entry.at))?;
            Outcome::Webhook(state)
        }
        Kind::Service | Kind::Connection | Kind::Function => Outcome::Done,
    };
    Ok(answer(&object, outcome))
}
