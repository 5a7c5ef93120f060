//! The platform's life-cycle rules L1–L10, in one place: the planner asks them to foresee, the broker to enforce.

use super::{Address, Auth, Connection, ConnectionState, ConnectionStatus, HostPattern, Name, Resource, Service, WebhookState};
use std::collections::BTreeSet;
use std::fmt;
use url::{Host, Url};

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
    /// L9: a credential would be sent to a host that is none of its service.
    HostOutsideService { host: String, hosts: BTreeSet<HostPattern> },
    /// L9: a credential would travel over plain HTTP to another machine.
    PlainHttp { host: String },
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
            Refusal::HostOutsideService { .. } => "host-outside-service",
            Refusal::PlainHttp { .. } => "plain-http",
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
            Refusal::HostOutsideService { host, hosts } if hosts.is_empty() => {
                write!(f, "its service names no host, so no credential may be sent to `{host}`")
            }
            Refusal::HostOutsideService { host, hosts } => {
                write!(f, "credentials of its service may be sent to {}, not to `{host}`", joined(hosts))
            }
            Refusal::PlainHttp { host } => write!(f, "a credential would travel to `{host}` over plain HTTP"),
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

/// A project touches only what it owns; what nobody owns has to be adopted first.
pub fn owned_by(owner: Option<&str>, project: &str) -> Result<(), Refusal> {
    if owner == Some(project) { Ok(()) } else { Err(Refusal::NotOwned { owner: owner.map(str::to_owned) }) }
}

/// Protection lies with the live object: what the caller's own files say about it does not matter.
pub fn delete_protected(live: &Resource) -> Result<(), Refusal> {
    if live.protect() { Err(Refusal::Protected) } else { Ok(()) }
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

/// L1 once more: another value of a secret is an update, although the body reads the same.
pub fn rewrite_secrets(status: &ConnectionStatus) -> Result<(), Refusal> {
    if status.is_connected() { Err(Refusal::UpdateWhileConnected) } else { Ok(()) }
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
        // Client credentials: nobody consents, the application asks for a token by itself.
        Auth::Oauth2(_) | Auth::Oauth1(_) => ConnectionState::Connected,
    }
}

/// Whether asking for an authorisation once more would lead nowhere further: it is usable, or all that asking can do was
/// done.
pub fn settled(state: ConnectionState, auth: &Auth) -> bool {
    let asked_in_vain = state == ConnectionState::Error && asks_for_itself(auth);
    state == ConnectionState::Connected || state == state_when_asked(auth) || asked_in_vain
}

/// Client credentials: the application asks for a token by itself. That its service did not give one is no difference
/// between what is declared and what is live: the next use asks again, and so does connecting by hand.
fn asks_for_itself(auth: &Auth) -> bool {
    matches!(auth, Auth::Oauth2(oauth2) if oauth2.grant == super::Grant::ClientCredentials)
}

/// What an update makes of a state: a failure was the old body's, so asking starts anew, also where the update was the last
/// that an interrupted apply did.
pub fn state_when_updated(state: ConnectionState) -> ConnectionState {
    if state == ConnectionState::Error { ConnectionState::NotConnected } else { state }
}

/// L9: whether a credential of a service may be sent to a host.
pub fn host_allowed<'a>(hosts: impl IntoIterator<Item = &'a HostPattern>, host: &str) -> bool {
    hosts.into_iter().any(|pattern| pattern.covers(host))
}

/// L9: where credentials of a service may be sent: its own list, or else the hosts of its endpoints.
pub fn hosts_of(service: &Service) -> BTreeSet<HostPattern> {
    if !service.hosts.is_empty() {
        return service.hosts.clone();
    }
    let endpoints: Vec<&String> = match &service.auth {
        Auth::Oauth2(oauth2) => {
            let optional = [&oauth2.authorize_url, &oauth2.refresh_url, &oauth2.revoke_url, &oauth2.userinfo_url];
            optional.into_iter().flatten().chain([&oauth2.token_url]).collect()
        }
        Auth::Oauth1(oauth1) => vec![&oauth1.request_token_url, &oauth1.authorize_url, &oauth1.access_token_url],
        Auth::ApiKey(_) | Auth::Basic => Vec::new(),
    };
    endpoints.into_iter().filter_map(|endpoint| Some(HostPattern(Url::parse(endpoint).ok()?.host_str()?.to_owned()))).collect()
}

/// L9 for a webhook that a connection of this service signs. A URL that a merge field could turn elsewhere has no host
/// that can be judged, so it is refused.
pub fn signed_call(service: &Service, url: &str) -> Result<(), Refusal> {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
    let hosts = hosts_of(service);
    if host.contains('$') || !host_allowed(&hosts, host) {
        return Err(Refusal::HostOutsideService { host: host.to_owned(), hosts });
    }
    match parsed {
        Some(url) if url.scheme() == "https" || is_loopback(&url) => Ok(()),
        Some(_) | None => Err(Refusal::PlainHttp { host: host.to_owned() }),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn service(hosts: &[&str]) -> Service {
        Service {
            name: "Keys".to_owned(),
            description: String::new(),
            auth: Auth::Oauth1(Box::new(super::super::OAuth1 {
                consumer_key: Some(super::super::Value::Literal("k".to_owned())),
                consumer_secret: Some(super::super::Value::Literal("s".to_owned())),
                request_token_url: "https://auth.example.com/request".to_owned(),
                authorize_url: "https://auth.example.com/authorize".to_owned(),
                access_token_url: "https://tokens.example.com/access".to_owned(),
                param_type: Default::default(),
                signature_method: Default::default(),
            })),
            hosts: hosts.iter().map(|host| HostPattern((*host).to_owned())).collect(),
            depends_on: BTreeSet::new(),
            protect: false,
        }
    }

    #[test]
    fn a_service_without_hosts_means_the_hosts_of_its_endpoints() {
        let hosts: Vec<String> = hosts_of(&service(&[])).into_iter().map(|host| host.0).collect();
        assert_eq!(hosts, ["auth.example.com", "tokens.example.com"]);
    }

    #[test]
    fn a_credential_goes_only_to_hosts_of_its_service_and_never_in_plain() {
        let api = service(&["*.example.com", "localhost"]);
        let codes: BTreeMap<&str, Option<&str>> = [
            ("https://api.example.com/x", None),
            ("http://localhost:8080/x", None),
            ("http://api.example.com/x", Some("plain-http")),
            ("https://example.com.evil.example/", Some("host-outside-service")),
            ("https://api.example.com@evil.example/", Some("host-outside-service")),
            ("https://${alarm.host}.example.com/", Some("host-outside-service")),
            ("no url", Some("host-outside-service")),
        ]
        .into();
        for (url, code) in codes {
            assert_eq!(signed_call(&api, url).err().map(|refusal| refusal.code()), code, "{url}");
        }
    }

    #[test]
    fn a_project_touches_only_what_it_owns() {
        assert!(owned_by(Some("a"), "a").is_ok());
        assert_eq!(owned_by(None, "a"), Err(Refusal::NotOwned { owner: None }));
        assert_eq!(owned_by(Some("b"), "a"), Err(Refusal::NotOwned { owner: Some("b".to_owned()) }));
    }
}
