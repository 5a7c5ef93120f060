//! Webhooks against receivers on this machine: the program itself, over HTTP, killed and started again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const TOKEN: &str = "canary-7f3a-pager-token";
const SIGNER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A request as it came.
struct Came {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
    stream: TcpStream,
}

impl Came {
    fn answer(mut self, answer: &str) {
        let _ = write!(self.stream, "HTTP/1.1 {answer}\r\nconnection: close\r\n\r\n");
        let _ = self.stream.flush();
    }
}

/// Hands out requests as they come; each is answered by whoever takes it.
fn receiver() -> (u16, Receiver<Came>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let (sender, came): (Sender<Came>, Receiver<Came>) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let Some(request) = read(stream) else { continue };
            if sender.send(request).is_err() {
                break;
            }
        }
    });
    (port, came)
}

fn read(stream: TcpStream) -> Option<Came> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: BTreeMap<String, String> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Came { line: lines.first()?.clone(), headers, body: String::from_utf8(body).ok()?, stream: reader.into_inner() })
}

fn project(port: u16) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = format!(
        "bowline: 1\nproject: p\nwebhooks:\n  page:\n    name: Page\n    url: http://127.0.0.1:{port}/calls/${{alarm.device}}\n    \
         headers: {{ X-Token: {{ env: PAGER_TOKEN }} }}\n    body: {{ json: {{ text: 'Open: ${{alarm.device}}' }} }}\n    \
         signing: {{ secret: {{ env: PAGER_SIGNER }} }}\n"
    );
    fs::write(folder.path().join("bowline.yaml"), text).expect("the folder is ours");
    assert!(run(folder.path(), &["apply", "--auto-approve"]).status.success());
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.current_dir(folder).args(arguments).env("PAGER_TOKEN", TOKEN).env("PAGER_SIGNER", SIGNER).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program runs")
}

const TRIGGER: [&str; 5] = ["webhook", "trigger", "page", "--data", r#"{"alarm":{"device":"north gate"}}"#];

fn next(came: &Receiver<Came>) -> Came {
    came.recv_timeout(Duration::from_secs(30)).expect("a call comes")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_triggered_webhook_arrives_signed() {
    let (port, came) = receiver();
    let folder = project(port);
    let receiver = std::thread::spawn(move || {
        let call = next(&came);
        let seen = (call.line.clone(), call.headers.clone(), call.body.clone());
        call.answer("204 No Content");
        seen
    });
    let output = run(folder.path(), &TRIGGER);
    let (line, headers, body) = receiver.join().expect("no panic");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!((line.as_str(), body.as_str()), ("POST /calls/north%20gate HTTP/1.1", r#"{"text":"Open: north gate"}"#));
    assert_eq!(headers["x-token"], TOKEN);
    let signed = format!("{}.{}.{body}", headers["webhook-id"], headers["webhook-timestamp"]);
    let key = bowline::vault::SigningKey::parse(&bowline::secret::Secret::new(SIGNER.to_owned())).expect("it is a key");
    assert_eq!(headers["webhook-signature"], format!("v1,{}", key.sign(&[signed.as_bytes()])));
    assert!(text(&output).contains(&headers["webhook-id"]));
}

#[test]
fn no_redirect_is_followed_and_a_refusal_is_a_dead_letter_that_can_go_again() {
    let (port, came) = receiver();
    let (elsewhere, strays) = receiver();
    let folder = project(port);
    let receiver = std::thread::spawn(move || {
        next(&came).answer(&format!("307 Temporary Redirect\r\nlocation: http://127.0.0.1:{elsewhere}/"));
        let refused = next(&came);
        let id = refused.headers["webhook-id"].clone();
        refused.answer(&format!("410 Gone\r\ncontent-length: {}\r\nx-echo: 1\r\n\r\nyou sent {TOKEN}", 9 + TOKEN.len()));
        let again = next(&came);
        let same = again.headers["webhook-id"].clone();
        again.answer("200 OK");
        (id, same)
    });
    assert_eq!(run(folder.path(), &TRIGGER).status.code(), Some(6));
    assert_eq!(run(folder.path(), &TRIGGER).status.code(), Some(1));
    let dead = run(folder.path(), &["webhook", "deliveries", "--state", "dead", "--format", "json"]);
    let dead: serde_json::Value = serde_json::from_slice(&dead.stdout).expect("it is JSON");
    let id = dead["deliveries"][0]["id"].as_str().expect("it has an id").to_owned();
    assert!(run(folder.path(), &["webhook", "redeliver", &id]).status.success());
    assert_eq!(run(folder.path(), &["webhook", "deliver"]).status.code(), Some(0));
    assert_eq!(receiver.join().expect("no panic"), (id.clone(), id.clone()));
    assert!(strays.try_recv().is_err(), "the redirect was followed");
    let shown = text(&run(folder.path(), &["webhook", "show", &id]));
    assert!(shown.contains("410") && shown.contains("you sent") && !shown.contains(TOKEN), "{shown}");
}

#[test]
fn the_program_killed_while_it_sends_sends_again_under_the_same_id() {
    let (port, came) = receiver();
    let folder = project(port);
    let mut child = command(folder.path(), &TRIGGER).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
    let first = next(&came);
    child.kill().expect("it waits for an answer");
    child.wait().expect("it was killed");
    let id = first.headers["webhook-id"].clone();

    // Its claim holds for a while, and then for nobody.
    assert_eq!(run(folder.path(), &["webhook", "redeliver", &id]).status.code(), Some(1));
    let database = folder.path().join(".bowline/bowline.db");
    let lapse = "UPDATE deliveries SET lease_until = '2020-01-01T00:00:00Z'";
    rusqlite::Connection::open(database).and_then(|db| db.execute(lapse, [])).expect("the claim is there");
    let receiver = std::thread::spawn(move || {
        let again = next(&came);
        let id = again.headers["webhook-id"].clone();
        again.answer("200 OK");
        id
    });
    assert_eq!(run(folder.path(), &["webhook", "deliver"]).status.code(), Some(0));
    assert_eq!(receiver.join().expect("no panic"), id);
}

#[test]
fn no_secret_lies_in_any_file_or_output() {
    let (port, came) = receiver();
    let folder = project(port);
    let receiver = std::thread::spawn(move || {
        next(&came).answer(&format!("500 Internal Server Error\r\ncontent-length: {}\r\n\r\n{TOKEN}", TOKEN.len()))
    });
    let mut out = text(&run(folder.path(), &TRIGGER));
    receiver.join().expect("no panic");
    for arguments in [&["webhook", "deliveries"][..], &["webhook", "deliveries", "--format", "json"], &["status"]] {
        out.push_str(&text(&run(folder.path(), arguments)));
    }
    assert!(!out.contains(TOKEN) && !out.contains(SIGNER), "{out}");
    for entry in fs::read_dir(folder.path().join(".bowline")).expect("it is there").flatten() {
        let bytes = fs::read(entry.path()).expect("it is a file");
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert!(!holds(TOKEN) && !holds(SIGNER), "{}", entry.path().display());
    }
}
