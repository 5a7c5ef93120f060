//! The recipes for CI and editors do what they say: their shell steps run in a fresh repository of the example project, and
//! the files have the shapes that GitHub, GitLab and pre-commit publish.

use crate::required::or_left_out;
use crate::support::{tree, write_tree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// One run of shell lines, with the variables that the recipe sets for them.
struct Step {
    script: String,
    env: BTreeMap<String, String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn recipe(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).expect("the recipe can be read");
    serde_yaml::from_str(&text).expect("the recipe is YAML")
}

/// The `run:` steps of a job or an action. What a runner fills in never stands in the shell's text, so nothing can be
/// smuggled into it.
fn run_steps(steps: &Value, given: &[(&str, &str)]) -> Vec<Step> {
    let texts = |value: &Value| -> BTreeMap<String, String> {
        let members = value.as_object().into_iter().flatten();
        members.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
    };
    let runs = steps.as_array().expect("a list of steps").iter().filter_map(|step| Some((step, step["run"].as_str()?)));
    runs.map(|(step, script)| {
        assert!(!script.contains("${{"), "what the runner fills in stands in the shell's text: {script}");
        let mut env = texts(&step["env"]);
        for value in env.values_mut() {
            if let Some((_, filled)) = given.iter().find(|(name, _)| value.contains(name)) {
                *value = (*filled).to_owned();
            }
        }
        Step { script: script.to_owned(), env }
    })
    .collect()
}

fn lines(scripts: &[&Value]) -> Vec<Step> {
    let lines = scripts.iter().flat_map(|script| script.as_array().expect("a list of lines"));
    lines.map(|line| Step { script: line.as_str().expect("a line").to_owned(), env: BTreeMap::new() }).collect()
}

/// A repository with the example project, as a runner checks it out.
fn checked_out() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_tree(folder.path(), &tree(&root().join("examples/06-policies")).expect("the example")).expect("its copy");
    let git = ["init -q", "add -A", "-c user.name=ci -c user.email=ci@example.com commit -qm Start"];
    for line in git {
        let ended = Command::new("git").args(line.split(' ')).current_dir(folder.path()).output().expect("git is there");
        assert!(ended.status.success(), "{line}: {}", String::from_utf8_lossy(&ended.stderr));
    }
    folder
}

fn run(step: &Step, folder: &Path, job: &[(&str, String)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_bowline")).parent().expect("it lies in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &step.script]).current_dir(folder).stdin(Stdio::null());
    command.env("PATH", format!("{}:{path}", program.display())).env("BOWLINE_VAULT_KEY", "07".repeat(32));
    command.envs(job.iter().map(|(name, value)| (*name, value))).envs(&step.env).output().expect("bash is there")
}

fn all_done(steps: &[Step], folder: &Path, job: &[(&str, String)]) {
    assert!(!steps.is_empty());
    for step in steps {
        let ended = run(step, folder, job);
        let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{}: {}\n{said}", step.script, ended.status);
    }
}

/// An API that has no comment yet and takes one, and keeps what was live. What it was asked stands in the list.
fn api(live: PathBuf) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = answer(stream.expect("a connection"), &heard, &live);
        }
    });
    (url, asked)
}

fn answer(mut stream: TcpStream, heard: &Mutex<Vec<String>>, live: &Path) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let is_post = first.starts_with("POST");
    heard.lock().expect("nobody panicked").push(format!("{} {}", first.trim(), String::from_utf8_lossy(&body)));
    let (status, body) = match first.split_whitespace().nth(1).unwrap_or_default() {
        _ if is_post => ("201 Created", "{}".to_owned()),
        path if path.ends_with("/user") => ("200 OK", r#"{"id":1,"login":"ci","username":"ci","type":"User"}"#.to_owned()),
        "/projects/7/jobs/artifacts/main/raw/live.json?job=apply" => ("200 OK", fs::read_to_string(live)?),
        _ => ("200 OK", "[]".to_owned()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn is_posted(asked: &Mutex<Vec<String>>) -> bool {
    asked.lock().expect("nobody panicked").iter().any(|one| one.starts_with("POST") && one.contains("bowline:plan:guarded_desk"))
}

/// What a job hands on, as `NAME=value` in a file that it wrote.
fn handed_on(folder: &Path, file: &str, name: &str) -> String {
    let text = fs::read_to_string(folder.join(file)).expect("the job hands something on");
    let values: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect();
    assert_eq!(values.len(), 1, "{text}");
    values[0].to_owned()
}

/// Has the project ask for another scope; `ZohoCRM.modules.ALL` is one that its own policies deny.
fn asking_for(scope: &str, folder: &Path) {
    let file = folder.join("bowline.yaml");
    let text = fs::read_to_string(&file).expect("the project");
    fs::write(file, text.replace("ZohoCRM.modules.leads.READ", scope)).expect("it is ours");
}

/// A key that nothing can be opened with: what asks for one fails.
fn without_key() -> (&'static str, String) {
    ("BOWLINE_VAULT_KEY", "none".to_owned())
}

/// The steps of a job of the workflow, and the variables of the job.
fn on_github(name: &str, folder: &Path, url: &str, plan_id: &str) -> (Vec<Step>, Vec<(&'static str, String)>) {
    let workflow = recipe("examples/ci/github/workflows/bowline.yml");
    let filled = [("github.token", "token"), ("secrets.BOWLINE_TOKEN", ""), ("needs.plan.outputs.id", plan_id)];
    let file = |name: &str| folder.join(name).display().to_string();
    let job = vec![
        ("BOWLINE_ENV", workflow["env"]["BOWLINE_ENV"].as_str().expect("an environment").to_owned()),
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_API_URL", url.to_owned()),
        ("GITHUB_REPOSITORY", "acme/desk".to_owned()),
        ("GITHUB_REF", "refs/pull/7/merge".to_owned()),
        ("GITHUB_STEP_SUMMARY", file("summary.md")),
        ("GITHUB_OUTPUT", file("output")),
    ];
    (run_steps(&workflow["jobs"][name]["steps"], &filled), job)
}

#[test]
fn the_workflow_for_github_runs() {
    let (checked, planned, applied, fork) = (checked_out(), checked_out(), checked_out(), checked_out());
    let (url, asked) = api(PathBuf::new());
    let (steps, job) = on_github("check", checked.path(), &url, "");
    all_done(&steps, checked.path(), &job);
    assert!(fs::read_to_string(checked.path().join("bowline.sarif")).expect("a report").contains("\"2.1.0\""));
    let (steps, job) = on_github("plan", planned.path(), &url, "");
    all_done(&steps, planned.path(), &job);
    assert!(fs::read_to_string(planned.path().join("summary.md")).expect("a summary").contains("### Bowline"));
    assert!(is_posted(&asked), "{asked:?}");
    let plan_id = handed_on(planned.path(), "output", "id");
    let (steps, job) = on_github("apply", applied.path(), &url, &plan_id);
    all_done(&steps, applied.path(), &job);
    fs::copy(applied.path().join("live.json"), fork.path().join("live.json")).expect("the cache brings it");
    let (steps, mut job) = on_github("plan-fork", fork.path(), &url, "");
    job.push(without_key());
    all_done(&steps, fork.path(), &job);
    assert!(fs::read_to_string(fork.path().join("summary.md")).expect("a summary").contains("no changes"));
}

#[test]
fn the_workflow_applies_what_was_approved_and_nothing_else() {
    let (planned, applied) = (checked_out(), checked_out());
    let (url, _) = api(PathBuf::new());
    let (steps, job) = on_github("plan", planned.path(), &url, "");
    all_done(&steps, planned.path(), &job);
    let (steps, job) = on_github("apply", applied.path(), &url, &handed_on(planned.path(), "output", "id"));
    let changed = checked_out();
    asking_for("ZohoCRM.modules.contacts.READ", changed.path());
    assert_eq!(run(&steps[0], changed.path(), &job).status.code(), Some(5));
    assert_eq!(run(&steps[0], applied.path(), &job).status.code(), Some(0));
    let (steps, job) = on_github("apply", applied.path(), &url, "");
    assert_eq!(run(&steps[0], applied.path(), &job).status.code(), Some(64), "no plan was shown, so there is none to approve");
}

/// Jobs for forks are given nothing, and those that are given something are not for forks.
#[test]
fn no_secret_reaches_a_fork() {
    let workflow = recipe("examples/ci/github/workflows/bowline.yml");
    for (name, job) in workflow["jobs"].as_object().expect("jobs") {
        let condition = job["if"].as_str().unwrap_or_default();
        let own_only = ["github.event_name == 'push'", "github.event.pull_request.head.repo.full_name == github.repository"];
        let is_own = !condition.is_empty() && condition.split(" || ").all(|part| own_only.contains(&part));
        let text = job.to_string();
        assert!(is_own || !(text.contains("secrets.") || text.contains("github.token")), "{name}");
    }
    assert!(!workflow["env"].to_string().contains("secrets."));
    assert!(workflow["on"].get("pull_request_target").is_none(), "that gives secrets to what strangers wrote");
}

#[test]
fn the_action_runs() {
    let action = recipe("examples/ci/action/action.yml");
    let folder = checked_out();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let job = [("GITHUB_STEP_SUMMARY", file("summary.md")), ("GITHUB_OUTPUT", file("output"))];
    let steps = |snapshot: &str| {
        let inputs = [("inputs.folder", "."), ("inputs.environment", "prod"), ("inputs.token", ""), ("inputs.snapshot", snapshot)];
        run_steps(&action["runs"]["steps"], &inputs)
    };
    all_done(&steps(""), folder.path(), &job);
    assert_eq!(handed_on(folder.path(), "output", "plan"), "./plan.json");
    let apply = format!(
        "bowline apply --env prod --expect {} --no-input; bowline snapshot --env prod --save 'what is live.json'",
        handed_on(folder.path(), "output", "id")
    );
    all_done(&[Step { script: apply, env: BTreeMap::new() }], folder.path(), &job);
    fs::remove_file(folder.path().join("output")).expect("it is there");
    let [a, b] = job.clone();
    all_done(&steps("what is live.json"), folder.path(), &[a, b, without_key()]);
    assert_eq!(handed_on(folder.path(), "output", "plan"), "./plan.json");
}

#[test]
fn the_action_shows_a_plan_that_is_denied() {
    let action = recipe("examples/ci/action/action.yml");
    let folder = checked_out();
    asking_for("ZohoCRM.modules.ALL", folder.path());
    let steps = run_steps(&action["runs"]["steps"], &[("inputs.folder", "."), ("inputs.environment", "prod"), ("inputs.", "")]);
    let file = |name: &str| folder.path().join(name).display().to_string();
    let job = [("GITHUB_STEP_SUMMARY", file("summary.md")), ("GITHUB_OUTPUT", file("output"))];
    assert_eq!(run(steps.last().expect("it plans"), folder.path(), &job).status.code(), Some(4));
    assert!(fs::read_to_string(file("summary.md")).expect("a summary").contains("name the scopes that are needed"));
    assert_eq!(handed_on(folder.path(), "output", "plan"), "./plan.json");
}

#[test]
fn the_pipeline_for_gitlab_runs() {
    let pipeline = recipe("examples/ci/gitlab/.gitlab-ci.yml");
    let (checked, planned, applied, fork) = (checked_out(), checked_out(), checked_out(), checked_out());
    let (url, asked) = api(applied.path().join("live.json"));
    let steps_of = |name: &str| {
        let part = |key: &str| Some(&pipeline[name][key]).filter(|part| !part.is_null());
        let scripts: Vec<&Value> = part("script").into_iter().chain(part("after_script")).collect();
        lines(&scripts)
    };
    let mut job = vec![
        ("BOWLINE_ENV", pipeline["variables"]["BOWLINE_ENV"].as_str().expect("an environment").to_owned()),
        ("GITLAB_CI", "true".to_owned()),
        ("CI_API_V4_URL", url.clone()),
        ("CI_PROJECT_ID", "7".to_owned()),
        ("CI_MERGE_REQUEST_PROJECT_ID", "7".to_owned()),
        ("CI_MERGE_REQUEST_IID", "3".to_owned()),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main".to_owned()),
    ];
    let fork_job: Vec<(&str, String)> = job.iter().cloned().chain([without_key()]).collect();
    job.push(("GITLAB_TOKEN", "token".to_owned()));
    all_done(&steps_of("check"), checked.path(), &job);
    all_done(&steps_of("plan"), planned.path(), &job);
    assert!(is_posted(&asked), "{asked:?}");
    job.push(("PLAN_ID", handed_on(planned.path(), "plan.env", "PLAN_ID")));
    all_done(&steps_of("apply"), applied.path(), &job);
    all_done(&steps_of("plan-fork"), fork.path(), &fork_job);
    asking_for("ZohoCRM.modules.contacts.READ", checked.path());
    let refused = run(&steps_of("apply")[0], checked.path(), &job);
    assert_eq!(refused.status.code(), Some(5), "another plan than that which was looked at");
}

#[test]
fn the_hooks_before_a_commit_run_and_stop_what_is_wrong() {
    let ours = recipe(".pre-commit-hooks.yaml");
    let local = recipe("examples/ci/pre-commit/.pre-commit-config.yaml");
    let hooks: Vec<&Value> = [&ours, &local["repos"][0]["hooks"]].into_iter().flat_map(|hooks| hooks.as_array().expect("hooks")).collect();
    let folder = checked_out();
    let entry = |hook: &&Value| Step { script: hook["entry"].as_str().expect("an entry").to_owned(), env: BTreeMap::new() };
    let steps: Vec<Step> = hooks.iter().map(entry).collect();
    assert_eq!(steps.len(), 4);
    all_done(&steps, folder.path(), &[]);
    let changed = Command::new("git").args(["status", "--porcelain"]).current_dir(folder.path()).output().expect("git is there");
    assert_eq!(String::from_utf8_lossy(&changed.stdout), "", "the example has one layout, and checking leaves nothing behind");
    let file = folder.path().join("bowline.yaml");
    let text = fs::read_to_string(&file).expect("the project");
    fs::write(file, text.replace("service: zoho-crm", "service: zoho-crn")).expect("it is ours");
    let stopped = steps.iter().filter(|step| !run(step, folder.path(), &[]).status.success()).count();
    assert_eq!(stopped, 2, "the checks stop it, and the layout is nobody's mistake");
}

#[test]
fn the_editors_settings_name_a_schema_that_is_there() {
    let settings: Value =
        serde_json::from_str(&fs::read_to_string(root().join("examples/ci/vscode/settings.json")).expect("settings")).expect("JSON");
    for schema in settings["yaml.schemas"].as_object().expect("schemas").keys() {
        assert!(root().join(schema).is_file(), "{schema}");
    }
}

/// The project lies in a folder of the repository, and the job works in that folder.
#[test]
fn findings_stand_where_the_repository_has_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("services/desk");
    write_tree(&project, &tree(&root().join("examples/06-policies")).expect("the example")).expect("its copy");
    let file = project.join("bowline.yaml");
    let text = fs::read_to_string(&file).expect("the project");
    fs::write(file, text.replace("service: zoho-crm", "service: zoho-crn")).expect("it is ours");
    for (format, variable) in [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR"), ("sarif", "GITHUB_WORKSPACE")] {
        let step = Step { script: format!("bowline check --format {format}"), env: BTreeMap::new() };
        let at = |root: &Path| {
            let job = [("GITHUB_WORKSPACE", String::new()), ("CI_PROJECT_DIR", String::new()), (variable, root.display().to_string())];
            String::from_utf8_lossy(&run(&step, &project, &job).stdout).into_owned()
        };
        assert!(at(folder.path()).contains("services/desk/bowline.yaml"), "{format}");
        assert!(!at(&project).contains("desk/bowline.yaml"), "{format}");
    }
}

/// Against the schemas that `check-jsonschema` brings along, where Python can install it.
#[test]
fn the_recipes_have_the_shapes_that_their_readers_publish() {
    let Some(validator) = validator() else { return };
    let files = [
        ("vendor.github-workflows", "examples/ci/github/workflows/bowline.yml"),
        ("vendor.github-actions", "examples/ci/action/action.yml"),
        ("vendor.gitlab-ci", "examples/ci/gitlab/.gitlab-ci.yml"),
    ];
    for (schema, file) in files {
        let ended = Command::new(&validator).args(["--builtin-schema", schema]).arg(root().join(file)).output().expect("it was installed");
        assert!(ended.status.success(), "{file}: {}", String::from_utf8_lossy(&ended.stdout));
    }
    let wrong = tempfile::tempdir().expect("a temporary folder");
    let path = wrong.path().join("wrong.yml");
    fs::write(&path, "on: push\njobs: { a: { steps: 3 } }\n").expect("it is ours");
    let ended =
        Command::new(&validator).args(["--builtin-schema", "vendor.github-workflows"]).arg(path).output().expect("it was installed");
    assert!(!ended.status.success(), "a wrong workflow passes");
}

/// `check-jsonschema` in an environment of its own below `target`; `None` where it cannot and need not be had.
fn validator() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder").join("validators");
    let program = folder.join("bin/check-jsonschema");
    let wanted = "check-jsonschema==0.39.0";
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Some(program);
    }
    let said = |command: &mut Command| match command.stdin(Stdio::null()).output() {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => Err(String::from_utf8_lossy(&ended.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    };
    let made = said(Command::new("python3").args(["-m", "venv"]).arg(&folder))
        .and_then(|()| said(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", wanted])));
    let made = made.map(|()| fs::write(stamp, wanted).expect("the target folder can be written"));
    or_left_out("recipes against published schemas", made.map(|()| program))
}
