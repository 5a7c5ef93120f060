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
