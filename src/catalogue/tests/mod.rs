//! The promises of the catalogue, held against every file.

mod files;
mod hosts;
mod providers;
mod quirks;
mod services;

use super::service::next_variable;
use super::{Entry, find, keys};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every entry, parsed once for all tests.
fn entries() -> std::slice::Iter<'static, Entry> {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| super::all().collect());
    ENTRIES.iter()
}

/// A value of the right form for every variable that some entry has no default for, automated ones included.
const SAMPLES: &[(&str, &str)] = &[
    ("account", "acme"),
    ("account_id", "1234567"),
    ("api_host", "na2.docusign.net"),
    ("cloud_id", "11223344-a1b2-3b33-c444-def123456789"),
    ("company", "acme"),
    ("dc", "us21"),
    ("domain", "acme.example.com"),
    ("host", "tools.example.com"),
    ("instance", "acme"),
    ("instance_host", "acme.my.salesforce.com"),
    ("iot_host", "app1.zohoiot.com"),
    ("org", "contoso"),
    ("organization", "acme"),
    ("project_ref", "abcdefgh"),
    ("realm_id", "123456789012"),
    ("service", "sqs"),
    ("shop", "acme"),
    ("subdomain", "acme"),
    ("tenant_id", "11223344-a1b2-3b33-c444-def123456789"),
];

/// Parameters that satisfy an entry; with `automated`, those that only a connection would tell as well.
fn samples(entry: &Entry, automated: bool) -> BTreeMap<String, String> {
    let wanted = entry.parameters().into_iter().filter(|parameter| parameter.required || (automated && parameter.default.is_none()));
    wanted
        .map(|parameter| {
            let pipedrive = entry.key == "pipedrive" && parameter.name == "api_host";
            let sample = SAMPLES.iter().find(|(name, _)| *name == parameter.name).expect("every variable has a sample").1;
            (parameter.name, if pipedrive { "acme.pipedrive.com" } else { sample }.to_owned())
        })
        .collect()
}

/// The names in braces of a text.
fn variables_of(mut text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    while let Some((_, name, after)) = next_variable(text) {
        names.push(name);
        text = after;
    }
    names
}

fn parameters<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn entry(key: &str) -> Entry {
    find(key).expect("the test names a service of the catalogue")
}

#[test]
fn a_name_is_found_with_either_dash_and_nothing_else_is() {
    assert_eq!(find("zoho_crm"), find("zoho-crm"));
    assert_eq!(entry("zoho_crm").key, "zoho-crm");
    assert_eq!(find("zoho crm"), None);
    assert_eq!(find(""), None);
}

#[test]
fn the_platforms_own_default_services_are_there() {
    let named = ["zoho-oauth", "zoho-iot", "zoho-creator", "zoho-crm", "zoho-books", "zoho-contacts", "zoho-mail", "zoho-cliq"];
    for key in named.into_iter().chain(["dropbox", "slack"]) {
        assert!(keys().contains(&key), "{key}");
    }
}
