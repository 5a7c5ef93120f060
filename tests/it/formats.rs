//! Reports in formats that others defined, held to what their readers document: SARIF by its own schema, JUnit as Jenkins
//! and GitLab read it, GitLab's code-quality and plan reports, GitHub's workflow commands.

use crate::peers::installed;
use crate::schemas::said;
use jsonschema::Validator;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

/// What every golden case prints in a format.
fn printed(format: &str) -> Vec<(String, String)> {
    let flag = format!("--format {format}");
    let answers: Vec<(String, String)> =
        said().into_iter().filter(|said| said.line.contains(&flag)).map(|said| (said.line, said.printed)).collect();
    let answers: Vec<(String, String)> = answers.into_iter().filter(|(_, printed)| !printed.is_empty()).collect();
    assert!(!answers.is_empty(), "no golden case prints {format}");
    answers
}

fn wrong(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn sarif_holds_to_its_own_schema() {
    let Some(peers) = installed() else { return };
    let text = fs::read_to_string(peers.join("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")).expect("the schema");
    let mut schema: Value = serde_json::from_str(&text).expect("it is JSON");
    // Its pattern for languages is no regular expression outside JavaScript; nothing of ours has a language.
    for place in ["run", "toolComponent"] {
        schema["definitions"][place]["properties"]["language"] = json!({ "not": {} });
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema");
    assert!(!validator.is_valid(&json!({ "version": "2.1.0", "runs": [{}] })), "it refuses what is none");
    for (line, printed) in printed("sarif") {
        let report: Value = serde_json::from_str(&printed).expect("it is JSON");
        assert_eq!(wrong(&validator, &report), Vec::<String>::new(), "{line}");
        let run = &report["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        for result in run["results"].as_array().expect("results") {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one")];
            assert_eq!(rule["id"], result["ruleId"]);
            for location in result["locations"].as_array().expect("locations") {
                let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("an address");
                assert!(!uri.starts_with('/') && !uri.contains(".."), "{uri}");
            }
        }
    }
}

/// The elements and attributes that Jenkins' and GitLab's readers know, and what they need.
#[test]
fn junit_is_what_its_readers_know() {
    /// A name; what it needs, may have and may hold.
    type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);
    let known: &[Element] = &[
        ("testsuites", &["name", "tests", "failures", "errors"], &["name", "tests", "failures", "errors", "time"], &["testsuite"]),
        (
            "testsuite",
            &["name", "tests", "failures", "errors"],
            &["name", "tests", "failures", "errors", "skipped", "time"],
            &["testcase", "system-out"],
        ),
        ("testcase", &["name", "classname"], &["name", "classname", "time"], &["failure", "error", "skipped", "system-out"]),
        ("failure", &["message", "type"], &["message", "type"], &[]),
        ("system-out", &[], &[], &[]),
    ];
    for (line, printed) in printed("junit") {
        let document = roxmltree::Document::parse(&printed).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(document.root_element().tag_name().name(), "testsuites");
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            let (_, needed, allowed, children) = known.iter().find(|known| known.0 == name).unwrap_or_else(|| panic!("{line}: <{name}>"));
            let attributes: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            assert!(
                needed.iter().all(|one| attributes.contains(one)) && attributes.iter().all(|one| allowed.contains(one)),
                "{name}: {attributes:?}"
            );
            let inside: Vec<&str> = node.children().filter(roxmltree::Node::is_element).map(|child| child.tag_name().name()).collect();
            assert!(inside.iter().all(|one| children.contains(one)), "{name}: {inside:?}");
        }
        for suite in document.descendants().filter(|node| node.has_tag_name("testsuite") || node.has_tag_name("testsuites")) {
            let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
            assert_eq!(
                (suite.attribute("tests"), suite.attribute("failures")),
                (Some(&*count("testcase")), Some(&*count("failure"))),
                "{line}"
            );
        }
    }
}

/// docs.gitlab.com/ci/testing/code_quality: the keys of a finding; docs.gitlab.com/ci/yaml/artifacts_reports: the counts.
#[test]
fn gitlab_reports_have_the_documented_shape() {
    let finding = json!({
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "additionalProperties": false,
        "properties": {
            "description": { "type": "string", "minLength": 1 },
            "check_name": { "type": "string", "minLength": 1 },
            "fingerprint": { "type": "string", "minLength": 8 },
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": { "type": "string", "pattern": "^[^./]" },
                    "lines": { "type": "object", "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } },
                },
            },
        },
    });
    let count = json!({ "type": "integer", "minimum": 0 });
    let counts = json!({
        "type": "object",
        "required": ["create", "update", "delete"],
        "additionalProperties": false,
        "properties": { "create": count, "update": count, "delete": count },
    });
    let quality = jsonschema::validator_for(&json!({ "type": "array", "items": finding })).expect("it is a schema");
    let counts = jsonschema::validator_for(&counts).expect("it is a schema");
    for (line, printed) in printed("gitlab") {
        let report: Value = serde_json::from_str(&printed).expect("it is JSON");
        let is_check = line.split(' ').any(|word| word == "check");
        assert_eq!(wrong(if is_check { &quality } else { &counts }, &report), Vec::<String>::new(), "{line}");
        let findings: Vec<&Value> = report.as_array().map(|all| all.iter().collect()).unwrap_or_default();
        let prints: BTreeSet<&str> = findings.iter().filter_map(|one| one["fingerprint"].as_str()).collect();
        assert_eq!(prints.len(), findings.len(), "{line}: each finding is told from every other");
    }
}

#[test]
fn github_commands_are_whole_lines_of_known_commands() {
    let command = Regex::new(
        r"^::(error|warning|notice) (file=[^,:]+,line=[0-9]+,endLine=[0-9]+(,col=[0-9]+,endColumn=[0-9]+)?,)?title=[a-z0-9-]+::[^\r\n]+$",
    )
    .expect("an expression");
    for (line, printed) in printed("github") {
        for said in printed.lines() {
            assert!(command.is_match(said), "{line}: {said}");
        }
    }
}
