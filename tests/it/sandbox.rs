//! The command `sandbox` as a process: says where it listens, answers there, ends when it is asked to.

use crate::child::{ask, end, first_line};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn sandbox(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_bowline"))
        .arg("sandbox")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[test]
fn the_first_line_is_the_address_and_it_ends_gracefully() {
    for signal in ["-TERM", "-INT"] {
        let mut child = sandbox(&["--port", "0", "--token-lifetime", "5s", "--grant-only", "profile"]);
        let base = first_line(&mut child);
        let host = base.strip_prefix("http://").expect("an address").to_owned();
        assert!(host.starts_with("127.0.0.1:"), "{base}");
        let settings = ask(&host, "GET /control/settings HTTP/1.1");
        assert!(settings.contains("x-bowline-sandbox: 1") && settings.contains("\"token_lifetime\":\"5s\""), "{settings}");
        assert!(settings.contains("\"grant_only\":[\"profile\"]"), "{settings}");
        let (code, said) = end(child, signal);
        assert_eq!(code, Some(0), "{signal}: {said}");
        assert!(said.contains("sandbox: a provider for trying things out") && said.contains("has stopped"), "{said}");
        assert!(TcpStream::connect(&host).is_err(), "nothing listens any more");
    }
}

#[test]
fn machines_get_one_line_of_json() {
    let mut child = sandbox(&["--port", "0", "--format", "json", "--auto-consent", "--quiet"]);
    let start: serde_json::Value = serde_json::from_str(&first_line(&mut child)).expect("JSON");
    let port = start["port"].as_u64().expect("a port");
    assert_eq!((&start["sandbox"], &start["auto_consent"]), (&true.into(), &true.into()));
    assert_eq!(start["base_url"], format!("http://127.0.0.1:{port}"));
    let taken = Command::new(env!("CARGO_BIN_EXE_bowline")).args(["sandbox", "--port", &port.to_string()]).output().expect("it runs");
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert_eq!((taken.status.code(), said.contains("--port 0")), (Some(1), true), "{said}");
    assert_eq!(end(child, "-TERM"), (Some(0), String::new()));
}
