//! The courier of the house: carries calls through the broker's own way out, which attaches a connection's credential.

use super::courier::{Courier, Parcel, Reply, Undelivered};
use crate::broker::{Actor, Broker, BrokerError, Outgoing, OutwardError, PATIENCE};
use crate::oauth::{Credential, retry_after};
use crate::resource::Name;

/// Bytes of an answer. Of a longer one nobody knows whether it was a yes, so it is asked again.
const ANSWER_LIMIT: u64 = 1 << 20;

/// Carries for one actor.
pub struct Carrier<'a> {
    pub broker: &'a Broker,
    pub actor: &'a Actor,
}

impl Courier for Carrier<'_> {
    fn carry(&self, parcel: Parcel) -> Result<Reply, Undelivered> {
        let Parcel { connection, user, call } = parcel;
        let user = Some(user.as_str()).filter(|user| !user.is_empty());
        let outgoing = Outgoing {
            actor: self.actor,
            action: "deliver",
            connection: connection.as_ref(),
            user,
            method: call.method,
            url: call.url,
            headers: call.headers,
            body: call.body,
            body_cap: ANSWER_LIMIT,
            patience: PATIENCE,
        };
        // Receivers echo what they were sent, and the credential may be renewed on the way: both are looked for.
        let before = self.held(connection.as_ref(), user);
        let response = self.broker.call_out(outgoing).map_err(undelivered)?.response;
        let body = String::from_utf8_lossy(response.body());
        let body = match (before, self.held(connection.as_ref(), user)) {
            _ if connection.is_none() || body.is_empty() => body.into_owned(),
            (Some(before), Some(after)) => after.scrub(&before.scrub(&body)),
            // What cannot be cleaned is not kept.
            (None, _) | (_, None) => String::new(),
        };
        let wait = retry_after(response.headers(), self.broker.clock.now());
        Ok(Reply { status: response.status().as_u16(), retry_after: wait, body })
    }
}

impl Carrier<'_> {
    fn held(&self, connection: Option<&Name>, user: Option<&str>) -> Option<Credential> {
        self.broker.credential(connection?, user).ok().map(|held| held.credential)
    }
}

fn undelivered(error: BrokerError) -> Undelivered {
    match error {
        BrokerError::NotFound { .. } | BrokerError::NotConnected { .. } | BrokerError::Unready { .. } => {
            Undelivered::NotConnected(error.to_string())
        }
        // Nobody can be named any more.
        BrokerError::NeedsLoginUser { .. } => Undelivered::Unsendable(error.to_string()),
        BrokerError::Refused { refusal, .. } => Undelivered::Forbidden(refusal.to_string()),
        BrokerError::Placement(error) => Undelivered::Unsendable(error.to_string()),
        BrokerError::Invalid(invalid) => Undelivered::Unsendable(invalid.to_string()),
        BrokerError::Call(error) => lost(error),
        other => Undelivered::NoCredential(other.to_string()),
    }
}

fn lost(error: OutwardError) -> Undelivered {
    match error {
        OutwardError::NotSent(why) => Undelivered::NotSent(why),
        OutwardError::Forbidden(why) => Undelivered::Forbidden(why),
        OutwardError::MayHaveBeenSent(why) => Undelivered::NoAnswer(why),
        OutwardError::BadAnswer(why) => Undelivered::BadAnswer(why),
        OutwardError::TooLarge { .. } => Undelivered::BadAnswer(error.to_string()),
    }
}
