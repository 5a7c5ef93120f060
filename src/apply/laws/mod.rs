//! Laws of planning and applying, on arbitrary worlds and at every point of interruption.

mod approvals;
mod files;
mod worlds;

use super::fake::{FakeMaterial, FakeRemote};
use super::{Applying, Because, Event, MaterialError, Remote, RemoteError, Report, StepError, apply};
use crate::plan::{Action, Change, Fingerprints, Mode, Plan, PlanOptions, Step, inspect, plan};
use crate::resource::{Address, Etag, Fingerprint, Kind, Live, Observed, Project, Resource, SecretPath, Status, WebhookState};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use worlds::{Tape, fingerprints, observed, project, with_ownership};

fn run(plan: &Plan, remote: &dyn Remote, id: &str, parallelism: usize) -> Report {
    let applying =
        Applying { run_id: id, project: "ours", remote, material: &FakeMaterial, parallelism, cancelled: &AtomicBool::new(false) };
    apply(plan, applying, &mut |_| {})
}

type Standing = BTreeMap<Address, (Arc<Resource>, Option<String>, Status)>;

fn standing(observed: &Observed) -> Standing {
    let of = |live: &Live| (live.resource.clone(), live.owner.clone(), live.status.clone());
    observed.objects.iter().map(|(address, live)| (address.clone(), of(live))).collect()
}

fn steps(plan: &Plan) -> usize {
    plan.changes.iter().map(|change| change.steps.len()).sum()
}

fn refused(plan: &Plan) -> Vec<&Address> {
    plan.changes.iter().filter(|change| change.refused.is_some()).map(|change| &change.address).collect()
}

/// A plan as short as a failure message should be.
fn outline(plan: &Plan) -> String {
    let step = |step: &Step| {
        let target = step.target.as_ref().map(|target| format!(" {target}")).unwrap_or_default();
        let after: Vec<&str> = step.after.iter().map(|id| id.0.as_str()).collect();
        format!(" {}:{}{target}({})", step.id.0, step.action.word(), after.join(","))
    };
    let line = |change: &Change| {
        let steps: String = change.steps.iter().map(step).collect();
        let refused = change.refused.as_ref().map(|refused| format!(" REFUSED {}", refused.code)).unwrap_or_default();
        format!(
            "\n{} {} {:?}{refused}{steps}",
            change.action.symbol(),
            change.address,
            change.previous_address.as_ref().map(Address::to_string)
        )
    };
    plan.changes.iter().map(line).collect()
}

fn planned(project: &Project, observed: &Observed, prints: &Fingerprints, options: &PlanOptions) -> Plan {
    let made = plan(project, observed, prints, options).expect("the generator makes no circles");
    assert_eq!(inspect(&made, project, observed), [], "{}", outline(&made));
    made
}

fn applied(plan: &Plan, remote: &FakeRemote<'_>, parallelism: usize) -> Observed {
    let report = run(plan, remote, "plan", parallelism);
    assert!(report.is_complete(), "{:#?} {}", report.failed, outline(plan));
    remote.observe().expect("it is alive")
}

/// Plans, applies, and plans again: nothing is left but what is refused, and that is refused still.
fn applying_settles(project: &Project, live: &Observed, options: &PlanOptions) -> Observed {
    let prints = fingerprints(project);
    let first = planned(project, live, &prints, options);
    let end = applied(&first, &FakeRemote::new(project, live), 1);
    let again = planned(project, &end, &prints, options);
    assert_eq!(steps(&again), 0, "{} then {}", outline(&first), outline(&again));
    assert_eq!(refused(&first), refused(&again));
    assert!(again.changes.iter().all(|change| change.refused.is_some()));
    let parallel = FakeRemote::new(project, live).flaky();
    assert_eq!(standing(&end), standing(&applied(&first, &parallel, 4)));
    end
}

/// Whatever step an apply breaks off after, planning and applying again leads to the same end.
fn interruptions_heal(project: &Project, live: &Observed, options: &PlanOptions, end: &Observed) {
    let prints = fingerprints(project);
    let first = planned(project, live, &prints, options);
    // A quirk: a move onto something that is being replaced looks like a plain move once that is gone, and where the old
    // object may not go, the whole move is refused.
    let onto = |change: &Change| change.action == Action::Replace && project.moved.iter().any(|moved| moved.to == change.address);
    if first.changes.iter().any(onto) {
        return;
    }
    for lives in 0..steps(&first) {
        let dying = FakeRemote::new(project, live).dies_after(lives, lives % 2 == 0);
        let report = run(&first, &dying, "plan", 1);
        assert!(!report.is_complete());
        let halfway = dying.observe().expect("observing goes on");
        let second = planned(project, &halfway, &prints, options);
        let healed = applied(&second, &FakeRemote::new(project, &halfway), 1);
        assert_eq!(standing(&healed), standing(end), "after {lives} of {} then {}", outline(&first), outline(&second));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn applying_settles_and_interruptions_heal(bytes in prop::collection::vec(any::<u8>(), 400)) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let options = PlanOptions { allow_empty: true, ..PlanOptions::default() };
        let end = applying_settles(&project, &live, &options);
        interruptions_heal(&project, &live, &options, &end);
    }

    #[test]
    fn destroying_settles_and_interruptions_heal(bytes in prop::collection::vec(any::<u8>(), 400)) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let options = PlanOptions { mode: Mode::Destroy, ..PlanOptions::default() };
        let end = applying_settles(&project, &live, &options);
        interruptions_heal(&project, &live, &options, &end);
    }

    #[test]
    fn adopting_and_forgetting_settles_and_interruptions_heal(
        bytes in prop::collection::vec(any::<u8>(), 400), own in prop::collection::vec(any::<u8>(), 60),
    ) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let project = with_ownership(project, &live, &mut Tape::new(&own));
        let options = PlanOptions { allow_empty: true, ..PlanOptions::default() };
        let end = applying_settles(&project, &live, &options);
        interruptions_heal(&project, &live, &options, &end);
    }

    #[test]
    fn narrowed_plans_hold_together(bytes in prop::collection::vec(any::<u8>(), 400), at in any::<prop::sample::Index>()) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        prop_assume!(!project.resources.is_empty());
        let target = project.resources.keys().nth(at.index(project.resources.len())).expect("the index is within").clone();
        let options = PlanOptions { targets: [target].into(), ..PlanOptions::default() };
        let made = planned(&project, &live, &fingerprints(&project), &options);
        applied(&made, &FakeRemote::new(&project, &live), 1);
    }

    #[test]
    fn a_plan_reads_back_as_it_was(bytes in prop::collection::vec(any::<u8>(), 400)) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let made = planned(&project, &live, &fingerprints(&project), &PlanOptions { allow_empty: true, ..PlanOptions::default() });
        let text = serde_json::to_string(&made).expect("plans are JSON");
        prop_assert_eq!(serde_json::from_str::<Plan>(&text).expect("plans read back"), made);
    }
}

#[test]
fn events_come_in_order_and_a_failure_stops_only_what_waits_for_it() {
    let bytes: Vec<u8> = (0..400).map(|at| if at % 3 == 0 { 1 } else { 0 }).collect();
    let project = project(&mut Tape::new(&bytes));
    let live = Observed::default();
    let made = planned(&project, &live, &fingerprints(&project), &PlanOptions::default());
    let broken = made.changes[0].address.clone();
    let remote = FakeRemote::new(&project, &live).broken(&broken);
    let mut told = Vec::new();
    let cancelled = AtomicBool::new(false);
    let applying =
        Applying { run_id: "p", project: "ours", remote: &remote, material: &FakeMaterial, parallelism: 1, cancelled: &cancelled };
    let report = apply(&made, applying, &mut |event| told.push(event));
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].0.address, broken);
    assert_eq!(report.done.len() + report.failed.len() + report.not_attempted.len(), steps(&made));
    assert!(told.iter().any(|event| matches!(event, Event::Failed { message, .. } if message == "broken")));
}

fn small() -> (Project, Plan) {
    let bytes: Vec<u8> = (0..400).map(|at| u8::from(at % 2 == 0)).collect();
    let project = project(&mut Tape::new(&bytes));
    let made = planned(&project, &Observed::default(), &fingerprints(&project), &PlanOptions::default());
    (project, made)
}

fn applying<'a>(remote: &'a dyn Remote, cancelled: &'a AtomicBool) -> Applying<'a> {
    Applying { run_id: "p", project: "ours", remote, material: &FakeMaterial, parallelism: 1, cancelled }
}

#[test]
fn an_unreachable_platform_is_asked_three_times_under_one_key() {
    let (project, made) = small();
    let remote = FakeRemote::new(&project, &Observed::default()).dies_after(0, false);
    let mut again = Vec::new();
    let report = apply(&made, applying(&remote, &AtomicBool::new(false)), &mut |event| {
        if let Event::Retried { again: time, .. } = event {
            again.push(time);
        }
    });
    assert!(report.done.is_empty() && !report.failed.is_empty());
    assert_eq!(again, [1, 2].repeat(report.failed.len()));
    assert!(remote.times_asked().iter().all(|times| *times == 3));
}

#[test]
fn cancelling_finishes_what_runs_and_tells_the_rest() {
    let (project, made) = small();
    let remote = FakeRemote::new(&project, &Observed::default());
    let cancelled = AtomicBool::new(false);
    let report = apply(&made, applying(&remote, &cancelled), &mut |event| {
        if matches!(event, Event::Done { .. }) {
            cancelled.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    });
    assert_eq!((report.done.len(), report.failed.len()), (1, 0));
    assert_eq!(report.not_attempted.len(), steps(&made) - 1);
    assert!(report.not_attempted.iter().all(|(_, because)| *because == Because::Cancelled));
}

#[test]
fn who_loses_the_lease_stops_at_once() {
    let (project, made) = small();
    let remote = FakeRemote::new(&project, &Observed::default()).loses_its_lease_after(1);
    let report = apply(&made, applying(&remote, &AtomicBool::new(false)), &mut |_| {});
    assert_eq!((report.done.len(), report.failed.len()), (1, 1));
    assert!(matches!(report.failed[0].1, StepError::Remote(RemoteError::LeaseLost { .. })));
    assert_eq!(remote.times_asked(), [1, 1], "nothing more is sent");
    let because = |wanted: &Because| report.not_attempted.iter().filter(|(_, because)| because == wanted).count();
    assert!(because(&Because::LeaseLost) > 0);
    assert_eq!(because(&Because::LeaseLost) + because(&Because::Failed(report.failed[0].0.step.clone())), steps(&made) - 2);
}

#[test]
fn a_plan_is_spent_once() {
    let (project, _) = small();
    let remote = FakeRemote::new(&project, &Observed::default());
    assert!(remote.spend("p").is_ok());
    assert!(matches!(remote.spend("p"), Err(RemoteError::Spent { .. })));
    // Or else a plan that came to nothing could never be made again.
    assert_ne!(remote.observe().expect("it is alive").revision, Observed::default().revision);
}

#[test]
fn an_update_writes_the_planned_secrets_only_and_needs_no_other() {
    let resource = |name: &str| {
        let body = serde_json::json!({ "name": name, "url": "https://a.example", "headers": { "X-Key": { "env": "UNSET" } } });
        Arc::new(Resource::deserialize(Kind::Webhook, body).expect("a webhook"))
    };
    let address = Address::new(Kind::Webhook, "w");
    let wanted = resource("new");
    let mut project = Project { name: "ours".to_owned(), ..Project::default() };
    project.resources.insert(address.clone(), wanted.clone());
    let held = [(SecretPath("/headers/X-Key".to_owned()), Fingerprint("held".to_owned()))].into();
    let live = Live {
        resource: resource("old"),
        etag: Etag("e".to_owned()),
        owner: Some("ours".to_owned()),
        status: Status::Webhook(WebhookState::Active),
        applied: None,
        secrets: held,
    };
    let live = Observed { objects: [(address.clone(), live)].into(), revision: 1 };
    let made = planned(&project, &live, &Fingerprints::new(), &PlanOptions::default());
    let end = applied(&made, &FakeRemote::new(&project, &live), 1);
    assert_eq!(end.objects[&address].secrets, live.objects[&address].secrets);
    let fresh = planned(&project, &Observed::default(), &Fingerprints::new(), &PlanOptions::default());
    let report = run(&fresh, &FakeRemote::new(&project, &Observed::default()), "p", 1);
    assert!(matches!(report.failed[0].1, StepError::Material(MaterialError::NotSet { .. })));
}
