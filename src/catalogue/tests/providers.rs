//! Every OAuth 2 entry makes an authorization server that a flow can use, and every oddity that it declares arrives there.

use super::super::{AuthKind, Entry};
use super::{entries, entry, samples};
use crate::oauth::{Challenge, ClientProof, ClientSecrets, Place, Provider, Revocation, Rotation, TokenBody, Tolerance};
use crate::secret::Secret;

fn client() -> ClientSecrets {
    ClientSecrets { id: "bowline-client".to_owned(), secret: Some(Secret::new("canary".to_owned())), private_key: None }
}

fn provider(entry: &Entry) -> Provider {
    let made = entry.provider(&samples(entry, false), client());
    made.unwrap_or_else(|| panic!("{}: no provider", entry.key)).unwrap_or_else(|error| panic!("{}: {error}", entry.key))
}

#[test]
fn every_oauth_2_entry_with_its_client_makes_a_provider() {
    let mut count = 0;
    for entry in entries() {
        let is_oauth2 = matches!(entry.auth, AuthKind::Oauth2 | AuthKind::Oauth2ClientCredentials);
        if !is_oauth2 {
            assert!(entry.provider(&samples(entry, false), client()).is_none(), "{}", entry.key);
            continue;
        }
        count += 1;
        let provider = provider(entry);
        let facts = entry.oauth2.as_ref().expect("the schema demands it");
        assert_eq!(provider.authorize_url.is_some(), entry.auth == AuthKind::Oauth2, "{}", entry.key);
        assert_eq!(provider.token_url.scheme(), "https", "{}", entry.key);
        assert!(!provider.token_url.as_str().contains("%7B"), "{}: {}", entry.key, provider.token_url);
        assert_eq!(provider.pkce != Challenge::Off, facts.pkce.send(), "{}", entry.key);
        assert_eq!(provider.token_at, facts.access_token.at, "{}", entry.key);
        assert!(!matches!(provider.proof, ClientProof::Public), "{}", entry.key);
        match &provider.place {
            Place::Header { format, .. } => assert_eq!(format.matches("{}").count(), 1, "{}: {format}", entry.key),
            Place::Query { .. } | Place::Form { .. } | Place::Path => {}
        }
        if let Revocation::Rfc7009(url) = &provider.revocation {
            assert_eq!(url.scheme(), "https", "{}", entry.key);
        }
    }
    assert!(count > 140, "only {count}");
}

#[test]
fn every_tolerance_has_a_page_that_shows_it() {
    let mut count = 0;
    for entry in entries() {
        for (tolerance, source) in entry.oauth2.iter().flat_map(|facts| &facts.tolerates) {
            count += 1;
            let is_page = url::Url::parse(source).is_ok_and(|url| url.scheme() == "https" && url.path().len() > 1);
            assert!(is_page, "{}: {} has no source", entry.key, tolerance.word());
        }
    }
    assert!(count > 5, "only {count}");
}

#[test]
fn what_is_odd_about_a_service_arrives() {
    let zoho = provider(&entry("zoho-crm"));
    assert_eq!(zoho.place, Place::Header { name: "Authorization".to_owned(), format: "Zoho-oauthtoken {}".to_owned() });
    assert!(zoho.moved.as_ref().is_some_and(|moved| moved.hosts.contains("accounts.zoho.eu") && moved.hosts.len() == 10));
    assert!(zoho.callback_fields["location"].allowed.as_ref().is_some_and(|allowed| allowed.contains("eu")));
    assert_eq!(zoho.captures["api_domain"], "api_domain");
    assert!(matches!(zoho.revocation, Revocation::Declared(_)));
    assert!(zoho.authorize_url.expect("it has one").query().unwrap_or_default().contains("access_type=offline"));

    let github = provider(&entry("github"));
    let Revocation::Declared(declared) = &github.revocation else { panic!("{:?}", github.revocation) };
    assert_eq!(declared.url.as_str(), "https://api.github.com/applications/bowline-client/token");
    assert!(github.tolerates.contains(&Tolerance::CommaScopes));

    let slack = provider(&entry("slack"));
    assert_eq!(slack.token_at, ["access_token", "authed_user.access_token"]);
    assert!(slack.tolerates.contains(&Tolerance::ErrorInside200));
    let json: Vec<String> = entries()
        .filter(|entry| entry.oauth2.is_some() && provider(entry).token_body == TokenBody::Json)
        .map(|entry| entry.key.clone())
        .collect();
    assert_eq!(json.len(), 6, "{json:?}");
    let rotating = entries().filter(|entry| entry.oauth2.is_some() && provider(entry).rotation == Rotation::Rotates).count();
    assert!(rotating > 10, "{rotating}");
}
