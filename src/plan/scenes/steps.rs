//! The steps of one change and how changes wait for each other.

use super::*;

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
