//! The real program as a process: pipes, colours, signals, killed at any point, hostile files within their bounds.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{tree, write_tree};

/// Seconds and KiB that any file may cost, however hostile.
const PATIENCE: Duration = Duration::from_secs(5);
const MEMORY: u64 = 256 * 1024;

fn bowline(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.arg("-C").arg(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("BOWLINE_VAULT_KEY", "07".repeat(32));
    command
}

fn cold_chain() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/03-cold-chain");
    write_tree(folder.path(), &tree(&example).expect("the example")).expect("its copy");
    folder
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let folder = cold_chain();
    assert!(bowline(folder.path()).args(["plan", "--save", "plan.json", "-q"]).status().expect("it runs").success());
    for line in [
        "plan --format json",
        "plan",
        "plan --format markdown",
        "show plan.json",
        "comment plan.json --dry-run",
        "check",
        "check --format sarif",
        "apply plan.json --format ndjson",
        "status",
        "status --format json",
        "graph",
        "render",
        "services list",
        "schema",
        "explain",
        "audit",
        "connect",
        "keys list",
        "webhook deliveries",
        "completions bash",
        "fmt --diff",
        "init --help",
        "destroy --auto-approve",
    ] {
        // Both readers are gone before anything is written.
        let mut command = bowline(folder.path());
        command.args(line.split(' ')).env("BOWLINE_VAULT_KEY", "07".repeat(32));
        let (reader, stdout) = std::io::pipe().expect("a pipe");
        let (other, stderr) = std::io::pipe().expect("a pipe");
        let mut child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().expect("it starts");
        drop((reader, other, command));
        let code = child.wait().expect("it ends").code();
        assert!(code.is_some_and(|code| code < 10), "`{line}` ended with {code:?}");
    }
}

/// Whoever reads the first lines only must not see them late or broken.
#[test]
fn the_first_lines_can_be_read_alone() {
    let folder = cold_chain();
    let mut child =
        bowline(folder.path()).args(["plan", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut first = [0; 16];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("some output");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
}

/// The order in which a folder lists its files, and in which files are included, changes nothing.
#[test]
#[cfg(unix)]
fn a_snapshot_may_come_through_a_pipe() {
    let folder = cold_chain();
    let taken = bowline(folder.path()).arg("snapshot").output().expect("it runs").stdout;
    let plan = ["plan", "--snapshot", "/dev/stdin", "--format", "json"];
    let mut child = bowline(folder.path()).args(plan).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(&taken).expect("it is read");
    let planned = child.wait_with_output().expect("it ends");
    assert!(planned.status.success() && planned.stdout.starts_with(b"{"), "{planned:?}");
}

#[test]
fn a_report_names_files_from_the_top_of_their_repository() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("services/door");
    fs::create_dir_all(&project).and_then(|()| fs::create_dir(folder.path().join(".git"))).expect("folders");
    fs::write(project.join("bowline.yaml"), "bowline: 1\nproject: door\nconnection: {}\n").expect("a file");
    let mut check = Command::new(env!("CARGO_BIN_EXE_bowline"));
    check.args(["check", "--format", "github"]).current_dir(&project).env_remove("GITHUB_WORKSPACE").env_remove("CI_PROJECT_DIR");
    let told = String::from_utf8(check.output().expect("it runs").stdout).expect("text");
    assert!(told.starts_with("::error file=services/door/bowline.yaml,line=3,"), "{told}");
}

#[test]
fn the_order_of_files_changes_no_byte() {
    let folders: Vec<tempfile::TempDir> = [false, true].map(turned).into();
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["plan"],
        &["plan", "--format", "markdown"],
        &["graph"],
        &["render"],
    ] {
        let output = |folder: &tempfile::TempDir| bowline(folder.path()).args(arguments).output().expect("it runs").stdout;
        let [one, other] = [output(&folders[0]), output(&folders[1])].map(|bytes| without_ids(&bytes));
        assert!(one == other, "{arguments:?}:\n{one}\n{other}");
    }
}

/// The example, its files written forwards or backwards, and its `include:` turned round likewise.
fn turned(backwards: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut files: Vec<(String, Vec<u8>)> =
        tree(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/03-cold-chain")).expect("the example").into_iter().collect();
    if backwards {
        files.reverse();
    }
    for (name, bytes) in files {
        let bytes = if backwards && name == "bowline.yaml" { with_includes_turned(&bytes) } else { bytes };
        write_tree(folder.path(), &[(name, bytes)].into()).expect("its copy");
    }
    folder
}

fn with_includes_turned(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (head, rest) = text.split_once("include:\n").expect("the example includes files");
    let count = rest.lines().take_while(|line| line.starts_with("  - ")).count();
    let lines: Vec<&str> = rest.lines().collect();
    let turned: Vec<&str> = lines[..count].iter().rev().chain(&lines[count..]).copied().collect();
    assert!(count > 1 && turned != lines, "there is something to turn round");
    format!("{head}include:\n{}\n", turned.join("\n")).into_bytes()
}

/// A plan's id covers the digests of files, which differ where a list in one of them is turned round.
fn without_ids(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    regex::Regex::new("sha256:[0-9a-f]{64}").expect("an expression").replace_all(&text, "sha256").into_owned()
}

#[test]
fn pipes_and_no_color_get_no_escape_codes_and_always_means_always() {
    let folder = cold_chain();
    let output = |arguments: &[&str], env: &[(&str, &str)]| {
        let output = bowline(folder.path()).args(arguments).envs(env.iter().copied()).output().expect("it runs");
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    assert!(!output(&["plan"], &[]));
    assert!(!output(&["plan"], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(output(&["plan"], &[("CLICOLOR_FORCE", "1")]));
    assert!(output(&["plan", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!output(&["plan", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = cold_chain();
    for arguments in [&["check", "--format", "json"][..], &["plan"], &["graph"], &["render"]] {
        let output = || bowline(folder.path()).args(arguments).output().expect("it runs").stdout;
        assert!(output() == output(), "{arguments:?} does not answer the same twice");
    }
}

#[test]
fn an_apply_killed_at_any_point_is_completed_by_the_next() {
    for round in 0..8 {
        let folder = cold_chain();
        let mut child = bowline(folder.path())
            .args(["apply", "--auto-approve", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(40 * round));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let again = bowline(folder.path()).args(["apply", "--auto-approve"]).output().expect("it runs");
        assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
        let plan = bowline(folder.path()).args(["plan", "--detailed-exitcode"]).output().expect("it runs");
        assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
    }
}

#[test]
fn a_move_killed_at_any_point_is_finished_by_the_next_command() {
    const SCRIPTS: usize = 80;
    let mut finished = 0;
    for round in 0..24 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: String| folder.path().join(name);
        let mut yaml = "bowline: 1\nproject: p\nconnections:\n  crm: { name: C, service: zoho-crm, scopes: [ZohoCRM.users.READ], parameters: { dc: com } }\nfunctions:\n".to_owned();
        for at in 0..SCRIPTS {
            yaml += &format!("  f{at}: {{ name: F{at}, category: schedule, script: f{at}.ds }}\n");
            let script = "r = invokeurl [ url: \"https://www.zohoapis.com/crm/v8/users\" type: GET connection: \"crm\" ];\n";
            fs::write(path(format!("f{at}.ds")), script).expect("written");
        }
        fs::write(path("bowline.yaml".to_owned()), yaml).expect("written");
        let mut child = bowline(folder.path())
            .args(["move", "connections.crm", "connections.crm_read", "-q"])
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let journal = path(".bowline-change.json".to_owned());
        while !journal.exists() && child.try_wait().expect("it runs").is_none() {
            std::thread::sleep(Duration::from_micros(100));
        }
        std::thread::sleep(Duration::from_millis(2 * round));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        finished += usize::from(journal.exists());
        let check = bowline(folder.path()).args(["check"]).output().expect("it runs");
        assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stderr));
        let files = tree(folder.path()).expect("files");
        let moved = files.values().filter(|text| String::from_utf8_lossy(text).contains("crm_read")).count();
        assert_eq!(moved, SCRIPTS + 1);
        assert!(files.keys().all(|name| !name.starts_with('.')), "{:?}", files.keys());
    }
    assert!(finished > 0, "no round was killed half-way");
}

#[test]
fn a_second_apply_is_turned_away_and_names_the_first() {
    let folder = cold_chain();
    let data = folder.path().join(".bowline");
    assert!(bowline(folder.path()).args(["apply", "--auto-approve"]).status().expect("it runs").success());
    let lock = fs::OpenOptions::new().write(true).open(data.join("apply.lock")).expect("the lock's file");
    lock.lock().expect("the lock is free");
    (&lock).write_all(b"process 1 of somebody\n").expect("a name");
    let second = bowline(folder.path()).args(["destroy", "--auto-approve"]).output().expect("it runs");
    assert_eq!(second.status.code(), Some(8));
    assert!(String::from_utf8_lossy(&second.stderr).contains("process 1 of somebody"));
}

#[cfg(unix)]
#[test]
fn the_data_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = cold_chain();
    assert!(bowline(folder.path()).env_remove("BOWLINE_VAULT_KEY").args(["apply", "--auto-approve"]).status().expect("it runs").success());
    let data = folder.path().join(".bowline");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in ["bowline.db", "vault.key"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn hostile_files_end_soon_and_small() {
    let big = "a".repeat(100_000);
    let hostile: Vec<(&str, String)> = vec![
        ("100 MB", "x: y\n".repeat(20_000_000)),
        ("flow nesting", "a: ".to_owned() + &"[".repeat(400_000)),
        ("block nesting", (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("odd nesting", "? ".repeat(200_000)),
        ("sequences", "- ".repeat(200_000)),
        ("alias bomb", (0..40).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n.max(1) - 1); 10].join(","))).collect()),
        ("many keys", (0..400_000).map(|n| format!("k{n}: 1\n")).collect()),
        ("one key again and again", "connections: {}\n".repeat(200_000)),
        ("many tags", "%TAG ! tag:x,2000:\n".repeat(20_000) + "---\na: !!x b\n"),
        ("many documents", "---\na: b\n".repeat(200_000)),
        ("a long scalar", format!("bowline: \"{}\"\n", big.repeat(100))),
        ("a long line of escapes", format!("bowline: \"{}\"\n", "\\x41".repeat(500_000))),
        ("control bytes", "a: \u{0}\u{1}\u{7f}\u{202e}b\n".repeat(50_000)),
        (
            "many keys of one connection",
            "connections:\n  c:\n    name: C\n    service: slack\n".to_owned()
                + &(0..200_000).map(|n| format!("    k{n}: 1\n")).collect::<String>(),
        ),
        (
            "many scopes that are none",
            format!("connections:\n  c: {{ name: C, service: slack, scopes: [{}] }}\n", vec!["a b"; 200_000].join(", ")),
        ),
        (
            "many connections that do not fit",
            "connections:\n".to_owned() + &(0..100_000).map(|n| format!("  c{n}: {{ name: 5, service: s{n} }}\n")).collect::<String>(),
        ),
        ("many templates", format!("project: \"{}\"\n", "${{ var.x }}".repeat(100_000))),
    ];
    for (name, text) in hostile {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("bowline.yaml"), text).expect("a file");
        let (code, took, peak) = watched(bowline(folder.path()).arg("check").stdout(Stdio::null()).stderr(Stdio::null()));
        // A debug build on a busy machine is given more time, never more memory.
        let patience = if cfg!(debug_assertions) { PATIENCE * 6 } else { PATIENCE };
        assert_eq!(code, Some(3), "{name}");
        assert!(took < patience, "{name} took {took:?}");
        assert!(peak < MEMORY, "{name} took {peak} KiB");
    }
}

/// Runs a program to its end: exit code, time, and peak resident memory in KiB. The peak is looked up while it runs, because
/// what the system tells at the end counts the memory of the parent that it was forked from.
fn watched(command: &mut Command) -> (Option<i32>, Duration, u64) {
    let start = Instant::now();
    let mut child = command.spawn().expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(ended) = child.try_wait().expect("it can be asked") {
            return (ended.code(), start.elapsed(), peak);
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(2));
    }
}
