//! Custom services.

use super::{check, codes};

const USED: &str = "
connections:
  reader: { name: Reader, service: own, scopes: [read] }
webhooks:
  call: { name: Call, url: https://api.example.com/, auth: { connection: reader } }
";

fn oauth2(auth: &str) -> String {
    format!(
        "services:\n  own:\n    name: Own\n    hosts: [api.example.com]\n    auth: {{ type: oauth2, token_url: https://login.example.com/token, scopes: {{ read: Read }}, {auth} }}\n{USED}"
    )
}

const CODE: &str = "authorize_url: https://login.example.com/authorize, client_id: { env: ID }, client_secret: { env: SECRET }";

#[test]
fn a_service_that_is_right() {
    assert_eq!(check(&oauth2(CODE)).lines(), [] as [String; 0]);
}

#[test]
fn a_grant_needs_its_settings() {
    assert_eq!(codes(&oauth2("client_id: { env: ID }, client_secret: { env: SECRET }")), ["missing-key"]);
    assert_eq!(codes(&oauth2("authorize_url: https://login.example.com/authorize, client_secret: { env: SECRET }")), ["missing-key"]);
    let machine = oauth2("grant: client_credentials, client_id: { env: ID }");
    assert_eq!(codes(&machine), ["missing-key"]);
    assert_eq!(check(&machine).underlined(), "auth");
}

#[test]
fn a_public_client_proves_itself_by_pkce_alone() {
    let public = "authorize_url: https://login.example.com/authorize, client_id: abc";
    assert_eq!(codes(&oauth2(public)), [] as [&str; 0]);
    assert_eq!(codes(&oauth2(&format!("{public}, pkce: false"))), ["missing-key"]);
    assert_eq!(codes(&oauth2(&format!("{public}, client_authentication: basic"))), ["missing-key"]);
}

#[test]
fn a_key_pair_excludes_a_secret_and_the_other_way_round() {
    let key_pair = CODE.replace("client_secret", "private_key") + ", client_authentication: private_key_jwt";
    assert_eq!(codes(&oauth2(&key_pair)), [] as [&str; 0]);
    assert_eq!(codes(&oauth2(&format!("{CODE}, client_authentication: private_key_jwt"))), ["missing-key", "contradiction"]);
    assert_eq!(codes(&oauth2(&format!("{CODE}, private_key: {{ file: key.pem }}"))), ["contradiction"]);
    assert_eq!(codes(&oauth2(&key_pair.replace("{ env: SECRET }", "{ file: ../key.pem }"))), ["include-escapes"]);
}

#[test]
fn zoho_and_google_want_to_be_asked_for_a_refresh_token() {
    for host in ["accounts.zoho.com", "accounts.zoho.com.au", "accounts.google.com", "accounts.zohocloud.ca"] {
        let bare = CODE.replace("login.example.com/authorize", &format!("{host}/auth"));
        assert_eq!(codes(&oauth2(&bare)), ["missing-offline-access"], "{host}");
        assert_eq!(codes(&oauth2(&bare.replace("/auth,", "/auth?access_type=offline,"))), [] as [&str; 0], "{host}");
    }
}

#[test]
fn a_scope_that_asks_for_a_refresh_token_has_to_be_chosen() {
    let offers = oauth2(CODE).replace("{ read: Read }", "{ read: Read, offline_access: Stay connected }");
    let run = check(&offers);
    assert_eq!(run.lines().len(), 1);
    assert_eq!((run.found[0].code.id(), run.help()), ("missing-offline-access", "add `offline_access` to `scopes`".to_owned()));
    assert_eq!(codes(&offers.replace("[read]", "[read, offline_access]")), [] as [&str; 0]);
}

#[test]
fn endpoints_are_https_and_hold_no_secret() {
    assert_eq!(codes(&oauth2(CODE).replace("https://login.example.com/token", "http://login.example.com/token")), ["plain-http"]);
    assert_eq!(codes(&oauth2(&format!("{CODE}, revoke_url: 'https://login.example.com/revoke?client_secret=abc'"))), ["literal-secret"]);
    assert_eq!(codes(&oauth2(&format!("{CODE}, refresh_url: 'https://me:word@login.example.com/'"))), ["literal-secret"]);
}

#[test]
fn hosts_are_not_wider_than_the_service() {
    let run = check(&oauth2(CODE).replace("[api.example.com]", "[api.example.com, '*.com']"));
    assert_eq!(run.lines(), ["bad-host bowline.yaml:4:30 the pattern covers hosts of strangers"]);
}

#[test]
fn the_name_of_a_default_service_is_taken_with_a_word() {
    let shadow = oauth2(CODE).replace("  own:", "  slack:").replace("service: own", "service: slack");
    assert_eq!(codes(&shadow), ["shadows-default-service"]);
}
