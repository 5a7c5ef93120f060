//! Whole applies against a served broker: from another machine's view, against a second person, through crashes of either end.

use crate::served::{Served, VAULT_KEY};
use crate::server::Now;
use crate::support::{tree, write_tree};
use bowline::apply::Leases as _;
use bowline::remote::{Credential, Http};
use bowline::secret::Secret;
use bowline::upstream::{Limits, Policy, Upstream};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The example, with an environment `served` at that address.
fn cold_chain(api: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/03-cold-chain");
    let mut files = tree(&example).expect("the example");
    files.retain(|name, _| !name.starts_with(".bowline/"));
    let project = String::from_utf8(files.remove("bowline.yaml").expect("a project")).expect("it is text");
    let project = project.replacen("environments:\n", &format!("environments:\n  served: {{ api: \"{api}\" }}\n"), 1);
    files.insert("bowline.yaml".to_owned(), project.into_bytes());
    write_tree(folder.path(), &files).expect("its copy");
    folder
}

fn bowline(folder: &Path, token: &str, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.arg("-C").arg(folder).args(line.split_whitespace()).env("BOWLINE_TOKEN", token).env("BOWLINE_VAULT_KEY", VAULT_KEY);
    command
}

fn ran(folder: &Path, token: &str, line: &str) -> (i32, String) {
    let Output { status, stdout, stderr } = bowline(folder, token, line).output().expect("it runs");
    (status.code().unwrap_or(-1), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

#[test]
fn an_apply_is_seen_from_another_machine_and_leaves_nothing_on_this_one() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path());
    let (here, elsewhere) = (cold_chain(&served.api), cold_chain(&served.api));
    let (exit, said) = ran(here.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 0, "{said}");
    assert!(!here.path().join(".bowline").exists(), "there is no state here");
    let (exit, said) = ran(elsewhere.path(), &served.token(), "plan --env served --detailed-exitcode");
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("52 unchanged"), "{said}");
    let (exit, said) = ran(elsewhere.path(), &served.token(), "status --env served");
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("connections.lab_certificates"), "{said}");
    let (exit, said) = ran(elsewhere.path(), &served.token(), "audit --env served verify");
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("Whole"), "{said}");
    let (exit, said) = ran(elsewhere.path(), "bwl_nobody", "plan --env served");
    assert_eq!(exit, 9, "{said}");
    assert!(!said.contains("bwl_nobody"), "{said}");
}

#[test]
fn a_second_apply_is_refused_and_told_who_is_at_it() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path());
    let project = cold_chain(&served.api);
    let http = Http::new(&served.api, Credential::Token(Secret::new(served.token())), Arc::new(Now), Vec::new()).expect("an address");
    http.lease_of("cold_chain").take("another-apply", Duration::from_secs(60)).expect("nobody holds it");
    let (exit, said) = ran(project.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 8, "{said}");
    assert!(said.contains("`cold_chain` is being applied by `admin`"), "{said}");
    let (_, said) = ran(project.path(), &served.token(), "lock list --env served");
    assert!(said.contains("cold_chain") && said.contains("admin"), "{said}");
    let (exit, said) = ran(project.path(), &served.token(), "plan --env served");
    assert_eq!(exit, 0, "reading needs no lease: {said}");
    let (exit, said) = ran(project.path(), &served.token(), "lock release cold_chain --env served");
    assert_eq!(exit, 0, "{said}");
    let (exit, said) = ran(project.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 0, "{said}");
}

#[test]
fn an_apply_goes_on_through_a_server_that_is_killed_and_comes_back() {
    let data = tempfile::tempdir().expect("a folder");
    let mut served = Served::start(data.path());
    let project = cold_chain(&served.api);
    for pause in [40, 90, 160, 250] {
        let mut apply = bowline(project.path(), &served.token(), "apply --env served --auto-approve --parallelism 2")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(pause));
        served.kill();
        served.again();
        apply.wait().expect("it ends, done or not");
    }
    let (exit, said) = ran(project.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 0, "{said}");
    let (exit, said) = ran(project.path(), &served.token(), "plan --env served --detailed-exitcode");
    assert_eq!(exit, 0, "{said}");
    let (_, said) = ran(project.path(), &served.token(), "audit --env served verify");
    assert!(said.contains("Whole"), "{said}");
}

#[test]
fn an_apply_that_is_killed_is_taken_up_by_the_next_one() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path());
    let project = cold_chain(&served.api);
    for pause in [60, 120, 200] {
        let mut apply = bowline(project.path(), &served.token(), "apply --env served --auto-approve --parallelism 1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(pause));
        // It may be done by then.
        let _ = apply.kill();
        apply.wait().expect("it can be waited for");
        // The dead one's lease would end by itself after a minute.
        ran(project.path(), &served.token(), "lock release cold_chain --env served");
    }
    let (exit, said) = ran(project.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 0, "{said}");
    let (exit, said) = ran(project.path(), &served.token(), "plan --env served --detailed-exitcode");
    assert_eq!(exit, 0, "{said}");
}

#[test]
fn people_and_tokens_are_made_and_what_they_may_do_holds() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path());
    let project = cold_chain(&served.api);
    let admin = served.token();
    let done = |token: &str, line: &str| {
        let (exit, said) = ran(project.path(), token, line);
        assert_eq!(exit, 0, "{line}: {said}");
        said
    };
    done(&admin, "users set ci --service --role editor --env served");
    let made = done(&admin, "tokens create --user ci --scope plan --scope read --env served --format json");
    let made: serde_json::Value = serde_json::from_str(&made).expect("it is JSON");
    let ci = made["token"].as_str().expect("it is shown once").to_owned();
    done(&ci, "plan --env served");
    let (exit, said) = ran(project.path(), &ci, "apply --env served --auto-approve");
    assert_eq!(exit, 9, "a token for plans does not apply: {said}");
    let (exit, _) = ran(project.path(), &ci, "users list --env served");
    assert_eq!(exit, 9);
    let id = made["about"]["id"].as_str().expect("an id").to_owned();
    assert!(!done(&admin, "tokens list --user ci --env served").contains(&ci));
    done(&admin, &format!("tokens revoke {id} --user ci --env served"));
    let (exit, _) = ran(project.path(), &ci, "plan --env served");
    assert_eq!(exit, 9);
    let elsewhere = tempfile::tempdir().expect("a folder without a project");
    let (exit, said) = ran(elsewhere.path(), &admin, &format!("users list --api {}", served.api));
    assert_eq!(exit, 0, "{said}");
    fs::write(elsewhere.path().join("token"), &admin).expect("it can be written");
    let mut by_file = bowline(elsewhere.path(), "", &format!("users list --api {}", served.api));
    let by_file = by_file.env_remove("BOWLINE_TOKEN").env("BOWLINE_TOKEN_FILE", "token").output().expect("it runs");
    assert!(by_file.status.success());
}

#[test]
fn drift_tells_what_was_deleted_behind_the_project_s_back_and_by_whom() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path());
    let project = cold_chain(&served.api);
    let (exit, said) = ran(project.path(), &served.token(), "apply --env served --auto-approve");
    assert_eq!(exit, 0, "{said}");
    let by_hand = http::Request::builder()
        .method("DELETE")
        .uri(format!("{}/api/v1/functions/shift_handover", served.api))
        .header("authorization", format!("Bearer {}", served.token()))
        .header("if-match", "*")
        .body(Vec::new())
        .expect("a request");
    let line = Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client");
    let deleted = line.send(by_hand, Limits::OAUTH).expect("it answers");
    assert_eq!(deleted.status(), 200);
    let (exit, said) = ran(project.path(), &served.token(), "drift --env served");
    assert_eq!(exit, 2, "{said}");
    assert!(said.contains("functions.shift_handover") && said.contains("admin"), "{said}");
    ran(project.path(), &served.token(), "users set eve --role viewer --env served");
    let (_, made) = ran(project.path(), &served.token(), "tokens create --user eve --scope read --scope plan --env served --quiet");
    let eve = made.lines().find(|line| line.starts_with("bwl_")).expect("it is shown once").to_owned();
    let (exit, said) = ran(project.path(), &eve, "drift --env served");
    assert_eq!(exit, 2, "whoever may plan is told, without the audit: {said}");
    assert!(said.contains("functions.shift_handover") && said.contains("admin"), "{said}");
    let elsewhere = "tokens create --user eve --scope read --scope plan --project another --env served --quiet";
    let (_, made) = ran(project.path(), &served.token(), elsewhere);
    let elsewhere = made.lines().find(|line| line.starts_with("bwl_")).expect("it is shown once").to_owned();
    let (exit, said) = ran(project.path(), &elsewhere, "drift --env served");
    assert_ne!(exit, 0, "nobody says that nothing drifted who could not look: {said}");
    assert!(!said.contains("shift_handover"), "{said}");
}
