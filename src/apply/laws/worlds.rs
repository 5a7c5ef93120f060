//! Arbitrary projects and arbitrary live states, read off a tape of bytes so that failures shrink.

use crate::apply::digest::sha256_hex;
use crate::apply::fake::fingerprint;
use crate::plan::Fingerprints;
use crate::resource::{
    Address, ConnectionState, ConnectionStatus, Etag, Graph, Kind, Live, Moved, Observed, Project, Resource, Status, UserStatus,
    WebhookState,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct Tape<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Tape<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Tape { bytes: bytes.iter() }
    }

    fn below(&mut self, bound: u8) -> u8 {
        self.bytes.next().copied().unwrap_or_default() % bound
    }

    /// True once in `rarity` times; never at the end of the tape.
    fn rarely(&mut self, rarity: u8) -> bool {
        self.below(rarity) == rarity - 1
    }

    fn pick<'p, T>(&mut self, from: &'p [T]) -> Option<&'p T> {
        if from.is_empty() { None } else { Some(&from[usize::from(self.below(from.len() as u8))]) }
    }

    fn some<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        from.iter().filter(|_| self.rarely(2)).cloned().collect()
    }
}

type Bodies = BTreeMap<Address, Arc<Resource>>;

pub(super) fn project(tape: &mut Tape<'_>) -> Project {
    let resources = bodies(tape);
    let graph = Graph::of(resources.iter().map(|(address, body)| (address, body.as_ref())));
    let moved = (0..tape.below(4)).map(|_| moved(tape)).collect();
    Project { name: "ours".to_owned(), application: None, resources, default_services: defaults(), graph, moved, ..Project::default() }
}

/// The same project with entries of `adopt` and `forget`.
pub(super) fn with_ownership(mut project: Project, live: &Observed, tape: &mut Tape<'_>) -> Project {
    let from = |tape: &mut Tape<'_>| tape.rarely(2).then(|| "theirs".to_owned());
    for address in project.resources.keys() {
        if tape.rarely(2) {
            project.adopted.insert(address.clone(), from(tape));
        }
    }
    // What moves cannot be forgotten: the compiler refuses it.
    let moves = |address: &Address| project.moved.iter().any(|one| one.from == *address);
    let undeclared = live.objects.keys().filter(|address| !project.resources.contains_key(address) && !moves(address));
    project.forgotten = undeclared.filter(|_| tape.rarely(3)).cloned().collect();
    project
}

fn defaults() -> BTreeMap<crate::resource::Name, Arc<crate::resource::Service>> {
    let slack = json!({ "name": "Slack", "auth": { "type": "oauth2", "token_url": "https://slack.com/token" } });
    [(crate::resource::Name::new("slack"), Arc::new(serde_json::from_value(slack).expect("a service")))].into()
}

fn moved(tape: &mut Tape<'_>) -> Moved {
    let kind = Kind::ALL[usize::from(tape.below(4))];
    let letter = &kind.word()[..1];
    let mut end = || Address::new(kind, format!("{letter}{}", tape.below(5)));
    Moved { from: end(), to: end() }
}

fn bodies(tape: &mut Tape<'_>) -> Bodies {
    let mut bodies = Bodies::new();
    for kind in Kind::ALL {
        for number in 0..5 {
            if tape.rarely(2) {
                let address = Address::new(kind, format!("{}{number}", &kind.word()[..1]));
                let body = body(tape, kind, &bodies);
                bodies.insert(address, Arc::new(Resource::deserialize(kind, body).expect("the generator knows the shapes")));
            }
        }
    }
    bodies
}

fn names(bodies: &Bodies, kind: Kind) -> Vec<String> {
    bodies.keys().filter(|address| address.kind == kind).map(|address| address.name.to_string()).collect()
}

fn body(tape: &mut Tape<'_>, kind: Kind, before: &Bodies) -> Value {
    let mut body = match kind {
        Kind::Service => service(tape),
        Kind::Connection => connection(tape, &names(before, Kind::Service)),
        Kind::Webhook => webhook(tape, &names(before, Kind::Connection)),
        Kind::Function => function(tape, &names(before, Kind::Connection)),
    };
    body["name"] = json!(format!("name {}", tape.below(2)));
    body["protect"] = json!(tape.rarely(9));
    // What came before: circles cannot arise.
    let all: Vec<String> = before.keys().map(Address::to_string).collect();
    let needed: Vec<&String> = (0..tape.below(3)).filter_map(|_| tape.pick(&all)).collect();
    body["depends_on"] = json!(needed);
    body
}

fn service(tape: &mut Tape<'_>) -> Value {
    let secret = ["A", "B"][usize::from(tape.below(2))];
    let auth = match tape.below(4) {
        0 => json!({ "type": "oauth2", "token_url": "https://a.example/t", "client_secret": { "env": secret }, "client_id": "id" }),
        1 => json!({ "type": "api_key", "parameters": { "key": "Key" } }),
        2 => json!({ "type": "oauth2", "grant": "client_credentials", "token_url": "https://a.example/t" }),
        _ => json!({ "type": "basic" }),
    };
    json!({ "auth": auth })
}

fn connection(tape: &mut Tape<'_>, services: &[String]) -> Value {
    let service = if tape.rarely(4) { "slack".to_owned() } else { tape.pick(services).cloned().unwrap_or("slack".to_owned()) };
    let secret = ["C", "D"][usize::from(tape.below(2))];
    let credentials = if tape.rarely(3) { json!({ "key": { "env": secret } }) } else { json!({}) };
    json!({ "service": service, "scopes": tape.some(&["a.READ", "b.WRITE", "c.ALL"]), "credentials": credentials,
            "use_login_user_credentials": tape.rarely(4) })
}

fn webhook(tape: &mut Tape<'_>, connections: &[String]) -> Value {
    let auth = match tape.pick(connections).filter(|_| !tape.rarely(4)) {
        Some(connection) => json!({ "connection": connection }),
        None => json!("general"),
    };
    let body = [json!("none"), json!({ "json": { "a": [1, { "b": 2 }], "c": { "d": "e" } } }), json!({ "form": { "f": "g" } })];
    json!({ "url": "https://a.example", "auth": auth, "body": body[usize::from(tape.below(3))] })
}

fn function(tape: &mut Tape<'_>, connections: &[String]) -> Value {
    json!({ "category": "schedule", "connections": tape.some(connections), "script": { "path": "f.ds", "sha256": sha256_hex(b"info 1;") } })
}

pub(super) fn observed(tape: &mut Tape<'_>) -> Observed {
    let bodies = bodies(tape);
    let mut objects = BTreeMap::new();
    for (number, (address, resource)) in bodies.into_iter().enumerate() {
        let owner = match tape.below(12) {
            11 => None,
            10 => Some("theirs".to_owned()),
            _ => Some("ours".to_owned()),
        };
        let secrets = resource.secrets().into_iter().map(|(path, from)| (path, fingerprint(&from.to_string()))).collect();
        let status = status(tape, &resource);
        objects.insert(address, Live { resource, etag: Etag(format!("e{number}")), owner, status, applied: None, secrets });
    }
    Observed { objects, revision: 100 }
}

fn status(tape: &mut Tape<'_>, resource: &Resource) -> Status {
    match resource {
        Resource::Service(_) => Status::Service,
        Resource::Function(_) => Status::Function,
        // A detached webhook is what an interrupted apply leaves.
        Resource::Webhook(_) => Status::Webhook(if tape.rarely(6) { WebhookState::Detached } else { WebhookState::Active }),
        Resource::Connection(connection) => {
            use ConnectionState::{AwaitingConsent, Connected, Error, Expired, NotConnected, Revoked};
            let state =
                [Connected, NotConnected, AwaitingConsent, Expired, Revoked, Error, Connected, Connected][usize::from(tape.below(8))];
            let connected = connection.use_login_user_credentials && tape.rarely(2);
            let users = connected.then(|| UserStatus { user: "ann".to_owned(), state: Connected });
            Status::Connection(ConnectionStatus { state, users: users.into_iter().collect() })
        }
    }
}

/// Of every desired secret; some have changed their value since they were written.
pub(super) fn fingerprints(project: &Project) -> Fingerprints {
    let of = |body: &Resource| body.secrets().into_iter().map(|(path, from)| (path, fingerprint(&from.to_string()))).collect();
    project.resources.iter().map(|(address, body)| (address.clone(), of(body))).collect()
}
