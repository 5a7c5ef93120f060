//! Where a credential may go: every endpoint lies on a host that the entry lists, and nothing is smuggled in by a variable.

use super::super::{AuthKind, CredentialPlace, Entry, Quirk};
use super::{entries, variables_of};
use crate::resource::HostPattern;
use std::collections::{BTreeMap, BTreeSet};

/// Names in braces that are no variables of the entry: parts of the client, the credential or the operator.
const GIVEN: [&str; 5] = ["client_id", "refresh_token", "token", "app_contact", "role"];

/// Endpoints that see the client's secret, or a token in exchange.
fn oauth_urls(entry: &Entry) -> Vec<&str> {
    let two = entry.oauth2.iter().flat_map(|oauth2| {
        let optional = [&oauth2.authorize_url, &oauth2.refresh_url, &oauth2.introspection_url, &oauth2.userinfo_url, &oauth2.device_url];
        let exchanges = oauth2.exchanges.iter().flat_map(|it| [&*it.first.url, &*it.again.url]);
        let optional = optional.into_iter().filter_map(|url| url.as_deref()).chain(oauth2.revocation.token_url());
        optional.chain([oauth2.token_url.as_str()]).chain(exchanges)
    });
    let one = entry.oauth1.iter().flat_map(|oauth1| [&*oauth1.request_token_url, &*oauth1.authorize_url, &*oauth1.access_token_url]);
    two.chain(one).collect()
}

/// Endpoints that see a token or key.
fn api_urls(entry: &Entry) -> Vec<&str> {
    entry.api.base_urls.iter().map(String::as_str).chain(entry.api.health.iter().map(|call| call.url.as_str())).collect()
}

fn host(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url} is not HTTPS"));
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn covered(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|pattern| pattern == host || HostPattern(pattern.clone()).covers(host))
}

#[test]
fn every_endpoint_lies_on_a_listed_host() {
    for entry in entries() {
        for url in oauth_urls(entry) {
            assert!(covered(&entry.auth_hosts, host(url)), "{}: {url} is not among the hosts for the client's secret", entry.key);
        }
        for url in &entry.api.base_urls {
            // The application's own domain is any of those below the data centre's, and its pattern says so.
            let own_domain = host(url) == "{iot_host}";
            assert!(own_domain || covered(&entry.allowed_hosts, host(url)), "{}: {url} is not among the hosts for a token", entry.key);
        }
        let either: Vec<String> = entry.allowed_hosts.iter().chain(&entry.auth_hosts).cloned().collect();
        for url in entry.api.health.iter().map(|call| call.url.as_str()) {
            assert!(covered(&either, host(url)), "{}: {url}", entry.key);
        }
    }
}

#[test]
fn hosts_are_names_and_never_everything() {
    for entry in entries() {
        for host in entry.allowed_hosts.iter().chain(&entry.auth_hosts) {
            let name = host.strip_prefix("*.").unwrap_or(host);
            assert!(!name.contains(['*', '/', ':', '@']), "{}: {host}", entry.key);
            assert!(name.contains('.') || name.contains('{'), "{}: {host}", entry.key);
            let private = ["localhost", "127.", "10.", "192.168.", "169.254.", "0.0.0.0"];
            assert!(!private.iter().any(|start| name.starts_with(start)), "{}: {host}", entry.key);
        }
        assert!(entry.auth_hosts.iter().all(|host| !host.starts_with("*.")), "{}: a secret goes to hosts by name", entry.key);
    }
}

#[test]
fn every_variable_is_declared_and_used() {
    for entry in entries() {
        let shared = entry.variables.values().filter_map(|variable| variable.table).flat_map(|table| table.gives().iter().copied());
        let declared: BTreeSet<&str> = entry.variables.keys().map(String::as_str).chain(shared).collect();
        let fields: BTreeSet<&str> = entry.fields.iter().map(|field| field.name.as_str()).collect();
        let oauth2 = entry.oauth2.as_ref();
        let mut texts: Vec<&str> = [oauth_urls(entry), api_urls(entry)].concat();
        texts.extend(entry.allowed_hosts.iter().chain(&entry.auth_hosts).map(String::as_str));
        texts.extend(entry.api.headers.values().map(String::as_str));
        texts.extend(oauth2.iter().flat_map(|oauth2| oauth2.authorize_parameters.values()).map(String::as_str));
        texts.extend(oauth2.and_then(|oauth2| oauth2.revocation.url()));
        texts.extend(oauth2.and_then(|oauth2| oauth2.issuer.as_deref()));
        texts.extend(entry.scopes.offered.iter());
        // Whose token it is decides about parameters and members, not about an address.
        texts.extend(entry.has_quirk(Quirk::UserScopesApart).then_some("{acts_as}"));
        texts.extend(oauth2.iter().flat_map(|oauth2| &oauth2.exchanges).flat_map(|it| [&*it.first.url, &*it.again.url]));
        let used: BTreeSet<&str> = texts.iter().flat_map(|text| variables_of(text)).collect();
        for name in &used {
            assert!(declared.contains(name) || fields.contains(name) || GIVEN.contains(name), "{} uses {name}", entry.key);
        }
        for name in entry.variables.keys().filter(|name| *name != "dc") {
            assert!(used.contains(name.as_str()), "{} declares {name} for nothing", entry.key);
        }
    }
}

#[test]
fn consent_and_tokens_do_not_wait_for_what_consent_tells() {
    for entry in entries() {
        let late: Vec<String> = entry
            .parameters()
            .into_iter()
            .filter(|parameter| parameter.automated && parameter.default.is_none())
            .map(|it| it.name)
            .collect();
        for name in oauth_urls(entry).into_iter().flat_map(variables_of) {
            assert!(!late.iter().any(|late| late == name), "{}: {name} is known too late", entry.key);
        }
    }
}

#[test]
fn no_form_of_a_variable_lets_a_host_be_smuggled_in() {
    for entry in entries() {
        for parameter in entry.parameters() {
            let Some(pattern) = &parameter.pattern else {
                assert!(!parameter.allowed.is_empty(), "{}: {} takes anything", entry.key, parameter.name);
                assert!(parameter.default.iter().all(|default| parameter.allowed.contains(default)), "{}", entry.key);
                continue;
            };
            let form = regex::Regex::new(pattern).unwrap_or_else(|error| panic!("{}: {error}", entry.key));
            for bad in ["evil.example/path", "a b", "x@y", "a?b", "a#b", "", "a\n", "a\\b", "%2f"] {
                assert!(!form.is_match(bad), "{}: {} takes {bad:?}", entry.key, parameter.name);
            }
            assert!(parameter.default.iter().all(|default| form.is_match(default)), "{}: {}", entry.key, parameter.name);
        }
    }
}

#[test]
fn credentials_are_spelled_from_what_is_given() {
    for entry in entries() {
        let rule = &entry.api.credential;
        let fields: BTreeMap<&str, bool> = entry.credentials().iter().map(|field| (field.name.as_str(), field.secret)).collect();
        let names = variables_of(&rule.format);
        match entry.auth {
            AuthKind::Oauth2 | AuthKind::Oauth2ClientCredentials => assert_eq!(names, ["token"], "{}", entry.key),
            AuthKind::Oauth1 | AuthKind::AwsSigv4 => assert_eq!(rule.place, CredentialPlace::Signature, "{}", entry.key),
            AuthKind::ApiKey | AuthKind::Basic => {
                assert!(!names.is_empty() && names.iter().all(|name| fields.contains_key(name)), "{}: {}", entry.key, rule.format);
                assert!(fields.values().any(|secret| *secret), "{} asks for no secret", entry.key);
            }
        }
        if entry.auth == AuthKind::Basic {
            assert!(rule.format.starts_with("Basic base64(") && rule.name == "Authorization", "{}", entry.key);
        }
        assert!(!entry.auth.is_oauth() || entry.client().iter().any(|field| field.secret), "{} has no client secret", entry.key);
    }
}

#[test]
fn what_no_answer_tells_is_chosen_after_consent() {
    for entry in entries() {
        let captures = entry.oauth2.iter().flat_map(|it| it.captures.callback.values().chain(it.captures.token.values()));
        let told: BTreeSet<&str> = captures.map(String::as_str).collect();
        let untold = |name: &str| !told.contains(name);
        let open = entry.parameters().iter().any(|it| it.automated && it.default.is_none() && untold(&it.name));
        assert_eq!(open, entry.has_quirk(Quirk::AccountChosenAfterConsent), "{}", entry.key);
    }
}
