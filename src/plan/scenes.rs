//! The choreography of each rule, scene by scene: two small worlds and the steps between them.

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

#[test]
fn a_new_connection_is_created_after_its_service_and_authorised_before_its_webhook() {
    let project = declared(&[
        ("services.s", json!({})),
        ("connections.c", json!({ "service": "s", "use_login_user_credentials": true })),
        ("webhooks.w", json!({ "auth": { "connection": "c" } })),
    ]);
    let made = planned(&project, &Observed::default());
    assert_eq!(told(&made), ["create services.s", "create connections.c", "authorize connections.c", "create webhooks.w"]);
    assert_eq!(change(&made, "connections.c").steps[1].actor, Some(Actor::EachUser));
    assert_eq!((made.summary.create, made.summary.consents), (3, 1));
}

#[test]
fn a_connected_connection_is_revoked_updated_and_authorised_and_the_cost_is_told() {
    let project = declared(&[
        ("connections.c", json!({ "scopes": ["a.READ", "b.WRITE"] })),
        ("webhooks.w", json!({ "auth": { "connection": "c" } })),
        ("functions.f", json!({ "connections": ["c"] })),
    ]);
    let mut observed = live(&[
        ("connections.c", json!({ "scopes": ["a.READ"] })),
        ("webhooks.w", json!({ "auth": { "connection": "c" } })),
        ("functions.f", json!({ "connections": ["c"] })),
    ]);
    let users = vec![UserStatus { user: "ann".to_owned(), state: ConnectionState::Connected }];
    observed.objects.get_mut(&address("connections.c")).expect("it is live").status =
        Status::Connection(ConnectionStatus { state: ConnectionState::Connected, users });
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["revoke connections.c", "update connections.c", "authorize connections.c"]);
    let change = change(&made, "connections.c");
    assert_eq!(change.action, Action::Reconnect);
    assert_eq!(change.reasons, [Reason { code: "scope-added".to_owned(), path: Some("/scopes".to_owned()) }]);
    assert_eq!(change.hazards, [Hazard::LosesTokens, Hazard::NeedsConsent, Hazard::PausesWebhooks, Hazard::WidensScopes]);
    assert_eq!(change.affects.users, BTreeSet::from(["ann".to_owned(), "owner".to_owned()]));
    assert_eq!(change.affects.functions, BTreeSet::from([address("functions.f")]));
    let counts = &made.summary;
    assert_eq!((counts.reconnect, counts.users_affected, counts.webhooks_paused, counts.scope_escalations), (1, 2, 1, 1));
    assert_eq!(counts.unchanged, 2);
}

#[test]
fn bookkeeping_and_unconnected_connections_are_updated_without_revoking() {
    let project = declared(&[("connections.c", json!({ "protect": true }))]);
    assert_eq!(told(&planned(&project, &live(&[("connections.c", json!({}))]))), ["update connections.c"]);
    let project = declared(&[("connections.c", json!({ "scopes": ["a"] }))]);
    let mut observed = live(&[("connections.c", json!({}))]);
    state(&mut observed, "connections.c", ConnectionState::AwaitingConsent);
    assert_eq!(told(&planned(&project, &observed)), ["update connections.c"]);
    state(&mut observed, "connections.c", ConnectionState::NotConnected);
    assert_eq!(told(&planned(&project, &observed)), ["update connections.c", "authorize connections.c"]);
}

#[test]
fn a_lost_authorisation_is_asked_for_again_and_a_pending_one_is_waited_for() {
    let project = declared(&[("connections.c", json!({}))]);
    let mut observed = live(&[("connections.c", json!({}))]);
    for (lost, code) in
        [(ConnectionState::Revoked, "revoked"), (ConnectionState::Expired, "expired"), (ConnectionState::NotConnected, "not-connected")]
    {
        state(&mut observed, "connections.c", lost);
        let made = planned(&project, &observed);
        assert_eq!(told(&made), ["authorize connections.c"]);
        assert_eq!(change(&made, "connections.c").reasons[0].code, code);
    }
    state(&mut observed, "connections.c", ConnectionState::AwaitingConsent);
    let made = planned(&project, &observed);
    assert!(made.changes.is_empty());
    assert_eq!(made.waiting, [Waiting { address: address("connections.c"), state: ConnectionState::AwaitingConsent }]);
}

#[test]
fn whoever_has_to_consent_is_counted_and_named_also_after_a_revocation() {
    let all = [("connections.c", json!({ "use_login_user_credentials": true }))];
    let (project, mut observed) = (declared(&all), live(&all));
    let user = |(user, state): (&str, ConnectionState)| UserStatus { user: user.to_owned(), state };
    let (lost, held) = (ConnectionState::Revoked, ConnectionState::Connected);
    for (zoe, state) in [(lost, lost), (held, held)] {
        let status = ConnectionStatus { state, users: [("ada", lost), ("zoe", zoe)].map(user).into() };
        observed.objects.get_mut(&address("connections.c")).expect("it is live").status = Status::Connection(status);
        let wanted = json!({ "use_login_user_credentials": true, "description": "another" });
        let project = if state == held { declared(&[("connections.c", wanted)]) } else { project.clone() };
        let made = planned(&project, &observed);
        let affects = &change(&made, "connections.c").affects;
        assert_eq!((made.summary.consents, made.summary.users_affected), (2, usize::from(state == held)));
        assert_eq!(affects.asked, ["ada".to_owned(), "zoe".to_owned()].into());
        assert_eq!(affects.users.len(), usize::from(state == held), "who lost it before does not lose it once more");
    }
}

#[test]
fn whatever_is_done_to_a_protected_object_is_told_but_its_adoption() {
    let protected = |fields: &[(&str, Value)]| {
        let mut body = json!({ "protect": true });
        fields.iter().for_each(|(key, value)| body[key] = value.clone());
        ("connections.c", body)
    };
    let mut observed = live(&[protected(&[])]);
    let mut project = declared(&[protected(&[("description", json!("another"))])]);
    let hazards = |project: &Project, observed: &Observed| change(&planned(project, observed), "connections.c").hazards.clone();
    assert!(hazards(&project, &observed).contains(&Hazard::TouchesProtected));
    assert_eq!(hazards(&project, &live(&[("connections.c", json!({ "description": "open" }))])).len(), 2, "it was not protected");
    state(&mut observed, "connections.c", ConnectionState::Revoked);
    assert!(hazards(&declared(&[protected(&[])]), &observed).contains(&Hazard::TouchesProtected));
    state(&mut observed, "connections.c", ConnectionState::Connected);
    owner(&mut observed, "connections.c", None);
    project = declared(&[protected(&[])]);
    project.adopted = [(address("connections.c"), None)].into();
    assert_eq!(hazards(&project, &observed), []);
}

#[test]
fn client_credentials_are_asked_for_once_and_a_refusal_is_no_difference() {
    let client = json!({ "auth": { "type": "oauth2", "grant": "client_credentials", "token_url": "https://a.example/t" } });
    let all = [("services.s", client), ("connections.c", json!({ "service": "s" }))];
    let (project, mut observed) = (declared(&all), live(&all));
    for settled in [ConnectionState::Connected, ConnectionState::Error] {
        state(&mut observed, "connections.c", settled);
        let made = planned(&project, &observed);
        assert!(made.changes.is_empty());
        let is_told = made.waiting == [Waiting { address: address("connections.c"), state: ConnectionState::Error }];
        assert_eq!(is_told, settled == ConnectionState::Error, "what is in error is told all the same");
    }
    for open in [ConnectionState::NotConnected, ConnectionState::Expired] {
        state(&mut observed, "connections.c", open);
        let made = planned(&project, &observed);
        assert_eq!((told(&made), made.summary.consents), (vec!["authorize connections.c".to_owned()], 0));
    }
    let (project, mut observed) =
        (declared(&[all[0].clone(), ("connections.c", json!({ "service": "s", "description": "another" }))]), observed);
    state(&mut observed, "connections.c", ConnectionState::Error);
    assert_eq!(told(&planned(&project, &observed)), ["update connections.c", "authorize connections.c"]);
}

#[test]
fn a_webhook_waits_for_its_connections_service_also_where_the_connection_is_as_it_should_be() {
    let hook = |url: &str| ("webhooks.w", json!({ "url": url, "auth": { "connection": "c" } }));
    let connection = ("connections.c", json!({ "service": "s" }));
    let project = declared(&[("services.s", json!({ "hosts": ["b.example"] })), connection.clone(), hook("https://b.example")]);
    let made = planned(&project, &live(&[("services.s", json!({})), connection, hook("https://a.example")]));
    assert_eq!(told(&made), ["update services.s", "update webhooks.w"]);
    assert_eq!(change(&made, "webhooks.w").steps[0].after, [StepId("s1".to_owned())]);
}

#[test]
fn another_authentication_revokes_the_services_connections_first_and_foreign_ones_stand_in_its_way() {
    let basic = json!({ "auth": { "type": "basic" } });
    let project = declared(&[("services.s", basic), ("connections.c", json!({ "service": "s" }))]);
    let mut observed = live(&[("services.s", json!({})), ("connections.c", json!({ "service": "s" }))]);
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["revoke connections.c", "update services.s", "authorize connections.c"]);
    assert_eq!(change(&made, "connections.c").reasons[0].code, "service-changed");
    assert_eq!(change(&made, "connections.c").steps[1].actor, Some(Actor::Broker));
    assert_eq!(change(&made, "services.s").affects.connections, BTreeSet::from([address("connections.c")]));
    let theirs = observed.objects[&address("connections.c")].clone();
    observed.objects.insert(address("connections.theirs"), Live { owner: Some("theirs".to_owned()), ..theirs });
    assert_eq!(
        told(&planned(&project, &observed)),
        ["refused services.s authentication-while-connected", "refused connections.c depends-on-refused"]
    );
}

#[test]
fn a_connection_of_another_service_is_replaced_behind_its_webhooks_back() {
    let hook = ("webhooks.w", json!({ "auth": { "connection": "c" } }));
    let project = declared(&[("services.s", json!({})), ("connections.c", json!({ "service": "s" })), hook.clone()]);
    let mut observed = live(&[("connections.c", json!({})), hook]);
    let made = planned(&project, &observed);
    assert_eq!(
        told(&made),
        [
            "create services.s",
            "detach webhooks.w",
            "revoke connections.c",
            "delete connections.c",
            "create connections.c",
            "authorize connections.c",
            "attach webhooks.w"
        ]
    );
    let detach = &change(&made, "connections.c").steps[0];
    assert_eq!(detach.precondition, Some(Precondition { etag: Etag("etag of webhooks.w".to_owned()) }));
    owner(&mut observed, "webhooks.w", Some("theirs"));
    let project = declared(&[("services.s", json!({})), ("connections.c", json!({ "service": "s" }))]);
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["create services.s", "refused connections.c delete-while-referenced"]);
    assert!(change(&made, "connections.c").refused.as_ref().is_some_and(|refused| refused.message.contains("`webhooks.w`")));
}

#[test]
fn dependents_let_go_before_a_connection_is_deleted_and_functions_only_warn() {
    let project = declared(&[
        ("connections.new", json!({})),
        ("webhooks.kept", json!({ "auth": { "connection": "new" } })),
        ("functions.f", json!({ "connections": ["old"] })),
    ]);
    let observed = live(&[
        ("connections.new", json!({})),
        ("connections.old", json!({})),
        ("webhooks.gone", json!({ "auth": { "connection": "old" } })),
        ("webhooks.kept", json!({ "auth": { "connection": "old" } })),
        ("functions.f", json!({ "connections": ["old"] })),
    ]);
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["delete webhooks.gone", "update webhooks.kept", "revoke connections.old", "delete connections.old"]);
    let change = change(&made, "connections.old");
    // The one webhook goes away and the other is given a connection that is connected: nothing pauses.
    assert_eq!(change.hazards, [Hazard::LosesTokens, Hazard::BreaksFunctions, Hazard::Destroys]);
    assert_eq!(change.affects.functions, BTreeSet::from([address("functions.f")]));
    let project = declared(&[("webhooks.kept", json!({ "auth": { "connection": "old" } }))]);
    let refused =
        planned(&project, &live(&[("connections.old", json!({})), ("webhooks.kept", json!({ "auth": { "connection": "old" } }))]));
    assert_eq!(told(&refused), ["refused connections.old delete-while-referenced"]);
}

#[test]
fn a_rename_makes_the_new_one_moves_the_dependents_over_and_deletes_the_old_one() {
    let mut project = declared(&[("connections.new", json!({})), ("webhooks.w", json!({ "auth": { "connection": "new" } }))]);
    project.moved = vec![Moved { from: address("connections.old"), to: address("connections.new") }];
    let mut observed = live(&[("connections.old", json!({})), ("webhooks.w", json!({ "auth": { "connection": "old" } }))]);
    let made = planned(&project, &observed);
    assert_eq!(
        told(&made),
        ["create connections.new", "authorize connections.new", "update webhooks.w", "revoke connections.old", "delete connections.old"]
    );
    assert_eq!((made.summary.moved, made.summary.create, made.summary.delete), (1, 0, 0));
    assert_eq!(change(&made, "connections.new").previous_address, Some(address("connections.old")));
    owner(&mut observed, "connections.old", None);
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["create connections.new", "authorize connections.new", "update webhooks.w"]);
}

#[test]
fn whichever_of_its_former_names_is_live_moves() {
    let mut project = declared(&[("connections.c", json!({}))]);
    let moved = |from: &str| Moved { from: address(from), to: address("connections.c") };
    project.moved = vec![moved("connections.z"), moved("connections.b")];
    for from in ["connections.z", "connections.b"] {
        let made = planned(&project, &live(&[(from, json!({}))]));
        assert_eq!((made.summary.moved, made.summary.create, made.summary.delete), (1, 0, 0));
        assert_eq!(change(&made, "connections.c").previous_address, Some(address(from)));
    }
    // The move from `z` to `b` was broken off: the later one moves on, and the other goes once that is done.
    let made = planned(&project, &live(&[("connections.z", json!({})), ("connections.b", json!({}))]));
    assert_eq!((made.summary.moved, made.summary.create, made.summary.delete), (1, 0, 1));
    assert_eq!(change(&made, "connections.c").previous_address, Some(address("connections.b")));
    let steps = told(&made);
    let at = |step: &str| steps.iter().position(|one| one == step).expect("a step");
    assert!(at("authorize connections.c") < at("delete connections.z"), "{steps:?}");
    let made = planned(&project, &live(&[("connections.c", json!({}))]));
    assert_eq!(told(&made), [] as [&str; 0]);
}

#[test]
fn what_is_protected_or_not_owned_is_left_alone_with_all_that_waits_for_it() {
    let project = declared(&[
        ("connections.theirs", json!({})),
        ("webhooks.w", json!({ "auth": { "connection": "theirs" } })),
        ("functions.f", json!({})),
    ]);
    let mut observed = live(&[
        ("connections.theirs", json!({})),
        ("services.old", json!({})),
        ("connections.kept", json!({ "protect": true, "service": "old" })),
    ]);
    owner(&mut observed, "connections.theirs", Some("theirs"));
    let made = planned(&project, &observed);
    assert_eq!(
        told(&made),
        [
            "create functions.f",
            "refused services.old depends-on-refused",
            "refused connections.kept protected",
            "refused connections.theirs not-owned",
            "refused webhooks.w depends-on-refused"
        ]
    );
    assert_eq!((made.summary.refused, made.summary.create), (4, 1));
}

#[test]
fn targets_bring_what_they_need_and_a_slip_is_an_error() {
    let project = declared(&[
        ("services.s", json!({})),
        ("connections.c", json!({ "service": "s" })),
        ("connections.other", json!({})),
        ("webhooks.w", json!({ "auth": { "connection": "c" } })),
    ]);
    let options = |at: &str| PlanOptions { targets: [address(at)].into(), ..PlanOptions::default() };
    let made = with(&project, &Observed::default(), &options("connections.c"));
    assert_eq!(told(&made), ["create services.s", "create connections.c", "authorize connections.c"]);
    let slip = plan(&project, &Observed::default(), &Fingerprints::new(), &options("connections.d"));
    assert!(matches!(slip, Err(PlanError::UnknownTarget { known, .. }) if known.contains(&address("connections.c"))));
}

#[test]
fn an_empty_project_deletes_nothing_unless_asked() {
    let observed = live(&[("connections.c", json!({}))]);
    let empty = declared(&[]);
    let refused = plan(&empty, &observed, &Fingerprints::new(), &PlanOptions::default());
    assert_eq!(refused, Err(PlanError::EmptyProject { owned: 1 }));
    let made = with(&empty, &observed, &PlanOptions { allow_empty: true, ..PlanOptions::default() });
    assert_eq!(told(&made), ["revoke connections.c", "delete connections.c"]);
}

#[test]
fn destroying_goes_backwards() {
    let all = [
        ("services.s", json!({})),
        ("connections.c", json!({ "service": "s" })),
        ("webhooks.w", json!({ "auth": { "connection": "c" } })),
        ("functions.f", json!({ "connections": ["c"] })),
    ];
    let made = with(&declared(&all), &live(&all), &PlanOptions { mode: Mode::Destroy, ..PlanOptions::default() });
    assert_eq!(
        told(&made),
        ["delete webhooks.w", "delete functions.f", "revoke connections.c", "delete connections.c", "delete services.s"]
    );
    assert_eq!((made.summary.delete, made.summary.unchanged), (4, 0));
}

#[test]
fn a_changed_secret_reconnects_and_an_unreadable_one_is_left_as_it_is() {
    let basic = json!({ "credentials": { "password": { "env": "P" } } });
    let project = declared(&[("connections.c", basic.clone())]);
    let mut observed = live(&[("connections.c", basic)]);
    let path = SecretPath("/credentials/password".to_owned());
    let print = |text: &str| Fingerprint(text.to_owned());
    observed.objects.get_mut(&address("connections.c")).expect("it is live").secrets = [(path.clone(), print("1"))].into();
    assert!(planned(&project, &observed).changes.is_empty());
    let prints = Fingerprints::from([(address("connections.c"), [(path, print("2"))].into())]);
    let made = plan(&project, &observed, &prints, &PlanOptions::default()).expect("the scene has an order");
    assert_eq!(told(&made), ["revoke connections.c", "update connections.c", "authorize connections.c"]);
    let secret = DiffValue::Secret { reference: "env:P".to_owned(), fingerprint: Some(print("2")) };
    assert_eq!(change(&made, "connections.c").diff[0].value, Some(secret));
}

#[test]
fn drift_is_told_from_what_was_applied_to_what_is_live() {
    let project = declared(&[("connections.c", json!({}))]);
    let mut observed = live(&[("connections.c", json!({ "description": "moved" }))]);
    let applied = body(&address("connections.c"), json!({}));
    observed.objects.get_mut(&address("connections.c")).expect("it is live").applied = Some(applied);
    let made = planned(&project, &observed);
    assert_eq!(made.drift.len(), 1);
    assert_eq!((made.drift[0].diff[0].difference.path.as_str(), made.drift[0].diff[0].difference.op), ("/description", DiffOp::Add));
}

#[test]
fn the_third_side_of_a_drift_is_the_declaration() {
    let all = |scopes: &[&str]| json!({ "scopes": scopes, "description": "as applied" });
    let sides = |wanted: &[(&str, Value)]| {
        let mut observed = live(&[("connections.c", json!({ "scopes": ["a", "c"], "description": "by hand" }))]);
        let applied = body(&address("connections.c"), all(&["a", "b"]));
        observed.objects.get_mut(&address("connections.c")).expect("it is live").applied = Some(applied);
        let found = drift(&declared(wanted), &observed, &Default::default());
        found[0].diff.iter().map(|one| (one.difference.path.clone(), one.difference.op, one.declared)).collect::<Vec<_>>()
    };
    let at = |path: &str, op, side| (path.to_owned(), op, side);
    let (description, scopes) = ("/description", "/scopes");
    assert_eq!(
        sides(&[("connections.c", all(&["a", "b"]))]),
        [
            at(description, DiffOp::Replace, Side::AsApplied),
            at(scopes, DiffOp::SetRemove, Side::AsApplied),
            at(scopes, DiffOp::SetAdd, Side::AsApplied)
        ]
    );
    assert_eq!(
        sides(&[("connections.c", json!({ "scopes": ["a", "c"], "description": "new" }))]),
        [
            at(description, DiffOp::Replace, Side::Otherwise),
            at(scopes, DiffOp::SetRemove, Side::AsLive),
            at(scopes, DiffOp::SetAdd, Side::AsLive)
        ]
    );
    assert!(sides(&[]).iter().all(|(_, _, side)| *side == Side::NotDeclared));
}

#[test]
fn what_is_gone_or_somebody_elses_drifted_only_where_it_was_ours_and_is_declared() {
    use crate::resource::{Deed, Trace};
    let trace = |deed, ours| Trace { by: "ada".to_owned(), at: "2026-11-24T05:30:00Z".to_owned(), deed, ours, revoked: None };
    let project = declared(&[("connections.gone", json!({})), ("connections.taken", json!({})), ("connections.new", json!({}))]);
    let mut observed = live(&[("connections.taken", json!({}))]);
    owner(&mut observed, "connections.taken", Some("theirs"));
    let traces = [
        (address("connections.gone"), trace(Deed::Delete, true)),
        (address("connections.taken"), trace(Deed::Adopt, true)),
        (address("connections.undeclared"), trace(Deed::Delete, true)),
        (address("connections.new"), trace(Deed::Delete, false)),
    ];
    let traces: crate::resource::Traces = traces.into();
    let options = PlanOptions { traces: traces.clone(), ..PlanOptions::default() };
    let made = with(&project, &observed, &options);
    let why = |at: &str| change(&made, at).reasons[0].code.clone();
    assert_eq!((why("connections.gone"), why("connections.new")), (DELETED_ELSEWHERE.to_owned(), "not-there-yet".to_owned()));
    let found = drift(&project, &observed, &traces);
    assert_eq!(made.drift, found);
    let told: Vec<_> = found.iter().map(|one| (one.address.to_string(), one.kind, one.owner.as_deref(), one.by.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("connections.gone".to_owned(), DriftKind::Deleted, None, Some("ada")),
            ("connections.taken".to_owned(), DriftKind::OwnerChanged, Some("theirs"), Some("ada")),
        ]
    );
}

#[test]
fn an_authorisation_that_is_gone_drifted_and_one_that_never_was_did_not() {
    use crate::resource::{Deed, Trace};
    let project = declared(&[("connections.c", json!({}))]);
    let mut observed = live(&[("connections.c", json!({}))]);
    let at = "2026-11-24T05:30:00Z".to_owned();
    let revoked = Some(("ada".to_owned(), at.clone()));
    let trace = Trace { by: "zoe".to_owned(), at, deed: Deed::Put, ours: true, revoked };
    let traces = [(address("connections.c"), trace)].into();
    let mut told = |state: ConnectionState| {
        self::state(&mut observed, "connections.c", state);
        drift(&project, &observed, &traces).pop().map(|one| (one.kind, one.state, one.by))
    };
    assert_eq!(told(ConnectionState::Revoked), Some((DriftKind::State, Some(ConnectionState::Revoked), Some("ada".to_owned()))));
    assert_eq!(told(ConnectionState::Expired), Some((DriftKind::State, Some(ConnectionState::Expired), None)));
    for never in [ConnectionState::NotConnected, ConnectionState::AwaitingConsent, ConnectionState::Error, ConnectionState::Connected] {
        assert_eq!(told(never), None);
    }
}

#[test]
fn only_what_nobody_owns_is_adopted_at_once_and_nothing_else_is_done_to_it() {
    let all = ["connections.as_is", "connections.lost", "connections.differs", "connections.theirs"].map(|at| (at, json!({})));
    let mut project = declared(&all);
    let mut observed = live(&all);
    all.iter().for_each(|(at, _)| owner(&mut observed, at, None));
    owner(&mut observed, "connections.theirs", Some("theirs"));
    state(&mut observed, "connections.lost", ConnectionState::Revoked);
    let differs = observed.objects.get_mut(&address("connections.differs")).expect("it is live");
    differs.resource = body(&address("connections.differs"), json!({ "description": "by hand" }));
    let from = |at: &str| (at == "connections.theirs").then(|| "theirs".to_owned());
    project.adopted = all.iter().map(|(at, _)| (address(at), from(at))).collect();
    let made = planned(&project, &observed);
    assert_eq!(made.summary.adopt, 4);
    let chosen = all.iter().map(|(at, _)| address(at)).collect();
    assert_eq!(told(&adoptions(&made, &chosen)), ["adopt connections.as_is", "adopt connections.lost"]);
    assert!(adoptions(&made, &BTreeSet::from([address("connections.theirs")])).changes.is_empty());
}

#[test]
fn what_is_adopted_comes_as_it_is_and_only_from_whom_it_is_said_to() {
    let all = [("services.s", json!({})), ("connections.c", json!({ "service": "s" }))];
    let mut project = declared(&all);
    let mut observed = live(&all);
    owner(&mut observed, "services.s", None);
    owner(&mut observed, "connections.c", Some("theirs"));
    project.adopted = [(address("services.s"), None), (address("connections.c"), Some("theirs".to_owned()))].into();
    let made = planned(&project, &observed);
    assert_eq!(told(&made), ["adopt services.s", "adopt connections.c"]);
    assert_eq!((made.summary.adopt, made.summary.refused), (2, 0));
    assert!(made.changes.iter().all(|change| change.diff.is_empty()));
    assert_eq!((change(&made, "services.s").from.as_deref(), change(&made, "services.s").hazards.as_slice()), (None, [].as_slice()));
    assert_eq!(change(&made, "connections.c").from.as_deref(), Some("theirs"));
    assert_eq!(change(&made, "connections.c").hazards, [Hazard::TakesFromAnotherProject]);
    assert_eq!(made.summary.taken_over, 1);
    project.adopted = [(address("services.s"), None), (address("connections.c"), Some("others".to_owned()))].into();
    assert_eq!(
        change(&planned(&project, &observed), "connections.c").refused.as_ref().map(|refused| refused.code.as_str()),
        Some("not-owned")
    );
}

#[test]
fn what_is_forgotten_stays_and_still_stands_in_the_way() {
    let all = [("connections.c", json!({})), ("webhooks.w", json!({ "auth": { "connection": "c" } })), ("functions.f", json!({}))];
    let mut project = declared(&all[..1]);
    project.forgotten = [address("webhooks.w"), address("functions.f")].into();
    let made = planned(&project, &live(&all));
    assert_eq!(told(&made), ["forget webhooks.w", "forget functions.f"]);
    assert!(made.changes.iter().all(|change| change.hazards == [Hazard::Forgets]));
    let mut without = declared(&[]);
    without.forgotten = project.forgotten.clone();
    let made = with(&without, &live(&all), &PlanOptions { allow_empty: true, ..PlanOptions::default() });
    assert_eq!(change(&made, "connections.c").refused.as_ref().map(|refused| refused.code.as_str()), Some("delete-while-referenced"));
}

#[test]
fn what_lets_credentials_out_or_ends_protection_is_not_safe() {
    let oauth2 = |token_url: &str| json!({ "auth": { "type": "oauth2", "token_url": token_url }, "hosts": ["a.example"] });
    let all = |protect: bool, token_url: &str, url: &str| {
        let signed = json!({ "url": url, "auth": { "connection": "c" } });
        declared(&[
            ("services.s", oauth2(token_url)),
            ("connections.c", json!({ "service": "s", "protect": protect })),
            ("webhooks.w", signed),
        ])
    };
    let before = all(true, "https://a.example/token", "https://a.example/x");
    let mut observed = live(&[]);
    for (at, resource) in &before.resources {
        let object = live(&[(&at.to_string(), json!({}))]).objects.remove(at).expect("it was made");
        observed.objects.insert(at.clone(), Live { resource: resource.clone(), ..object });
    }
    let made = planned(&all(false, "https://b.example/token", "https://b.example/x"), &observed);
    assert!(change(&made, "connections.c").hazards.contains(&Hazard::Unprotects));
    assert!(change(&made, "services.s").hazards.contains(&Hazard::SendsElsewhere));
    assert!(change(&made, "webhooks.w").hazards.contains(&Hazard::SendsElsewhere));
    assert_eq!((made.summary.unprotected, made.summary.sent_elsewhere), (1, 2));
    let safe = approve(&made, &Approval::Safe).expect("a plan can be narrowed to what is safe");
    assert_eq!((safe.plan.changes.len(), safe.left_out.len()), (0, 3));
}

#[test]
fn a_new_connection_that_nobody_consents_to_escalates_with_all_that_is_not_reading() {
    let machine = json!({ "auth": { "type": "oauth2", "grant": "client_credentials", "token_url": "https://a.example/token" } });
    let asking = |scopes: Value, service: &str| {
        declared(&[("services.m", machine.clone()), ("connections.c", json!({ "service": service, "scopes": scopes }))])
    };
    let hazards = |project: &Project| {
        let made = planned(project, &Observed::default());
        (change(&made, "connections.c").hazards.clone(), made.summary.scope_escalations)
    };
    assert_eq!(hazards(&asking(json!(["a.read", "a.delete", "a.write"]), "m")), (vec![Hazard::WidensScopes], 2));
    assert_eq!(hazards(&asking(json!(["a.read"]), "m")), (vec![], 0));
    assert_eq!(hazards(&asking(json!(["a.write"]), "slack")), (vec![Hazard::NeedsConsent], 0));
}

#[test]
fn a_circle_among_declarations_is_named() {
    let project = declared(&[
        ("webhooks.a", json!({ "depends_on": ["webhooks.b"] })),
        ("webhooks.b", json!({ "depends_on": ["webhooks.a"] })),
        ("webhooks.c", json!({ "depends_on": ["webhooks.a"] })),
    ]);
    let refused = plan(&project, &Observed::default(), &Fingerprints::new(), &PlanOptions::default());
    assert_eq!(refused, Err(PlanError::Circle { addresses: vec![address("webhooks.a"), address("webhooks.b")] }));
}

#[test]
fn a_plan_that_was_tampered_with_is_found_out() {
    let project = declared(&[("services.s", json!({})), ("connections.c", json!({ "service": "s" }))]);
    let observed = Observed::default();
    let good = planned(&project, &observed);
    let findings = |tamper: &dyn Fn(&mut Plan)| {
        let mut plan = good.clone();
        tamper(&mut plan);
        inspect(&plan, &project, &observed)
    };
    let by_luck = findings(&|plan| plan.changes[1].steps[0].after.clear());
    assert!(by_luck.iter().any(|finding| matches!(finding, Finding::WouldFail { mishap: Mishap::Dangling(_), .. })));
    assert!(findings(&|plan| drop(plan.changes.pop())).contains(&Finding::NotCovered(address("connections.c"))));
    assert!(findings(&|plan| plan.summary.create += 1).contains(&Finding::WrongCounts));
    assert!(findings(&|plan| plan.changes[0].steps[0].after.push(StepId("s3".to_owned()))).contains(&Finding::Circle));
    let unknown = Finding::UnknownStep { step: StepId("s1".to_owned()), after: StepId("s9".to_owned()) };
    assert!(findings(&|plan| plan.changes[0].steps[0].after.push(StepId("s9".to_owned()))).contains(&unknown));
    assert!(findings(&|plan| plan.changes[1].steps.truncate(1)).contains(&Finding::NotAsPlanned(address("connections.c"))));
}
