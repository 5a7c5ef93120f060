//! What holds of plan files: they fit their schema, read back, and notice every change to them and around them.

use super::worlds::{Tape, fingerprints, observed, project};
use super::{planned, steps};
use crate::apply::{
    Binding, FileMove, LIFETIME, ObjectMove, PlanFile, PlanFileError, PlanRefusal, Present, Remark, ScriptPlace, SnapshotFile,
};
use crate::plan::{PlanOptions, SourcePlace, plan};
use crate::resource::{Etag, Observed, Project};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 400)
}

static FILES: LazyLock<[(String, String); 2]> =
    LazyLock::new(|| [("hooks.yaml".to_owned(), "b".repeat(64)), ("bowline.yaml".to_owned(), "a".repeat(64))]);

fn saved(project: &Project, live: &Observed, created_at: SystemTime) -> PlanFile {
    let options = PlanOptions { allow_empty: true, ..PlanOptions::default() };
    let plan = planned(project, live, &fingerprints(project), &options);
    let place = |line| SourcePlace { file: "bowline.yaml".to_owned(), line, column: 3 };
    let places: BTreeMap<_, _> = project.resources.keys().cloned().zip((1..).map(place)).collect();
    let remark = Remark { code: "unused-service".to_owned(), message: "nothing uses it".to_owned(), source: Some(place(7)) };
    let script = ScriptPlace {
        place: SourcePlace { file: "functions/f.ds".to_owned(), line: 2, column: 72 },
        function: "functions.f".parse().expect("an address"),
        connection: Some("connections.c".parse().expect("an address")),
        how: "names it".to_owned(),
        call: Some("invokeurl GET https://example.com/stock".to_owned()),
        sure: true,
    };
    let binding = Binding {
        project: "ours",
        environment: Some("prod"),
        api: "embedded",
        observed_revision: live.revision,
        snapshot: None,
        created_at,
        lifetime: LIFETIME,
        files: &*FILES,
        variables: &BTreeMap::new(),
        places: &places,
        scripts: vec![script],
        diagnostics: vec![remark],
    };
    PlanFile::new(plan, binding)
}

fn at_start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn refusals<'a>(file: &PlanFile, observed: &'a Observed, change: impl FnOnce(&mut Present<'a>)) -> Vec<PlanRefusal> {
    let now = at_start() + Duration::from_secs(60);
    let mut present = Present { now, environment: Some("prod"), api: "embedded", project: "ours", files: &*FILES, observed };
    change(&mut present);
    file.refusals(present)
}

/// The shrunk world that the single tests look at: it has changes of several kinds.
fn world() -> (Project, Observed) {
    let bytes: Vec<u8> = (0..400_u32).map(|at| (at * 37 % 251) as u8).collect();
    let mut tape = Tape::new(&bytes);
    (project(&mut tape), observed(&mut tape))
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/plan.schema.json")).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
});

/// Every place in a JSON value, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_file_fits_its_schema_and_reads_back(bytes in bytes()) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let file = saved(&project, &live, at_start());
        let value: Value = serde_json::from_str(&file.to_text()).expect("it is JSON");
        let wrong: Vec<String> = SCHEMA.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        prop_assert_eq!(wrong, Vec::<String>::new());
        let read = PlanFile::parse(&file.to_text()).expect("it reads back");
        prop_assert_eq!(refusals(&read, &live, |_| {}), []);
        prop_assert_eq!(read, file);
    }

    #[test]
    fn any_changed_added_or_removed_field_is_noticed(bytes in bytes(), at in any::<prop::sample::Index>(), how in 0..3) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let mut value: Value = serde_json::from_str(&saved(&project, &live, at_start()).to_text()).expect("it is JSON");
        let mut found = Vec::new();
        places(&value, "", &mut found);
        let place = found[at.index(found.len())].clone();
        let before = value.clone();
        alter(&mut value, &place, how);
        prop_assume!(value != before);
        match PlanFile::parse(&value.to_string()) {
            Ok(read) => prop_assert!(refusals(&read, &live, |_| {}).contains(&PlanRefusal::Altered), "{} {}", place, how),
            Err(PlanFileError::NotAPlan(_) | PlanFileError::OtherFormat { .. }) => {}
            Err(PlanFileError::NotJson(error)) => prop_assert!(false, "{error}"),
        }
    }
}

fn alter(value: &mut Value, place: &str, how: i32) {
    let at = value.pointer_mut(place).expect("the place was found in it");
    match (how, at) {
        (0, Value::Object(fields)) => drop(fields.insert("extra".to_owned(), Value::Null)),
        (1, Value::Object(fields)) => drop(fields.keys().next().cloned().and_then(|key| fields.remove(&key))),
        (0, Value::Array(items)) => items.push(Value::Null),
        (_, Value::Array(items)) => drop(items.pop()),
        (_, Value::String(text)) => text.push('x'),
        (_, at) => *at = Value::from(17),
    }
}

#[test]
fn the_same_inputs_give_the_same_id_at_any_time_and_other_inputs_another() {
    let (project, mut live) = world();
    let (early, late) = (saved(&project, &live, at_start()), saved(&project, &live, at_start() + Duration::from_secs(5)));
    assert_eq!(early.plan_id, late.plan_id);
    assert_ne!(early.seal, late.seal);
    live.revision += 1;
    let after = saved(&project, &live, at_start());
    assert_eq!(after.plan_id, early.plan_id, "it would do the same, whatever else was changed");
    assert_ne!(after.run_id(), early.run_id(), "and may be applied again");
    let touched = early.plan.changes.iter().find_map(|change| change.precondition.as_ref().map(|_| change.address.clone()));
    live.objects.get_mut(&touched.expect("the world has a change")).expect("it is live").etag = Etag("moved".to_owned());
    assert_ne!(saved(&project, &live, at_start()).plan_id, early.plan_id);
}

#[test]
fn layout_and_order_of_keys_do_not_matter() {
    let (project, live) = world();
    let value: Value = serde_json::from_str(&saved(&project, &live, at_start()).to_text()).expect("it is JSON");
    let Value::Object(fields) = value else { panic!("a plan is an object") };
    let turned: serde_json::Map<String, Value> = fields.into_iter().rev().collect();
    let read = PlanFile::parse(&Value::Object(turned).to_string()).expect("it reads back");
    assert_eq!(refusals(&read, &live, |_| {}), []);
}

#[test]
fn a_plan_is_refused_late_elsewhere_and_for_other_files() {
    let (project, live) = world();
    let file = saved(&project, &live, at_start());
    let codes = |found: Vec<PlanRefusal>| found.iter().map(PlanRefusal::code).collect::<Vec<_>>();
    assert_eq!(codes(refusals(&file, &live, |present| present.now = at_start() + LIFETIME)), ["expired"]);
    assert_eq!(codes(refusals(&file, &live, |present| present.environment = None)), ["other-environment"]);
    assert_eq!(
        codes(refusals(&file, &live, |present| (present.api, present.project) = ("https://b", "b"))),
        ["other-project", "other-api"]
    );
    let present = [("bowline.yaml".to_owned(), "c".repeat(64)), ("new.yaml".to_owned(), "d".repeat(64))];
    let found = refusals(&file, &live, |now| now.files = &present);
    let expected = [("bowline.yaml", FileMove::Changed), ("hooks.yaml", FileMove::Removed), ("new.yaml", FileMove::Added)];
    assert_eq!(found, [PlanRefusal::OtherFiles { files: expected.map(|(path, what)| (path.to_owned(), what)).into() }]);
    assert_eq!(
        found[0].to_string(),
        "the configuration is not the one that was planned: `bowline.yaml` changed, `hooks.yaml` is gone, `new.yaml` was added"
    );
}

#[test]
fn a_stale_plan_names_each_object_that_moved() {
    let (project, live) = world();
    let file = saved(&project, &live, at_start());
    assert!(steps(&file.plan) > 0);
    let touched = |create: bool| {
        let carried = file.plan.changes.iter().filter(|change| change.refused.is_none() && change.previous_address.is_none());
        carried.filter(move |change| change.precondition.is_none() == create).map(|change| change.address.clone())
    };
    let (mut old, new) = (touched(false), touched(true).next().expect("the world has a creation"));
    let (changed, gone) = (old.next().expect("the world has a change"), old.next().expect("the world has a second change"));
    let mut now = live.clone();
    let copy = now.objects[&changed].clone();
    now.objects.get_mut(&changed).expect("it is live").etag = Etag("moved".to_owned());
    now.objects.remove(&gone);
    now.objects.insert(new.clone(), copy);
    let expected = [(changed, ObjectMove::Changed), (gone, ObjectMove::Gone), (new, ObjectMove::Created)];
    assert_eq!(refusals(&file, &now, |_| {}), [PlanRefusal::Stale { objects: expected.into() }]);
}

#[test]
fn another_major_version_is_refused_and_a_newer_minor_one_read() {
    let (project, live) = world();
    let text = saved(&project, &live, at_start()).to_text();
    let with = |version: &str| PlanFile::parse(&text.replacen("\"1.1\"", &format!("\"{version}\""), 1));
    assert!(matches!(with("2.0"), Err(PlanFileError::OtherFormat { found }) if found == "2.0"));
    assert!(with("1.7").is_ok());
    assert!(matches!(PlanFile::parse("{"), Err(PlanFileError::NotJson(_))));
    assert!(matches!(PlanFile::parse("[]"), Err(PlanFileError::NotAPlan(_))));
}

/// What is live without what a snapshot does not hold.
fn without_prints(live: &Observed) -> Observed {
    let mut live = live.clone();
    live.objects.values_mut().for_each(|one| one.secrets.clear());
    live
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_reads_back_and_plans_as_what_is_live_does(bytes in bytes()) {
        let mut tape = Tape::new(&bytes);
        let (project, live) = (project(&mut tape), observed(&mut tape));
        let taken = SnapshotFile::take(&live, Some("prod"), "embedded", at_start());
        let value: Value = serde_json::from_str(&taken.to_text()).expect("it is JSON");
        let wrong: Vec<String> = SNAPSHOT.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        prop_assert_eq!(wrong, Vec::<String>::new());
        let read = SnapshotFile::read(value).expect("it reads back");
        let seen = read.observed().expect("it holds together");
        prop_assert_eq!(&seen.objects, &without_prints(&live).objects);
        let options = PlanOptions { allow_empty: true, ..PlanOptions::default() };
        let made = |live: &Observed| plan(&project, live, &Default::default(), &options).expect("the generator makes no circles");
        prop_assert_eq!(made(&seen), made(&without_prints(&live)));
        prop_assert!(!taken.to_text().contains("fp:"));
    }

    #[test]
    fn an_altered_snapshot_is_refused(bytes in bytes(), at in any::<prop::sample::Index>(), how in 0..3) {
        let live = observed(&mut Tape::new(&bytes));
        let mut value: Value = serde_json::from_str(&SnapshotFile::take(&live, None, "embedded", at_start()).to_text()).expect("it is JSON");
        let mut found = Vec::new();
        places(&value, "", &mut found);
        let before = value.clone();
        alter(&mut value, &found[at.index(found.len())], how);
        prop_assume!(value != before);
        prop_assert!(SnapshotFile::read(value).is_err());
    }
}

static SNAPSHOT: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/snapshot.schema.json")).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
});
