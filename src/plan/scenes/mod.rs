//! The choreography of each rule, scene by scene: two small worlds and the steps between them.

mod drifts;
mod hazards;
mod owners;
mod steps;
mod whole;

use super::*;
use crate::resource::{
    Address, ConnectionState, ConnectionStatus, Etag, Fingerprint, Graph, Kind, Live, Moved, Observed, Project, Resource, SecretPath,
    Status, UserStatus, WebhookState,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

fn address(text: &str) -> Address {
    text.parse().expect("the scene's addresses are addresses")
}

fn body(address: &Address, mut fields: Value) -> Arc<Resource> {
    let defaults = match address.kind {
        Kind::Service => json!({ "auth": { "type": "oauth2", "token_url": "https://a.example/token" } }),
        Kind::Connection => json!({ "service": "slack" }),
        Kind::Webhook => json!({ "url": "https://a.example" }),
        Kind::Function => json!({ "category": "schedule", "script": { "path": "f.ds", "sha256": "00" } }),
    };
    fields["name"] = json!("n");
    for (key, value) in defaults.as_object().expect("defaults are objects") {
        fields.as_object_mut().expect("fields are an object").entry(key.clone()).or_insert(value.clone());
    }
    Arc::new(Resource::deserialize(address.kind, fields).expect("the scene's bodies are well-formed"))
}

fn declared(resources: &[(&str, Value)]) -> Project {
    let resources = resources.iter().map(|(at, fields)| (address(at), body(&address(at), fields.clone())));
    let resources: std::collections::BTreeMap<_, _> = resources.collect();
    let slack = json!({ "name": "Slack", "auth": { "type": "oauth2", "token_url": "https://slack.com/token" } });
    let default_services = [(crate::resource::Name::new("slack"), Arc::new(serde_json::from_value(slack).expect("a service")))].into();
    let graph = Graph::of(resources.iter().map(|(address, body)| (address, body.as_ref())));
    Project { name: "ours".to_owned(), application: None, resources, default_services, graph, moved: Vec::new(), ..Project::default() }
}

/// Ours and, of connections, connected.
fn live(resources: &[(&str, Value)]) -> Observed {
    let object = |(at, fields): &(&str, Value)| {
        let address = address(at);
        let status = match address.kind {
            Kind::Service => Status::Service,
            Kind::Connection => Status::Connection(ConnectionStatus { state: ConnectionState::Connected, users: Vec::new() }),
            Kind::Webhook => Status::Webhook(WebhookState::Active),
            Kind::Function => Status::Function,
        };
        let live = Live {
            resource: body(&address, fields.clone()),
            etag: Etag(format!("etag of {at}")),
            owner: Some("ours".to_owned()),
            status,
            applied: None,
            secrets: Default::default(),
        };
        (address, live)
    };
    Observed { objects: resources.iter().map(object).collect(), revision: 1 }
}

fn state(observed: &mut Observed, at: &str, state: ConnectionState) {
    let status = Status::Connection(ConnectionStatus { state, users: Vec::new() });
    observed.objects.get_mut(&address(at)).expect("it is live").status = status;
}

fn owner(observed: &mut Observed, at: &str, owner: Option<&str>) {
    observed.objects.get_mut(&address(at)).expect("it is live").owner = owner.map(str::to_owned);
}

fn planned(project: &Project, observed: &Observed) -> Plan {
    with(project, observed, &PlanOptions::default())
}

fn with(project: &Project, observed: &Observed, options: &PlanOptions) -> Plan {
    let made = plan(project, observed, &Fingerprints::new(), options).expect("the scene has an order");
    assert_eq!(inspect(&made, project, observed), []);
    made
}

/// All steps in order, `do address`; refused changes as `refused address code`.
fn told(plan: &Plan) -> Vec<String> {
    let mut steps: Vec<(usize, String)> = Vec::new();
    let mut refused = Vec::new();
    for change in &plan.changes {
        for step in &change.steps {
            let number = step.id.0[1..].parse().expect("steps are numbered");
            steps.push((number, format!("{} {}", step.action.word(), step.target.as_ref().unwrap_or(&change.address))));
        }
        refused.extend(change.refused.iter().map(|refused| format!("refused {} {}", change.address, refused.code)));
    }
    steps.sort();
    steps.into_iter().map(|(_, step)| step).chain(refused).collect()
}

fn change<'p>(plan: &'p Plan, at: &str) -> &'p Change {
    plan.changes.iter().find(|change| change.address == address(at)).expect("it is planned")
}
