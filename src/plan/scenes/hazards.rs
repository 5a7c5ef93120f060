//! What is not safe to let through unseen.

use super::*;

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
