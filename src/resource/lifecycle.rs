//! The platform's life-cycle rules L1–L10, in one place: the planner asks them to foresee, the broker to enforce.

use super::{Address, Auth, Connection, ConnectionState, ConnectionStatus, HostPattern, Name, Service, WebhookState};
use std::collections::BTreeSet;
use std::fmt;

/// Why the platform refuses a change, with everything that stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// L1.
    UpdateWhileConnected,
    /// L2.
    ScopesWhileInUse { webhooks: BTreeSet<Name> },
    /// L3 and L7: the dependents, every one.
    DeleteWhileReferenced { dependents: BTreeSet<Address> },
    /// L7: the way of authenticating changes while credentials of the old way are held.
    AuthenticationWhileConnected { connections: BTreeSet<Name> },
    /// L4 and the platform's form: a connection is made from one service and stays with it.
    ServiceOfConnection,
    /// L6.
    ScopesOutsideService { scopes: BTreeSet<String> },
    /// The object is protected against deletion.
    Protected,
    /// Another project, or nobody, owns it.
    NotOwned { owner: Option<String> },
}

impl Refusal {
    /// A stable code for machines: `delete-while-referenced`.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UpdateWhileConnected => "update-while-connected",
            Refusal::ScopesWhileInUse { .. } => "scopes-while-in-use",
            Refusal::DeleteWhileReferenced { .. } => "delete-while-referenced",
            Refusal::AuthenticationWhileConnected { .. } => "authentication-while-connected",
            Refusal::ServiceOfConnection => "service-of-connection",
            Refusal::ScopesOutsideService { .. } => "scopes-outside-service",
            Refusal::Protected => "protected",
            Refusal::NotOwned { .. } => "not-owned",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UpdateWhileConnected => write!(f, "a connected connection cannot be updated: revoke it first"),
            Refusal::ScopesWhileInUse { webhooks } => {
                write!(f, "its scopes cannot change while it is connected and in use by {}", list("webhook", webhooks))
            }
            Refusal::DeleteWhileReferenced { dependents } => {
                write!(f, "it cannot be deleted while it is referred to by {}", joined(dependents))
            }
            Refusal::AuthenticationWhileConnected { connections } => {
                write!(f, "its authentication cannot change while it is connected through {}", list("connection", connections))
            }
            Refusal::ServiceOfConnection => write!(f, "a connection stays with the service that it was made from"),
            Refusal::ScopesOutsideService { scopes } => write!(f, "its service does not offer {}", list("scope", scopes)),
            Refusal::Protected => write!(f, "it is protected: set `protect: false` and apply that first"),
            Refusal::NotOwned { owner: Some(owner) } => write!(f, "it belongs to the project `{owner}`"),
            Refusal::NotOwned { owner: None } => write!(f, "it exists already and no project owns it: adopt it first"),
        }
    }
}

fn list<T: fmt::Display>(noun: &str, items: &BTreeSet<T>) -> String {
    let plural = if items.len() == 1 { "" } else { "s" };
    format!("{noun}{plural} {}", joined(items))
}

fn joined<T: fmt::Display>(items: &BTreeSet<T>) -> String {
    items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

/// L1, L2 and the service rule. Bookkeeping (`depends_on`, `protect`) may change at any time.
pub fn update_connection(
    live: &Connection,
    wanted: &Connection,
    status: &ConnectionStatus,
    webhooks: &BTreeSet<Name>,
) -> Result<(), Refusal> {
    if live.service != wanted.service {
        return Err(Refusal::ServiceOfConnection);
    }
    if !status.is_connected() || !connection_differs(live, wanted) {
        return Ok(());
    }
    if live.scopes != wanted.scopes && !webhooks.is_empty() {
        return Err(Refusal::ScopesWhileInUse { webhooks: webhooks.clone() });
    }
    Err(Refusal::UpdateWhileConnected)
}

/// L1 as a planner asks it: whether a connection has to be revoked before it can be made as wanted. New values of its
/// secrets count as an update, although no body shows them.
pub fn revoke_before_update(live: &Connection, wanted: &Connection, status: &ConnectionStatus, new_secrets: bool) -> bool {
    status.is_connected() && (new_secrets || update_connection(live, wanted, status, &BTreeSet::new()).is_err())
}

/// Whether two bodies differ in anything but bookkeeping.
pub fn connection_differs(live: &Connection, wanted: &Connection) -> bool {
    let mut level = live.clone();
    level.depends_on = wanted.depends_on.clone();
    level.protect = wanted.protect;
    level != *wanted
}

/// L3: only webhooks stand in the way; functions break silently, which `check` and `plan` say instead.
pub fn delete_connection(webhooks: &BTreeSet<Address>) -> Result<(), Refusal> {
    unreferenced(webhooks)
}

/// L7.
pub fn delete_service(connections: &BTreeSet<Address>) -> Result<(), Refusal> {
    unreferenced(connections)
}

fn unreferenced(dependents: &BTreeSet<Address>) -> Result<(), Refusal> {
    if dependents.is_empty() { Ok(()) } else { Err(Refusal::DeleteWhileReferenced { dependents: dependents.clone() }) }
}

/// L3 and L7: whether a link stands in the way of deleting what it leads to. A detached webhook does not, see
/// [`selects`].
pub fn holds(link: super::Link) -> bool {
    match link {
        super::Link::Service | super::Link::SignedBy => true,
        super::Link::Named | super::Link::DependsOn => false,
    }
}

/// Whether a webhook in this state selects the connection that it names: one that was set aside does not (L2, L3).
pub fn selects(state: WebhookState) -> bool {
    match state {
        WebhookState::Active | WebhookState::Blocked => true,
        WebhookState::Detached => false,
    }
}

/// L7: editing a service in use revokes nothing by itself, so an edit that would leave credentials of the wrong kind
/// behind has to wait until the connections are revoked.
pub fn update_service(live: &Service, wanted: &Service, connected: &BTreeSet<Name>) -> Result<(), Refusal> {
    if same_authentication(&live.auth, &wanted.auth) || connected.is_empty() {
        Ok(())
    } else {
        Err(Refusal::AuthenticationWhileConnected { connections: connected.clone() })
    }
}

/// Whether a credential obtained under one is usable under the other: same type, grant and key names.
pub fn same_authentication(a: &Auth, b: &Auth) -> bool {
    match (a, b) {
        (Auth::Oauth2(a), Auth::Oauth2(b)) => a.grant == b.grant,
        (Auth::Oauth1(_), Auth::Oauth1(_)) | (Auth::Basic, Auth::Basic) => true,
        (Auth::ApiKey(a), Auth::ApiKey(b)) => a.parameters.keys().eq(b.parameters.keys()),
        (Auth::Oauth2(_) | Auth::Oauth1(_) | Auth::ApiKey(_) | Auth::Basic, _) => false,
    }
}

/// L5: a webhook fires only while its connection is connected.
pub fn webhook_state(connection: Option<&ConnectionStatus>) -> WebhookState {
    match connection {
        None => WebhookState::Active,
        Some(status) if status.is_connected() => WebhookState::Active,
        Some(_) => WebhookState::Blocked,
    }
}

/// L6 for a custom service: its own list is the whole list. (For a default one an unknown scope is only a warning.)
pub fn scopes_of_custom_service(service: &Service, connection: &Connection) -> Result<(), Refusal> {
    let Auth::Oauth2(oauth2) = &service.auth else { return Ok(()) };
    let scopes: BTreeSet<String> =
        connection.scopes.iter().filter(|scope| !oauth2.scopes.contains_key(*scope)).map(|scope| scope.0.clone()).collect();
    if scopes.is_empty() { Ok(()) } else { Err(Refusal::ScopesOutsideService { scopes }) }
}

/// L8: the state that asking for an authorisation leads to, before anybody consents.
pub fn state_when_asked(auth: &Auth) -> ConnectionState {
    match auth {
        Auth::ApiKey(_) | Auth::Basic => ConnectionState::Connected,
        auth if auth.needs_consent() => ConnectionState::AwaitingConsent,
        // Client credentials: nobody consents, a token has to be requested.
        Auth::Oauth2(_) | Auth::Oauth1(_) => ConnectionState::NotConnected,
    }
}

/// Whether asking for an authorisation once more would lead nowhere further: it is usable, or all that asking can do was
/// done.
pub fn settled(state: ConnectionState, auth: &Auth) -> bool {
    state == ConnectionState::Connected || state == state_when_asked(auth)
}

/// L9: whether a credential of a service may be sent to a host.
pub fn host_allowed<'a>(hosts: impl IntoIterator<Item = &'a HostPattern>, host: &str) -> bool {
    hosts.into_iter().any(|pattern| pattern.covers(host))
}
