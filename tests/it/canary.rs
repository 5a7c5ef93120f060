//! No secret comes out: a project full of canaries goes through every command and format, and nothing that is printed or
//! written holds one.

use crate::support::{bowline, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Values that must appear nowhere but in their sources.
const CANARIES: [&str; 5] =
    ["canary-env-4f1d9a", "canary-file-b0c277", "canary-client-5ee0d1", "canary-header-9a31cc", "canary-literal-77ab03"];

const PROJECT: &str = r#"bowline: 1
project: canary
services:
  keyed:
    name: Keyed
    auth: { type: api_key, param_type: header, parameters: { X-Api-Key: API key } }
    hosts: [api.example.com]
  office:
    name: Office
    auth:
      type: oauth2
      authorize_url: https://auth.example.com/authorize?access_type=offline
      token_url: https://auth.example.com/token
      client_id: some-client
      client_secret: { env: CLIENT_SECRET }
      scopes: { read: Read }
    hosts: [office.example.com]
  plain:
    name: Plain
    auth: { type: basic }
    hosts: [plain.example.com]
connections:
  keys:
    name: Keys
    service: keyed
    credentials: { X-Api-Key: { env: API_KEY } }
  mail:
    name: Mail
    service: office
    scopes: [read]
  rooms:
    name: Rooms
    service: plain
    credentials: { username: reader, password: { file: secrets/password } }
webhooks:
  alarm:
    name: Alarm
    url: https://api.example.com/alarm
    auth: { connection: keys }
  ping:
    name: Ping
    url: https://hooks.example.com/ping
    headers: { X-Signature-Secret: { env: HEADER } }
  letter:
    name: Letter
    url: https://office.example.com/send
    auth: { connection: mail }
functions:
  count:
    name: Count
    category: schedule
    script: count.ds
"#;

#[test]
fn no_secret_comes_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    write(at, "bowline.yaml", PROJECT);
    write(at, "count.ds", "response = invokeurl\n[\n\turl : \"https://plain.example.com/x\"\n\ttype : GET\n\tconnection : \"rooms\"\n];\n");
    write(at, "secrets/password", CANARIES[1]);
    let env = BTreeMap::from([
        ("API_KEY".to_owned(), CANARIES[0].to_owned()),
        ("CLIENT_SECRET".to_owned(), CANARIES[2].to_owned()),
        ("HEADER".to_owned(), CANARIES[3].to_owned()),
    ]);
    let mut said = String::new();
    let mut run = |line: &str| {
        let ran = bowline(line, at, &env);
        said.push_str(&format!("$ {line}\n{}{}", ran.stdout, ran.stderr));
        ran.exit
    };
    for line in [
        "check",
        "check --format json",
        "check --format sarif",
        "check --format junit",
        "check --format github",
        "check --format gitlab",
        "fmt --check",
        "fmt --diff",
        "audit",
        "audit --format json",
        "keys list",
        "connect",
        "webhook deliveries",
        "plan",
        "plan --format json",
        "plan --format markdown",
        "plan --format gitlab",
        "plan --save plan.json",
        "show plan.json",
        "show plan.json --format json",
        "show plan.json --format markdown",
        "comment plan.json --dry-run",
        "apply plan.json",
        "apply plan.json",
        "apply --auto-approve",
        "apply --auto-approve --format json",
        "status",
        "status --format json",
        "render",
        "render --out generated",
        "graph",
        "graph --format json",
        "graph --format dot",
        "plan --destroy",
        "plan --destroy --format json",
    ] {
        let exit = run(line);
        assert!(exit <= 5, "`{line}` ended with {exit}");
    }
    // What goes wrong must not show one either.
    for (broken, line) in [
        (PROJECT.replace("{ env: API_KEY }", CANARIES[4]), "check"),
        (PROJECT.replace("{ env: API_KEY }", CANARIES[4]), "check --format json"),
        (PROJECT.replace("client_secret: { env: CLIENT_SECRET }", &format!("client_secret: {}", CANARIES[4])), "check"),
        (PROJECT.replace("client_secret: { env: CLIENT_SECRET }", &format!("client_secret: [{}", CANARIES[4])), "check"),
        (PROJECT.replace("client_secret: { env: CLIENT_SECRET }", &format!("client_secret: \"{}", CANARIES[4])), "check --format json"),
        (PROJECT.replace("{ env: HEADER }", CANARIES[4]), "plan"),
        (PROJECT.replace("password: { file: secrets/password }", &format!("password: {{ fiel: {} }}", CANARIES[4])), "check"),
    ] {
        write(at, "bowline.yaml", &broken);
        assert_eq!(run(line), 3, "{broken}");
    }
    write(at, "bowline.yaml", PROJECT);
    write(at, "secrets/password", "another-canary-file-b0c277-new");
    run("plan");
    run("apply --auto-approve");
    run("destroy --auto-approve");
    assert_clean("what was printed", said.as_bytes());
    for (name, bytes) in tree(at).expect("the folder") {
        if !name.starts_with("secrets/") {
            assert_clean(&name, &bytes);
        }
    }
}

fn assert_clean(what: &str, bytes: &[u8]) {
    for canary in CANARIES {
        let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!found, "{what} holds `{canary}`:\n{}", String::from_utf8_lossy(bytes));
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}
