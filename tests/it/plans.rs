//! Saved plans: what was reviewed is what is executed, also against somebody who can seal a plan anew.

use crate::support::{bowline, tree, write_tree};
use bowline::apply::{Binding, PlanFile};
use bowline::clock::parse_rfc3339;
use bowline::resource::{Address, Resource};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

fn cold_chain() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/03-cold-chain");
    write_tree(folder.path(), &tree(&example).expect("the example")).expect("its copy");
    folder
}

/// The same plan changed by `forge`, with every digest made anew.
fn forged(text: &str, forge: impl FnOnce(&mut PlanFile)) -> String {
    let mut file = PlanFile::parse(text).expect("a plan");
    forge(&mut file);
    let files: Vec<(String, String)> = file.config.files.iter().map(|one| (one.path.clone(), one.sha256.clone())).collect();
    let places = file.plan.changes.iter().filter_map(|change| Some((change.address.clone(), change.source.clone()?))).collect();
    let binding = Binding {
        project: &file.project,
        environment: file.environment.as_deref(),
        api: &file.api,
        observed_revision: file.observed_revision,
        snapshot: None,
        created_at: parse_rfc3339(&file.created_at).expect("a time"),
        lifetime: Duration::from_secs(24 * 60 * 60),
        files: &files,
        variables: &file.variables,
        places: &places,
        scripts: file.scripts.clone(),
        diagnostics: file.diagnostics.clone(),
    };
    PlanFile::new(file.plan.clone(), binding).to_text()
}

#[test]
fn a_plan_that_does_not_follow_from_the_files_is_refused_however_it_is_sealed() {
    let folder = cold_chain();
    let at = folder.path();
    let env = BTreeMap::new();
    assert_eq!(bowline("plan --save plan.json --quiet", at, &env).exit, 0);
    let honest = fs::read_to_string(at.join("plan.json")).expect("the plan");
    let hosts = |file: &mut PlanFile| {
        let change =
            file.plan.changes.iter_mut().find(|change| change.address == Address::new(bowline::resource::Kind::Service, "weather_grid"));
        let change = change.expect("the service is created");
        let Some(Resource::Service(service)) = change.after.as_deref() else { panic!("a service's body") };
        let mut service = service.clone();
        service.hosts = [bowline::resource::HostPattern("evil.example".to_owned())].into();
        change.after = Some(Arc::new(Resource::Service(service)));
    };
    let fewer = |file: &mut PlanFile| drop(file.plan.changes.pop());
    let milder = |file: &mut PlanFile| file.plan.changes.iter_mut().for_each(|change| change.hazards.clear());
    for text in [forged(&honest, hosts), forged(&honest, fewer), forged(&honest, milder)] {
        assert_ne!(text, honest);
        fs::write(at.join("forged.json"), text).expect("a file");
        let refused = bowline("apply forged.json", at, &env);
        assert_eq!(refused.exit, 5, "{}", refused.stderr);
        assert!(!at.join(".bowline").exists(), "nothing is made by what is refused");
    }
    fs::write(at.join("forged.json"), forged(&honest, |_| ())).expect("a file");
    assert_eq!(bowline("apply forged.json", at, &env).exit, 0, "an unchanged plan is as good as new");
}

#[test]
fn nothing_but_a_plan_is_written_over() {
    let folder = cold_chain();
    let at = folder.path();
    let before = fs::read(at.join("bowline.yaml")).expect("the project");
    assert_eq!(bowline("plan --save bowline.yaml", at, &BTreeMap::new()).exit, 64);
    assert_eq!(fs::read(at.join("bowline.yaml")).expect("the project"), before);
    for _ in 0..2 {
        assert_eq!(bowline("plan --save plan.json", at, &BTreeMap::new()).exit, 0);
    }
    assert_eq!(bowline("plan --expires 99999999999d", at, &BTreeMap::new()).exit, 64);
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_whole_is_a_failure() {
    let folder = cold_chain();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the system has one");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    let ended = command.arg("-C").arg(folder.path()).args(["plan", "--format", "json"]).stdout(full).stderr(Stdio::piped()).output();
    let ended = ended.expect("it runs");
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("could not write the whole answer"));
}
