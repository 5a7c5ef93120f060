//! Functions and their scripts.

use super::run;
use crate::resource::{Address, Kind, Resource};

const PROJECT: &str = "connections:\n  chat: { name: Chat, service: slack, scopes: [chat:write] }\nfunctions:\n  average: { name: Average, category: schedule, script: functions/average.ds }\n";

const SCRIPT: &str = "response = invokeurl\n[\n\turl : \"https://slack.com/api/chat.postMessage\"\n\ttype : POST\n\tconnection : \"chat\"\n];\ninfo response;\n";

#[test]
fn a_script_names_its_connections() {
    let run = run(&[("bowline.yaml", PROJECT), ("functions/average.ds", SCRIPT)]);
    assert_eq!(run.lines(), [] as [String; 0]);
    let resource = &run.compiled.project.resources[&Address::new(Kind::Function, "average")];
    let Resource::Function(function) = resource.as_ref() else { panic!("it is a function") };
    assert_eq!(function.script.sha256.len(), 64);
    assert!(function.connections.contains("chat"));
    assert_eq!(run.compiled.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["functions/average.ds"]);
}

#[test]
fn a_connection_that_is_not_declared_is_shown_in_the_script() {
    let run = run(&[("bowline.yaml", PROJECT), ("functions/average.ds", &SCRIPT.replace("\"chat\"", "\"chatt\""))]);
    let lines = run.lines();
    assert!(lines.iter().any(|line| line.starts_with("undeclared-connection functions/average.ds:5:16 ")), "{lines:?}");
}

#[test]
fn a_misspelt_key_or_method_of_a_call_is_a_warning() {
    let with = |from: &str, to: &str| run(&[("bowline.yaml", PROJECT), ("functions/average.ds", &SCRIPT.replace(from, to))]);
    let key = with("connection :", "conection :");
    let found = key.found.iter().find(|found| found.code.id() == "script-syntax").expect("a finding");
    assert_eq!((found.severity, found.headline.as_str()), (crate::diag::Severity::Warning, "`invokeurl` has no key `conection`"));
    assert!(key.lines().iter().any(|line| line.starts_with("script-syntax functions/average.ds:5:2 ")), "{:?}", key.lines());
    let method = with("POST", "FETCH");
    assert_eq!(method.lines(), ["script-syntax functions/average.ds:4:9 `invokeurl` has no type `FETCH`"]);
    assert_eq!(with("POST", "PSOT").help(), "did you mean `POST`?");
    let unknown = with("\ttype", "\ttimeout : 3\n\ttype");
    assert_eq!(unknown.lines(), ["script-syntax functions/average.ds:4:2 `invokeurl` has no key `timeout`"]);
    assert_eq!(unknown.found[0].severity, crate::diag::Severity::Note);
    assert_eq!(with("invokeurl", "invokeapi").lines().len(), 3);
    assert_eq!(with("POST", "\"delete\"").lines(), [] as [String; 0]);
}

#[test]
fn a_broken_script_is_shown_where_it_breaks() {
    let run = run(&[("bowline.yaml", PROJECT), ("functions/average.ds", &SCRIPT.replace("];", ";"))]);
    assert!(run.lines().iter().all(|line| line.starts_with("script-syntax functions/average.ds:")), "{:?}", run.lines());
    assert!(!run.found.is_empty());
}

#[test]
fn a_script_is_there_and_inside() {
    let missing = run(&[("bowline.yaml", PROJECT), ("functions/avrage.ds", SCRIPT)]);
    assert_eq!(missing.lines()[0], "missing-script bowline.yaml:4:57 no script at `functions/average.ds`");
    assert_eq!(missing.help(), "did you mean `functions/avrage.ds`?");
    for path in ["../average.ds", "/etc/passwd", "a/../../b.ds"] {
        let run = run(&[("bowline.yaml", &PROJECT.replace("functions/average.ds", path))]);
        assert_eq!(run.found[0].code.id(), "include-escapes", "{path}");
    }
}

#[test]
fn a_script_is_bounded_text_that_hides_nothing() {
    let long = "// x\n".repeat(60_000);
    let too_long = run(&[("bowline.yaml", PROJECT), ("functions/average.ds", &long)]);
    assert_eq!(too_long.found[0].code.id(), "file-too-large");
    let hides = run(&[("bowline.yaml", PROJECT), ("functions/average.ds", "info \"a\u{202e}b\";\n")]);
    assert_eq!(hides.lines().len(), 1);
    assert!(hides.lines()[0].starts_with("control-character functions/average.ds:1:8 "));
}
