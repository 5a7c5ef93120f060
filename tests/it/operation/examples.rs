//! The recipes for running a broker hold: each is checked by the program that reads it, where that is there.

use crate::required::or_left_out;
use std::path::PathBuf;
use std::process::Command;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/operation")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect("the example is there")
}

/// Whether the recipes can be checked with these programs.
fn has(programs: &[&str]) -> bool {
    let is_missing = |program: &&&str| {
        let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
        !found.is_ok_and(|output| output.status.success())
    };
    let missing = programs.iter().find(is_missing).map_or(Ok(()), |program| Err(format!("{program} is not installed")));
    or_left_out("recipes for operation, read by the programs that they are for", missing).is_some()
}

#[test]
fn the_settings_are_right() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.arg("-C").arg(folder()).args(["serve", "--config", "serve.yaml", "--check-config"]);
    let output = command.env_remove("BOWLINE_STORE").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_unit_is_one_and_lets_the_program_do_little() {
    if !has(&["systemd-analyze"]) {
        return;
    }
    let copy = tempfile::tempdir().expect("a folder");
    let unit = copy.path().join("bowline.service");
    // The program is not installed here.
    std::fs::write(&unit, read("bowline.service").replace("/usr/local/bin/bowline", "/bin/true")).expect("written");
    let output = Command::new("systemd-analyze").arg("verify").arg(&unit).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("bowline.service:"), "{said}");
}

#[test]
fn the_proxy_understands_its_file() {
    if !has(&["nginx", "openssl"]) {
        return;
    }
    let copy = tempfile::tempdir().expect("a folder");
    super::tls::certificate(copy.path());
    let here = |name: &str| copy.path().join(name).display().to_string();
    let site = read("nginx.conf").replace("/etc/nginx/cert.pem", &here("cert.pem")).replace("/etc/nginx/key.pem", &here("key.pem"));
    let site = site.replace("broker:8350", "127.0.0.1:8350").replace("listen 443", "listen 127.0.0.1:44399");
    let whole = format!("pid {};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}\n}}\n", here("pid"));
    std::fs::write(copy.path().join("nginx.conf"), whole).expect("written");
    let output = Command::new("nginx").arg("-t").arg("-c").arg(copy.path().join("nginx.conf")).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What the recipes for containers say of the command line is true of it.
#[test]
fn every_option_that_a_recipe_uses_is_one() {
    let help = Command::new(env!("CARGO_BIN_EXE_bowline")).args(["serve", "--help"]).output().expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let compose = read("compose.yaml");
    let options =
        compose.lines().filter_map(|line| line.trim().strip_prefix("- --")).map(|line| line.split('=').next().unwrap_or_default());
    let unknown: Vec<&str> = options.filter(|option| !help.contains(&format!("--{option} "))).collect();
    assert!(unknown.is_empty() && compose.contains("--public-url"), "{unknown:?}");
}
