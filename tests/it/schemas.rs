//! What is printed for programs has a published schema with a version, and every such answer of the golden cases holds to it.

use crate::support::bowline;
use bowline::cli::commands_for_programs;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which schema describes a command's answer. `webhook trigger` has two.
const SCHEMAS: &[(&str, &str)] = &[
    ("applications", "applications"),
    ("apply", "outcome"),
    ("audit", "audit"),
    ("backup", "backup"),
    ("check", "diagnostics"),
    ("connect", "connect"),
    ("destroy", "outcome"),
    ("drift", "drift"),
    ("graph", "graph"),
    ("keys", "keys"),
    ("lock", "lock"),
    ("plan", "plan"),
    ("refs", "refs"),
    ("restore", "backup"),
    ("revoke", "revoke"),
    ("sandbox", "sandbox"),
    ("sandbox tour", "tour"),
    ("serve", "serve"),
    ("services list", "services"),
    ("services search", "services"),
    ("services show", "services"),
    ("show", "plan"),
    ("status", "status"),
    ("tokens", "tokens"),
    ("users", "users"),
    ("webhook deliveries", "deliveries"),
    ("webhook show", "deliveries"),
    ("webhook trigger", "deliveries"),
];

/// Answers that no golden case holds, because they are not the same on every run or take long.
const NOT_GOLDEN: &[&str] = &["applications", "lock", "sandbox", "sandbox tour", "serve", "tokens", "users"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schema(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("schemas/{name}.schema.json"))).expect("the schema can be read");
    serde_json::from_str(&text).expect("the schema is JSON")
}

pub(crate) fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A command line with what it printed.
pub(crate) struct Said {
    pub(crate) line: String,
    pub(crate) printed: String,
}

/// Everything that the golden cases hold, a command at a time.
pub(crate) fn said() -> Vec<Said> {
    let mut said = Vec::new();
    for verb in folders(&root().join("tests/cases")) {
        for case in folders(&verb) {
            let printed = fs::read_to_string(case.join("out/stdout.txt")).unwrap_or_default();
            let default = verb.file_name().expect("a name").to_string_lossy().into_owned();
            let lines = fs::read_to_string(case.join("args")).unwrap_or(default);
            let lines: Vec<&str> = lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
            if lines.len() == 1 {
                said.push(Said { line: lines[0].to_owned(), printed });
                continue;
            }
            let mut rest = printed.as_str();
            for (at, line) in lines.iter().enumerate() {
                let heading = |line: &str| if line.starts_with('!') { format!("{line}\n") } else { format!("$ bowline {line}\n") };
                rest = rest.strip_prefix(&heading(line)).unwrap_or_else(|| panic!("{}: {line}", case.display()));
                let end = lines.get(at + 1).map_or(rest.len(), |next| {
                    let next = heading(next);
                    if rest.starts_with(&next) { 0 } else { rest.find(&format!("\n{next}")).expect("the next heading") + 1 }
                });
                said.push(Said { line: (*line).to_owned(), printed: rest[..end].to_owned() });
                rest = &rest[end..];
            }
        }
    }
    said
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// The command of a line, with the longest name that is known.
fn command(line: &str) -> Option<&'static str> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while let ["-C", _, rest @ ..] = words.as_slice() {
        words = rest.to_vec();
    }
    let said = words.join(" ") + " ";
    SCHEMAS
        .iter()
        .map(|(command, _)| *command)
        .filter(|command| said.starts_with(&format!("{command} ")))
        .max_by_key(|command| command.len())
}

#[test]
fn every_command_for_programs_has_a_schema() {
    let known: Vec<&str> = SCHEMAS.iter().map(|(command, _)| *command).collect();
    assert_eq!(commands_for_programs(), known, "each has a line in SCHEMAS, and its schema stands in `schemas/`");
}

#[test]
fn what_is_printed_for_programs_holds_to_its_schema() {
    let validators: BTreeMap<&str, Validator> =
        SCHEMAS.iter().map(|(_, name)| *name).chain(["events", "preview"]).map(|name| (name, validator(name))).collect();
    let mut seen = BTreeSet::new();
    for Said { line, printed } in said() {
        let (json, ndjson) = (line.contains("--format json"), line.contains("--format ndjson"));
        if printed.is_empty() || !(json || ndjson) {
            continue;
        }
        let command = command(&line).unwrap_or_else(|| panic!("no schema is known for `{line}`"));
        seen.insert(command);
        let of_command = SCHEMAS.iter().find(|(known, _)| *known == command).expect("it was found there").1;
        let name = if ndjson {
            "events"
        } else if line.contains("--dry-run") {
            "preview"
        } else {
            of_command
        };
        for part in if ndjson { printed.lines().collect() } else { vec![printed.as_str()] } {
            let value: Value = serde_json::from_str(part).unwrap_or_else(|error| panic!("`{line}` prints {part}: {error}"));
            let wrong: Vec<String> =
                validators[name].iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(wrong.is_empty(), "`{line}` and schemas/{name}.schema.json: {}", wrong.join("\n"));
        }
    }
    for (command, _) in SCHEMAS {
        assert!(seen.contains(command) || NOT_GOLDEN.contains(command), "no golden case prints `{command} --format json`");
    }
}

#[test]
fn every_schema_is_one_is_printed_and_says_its_version() {
    for entry in fs::read_dir(root().join("schemas")).expect("the schemas") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".schema.json") else { continue };
        validator(name);
        let text = fs::read_to_string(root().join(format!("schemas/{name}.schema.json"))).expect("it can be read");
        let line = if name == "bowline" { "schema".to_owned() } else { format!("schema {name}") };
        let printed = bowline(&line, &root(), &BTreeMap::new());
        assert_eq!((printed.exit, printed.stdout == text), (0, true), "`bowline {line}` prints {name}.schema.json");
    }
    let unversioned: Vec<&str> =
        SCHEMAS.iter().map(|(_, name)| *name).filter(|name| !schema(name).to_string().contains("format_version")).collect();
    assert!(unversioned.is_empty(), "{unversioned:?}");
}

/// What lines of events say in the words of a plan is said by one schema only.
#[test]
fn events_and_outcomes_speak_of_a_plan_as_its_own_schema_does() {
    let plan = schema("plan");
    for name in ["events", "outcome"] {
        let other = schema(name);
        for (key, definition) in other["$defs"].as_object().expect("definitions") {
            if let Some(known) = plan["$defs"].get(key) {
                assert_eq!(definition, known, "{name}: {key}");
            }
        }
    }
    for (key, definition) in schema("events")["$defs"]["planned"]["properties"].as_object().expect("properties") {
        if let Some(known) = plan["$defs"]["change"]["properties"].get(key).filter(|_| !["address", "steps"].contains(&key.as_str())) {
            assert_eq!(definition, known, "planned: {key}");
        }
    }
}

#[test]
fn every_default_service_is_shown_as_the_schema_says() {
    let validator = validator("services");
    let json = |line: &str| -> Value {
        let printed = bowline(line, &root(), &BTreeMap::new());
        serde_json::from_str(&printed.stdout).unwrap_or_else(|error| panic!("{line}: {error}"))
    };
    let rows = json("services list --format json");
    for key in rows["services"].as_array().expect("rows").iter().map(|row| row["key"].as_str().expect("a key")) {
        let shown = json(&format!("services show {key} --format json"));
        let wrong: Vec<String> = validator.iter_errors(&shown).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{key}: {wrong:?}");
    }
    assert!(validator.is_valid(&rows) && validator.is_valid(&json("services search calendar --format json")));
}

/// What a program finds at an identifier never changes but for additions: the major version stands in it.
#[test]
fn schemas_with_a_version_have_an_identifier_with_it() {
    let printed = SCHEMAS.iter().map(|(_, name)| *name).chain(["baseline", "snapshot", "events", "preview"]);
    for name in printed.collect::<BTreeSet<_>>() {
        let id = schema(name)["$id"].clone();
        assert_eq!(id, format!("https://bowline.dev/schemas/v1/{name}.schema.json"), "{name}");
    }
}
