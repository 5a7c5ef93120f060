//! What a consent's link and its cookie carry: sealed by the broker, so that any replica can read it and nobody can make one.

use super::served::Served;
use crate::clock::rfc3339;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// In the link that a person opens.
#[derive(Serialize, Deserialize)]
pub(super) struct Link {
    /// Where the service is asked.
    pub(super) to: String,
    pub(super) remember: Remember,
    /// For people: which connection of which service.
    pub(super) connection: String,
    pub(super) service: String,
}

/// In the cookie of the browser that went to the service: only there may the answer arrive.
#[derive(Serialize, Deserialize, Clone)]
pub(super) struct Remember {
    /// Tells the consent.
    pub(super) consent: String,
    /// Who asked for it.
    pub(super) actor: String,
    pub(super) allow_other_account: bool,
    /// Until when it is good.
    pub(super) until: String,
}

/// What a ticket is for: one does not open as another.
pub(super) const LINK: &str = "link";
pub(super) const COOKIE: &str = "cookie";

pub(super) fn seal(served: &Served, what: &str, ticket: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(ticket).expect("a ticket has text keys only");
    BASE64_URL_SAFE_NO_PAD.encode(served.broker.seal_ticket(what, &bytes))
}

/// `None` where it is none of ours.
pub(super) fn open<T: DeserializeOwned>(served: &Served, what: &str, text: &str) -> Option<T> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let bytes = served.broker.open_ticket(what, sealed)?;
    serde_json::from_slice(&bytes).ok()
}

impl Remember {
    /// Whether it is still good.
    pub(super) fn holds(&self, served: &Served) -> bool {
        // Times of one form and zone compare as texts.
        rfc3339(served.clock.now()) < self.until
    }
}
