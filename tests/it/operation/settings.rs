//! Settings of `serve` by file, environment and options: which goes before which, and one clear message where one is wrong.

use super::tls::certificate;
use crate::child::{end, first_line, signal};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.arg("-C").arg(folder).arg("serve").args(arguments);
    for name in ["BOWLINE_STORE", "BOWLINE_VAULT_KEY", "BOWLINE_CONFIG", "BOWLINE_LISTEN", "BOWLINE_MAX_DEPTH"] {
        command.env_remove(name);
    }
    command
}

fn ended(folder: &Path, file: &str, arguments: &[&str]) -> (Option<i32>, String) {
    std::fs::write(folder.join("serve.yaml"), file).expect("written");
    let arguments: Vec<&str> = ["--config", "serve.yaml"].iter().chain(arguments).copied().collect();
    let Output { status, stderr, .. } = serve(folder, &arguments).output().expect("it runs");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn everything_that_is_wrong_with_a_file_is_said_with_its_place_and_nothing_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "listen: 127.0.0.1:0\nlisen: x\nmax-depth: 9999\nlog-level: loud\nallow-net: [10.0.0.0/8, nonsense]\nno-deliveries: maybe\npublic-url: { a: b }\nconfig: other.yaml\n";
    let (code, said) = ended(folder.path(), file, &[]);
    assert_eq!(code, Some(3), "{said}");
    for part in [
        "serve.yaml:2:1: no setting has the name `lisen`; did you mean `listen`?",
        "serve.yaml:3:12: `max-depth`: ",
        "serve.yaml:4:12: `log-level`: ",
        "serve.yaml:5:25: `allow-net`: ",
        "serve.yaml:6:16: `no-deliveries` is true or false",
        "serve.yaml:7:13: `public-url` is one value",
        "serve.yaml:8:1: no setting has the name `config`",
    ] {
        assert!(said.lines().any(|line| line.trim_start().starts_with(part)), "no line {part:?} in {said}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["serve.yaml"], "nothing was opened or made");
}

#[test]
fn a_file_that_is_no_yaml_or_not_there_is_said_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = ended(folder.path(), "listen: [\n", &["--check-config"]);
    assert_eq!((code, said.contains("serve.yaml:")), (Some(3), true), "{said}");
    let (code, said) = ended(folder.path(), "- listen\n", &["--check-config"]);
    assert_eq!((code, said.contains("serve.yaml:1:1: settings are `name: value`")), (Some(3), true), "{said}");
    let gone = serve(folder.path(), &["--config", "none.yaml", "--check-config"]).output().expect("it runs");
    assert_eq!(gone.status.code(), Some(1));
    let (code, said) = ended(folder.path(), "listen: 127.0.0.1:0\nlisten: 127.0.0.1:1\n", &["--check-config"]);
    assert_eq!((code, said.contains("serve.yaml:2:1")), (Some(3), true), "{said}");
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    // An address that others reach asks for `--public-url`: whose word counted shows in whether it is asked for.
    std::fs::write(folder.path().join("serve.yaml"), "listen: 0.0.0.0:8350\n").expect("written");
    let check = |environment: Option<&str>, arguments: &[&str]| {
        let mut command = serve(folder.path(), &["--config", "serve.yaml", "--check-config"]);
        command.args(arguments);
        if let Some(listen) = environment {
            command.env("BOWLINE_LISTEN", listen);
        }
        command.output().expect("it runs").status.code()
    };
    assert_eq!(check(None, &[]), Some(64), "the file's");
    assert_eq!(check(Some("127.0.0.1:0"), &[]), Some(0), "the environment's");
    assert_eq!(check(Some("127.0.0.1:0"), &["--listen", "0.0.0.0:1"]), Some(64), "the option's");
    assert_eq!(check(Some("0.0.0.0:1"), &["--listen", "127.0.0.1:0"]), Some(0), "the option's");
}

#[test]
fn a_checked_file_is_served_with() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate(folder.path());
    let file = "# all of it\nlisten: 127.0.0.1:0\nadmin-token-file: token\ntls-cert: cert.pem\ntls-key: key.pem\nmax-body: 4096\nno-deliveries: true\nallow-loopback: false\nlog-format: json\ntrust-proxy: [127.0.0.1]\n";
    let (code, said) = ended(folder.path(), file, &["--check-config"]);
    assert_eq!((code, said.contains("settings are right")), (Some(0), true), "{said}");
    let mut child = serve(folder.path(), &["--config", "serve.yaml", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let line = first_line(&mut child);
    assert!(line.contains("https://127.0.0.1:"), "{line}");
    signal(&child, "-HUP");
    std::thread::sleep(std::time::Duration::from_millis(500));
    std::fs::write(folder.path().join("cert.pem"), "nothing").expect("written");
    signal(&child, "-HUP");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let (code, said) = end(child, "-TERM");
    assert_eq!(code, Some(0), "{said}");
    let events: Vec<serde_json::Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let named: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(named, ["started", "certificate", "certificate", "draining", "stopped"], "{said}");
    assert_eq!((&events[1]["renewed"], &events[2]["renewed"]), (&true.into(), &false.into()), "{said}");
}
