//! The API's contract, tried by a stranger: schemathesis makes requests from the OpenAPI document and judges the answers.

use crate::required::or_left_out;
use crate::server::Server;
use bowline::server::Limits;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = "schemathesis==4.32.5";

/// The program, in an environment of its own below `target`.
fn schemathesis() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/schemathesis");
    let program = home.join("bin/schemathesis");
    if program.exists() {
        return Ok(program);
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    run(Command::new(home.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", VERSION]))?;
    Ok(program)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn nothing_that_is_asked_of_the_api_is_answered_against_its_document() {
    let Some(program) = or_left_out("the API against its document, by schemathesis", schemathesis()) else { return };
    let server = Server::with(Limits { failures: false, rate: 0, ..Limits::default() });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(program)
        .arg("--config-file")
        .arg(root.join("tests/schemathesis.toml"))
        .args(["run", "--no-color", "--seed", "1", "--max-examples", "8", "--phases", "examples,coverage,fuzzing", "--header"])
        .arg(format!("Authorization: Bearer {}", server.admin))
        .arg(format!("{}/api/v1/openapi.json", server.base))
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Tested: "), "it tried something: {said}");
    assert_eq!(server.running.panics(), 0);
}
