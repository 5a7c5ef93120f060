//! The command `serve` as a process: it says where it is, hands out one token, keeps its data, and ends when it is asked to.

use crate::child::{ask, end, first_line};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn serve(folder: &Path, arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .arg("-C")
        .arg(folder)
        .args(["serve", "--listen", "127.0.0.1:0", "--admin-token-file", "token"])
        .args(arguments)
        .env_remove("BOWLINE_STORE")
        .env_remove("BOWLINE_VAULT_KEY")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let line = first_line(&mut child);
    let host = line.strip_prefix("http://").unwrap_or_else(|| panic!("no address: {line}")).to_owned();
    (child, host)
}

#[test]
fn the_first_start_makes_an_administrator_and_the_next_one_knows_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (child, host) = serve(folder.path(), &[]);
    let token = std::fs::read_to_string(folder.path().join("token")).expect("a token").trim().to_owned();
    assert!(ask(&host, &format!("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer {token}")).contains("\"administrator\""));
    let (code, said) = end(child, "-TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`admin` was made") && !said.contains(&token) && said.contains("has stopped"), "{said}");

    let began = Instant::now();
    let (child, host) = serve(folder.path(), &["--no-deliveries"]);
    assert!(ask(&host, &format!("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer {token}")).contains("\"administrator\""));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let (code, said) = end(child, "-INT");
    assert_eq!((code, said.contains("was made")), (Some(0), false), "{said}");
    #[cfg(unix)]
    for file in ["token", "bowline.db", "vault.key"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join(file)).expect(file).permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} is for its owner only");
    }
}

#[test]
fn data_without_its_key_is_not_served_and_no_other_key_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let (child, _) = serve(folder.path(), &[]);
    end(child, "-TERM");
    std::fs::remove_file(folder.path().join("vault.key")).expect("it was there");
    let ended =
        Command::new(env!("CARGO_BIN_EXE_bowline")).arg("-C").arg(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output();
    let ended = ended.expect("it runs");
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(!folder.path().join("vault.key").exists());
}

#[test]
fn who_lost_every_token_gets_in_again_by_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let (child, _) = serve(folder.path(), &[]);
    let lost = std::fs::read_to_string(folder.path().join("token")).expect("a token");
    end(child, "-TERM");
    let (child, host) = serve(folder.path(), &["--recover-administrator", "ada"]);
    let token = std::fs::read_to_string(folder.path().join("token")).expect("a token");
    assert_ne!(token, lost);
    let asked = format!("GET /api/v1/audit HTTP/1.1\r\nAuthorization: Bearer {}", token.trim());
    assert!(ask(&host, &asked).contains("recover-administrator"));
    let (code, said) = end(child, "-TERM");
    assert_eq!((code, said.contains("`ada` is an administrator"), said.contains(token.trim())), (Some(0), true, false), "{said}");
}

#[test]
fn nobody_is_made_whose_token_could_not_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("token")).expect("a folder in the place of the file");
    let run = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .arg("-C")
        .arg(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--admin-token-file", "token"])
        .output()
        .expect("it runs");
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::remove_dir(folder.path().join("token")).expect("it is there");
    let (child, _) = serve(folder.path(), &[]);
    let (_, said) = end(child, "-TERM");
    assert!(said.contains("`admin` was made"), "{said}");
}
