//! Connections: services, scopes, credentials, parameters.

use super::{check, codes, run};
use crate::resource::{Address, Kind, Resource};

/// A connection of these settings, used by a webhook that goes to `host`.
fn used(settings: &str, host: &str) -> String {
    format!(
        "connections:\n  mine: {{ name: Mine, {settings} }}\nwebhooks:\n  call: {{ name: Call, url: 'https://{host}/', auth: {{ connection: mine }} }}\n"
    )
}

const KEYED: &str =
    "services:\n  own: { name: Own, hosts: [api.example.com], auth: { type: api_key, parameters: { X-Key: Key, X-Account: Account } } }\n";

fn keyed(settings: &str) -> String {
    format!("{KEYED}{}", used(&format!("service: own, {settings}"), "api.example.com"))
}

#[test]
fn a_service_is_declared_or_a_default_one() {
    assert_eq!(codes(&used("service: slack, scopes: [chat:write]", "slack.com")), [] as [&str; 0]);
    let run = check(&used("service: slak, scopes: [chat:write]", "slack.com"));
    assert_eq!(run.lines(), ["unknown-service bowline.yaml:2:32 no service named `slak`"]);
    assert_eq!((run.underlined(), run.help().as_str()), ("slak", "did you mean `slack`?"));
    assert_eq!(run.found[0].help[0].edit.as_ref().map(|edit| edit.replacement.as_str()), Some("slack"));
}

#[test]
fn the_catalogue_spells_the_name() {
    let run = check(&used("service: zoho_crm, scopes: [ZohoCRM.modules.READ]", "www.zohoapis.com"));
    assert_eq!(run.lines(), [] as [String; 0]);
    let resource = &run.compiled.project.resources[&Address::new(Kind::Connection, "mine")];
    let Resource::Connection(connection) = resource.as_ref() else { panic!("it is a connection") };
    assert_eq!(connection.service.as_str(), "zoho-crm");
    assert!(run.compiled.project.default_services.contains_key("zoho-crm"));
    assert!(run.compiled.project.service(&connection.service).is_some());
}

#[test]
fn a_custom_service_s_list_of_scopes_is_complete_and_the_catalogue_s_is_not() {
    let custom = "services:\n  own: { name: Own, hosts: [api.example.com], auth: { type: oauth2, authorize_url: https://a.example/, token_url: https://a.example/, client_id: a, scopes: { data.READ: Read } } }\n";
    let run = check(&format!("{custom}{}", used("service: own, scopes: [data.REED]", "api.example.com")));
    assert_eq!(
        (run.found[0].code.id(), run.underlined(), run.help().as_str()),
        ("scope-not-in-service", "data.REED", "did you mean `data.READ`?")
    );
    assert_eq!(codes(&format!("{custom}{}", used("service: own", "api.example.com"))), ["missing-scope"]);

    let run = check(&used("service: slack, scopes: [chat:wrte]", "slack.com"));
    assert_eq!((run.found[0].code.id(), run.help().as_str()), ("unknown-scope", "did you mean `chat:write`?"));
    assert!(run.found.iter().all(|found| found.severity == crate::diag::Severity::Warning));
}

#[test]
fn keys_and_passwords_know_no_scopes() {
    assert_eq!(codes(&keyed("credentials: { X-Key: { env: K }, X-Account: { env: A } }, scopes: [read]")), ["scope-not-in-service"]);
}

#[test]
fn exactly_the_credentials_that_are_asked_for() {
    assert_eq!(codes(&keyed("credentials: { X-Key: { env: K }, X-Account: { env: A } }")), [] as [&str; 0]);
    assert_eq!(codes(&keyed("credentials: { X-Key: { env: K } }")), ["missing-credential"]);
    let run = check(&keyed("credentials: { X-Key: { env: K }, X-Account: { env: A }, X-Acount: { env: A } }"));
    assert_eq!(
        (run.found[0].code.id(), run.underlined(), run.help().as_str()),
        ("unknown-credential", "X-Acount", "did you mean `X-Account`?")
    );
    let run = check(&keyed("credentials: { X-Key: canary-value, X-Account: { env: A } }"));
    assert_eq!((run.found[0].code.id(), run.underlined()), ("literal-secret", "canary-value"));
    assert!(!run.lines()[0].contains("canary") && !run.help().contains("canary"));
}

#[test]
fn a_user_name_may_be_written_out_and_a_password_may_not() {
    let basic = KEYED.replace("type: api_key, parameters: { X-Key: Key, X-Account: Account }", "type: basic");
    let with = |credentials: &str| format!("{basic}{}", used(&format!("service: own, credentials: {credentials}"), "api.example.com"));
    assert_eq!(codes(&with("{ username: me, password: { env: P } }")), [] as [&str; 0]);
    assert_eq!(codes(&with("{ username: me, password: word }")), ["literal-secret"]);
}

#[test]
fn every_user_brings_an_own_credential_or_nobody_does() {
    // Nobody in particular signs the webhook then, which is said too.
    assert_eq!(codes(&keyed("use_login_user_credentials: true")), ["needs-login-user"]);
    assert!(codes(&keyed("use_login_user_credentials: true, credentials: { X-Key: { env: K } }")).contains(&"contradiction"));
    let machine = "services:\n  own: { name: Own, hosts: [api.example.com], auth: { type: oauth2, grant: client_credentials, token_url: https://a.example/, client_id: a, client_secret: { env: S } } }\n";
    let run = check(&format!("{machine}{}", used("service: own, use_login_user_credentials: true", "api.example.com")));
    assert_eq!(run.found[0].code.id(), "contradiction");
}

#[test]
fn oauth_connections_take_no_credentials() {
    assert_eq!(
        codes(&used("service: slack, scopes: [chat:write], credentials: { token: { env: T } }", "slack.com")),
        ["unknown-credential"]
    );
}

#[test]
fn parameters_are_those_of_the_default_service() {
    let zendesk = |parameters: &str| used(&format!("service: zendesk, scopes: [read]{parameters}"), "coldchain.zendesk.com");
    assert_eq!(codes(&zendesk(", parameters: { subdomain: coldchain }")), [] as [&str; 0]);
    assert_eq!(codes(&zendesk("")), ["missing-parameter"]);
    assert_eq!(codes(&zendesk(", parameters: { subdomain: coldchain, subdomian: x }")), ["unknown-credential"]);
    assert_eq!(codes(&zendesk(", parameters: { subdomain: 'evil.example/' }")), ["bad-value"]);
    let run = check(&used("service: zoho-crm, scopes: [ZohoCRM.modules.READ], parameters: { dc: us }", "www.zohoapis.com"));
    assert_eq!((run.found[0].code.id(), run.help().as_str()), ("value-not-allowed", "did you mean `com`?"));
    assert_eq!(codes(&keyed("credentials: { X-Key: { env: K }, X-Account: { env: A } }, parameters: { dc: com }")), ["unknown-credential"]);
}

#[test]
fn nothing_follows_from_what_failed() {
    let yaml = used("service: own, scopes: [anything]", "api.example.com");
    let run = super::world::run_with(&[("bowline.yaml", &yaml)], &["services.own"], false);
    assert_eq!(run.lines(), [] as [String; 0]);
}

#[test]
fn parameters_lead_the_credential_only_where_the_service_is() {
    let run =
        run(&[("bowline.yaml", &used("service: zendesk, scopes: [read], parameters: { subdomain: coldchain }", "other.zendesk.com"))]);
    assert_eq!(run.found[0].code.id(), "host-not-allowed");
}
