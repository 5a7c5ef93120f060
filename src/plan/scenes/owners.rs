//! What is not ours, what becomes ours, and what is let go of.

use super::*;

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
