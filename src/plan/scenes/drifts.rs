//! What was changed behind the project's back.

use super::*;

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
