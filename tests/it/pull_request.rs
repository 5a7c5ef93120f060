//! A pull request from a clone of the example: fourteen people connect, a scope is added, the comment says what that costs
//! them, and the plan is refused once somebody else has changed the connection. All of it with the program itself.

use crate::support::{tree, write_tree};
use bowline::clock::Clock;
use bowline::sandbox::{self, Options, Running};
use regex::Regex;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

struct Now;

impl Clock for Now {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

const PEOPLE: [&str; 14] = ["ada", "ben", "cho", "dora", "emre", "fay", "gus", "hana", "ivo", "jun", "kai", "lena", "mira", "zoe"];

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/05-pull-request")
}

/// One platform, and a place for clones of the project.
struct Desk {
    folder: tempfile::TempDir,
    sandbox: Running,
}

impl Desk {
    fn new() -> Desk {
        let options = Options { auto_consent: true, ..Options::new(Arc::new(Now), [7; 32]) };
        Desk { folder: tempfile::tempdir().expect("a temporary folder"), sandbox: sandbox::start(options).expect("a free port") }
    }

    fn clone_to(&self, name: &str) -> PathBuf {
        let clone = self.folder.path().join(name);
        write_tree(&clone, &tree(&example()).expect("the example")).expect("its copy");
        let file = clone.join("bowline.yaml");
        let text = fs::read_to_string(&file).expect("the project");
        fs::write(file, text.replace("http://127.0.0.1:8914", self.sandbox.url("").trim_end_matches('/'))).expect("it is ours");
        clone
    }

    fn command(&self, clone: &Path, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
        command.arg("-C").arg(clone).args(line.split(' ')).env("BOWLINE_VAULT_KEY", "07".repeat(32)).env_remove("NO_COLOR");
        command
    }

    fn run(&self, clone: &Path, line: &str) -> Output {
        self.command(clone, line).stdin(Stdio::null()).output().expect("it runs")
    }

    fn on_platform(&self, clone: &Path, line: &str) -> Output {
        self.run(clone, &format!("{line} --data-dir {}", self.folder.path().join("platform").display()))
    }

    /// A person who follows the link that is printed, and allows what is asked for.
    fn connect(&self, clone: &Path, person: &str) {
        let line = format!("connect shift_log --no-browser --as {person} --data-dir {}", self.folder.path().join("platform").display());
        let mut child = self.command(clone, &line).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut said = BufReader::new(child.stderr.take().expect("it is piped"));
        let link = loop {
            let mut line = String::new();
            assert!(said.read_line(&mut line).expect("a line") > 0, "no link was printed");
            if let Some(link) = line.trim().strip_prefix("http").map(|rest| format!("http{rest}")) {
                break link;
            }
        };
        let answer = get(&format!("{link}&auto=allow"));
        let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).expect("the browser is sent back").to_owned();
        get(&location);
        assert!(child.wait().expect("it ends").success(), "{person}");
    }
}

fn get(url: &str) -> String {
    let url = url::Url::parse(url).expect("a whole URL");
    let (host, port) = (url.host_str().expect("a host"), url.port().expect("a port"));
    let mut stream = TcpStream::connect((host, port)).expect("it listens");
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn change(clone: &Path, from: &str, to: &str) {
    let file = clone.join("bowline.yaml");
    let text = fs::read_to_string(&file).expect("the project");
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replacen(from, to, 1)).expect("it is ours");
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_comment_says_what_a_wider_scope_costs_and_a_later_apply_names_what_moved() {
    let desk = Desk::new();
    let main = desk.clone_to("main");
    let applied = desk.on_platform(&main, "apply --auto-approve --quiet");
    assert_eq!(applied.status.code(), Some(0), "{}", said(&applied));
    PEOPLE.iter().for_each(|person| desk.connect(&main, person));

    let branch = desk.clone_to("branch");
    change(&branch, "[readings.read, messages.write]", "[readings.read, messages.write, alarms.write]");
    let planned = desk.on_platform(&branch, "plan --quiet --save plan.json --output markdown=made.md --output gitlab=counts.json");
    assert_eq!(planned.status.code(), Some(0), "{}", said(&planned));
    let comment = fs::read_to_string(branch.join("made.md")).expect("the comment");
    let id = Regex::new("sha256:[0-9a-f]{64}").expect("an expression");
    let steady = id.replace_all(&comment, "sha256:…").into_owned();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(example().join("comment.md"), &steady).expect("the example can be written");
    }
    assert_eq!(steady, fs::read_to_string(example().join("comment.md")).expect("the example's comment"), "UPDATE=1 writes it anew");
    for (what, words) in [
        ("the people", "the authorisation of 14 people is taken away: `ada`, `ben`, "),
        ("their consents", "all 14 people have to consent again in a browser"),
        ("the webhooks", "cannot fire meanwhile: `webhooks.door_open`, `webhooks.handover`"),
        ("the scope", "it may do more than before: `alarms.write` (**write**)"),
        ("the counts", "**14 users affected · 14 consents · 2 webhooks paused · 1 scope escalation**"),
    ] {
        assert!(comment.contains(words), "{what}: {comment}");
    }
    assert_eq!(desk.run(&branch, "comment plan.json --dry-run").stdout, comment.as_bytes(), "what is posted is what was written");
    let counts: serde_json::Value = serde_json::from_slice(&fs::read(branch.join("counts.json")).expect("the counts")).expect("JSON");
    assert_eq!(counts, serde_json::json!({ "create": 0, "update": 1, "delete": 0 }));

    // Meanwhile somebody else changes the connection.
    let other = desk.clone_to("other");
    change(&other, "name: Shift log", "name: Log of the shift");
    let moved = desk.on_platform(&other, "apply --auto-approve --quiet");
    assert_eq!(moved.status.code(), Some(0), "{}", said(&moved));
    let refused = desk.on_platform(&branch, "apply plan.json --quiet");
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    let words = said(&refused);
    assert!(words.contains("the plan is stale") && words.contains("`connections.shift_log` was changed meanwhile"), "{words}");
    let after = desk.on_platform(&other, "plan --detailed-exitcode --quiet");
    assert_eq!(after.status.code(), Some(0), "nothing of the refused plan was done: {}", said(&after));
}
