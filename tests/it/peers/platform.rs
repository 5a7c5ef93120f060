//! The broker with a database, a vault and the guarded client, beside a peer that it knows as a service: as a custom one, as
//! people declare them, or as a default one, whose issuer is known.

use super::browser::{self, Person};
use super::flows::redirect_uri;
use super::party::Party;
use super::server::{MachineRandom, Peer, sent};
use bowline::broker::{
    Actor, Arrival, Attached, BODY_CAP, Broker, BrokerError, Call, Connected, Consent, DefaultServices, Expect, Outgoing, PATIENCE, Put,
    Report, Surroundings, Told,
};
use bowline::clock::Clock;
use bowline::embedded::Guarded;
use bowline::oauth::{self, Body, ClientSecrets, Provider, ProviderError, attach};
use bowline::resource::{Address, Name, Resource, SecretPath, Service};
use bowline::secret::Secret;
use bowline::store::{Answer, SqliteStore};
use bowline::upstream::Policy;
use bowline::vault::Keyring;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use url::Url;

/// The peer's name in the catalogue.
const DEFAULT: &str = "known";

/// A peer as a service, and `connections.it` which wants to read and write.
pub(super) struct Platform<'a> {
    pub(super) peer: &'a Peer,
    pub(super) broker: Broker,
    keyring: Keyring,
    folder: TempDir,
    actor: Actor,
}

impl<'a> Platform<'a> {
    /// Of a custom service.
    pub(super) fn new(peer: &'a Peer, party: Party, grant: &str) -> Platform<'a> {
        let platform = Platform::empty(peer);
        let (auth, secrets) = service(peer, party, grant);
        platform.put("services.peer", json!({ "name": "Peer", "auth": auth, "hosts": ["127.0.0.1"] }), &secrets);
        platform.declare("peer");
        platform
    }

    /// Of the default service.
    pub(super) fn of_default(peer: &'a Peer) -> Platform<'a> {
        let platform = Platform::empty(peer);
        platform.declare(DEFAULT);
        platform
    }

    fn empty(peer: &'a Peer) -> Platform<'a> {
        let (folder, keyring) = (tempfile::tempdir().expect("a temporary folder"), Keyring::generate(&MachineRandom));
        let broker = opened(&folder, &keyring, peer);
        Platform { peer, broker, keyring, folder, actor: Actor { name: "ada".to_owned() } }
    }

    fn declare(&self, service: &str) {
        self.put("connections.it", json!({ "name": "It", "service": service, "scopes": ["read", "write"] }), &BTreeMap::new());
    }

    /// As another process would open the same data.
    pub(super) fn another(&self) -> Broker {
        opened(&self.folder, &self.keyring, self.peer)
    }

    pub(super) fn begin(&self) -> Result<Url, BrokerError> {
        let (name, redirect_uri) = (Name::new("it"), redirect_uri());
        let consent = Consent { actor: &self.actor, connection: &name, user: None, application: None, redirect_uri: &redirect_uri };
        self.broker.begin_consent(consent).map(|begun| begun.link)
    }

    pub(super) fn arrive(&self, url: &Url) -> Result<Connected, BrokerError> {
        self.broker.redeem(Arrival { actor: &self.actor, is_user: false, url, allow_other_account: false })
    }

    /// What a person does with a browser.
    pub(super) fn connect(&self, person: Person) -> Result<Connected, BrokerError> {
        self.arrive(&browser::consent(&self.begin()?, &redirect_uri(), person))
    }

    /// What needs no person.
    pub(super) fn authorize(&self) -> Answer {
        self.broker.authorize(&self.change(), &address("connections.it")).expect("it is written down whatever comes of it")
    }

    pub(super) fn revoke(&self) -> Vec<Told> {
        self.broker.revoke_and_tell(&self.change(), &address("connections.it"), None).expect("allowed").1
    }

    pub(super) fn call(&self, method: Method) -> Result<u16, BrokerError> {
        self.call_by(&self.broker, method)
    }

    pub(super) fn call_by(&self, broker: &Broker, method: Method) -> Result<u16, BrokerError> {
        let name = Name::new("it");
        let outgoing = Outgoing {
            actor: &self.actor,
            action: "invoke",
            connection: Some(&name),
            user: None,
            method,
            url: self.peer.api.join("/things").expect("a URL"),
            headers: HeaderMap::new(),
            body: Body::Empty,
            body_cap: BODY_CAP,
            patience: PATIENCE,
        };
        broker.call_out(outgoing).map(|answered| answered.response.status().as_u16())
    }

    /// What the connection proves itself with now.
    pub(super) fn held(&self) -> Attached {
        self.broker.credential(&Name::new("it"), None).expect("it is connected")
    }

    /// As a thief would call who had copied it.
    pub(super) fn call_past_the_broker(&self, held: &Attached) -> u16 {
        let (url, headers) = (self.peer.api.join("/things").expect("a URL"), HeaderMap::new());
        let mut call = oauth::Call { method: Method::GET, url, headers, body: Body::Empty };
        attach(&held.credential, &mut call, &MachineRandom, self.peer.clock.now()).expect("there is room for it");
        sent(call.into_request().expect("a request")).status().as_u16()
    }

    pub(super) fn report(&self) -> Report {
        self.broker.status().expect("readable").into_iter().next().expect("there is one connection")
    }

    fn put(&self, at: &str, body: Value, secrets: &BTreeMap<SecretPath, Secret<String>>) {
        let at = address(at);
        let resource = Resource::deserialize(at.kind, body).expect("a body of its kind");
        self.broker.put(&self.change(), &at, Put { resource: &resource, secrets, script: None }).expect("allowed");
    }

    fn change(&self) -> Call<'_> {
        Call { actor: &self.actor, project: None, key: None, expect: Expect::Whatever, fence: None }
    }
}

fn address(text: &str) -> Address {
    text.parse().expect("the tests write addresses")
}

fn opened(folder: &TempDir, keyring: &Keyring, peer: &Peer) -> Broker {
    let store = SqliteStore::open(&folder.path().join("a.db")).expect("the folder is writable");
    let surroundings = Surroundings {
        clock: peer.clock.clone(),
        random: Arc::new(MachineRandom),
        services: Arc::new(Catalogue::of(peer)),
        outward: Arc::new(outward()),
    };
    Broker::open(Box::new(store), keyring.clone(), surroundings).expect("the store is ours")
}

/// One for all: its TLS roots take a while to read.
fn outward() -> Guarded {
    static CLIENT: OnceLock<Guarded> = OnceLock::new();
    CLIENT.get_or_init(|| Guarded::new(Policy { loopback: true, ..Policy::default() }).expect("a client")).clone()
}

/// The `auth` of the service with its references, and what stands behind them.
fn service(peer: &Peer, party: Party, grant: &str) -> (Value, BTreeMap<SecretPath, Secret<String>>) {
    let mut auth = party.oauth2(peer, grant);
    let mut secrets = BTreeMap::new();
    let client = party.client(peer);
    auth["type"] = json!("oauth2");
    auth["client_id"] = json!(client.id);
    auth["scopes"] = json!({ "read": "Read", "write": "Write" });
    for (field, value) in [("client_secret", client.secret), ("private_key", client.private_key)] {
        if let Some(value) = value {
            auth[field] = json!({ "env": "PEER" });
            secrets.insert(SecretPath::of(["auth", field]), value);
        }
    }
    (auth, secrets)
}

/// The peer in the catalogue.
struct Catalogue {
    service: Service,
    client: ClientSecrets,
    provider: Provider,
}

impl Catalogue {
    fn of(peer: &Peer) -> Self {
        let mut auth = Party::Basic.oauth2(peer, "authorization_code");
        auth["type"] = json!("oauth2");
        auth["scopes"] = json!({ "read": "Read", "write": "Write" });
        let service = serde_json::from_value(json!({ "name": "Known", "auth": auth, "hosts": ["127.0.0.1"] })).expect("a service");
        Catalogue { service, client: Party::Basic.client(peer), provider: Party::Basic.provider(peer, "authorization_code") }
    }
}

impl DefaultServices for Catalogue {
    fn service(&self, name: &str, _parameters: &BTreeMap<String, String>) -> Option<Service> {
        (name == DEFAULT).then(|| self.service.clone())
    }

    fn provider(&self, _: &str, _: &BTreeMap<String, String>, _: ClientSecrets) -> Option<Result<Provider, ProviderError>> {
        Some(Ok(self.provider.clone()))
    }

    fn client(&self, _name: &str) -> Result<ClientSecrets, String> {
        Ok(self.client.clone())
    }
}
