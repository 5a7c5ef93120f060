//! Moves of small projects, spelt in many ways.

use super::{Moving, Refused, Wish, rewrite};
use crate::compile::{Folder, FolderError, Listing};
use std::collections::BTreeMap;

struct Memory(BTreeMap<String, String>);

impl Folder for Memory {
    fn read(&self, path: &str, _: u64) -> Result<Vec<u8>, FolderError> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or(FolderError::Missing)
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        Ok(Listing { files: self.0.keys().cloned().collect(), unseen: Vec::new() })
    }
}

fn moved(yaml: &str, from: &str, to: &str) -> Result<Moving, Refused> {
    let folder = Memory(BTreeMap::from([("bowline.yaml".to_owned(), yaml.to_owned())]));
    let address = |text: &str| text.parse().expect("an address");
    rewrite(&folder, &Wish { from: address(from), to: address(to), despite_doubts: false, variables: BTreeMap::new() })
}

fn after(yaml: &str, from: &str, to: &str) -> String {
    let mut moving = moved(yaml, from, to).unwrap_or_else(|refused| panic!("{refused:?} of\n{yaml}"));
    moving.files.remove(0).after
}

const SERVICE: &str = "bowline: 1\nproject: p\nservices:\n  erp: { name: E, auth: { type: basic }, hosts: [e.example.com] }\n";

#[test]
fn quotes_marks_and_line_breaks_stay() {
    let yaml = format!(
        "\u{feff}{SERVICE}connections:\n  x: {{ name: X, service: \"erp\", credentials: {{ username: a, password: {{ env: P }} }} }} # erp\n  y: \
         {{ name: erp, service: !!str erp, credentials: {{ username: a, password: {{ env: P }} }} }}"
    )
    .replace('\n', "\r\n");
    let expected = yaml.replace("  erp: {", "  erp_live: {").replace("\"erp\"", "\"erp_live\"").replace("!!str erp,", "!!str erp_live,")
        + "\r\n\r\nmoved:\r\n  - { from: services.erp, to: services.erp_live }\r\n";
    assert_eq!(after(&yaml, "services.erp", "services.erp_live"), expected);
}

#[test]
fn a_name_that_yaml_reads_as_something_else_is_quoted() {
    let yaml = format!("{SERVICE}connections:\n  x: {{ name: X, service: erp, credentials: {{ username: a, password: {{ env: P }} }} }}\n");
    assert!(after(&yaml, "services.erp", "services.null").contains("service: \"null\","));
}

#[test]
fn an_escaped_name_is_written_out() {
    let yaml = format!(
        "{SERVICE}connections:\n  x: {{ name: X, service: \"\\x65rp\", credentials: {{ username: a, password: {{ env: P }} }} }}\n"
    );
    assert!(after(&yaml, "services.erp", "services.erp_live").contains("service: \"erp_live\","));
}

#[test]
fn an_entry_joins_the_list_that_is_there() {
    let list = |moved: &str| after(&format!("{SERVICE}{moved}"), "services.erp", "services.b");
    let tail = |moved: &str| list(moved).split_once("moved").expect("the list").1.to_owned();
    assert_eq!(tail("moved: []\n"), ": [{ from: services.erp, to: services.b }]\n");
    let json = "{\"bowline\": 1, \"project\": \"p\", \"services\": {\"erp\": {\"name\": \"E\", \"auth\": {\"type\": \"basic\"}, \
                \"hosts\": [\"e.example.com\"]}}}\n";
    assert_eq!(
        after(json, "services.erp", "services.b"),
        json.replace("\"erp\"", "\"b\"")
            .replace("]}}}\n", "]}},\n  \"moved\": [{ \"from\": \"services.erp\", \"to\": \"services.b\" }]}\n")
    );
}

#[test]
fn an_entry_that_leads_here_leads_on_and_one_that_leads_back_turns_round() {
    let with = |from: &str| format!("{SERVICE}moved:\n  - {{ from: services.{from}, to: \"services.erp\" }} # once\n");
    assert_eq!(
        after(&with("a"), "services.erp", "services.b"),
        with("a").replace("  erp:", "  b:").replace("\"services.erp\"", "\"services.b\"") + "  - { from: services.erp, to: services.b }\n"
    );
    assert_eq!(
        after(&with("b"), "services.erp", "services.b"),
        with("b").replace("  erp:", "  b:").replace("services.b,", "services.erp,").replace("\"services.erp\"", "\"services.b\"")
    );
}

#[test]
fn every_name_that_it_ever_had_leads_to_the_newest() {
    let mut now = (SERVICE.to_owned(), "erp");
    for (next, leads) in [("b", &["erp"][..]), ("c", &["erp", "b"]), ("erp", &["b", "c"]), ("b", &["c", "erp"]), ("d", &["b", "c", "erp"])]
    {
        now = (after(&now.0, &format!("services.{}", now.1), &format!("services.{next}")), next);
        let (_, moved) = now.0.split_once("moved:\n").expect("the list");
        let mut lines: Vec<&str> = moved.lines().collect();
        lines.sort_unstable();
        let mut expected: Vec<String> = leads.iter().map(|from| format!("  - {{ from: services.{from}, to: services.{next} }}")).collect();
        expected.sort();
        assert_eq!(lines, expected);
    }
}

#[test]
fn what_would_be_found_afterwards_stops_it() {
    let shadows = moved(SERVICE, "services.erp", "services.slack");
    assert!(matches!(shadows, Err(Refused::Worse { .. })), "{shadows:?}");
    assert!(matches!(moved(SERVICE, "services.erp", "services.erp"), Err(Refused::Taken)));
    assert!(matches!(moved("bowline: 1", "services.erp", "services.x"), Err(Refused::Invalid { .. })));
}
