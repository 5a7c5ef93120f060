//! A plan as a whole: what it covers, what it refuses to be made of, and that it is checked.

use super::*;

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
