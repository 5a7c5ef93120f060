//! Every file: there, in shape, in order, sourced, and understood by code.

use super::super::{AuthKind, Quirk, Scopes, Survey, find, keys, rows, search};
use super::entries;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue/services")
}

#[expect(clippy::disallowed_methods, reason = "the test reads the files that the catalogue is made of")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file is there")
}

fn schema() -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/catalogue.schema.json");
    serde_json::from_str(&read(&path)).expect("the schema is JSON")
}

#[test]
fn the_list_is_the_folder() {
    let files = std::fs::read_dir(folder()).expect("the folder is there");
    let mut names: Vec<String> = files.map(|file| file.expect("readable").file_name().into_string().expect("ASCII")).collect();
    names.sort_by_key(|name| name.trim_end_matches(".yaml").to_owned());
    let listed: Vec<String> = keys().iter().map(|key| format!("{key}.yaml")).collect();
    assert_eq!(names, listed);
}

#[test]
fn keys_are_in_order_and_are_those_of_the_files() {
    assert!(keys().is_sorted_by(|one, next| one < next));
    for key in keys() {
        assert_eq!(find(key).map(|entry| entry.key).as_deref(), Some(*key));
    }
}

#[test]
fn every_file_has_the_shape_of_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is one");
    for key in keys() {
        let text = read(&folder().join(format!("{key}.yaml")));
        let value: serde_json::Value = serde_yaml::from_str(&text).expect("the file is YAML");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{key}: {errors:#?}");
    }
}

#[test]
fn what_is_shown_of_an_entry_can_be_kept_as_one() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is one");
    for entry in entries() {
        let shown = serde_json::to_value(entry).expect("an entry is plain JSON");
        let errors: Vec<String> = validator.iter_errors(&shown).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", entry.key);
        let kept: super::super::Entry = serde_json::from_value(super::super::laid_over(shown.clone())).expect("it is an entry");
        assert_eq!(serde_json::to_value(&kept).expect("an entry is plain JSON"), shown, "{}", entry.key);
    }
}

#[test]
fn the_schema_refuses_what_an_entry_may_not_be() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is one");
    let good: serde_json::Value = serde_yaml::from_str(&read(&folder().join("slack.yaml"))).expect("the file is YAML");
    type Spoil = fn(&mut serde_json::Value);
    let spoilers: [(&str, Spoil); 7] = [
        ("a key that nobody knows", |entry| entry["colour"] = "red".into()),
        ("plain HTTP", |entry| entry["oauth2"]["token_url"] = "http://slack.com/api".into()),
        ("a quirk that code does not know", |entry| entry["quirks"][0] = "sings".into()),
        ("OAuth without OAuth", |entry| drop(entry.as_object_mut().expect("a mapping").remove("oauth2"))),
        ("a key service with a client's hosts", |entry| entry["auth"] = "api_key".into()),
        ("no source", |entry| entry["evidence"]["sources"] = serde_json::json!([])),
        ("a scope with a space", |entry| entry["scopes"]["default"][0] = "chat write".into()),
    ];
    assert!(validator.is_valid(&good));
    for (what, spoil) in spoilers {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(!validator.is_valid(&bad), "{what}");
    }
}

#[test]
fn everything_in_the_schema_is_described() {
    fn undescribed(at: &str, schema: &serde_json::Value, found: &mut Vec<String>) {
        let Some(map) = schema.as_object() else { return };
        for (word, inner) in map.iter().filter(|(word, _)| ["properties", "$defs"].contains(&word.as_str())) {
            for (name, property) in inner.as_object().into_iter().flatten() {
                let said = property.get("description").is_some() || property.get("$ref").is_some();
                // Below `if` and `then` stand conditions, not descriptions.
                if !said && !at.contains("/allOf") {
                    found.push(format!("{at}/{word}/{name}"));
                }
                undescribed(&format!("{at}/{word}/{name}"), property, found);
            }
        }
        for word in ["items", "additionalProperties"] {
            undescribed(&format!("{at}/{word}"), map.get(word).unwrap_or_default(), found);
        }
        for inner in map.get("oneOf").and_then(|list| list.as_array()).into_iter().flatten() {
            undescribed(&format!("{at}/oneOf"), inner, found);
        }
    }
    let mut found = Vec::new();
    undescribed("", &schema(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_row_says_what_the_entry_says() {
    assert_eq!(rows().count(), keys().len());
    for (row, entry) in rows().zip(entries()) {
        assert_eq!((row.key, row.name, row.vendor), (entry.key.clone(), entry.name.clone(), entry.vendor.clone()));
        assert_eq!((row.category, row.auth), (entry.category.clone(), entry.auth));
    }
}

#[test]
fn a_search_wants_every_word_and_the_category() {
    let keys = |text, category| search(text, category).into_iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(keys("ZOHO iot", None), ["zoho-iot"]);
    assert!(keys("", Some("iot")).contains(&"zoho-iot".to_owned()));
    assert!(keys("zoho", Some("crm")).contains(&"zoho-crm".to_owned()));
    assert_eq!(keys("zoho", Some("no such category")), Vec::<String>::new());
}

#[test]
fn every_quirk_of_the_files_is_one_of_code_and_the_other_way_round() {
    let used: BTreeSet<Quirk> = entries().flat_map(|entry| entry.quirks.iter().copied()).collect();
    assert_eq!(used, BTreeSet::from(Quirk::ALL));
    let words: BTreeSet<&str> = Quirk::ALL.iter().map(|quirk| quirk.words()).collect();
    assert_eq!(words.len(), Quirk::ALL.len());
    let named: BTreeSet<String> = Quirk::ALL.iter().map(|quirk| serde_json::to_string(quirk).expect("a quirk is a word")).collect();
    let schema = schema();
    let listed = schema["properties"]["quirks"]["items"]["enum"].as_array().expect("a list");
    assert_eq!(named, listed.iter().map(|word| word.to_string()).collect());
}

#[test]
fn nothing_is_unsourced() {
    for entry in entries() {
        assert!(!entry.evidence.sources.is_empty(), "{}", entry.key);
        for source in &entry.evidence.sources {
            assert!(!source.name().is_empty() && source.url().starts_with("http"), "{}: {source:?}", entry.key);
            assert!(!source.confirms.is_empty(), "{}: {source:?}", entry.key);
        }
    }
    let cited: BTreeSet<&str> =
        entries().flat_map(|entry| &entry.evidence.sources).filter_map(|source| Some(source.survey()?.id)).collect();
    assert_eq!(cited, Survey::ALL.iter().map(|survey| survey.id).collect());
}

#[test]
fn scopes_agree_with_themselves() {
    for entry in entries() {
        let Scopes { default, known, unconfirmed, offered, .. } = &entry.scopes;
        let set: BTreeSet<&str> = offered.iter().collect();
        assert_eq!(set.len(), offered.iter().count(), "{} offers a scope twice", entry.key);
        let successors = known.values().filter_map(|known| Some(&known.deprecated.as_ref()?.scope));
        for scope in default.iter().chain(unconfirmed).chain(known.keys()).chain(successors) {
            assert!(set.contains(scope.as_str()), "{} does not offer {scope}", entry.key);
        }
        for scope in default {
            assert!(entry.scope(scope).is_some_and(|info| info.deprecated.is_none()), "{}: {scope}", entry.key);
        }
    }
}

#[test]
fn the_umbrella_offers_what_every_zoho_service_offers() {
    let umbrella = find("zoho-oauth").expect("the umbrella is there");
    for entry in entries().filter(|entry| entry.vendor == "Zoho" && entry.auth == AuthKind::Oauth2) {
        for scope in entry.scopes.offered.iter() {
            assert_eq!(umbrella.scope(scope).map(|info| info.class), entry.scope(scope).map(|info| info.class), "{scope} of {}", entry.key);
        }
    }
}
