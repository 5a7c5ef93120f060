//! Entries as services, and what is said when parameters are wrong.

use super::super::{AuthKind, ParameterProblem};
use super::{entries, entry, parameters, samples};
use crate::resource::{Auth, Grant, HostPattern, Placement, ScopeClass, ScopeDelimiter, Service};
use std::collections::BTreeSet;

fn endpoints(service: &Service) -> Vec<&str> {
    match &service.auth {
        Auth::Oauth2(it) => {
            let optional = [&it.authorize_url, &it.refresh_url, &it.revoke_url].into_iter().filter_map(|url| url.as_deref());
            optional.chain([it.token_url.as_str()]).collect()
        }
        Auth::Oauth1(it) => vec![&it.request_token_url, &it.authorize_url, &it.access_token_url],
        Auth::ApiKey(_) | Auth::Basic => Vec::new(),
    }
}

#[test]
fn every_entry_becomes_a_service_but_one() {
    for entry in entries() {
        for automated in [false, true] {
            let service = match entry.service(&samples(entry, automated)) {
                Ok(service) => service,
                Err(problem) => {
                    assert_eq!(entry.auth, AuthKind::AwsSigv4, "{}: {problem}", entry.key);
                    continue;
                }
            };
            for url in endpoints(&service) {
                assert!(!url.contains('{'), "{}: {url}", entry.key);
                assert_eq!(url::Url::parse(url).expect("a URL").scheme(), "https", "{}", entry.key);
            }
            assert!(!service.hosts.is_empty(), "{}: no host may see the credential", entry.key);
            assert!(service.hosts.iter().all(|host| !host.0.contains(['{', ':'])), "{}: {:?}", entry.key, service.hosts);
        }
    }
}

#[test]
fn the_data_centre_moves_every_endpoint() {
    let service = entry("zoho-iot").service(&parameters([("dc", "com.au"), ("iot_host", "app1.zohoiot.com.au")])).expect("good parameters");
    let Auth::Oauth2(oauth2) = &service.auth else { panic!("Zoho speaks OAuth 2.0") };
    assert_eq!(oauth2.authorize_url.as_deref(), Some("https://accounts.zoho.com.au/oauth/v2/auth?access_type=offline&prompt=consent"));
    assert_eq!(oauth2.token_url, "https://accounts.zoho.com.au/oauth/v2/token");
    assert_eq!(oauth2.revoke_url.as_deref(), Some("https://accounts.zoho.com.au/oauth/v2/token/revoke"));
    assert_eq!((oauth2.grant, oauth2.scope_delimiter, oauth2.pkce), (Grant::AuthorizationCode, ScopeDelimiter::Comma, true));
    assert_eq!(service.hosts, BTreeSet::from([HostPattern("*.zohoiot.com.au".to_owned())]));
}

#[test]
fn without_a_data_centre_it_is_the_first() {
    let service = entry("zoho-crm").service(&parameters([])).expect("nothing is required");
    assert_eq!(service.hosts, BTreeSet::from([HostPattern("www.zohoapis.com".to_owned())]));
}

#[test]
fn a_wrong_data_centre_is_told_by_name() {
    let crm = entry("zoho-crm");
    for (value, meant) in [("us", Some("com")), ("zoho.com.cn", Some("cn")), ("eu ", Some("eu")), ("mars", None)] {
        let Err(ParameterProblem::NotAllowed { name, meant: found, allowed, .. }) = crm.service(&parameters([("dc", value)])) else {
            panic!("{value} is no data centre");
        };
        assert_eq!((name.as_str(), found.as_deref(), allowed.len()), ("dc", meant, 10), "{value}");
    }
    let known = entry("zoho-payments").service(&parameters([("dc", "eu"), ("account_id", "1")]));
    assert!(matches!(known, Err(ParameterProblem::NotAllowed { allowed, .. }) if allowed == ["com", "in"]));
}

#[test]
fn every_mistake_in_the_parameters_is_told() {
    let problems = entry("zoho-iot").problems(&parameters([("iot_host", "evil.example"), ("dcc", "com"), ("dc", "jp")]));
    let about: BTreeSet<&str> = problems.iter().filter_map(|problem| problem.parameter()).collect();
    assert_eq!(about, BTreeSet::from(["dc", "dcc", "iot_host"]));
    let missing = entry("zoho-iot").service(&parameters([]));
    assert!(matches!(missing, Err(ParameterProblem::Missing { name, .. }) if name == "iot_host"));
}

#[test]
fn an_application_of_another_data_centre_is_told() {
    let problem = entry("zoho-iot").service(&parameters([("dc", "eu"), ("iot_host", "app1.zohoiot.in")]));
    assert!(matches!(problem, Err(ParameterProblem::HostElsewhere { name, hosts, .. }) if name == "iot_host" && hosts == ["*.zohoiot.eu"]));
    assert!(entry("zoho-iot").service(&parameters([("dc", "in"), ("iot_host", "app1.zohoiot.in")])).is_ok());
}

#[test]
fn a_host_that_consent_will_tell_is_foreseen() {
    let hosts = |key: &str| -> Vec<String> {
        let service = entry(key).service(&parameters([])).expect("nothing is required");
        service.hosts.into_iter().map(|host| host.0).collect()
    };
    assert_eq!(hosts("mailchimp"), ["*.api.mailchimp.com", "login.mailchimp.com"]);
    assert_eq!(hosts("pipedrive"), ["*.pipedrive.com"]);
}

#[test]
fn a_port_is_no_part_of_a_host_pattern() {
    let service = entry("jenkins").service(&parameters([("host", "ci.example.com:8443")])).expect("good parameters");
    assert!(service.hosts.contains(&HostPattern("ci.example.com".to_owned())));
    assert!(entry("gitlab").service(&parameters([("host", "Git.Example.com")])).is_ok());
}

#[test]
fn what_a_connection_gives_is_what_the_service_asks_for() {
    for entry in entries().filter(|entry| entry.auth != AuthKind::AwsSigv4) {
        let given: BTreeSet<&str> = entry.credentials().iter().map(|field| field.name.as_str()).collect();
        let asked: BTreeSet<String> = match entry.service(&samples(entry, false)).expect("good parameters").auth {
            Auth::Oauth2(_) | Auth::Oauth1(_) => BTreeSet::new(),
            Auth::ApiKey(key) => key.parameters.into_keys().collect(),
            Auth::Basic => ["username", "password"].map(str::to_owned).into(),
        };
        assert_eq!(given, asked.iter().map(String::as_str).collect(), "{}", entry.key);
    }
}

#[test]
fn a_key_in_the_query_is_told_apart_from_one_in_a_header() {
    let placement = |key: &str| match entry(key).service(&parameters([])).expect("nothing is required").auth {
        Auth::ApiKey(key) => key.param_type,
        Auth::Oauth2(_) | Auth::Oauth1(_) | Auth::Basic => panic!("{key} takes a key"),
    };
    assert_eq!((placement("zoho-flow"), placement("anthropic")), (Placement::Query, Placement::Header));
}

#[test]
fn the_old_time_series_scope_has_its_successor() {
    for key in ["zoho-iot", "zoho-oauth"] {
        let info = entry(key).scope("ZohoIOT.settings.cirrus.data.READ").expect("the help page names it");
        let successor = info.deprecated.expect("its call is deprecated");
        assert_eq!((info.class, successor.scope.as_str()), (ScopeClass::Read, "ZohoIOT.modules.datapoints.data.CREATE"));
        // It queries by POST, so its name says more than it does.
        assert_eq!(entry(key).scope(&successor.scope).map(|info| info.class), Some(ScopeClass::Read));
    }
}

#[test]
fn a_scope_with_a_variable_stands_for_its_kind() {
    let snowflake = entry("snowflake");
    assert!(snowflake.scope("session:role:ANALYST").is_some());
    assert!(snowflake.scope("session:role:").is_none());
    assert!(snowflake.scope("session").is_none());
}

#[test]
fn scopes_are_needed_where_consent_asks_for_them() {
    assert!(entry("zoho-crm").needs_scope());
    assert!(!entry("miro").needs_scope());
    assert!(!entry("mailchimp").needs_scope());
    assert!(!entry("telegram").needs_scope());
}

#[test]
fn every_zoho_account_server_is_the_same() {
    let zoho: Vec<_> = entries().filter(|entry| entry.vendor == "Zoho").filter_map(|entry| entry.oauth2.as_ref()).collect();
    assert_eq!(zoho.len(), 49);
    let shape = |it: &super::super::OAuth2Facts| {
        (it.token_url.clone(), it.revocation.clone(), it.refresh_token.clone(), it.limits.clone(), it.captures.clone(), it.scope_separator)
    };
    assert!(zoho.iter().all(|it| shape(it) == shape(zoho[0])));
}

#[test]
fn every_entry_can_be_shown_in_full() {
    for entry in entries() {
        let sections = entry.sections();
        let titles: Vec<&str> = sections.iter().map(|section| section.title).collect();
        assert!(titles.starts_with(&["service"]) && titles.contains(&"credential") && titles.contains(&"hosts"), "{}", entry.key);
        assert_eq!(titles.contains(&"oauth"), entry.oauth2.is_some() || entry.oauth1.is_some(), "{}", entry.key);
        assert_eq!(entry.scope_section().rows.len(), entry.scopes.offered.iter().count(), "{}", entry.key);
        assert!(entry.source_section().rows.len() > 2, "{}", entry.key);
        assert!(sections.iter().all(|section| section.rows.iter().all(|(_, text)| !text.is_empty())), "{}", entry.key);
    }
}

#[test]
fn what_is_known_of_a_service_has_a_row() {
    let shown = |key: &str| -> Vec<(String, String)> { entry(key).sections().into_iter().flat_map(|section| section.rows).collect() };
    for (key, label, text) in [
        ("gmail", "PKCE", "supported"),
        ("zoho-crm", "scope separator", "comma"),
        ("zoho-crm", "client proves itself", "in the body of the request"),
        ("reddit", "client proves itself", "by HTTP Basic"),
        ("zoho-books", "authorize with", "access_type=offline, prompt=consent"),
        ("basecamp", "token with", "type=web_server"),
        ("basecamp", "refresh with", "type=refresh"),
        ("github", "token headers", "Accept: application/json"),
        ("notion", "token request", "JSON"),
        ("notion", "instead of scopes", "Capabilities belong to the integration, and the person picks pages."),
        ("figma", "refresh", "https://api.figma.com/v1/oauth/refresh"),
        ("gmail", "user info", "https://openidconnect.googleapis.com/v1/userinfo"),
        ("zoho-crm", "account named by", "ZUID"),
        ("zoho-crm", "device", "https://accounts.{app_domain}/oauth/v3/device/code"),
        ("zoho-crm", "issuer", "https://accounts.{app_domain}"),
        ("google-drive", "introspect", "https://oauth2.googleapis.com/tokeninfo"),
        ("reddit", "default scopes", "identity, read"),
        ("slack", "token expired", "status 401 with token_expired or token_revoked or invalid_auth or account_inactive"),
        ("github", "called too often", "status 403 or 429, told by retry-after, x-ratelimit-remaining, x-ratelimit-reset"),
        ("zoho-crm", "at most", "10 refreshes in ten minutes"),
        ("tiktok", "client id", "sent as client_key"),
        ("trello", "signature", "HMAC-SHA1"),
        ("zoho-crm", "another way in", "a code typed on another device"),
    ] {
        let rows = shown(key);
        let has = rows.iter().any(|(one, other)| (one.as_str(), other.as_str()) == (label, text));
        assert!(has, "{key}: {label}: {text} in {rows:#?}");
    }
}

#[test]
fn a_scope_is_shown_with_what_is_known_of_it() {
    let iot = entry("zoho-iot").scope_section();
    let old = iot.rows.iter().find(|(scope, _)| scope == "ZohoIOT.settings.cirrus.data.READ").map(|(_, text)| text.as_str());
    assert_eq!(
        old,
        Some(
            "read · Read data point values through the old call (GET /iot/v1/datapoints/data) · deprecated, use \
             ZohoIOT.modules.datapoints.data.CREATE"
        )
    );
}
