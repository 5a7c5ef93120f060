//! Calls out with a connection: the platform's `invokeurl`, and what a webhook's delivery is made of.

use super::outward::Inbound;
use super::{Actor, Broker, BrokerError};
use crate::oauth;
use crate::resource::{HostPattern, Name};
use http::{HeaderMap, Method};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

/// What the platform gives one call.
pub const PATIENCE: Duration = Duration::from_secs(40);
/// What the platform lets an answer be.
pub const BODY_CAP: u64 = 5 * 1024 * 1024;

/// What a connection proves itself with, where it may go, and of which generation it is.
#[derive(Debug, Clone)]
pub struct Attached {
    pub credential: oauth::Credential,
    /// L9: where it may be sent, and nowhere else.
    pub hosts: BTreeSet<HostPattern>,
    /// Moves on with every renewal. 0 for credentials that are never renewed.
    pub generation: u64,
}

/// A call that is to be made. Nothing of the connection's credential is in it yet.
pub struct Outgoing<'a> {
    pub actor: &'a Actor,
    /// `invoke`, `deliver`: the word in the audit.
    pub action: &'a str,
    /// Whose credential it carries; `None` for a webhook of authentication type *general*.
    pub connection: Option<&'a Name>,
    /// The login user on whose behalf it is made. Counts only where the connection uses login users' credentials.
    pub user: Option<&'a str>,
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: oauth::Body,
    /// Bytes of the answer's body.
    pub body_cap: u64,
    pub patience: Duration,
}

/// What came back.
pub struct Answered {
    /// Without the headers that belong to one hop or to a browser.
    pub response: Inbound,
    /// Whether the access was renewed on the way because the service said that it had expired.
    pub renewed: bool,
}

impl Broker {
    /// What a connection proves itself with now: renewed where it is due. Audited as `use`.
    pub fn credential(&self, connection: &Name, _user: Option<&str>) -> Result<Attached, BrokerError> {
        Err(BrokerError::NotFound { address: crate::resource::Address { kind: crate::resource::Kind::Connection, name: connection.clone() } })
    }

    /// Checks the host (L9), attaches the credential, sends, and where the service says that the access has expired renews
    /// it once and sends once more.
    pub fn call_out(&self, request: Outgoing<'_>) -> Result<Answered, BrokerError> {
        let name = request.connection.cloned().unwrap_or_else(|| Name::new(""));
        self.credential(&name, request.user).map(|_| unreachable!("a first draft"))
    }
}
