//! The uses of what is live through a served broker, by the real program: connect, call, revoke, trigger, look.

use crate::schemas::validator;
use crate::served::{Served, VAULT_KEY};
use crate::server::{Browser, Now};
use crate::support::{tree, write_tree};
use bowline::sandbox::{self, Running};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The example of the sandbox, applied to a server.
struct Lab {
    sandbox: Running,
    served: Served,
    project: tempfile::TempDir,
    _data: tempfile::TempDir,
}

impl Lab {
    fn applied() -> Lab {
        Lab::applied_without("")
    }

    /// Without the lines of the project that hold a text.
    fn applied_without(left_out: &str) -> Lab {
        let options = sandbox::Options { auto_consent: true, ..sandbox::Options::new(Arc::new(Now), [7; 32]) };
        let sandbox = sandbox::start(options).expect("a sandbox");
        let data = tempfile::tempdir().expect("a folder");
        let served = Served::start(data.path());
        let project = tempfile::tempdir().expect("a folder");
        let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/04-sandbox");
        let mut files = tree(&example).expect("the example");
        files.retain(|name, _| !name.starts_with(".bowline/"));
        let text = String::from_utf8(files.remove("bowline.yaml").expect("a project")).expect("it is text");
        let is_left_out = |line: &str| !left_out.is_empty() && line.contains(left_out);
        let text: String = text.split_inclusive('\n').filter(|line| !is_left_out(line)).collect();
        let text = text.replace("http://127.0.0.1:8914", sandbox.url("").trim_end_matches('/'));
        let text = format!("{text}\nenvironments:\n  served: {{ api: \"{}\" }}\n", served.api);
        files.insert("bowline.yaml".to_owned(), text.into_bytes());
        write_tree(project.path(), &files).expect("its copy");
        let lab = Lab { sandbox, served, project, _data: data };
        lab.fine("apply --env served --auto-approve");
        lab
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
        command.arg("-C").arg(self.project.path()).args(line.split_whitespace());
        command.env("BOWLINE_TOKEN", self.served.token()).env("BOWLINE_VAULT_KEY", VAULT_KEY);
        command
    }

    fn ran(&self, line: &str) -> (i32, String) {
        let output = self.command(line).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    }

    fn fine(&self, line: &str) -> String {
        let (exit, said) = self.ran(line);
        assert_eq!(exit, 0, "{line}: {said}");
        said
    }

    /// What is printed for programs, which holds to a schema.
    fn machine(&self, line: &str, schema: &str) -> Value {
        let output = self.command(line).output().expect("it runs");
        held_to(schema, &output.stdout)
    }

    /// Connects, with a person at a browser who answers that at the service.
    fn connect(&self, line: &str, answer: &str) -> (i32, String) {
        let mut child = self.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let link = lines.find(|line| line.trim().starts_with(&self.served.api)).expect("a link");
        let mut browser = Browser::new();
        let gone = browser.ask("POST", link.trim());
        let asked = browser.ask("GET", &format!("{}&{answer}", gone.header("location")));
        browser.ask("GET", asked.header("location"));
        let mut said: String = lines.collect();
        let exit = child.wait().expect("it ends").code().unwrap_or(-1);
        child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("it is text");
        (exit, said)
    }
}

#[test]
fn a_connection_is_made_used_made_again_refused_and_revoked() {
    let lab = Lab::applied();
    let connect = "connect readings --env served --no-browser --timeout 30s";
    let (exit, said) = lab.connect(connect, "auto=deny");
    assert!(exit == 1 && said.contains("consent was denied"), "{exit}: {said}");
    let (exit, said) = lab.connect(connect, "auto=allow");
    assert!(exit == 0 && said.contains("Connected"), "{exit}: {said}");
    let (exit, said) = lab.connect(connect, "auto=allow");
    assert!(exit == 0 && said.contains("was not ended at the service"), "connected again: {exit}: {said}");
    let status = lab.machine("status --env served --format json", "status");
    let held = |object: &Value| object["connection"]["held"]["account"].is_string();
    assert!(status["objects"].as_array().expect("objects").iter().any(held) && untold(&status).is_empty(), "{status}");
    let (exit, said) = lab.connect(connect, "auto=allow&account=robin");
    assert!(exit == 1 && said.contains("another account of the service, and stays so"), "{exit}: {said}");
    let (exit, said) = lab.connect(&format!("{connect} --allow-other-account"), "auto=allow&account=robin");
    assert!(exit == 0 && said.contains("whose access is ended at the service too"), "{exit}: {said}");
    let echo = lab.sandbox.url("/api/echo");
    let called = lab.fine(&format!("invoke readings POST {echo} --env served --form tag=one --form tag=two"));
    assert!(called.contains("tag=one&tag=two"), "{called}");
    let revoked = lab.fine("revoke readings --env served");
    assert!(revoked.contains("revoked at the service too"), "{revoked}");
    assert_eq!(lab.ran(&format!("invoke readings GET {echo} --env served")).0, 1);
}

#[test]
fn an_application_that_is_named_is_made_by_who_may_and_by_nobody_else() {
    let lab = Lab::applied();
    let connect = |application: &str| format!("connect readings --env served --no-browser --timeout 30s --application {application}");
    let (exit, said) = lab.connect(&connect("field"), "auto=allow");
    assert_eq!(exit, 0, "{said}");
    assert!(lab.fine("applications list --env served").contains("field"));
    lab.fine("users set eve --role editor --env served");
    let made = lab.fine("tokens create --user eve --scope read --scope connect --env served --quiet");
    let eve = made.lines().find(|line| line.starts_with("bwl_")).expect("it is shown once").to_owned();
    let output = lab.command(&connect("other")).env("BOWLINE_TOKEN", eve).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.contains("there is no application `other`")), (Some(9), true), "{said}");
}

#[test]
fn an_account_that_the_service_does_not_tell_is_said() {
    let lab = Lab::applied_without("userinfo_url");
    let (exit, said) = lab.connect("connect readings --env served --no-browser --timeout 30s", "auto=allow");
    assert!(exit == 0 && said.contains("does not say whose account it is"), "{exit}: {said}");
    assert!(lab.fine("status --env served").contains("whose account is not told"));
    let status = lab.machine("status --env served --format json", "status");
    assert_eq!(untold(&status), ["connections.readings"], "no person stands behind the others");
}

/// The connections of a status whose account is not told.
fn untold(status: &Value) -> Vec<&str> {
    let objects = status["objects"].as_array().expect("objects");
    let is_untold = |object: &&Value| object["connection"]["held"]["account_untold"] == true;
    objects.iter().filter(is_untold).filter_map(|object| object["address"].as_str()).collect()
}

fn held_to(schema: &str, printed: &[u8]) -> Value {
    let value = serde_json::from_slice(printed).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(printed)));
    let wrong: Vec<String> = validator(schema).iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{}: {value}", wrong.join("\n"));
    value
}

#[test]
fn an_event_under_a_key_counts_once() {
    let lab = Lab::applied();
    let trigger = r#"webhook trigger alarm_copy --env served --key k1 --data {"alarm":{"device":"north","message":"warm"}}"#;
    let (first, second) = (lab.fine(trigger), lab.fine(trigger));
    assert!(first.contains("delivered"), "{first}");
    assert!(second.contains("delivered"), "{second}");
    let listed = lab.fine("webhook deliveries --env served");
    assert_eq!(listed.matches("msg_").count(), 1, "{listed}");
    // The same on this machine, where the program delivers by itself.
    lab.fine("apply --auto-approve");
    let here = trigger.replace(" --env served", "");
    let (first, second) = (lab.fine(&here), lab.fine(&here));
    assert!(first.starts_with("delivered") && second.starts_with("delivered"), "{first}{second}");
    assert!(second.contains("under this key"), "{second}");
}
