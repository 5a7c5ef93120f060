//! Every flag of every entry is understood: what it declares is found again where code acts on it.

use super::super::{CredentialPlace, Entry, Issued, Organisation, Quirk, Revocation as Declared, Told};
use super::{entries, entry, parameters, samples};
use crate::oauth::{Challenge, ClientProof, ClientSecrets, Place, Provider, Revocation, Rotation, Tolerance};
use crate::secret::Secret;

fn client() -> ClientSecrets {
    ClientSecrets { id: "bowline-client".to_owned(), secret: Some(Secret::new("canary".to_owned())), private_key: None }
}

fn provider(entry: &Entry) -> Provider {
    entry.provider(&samples(entry, false), client()).expect("it has OAuth 2").expect("it can be used")
}

#[test]
fn every_quirk_of_every_entry_is_acted_on() {
    let mut walked = 0;
    for entry in entries() {
        let rules = entry.api_rules(&samples(entry, false));
        for quirk in &entry.quirks {
            walked += 1;
            let is_told = rules.told.contains(&(quirk.told(), quirk.words()));
            let holds = match quirk {
                Quirk::TokenErrorsAsSuccess => provider(entry).tolerates.contains(&Tolerance::ErrorInside200),
                Quirk::ApiErrorsAsSuccess => rules.expired.0.contains(&200) != rules.expired.1.is_empty(),
                Quirk::SingleUseRefreshToken | Quirk::ReuseRevokesGrant => provider(entry).rotation == Rotation::Rotates,
                Quirk::RefreshByGet => provider(entry).exchanges.is_some(),
                Quirk::UserScopesApart => entry.oauth2.as_ref().is_some_and(|facts| facts.user_scope_parameter.is_some()),
                Quirk::RedirectUriIsAName => rules.redirect_is_a_name,
                Quirk::CallbackSignedWithClientSecret => provider(entry).signed_callback,
                Quirk::PkceHexDigest => provider(entry).pkce == Challenge::S256Hex,
                Quirk::OneClientAuthenticationOnly => matches!(provider(entry).proof, ClientProof::Basic(_) | ClientProof::Post(_)),
                Quirk::EndpointMovesOnRefresh => !provider(entry).captures.is_empty(),
                Quirk::RequiredScopesExact
                | Quirk::ConsentByOrganisation
                | Quirk::AccountChosenAfterConsent
                | Quirk::OneApplicationPerConnection
                | Quirk::UnknownScopesDropped
                | Quirk::PersonMayUntickScopes
                | Quirk::WrongDataCentreLooksExpired => is_told,
            };
            assert!(holds, "{}: {quirk:?}", entry.key);
            assert_eq!(is_told, quirk.told() != Told::Never, "{}: {quirk:?}", entry.key);
        }
    }
    assert!(walked > 180, "only {walked}");
}

#[test]
fn every_other_declared_difference_arrives_too() {
    for entry in entries() {
        let Some(facts) = &entry.oauth2 else { continue };
        let provider = provider(entry);
        assert_eq!(provider.token_headers.len(), facts.token_headers.len(), "{}", entry.key);
        assert_eq!(facts.refresh_token.issued == Issued::Exchanged, provider.exchanges.is_some(), "{}", entry.key);
        assert_eq!(provider.renewals_in_ten_minutes, facts.limits.refreshes_in_ten_minutes, "{}", entry.key);
        assert_eq!(provider.userinfo.is_some(), facts.userinfo_url.is_some(), "{}", entry.key);
        assert!(facts.account_field.is_none() || facts.userinfo_url.is_some(), "{}", entry.key);
        assert_eq!(facts.user_scope_parameter.is_some(), entry.has_quirk(Quirk::UserScopesApart), "{}", entry.key);
        assert!(facts.tolerates.keys().all(|tolerance| provider.tolerates.contains(tolerance)), "{}", entry.key);
        let has_endpoint = !matches!(facts.revocation, Declared::None { .. } | Declared::Unknown);
        assert_eq!(has_endpoint, !matches!(provider.revocation, Revocation::None { .. }), "{}", entry.key);
        if facts.client_id_parameter != "client_id" {
            for sent in [&provider.authorize_parameters, &provider.token_parameters, &provider.refresh_parameters] {
                assert_eq!(sent[&facts.client_id_parameter], "bowline-client", "{}", entry.key);
            }
        }
    }
}

#[test]
fn every_credential_has_a_place_but_those_that_sign() {
    for entry in entries() {
        let place = entry.api_rules(&samples(entry, false)).place;
        match entry.api.credential.place {
            CredentialPlace::Signature => assert_eq!(place, None, "{}", entry.key),
            CredentialPlace::Path => assert_eq!(place, Some(Place::Path), "{}", entry.key),
            CredentialPlace::Header | CredentialPlace::Query => assert!(place.is_some(), "{}", entry.key),
        }
        match &entry.api.organisation {
            Some(Organisation::Header(name) | Organisation::Parameter(name)) => {
                let shown = format!("{:?}", entry.sections());
                assert!(shown.contains(name), "{}: {name} is not shown", entry.key);
            }
            None => {}
        }
    }
}

#[test]
fn a_person_s_token_at_slack_is_asked_for_and_read_apart() {
    let as_bot = provider(&entry("slack"));
    assert_eq!((as_bot.scope_parameter.as_str(), as_bot.token_at[0].as_str()), ("scope", "access_token"));
    let made = entry("slack").provider(&parameters([("acts_as", "user")]), client()).expect("OAuth 2").expect("it can be used");
    assert_eq!((made.scope_parameter.as_str(), made.token_at[0].as_str()), ("user_scope", "authed_user.access_token"));
    assert!(!entry("slack").problems(&parameters([("acts_as", "admin")])).is_empty());
}

#[test]
fn a_zoho_connection_expects_its_own_data_centre() {
    let made = entry("zoho-crm").provider(&parameters([("dc", "eu")]), client()).expect("OAuth 2").expect("it can be used");
    let fits = made.callback_fields["location"].fits.clone().expect("it is set up for one");
    assert_eq!((fits.value.as_str(), fits.names["us"].as_str()), ("eu", "`dc: com` (United States)"));
    assert_eq!(fits.names.len(), 10);
    assert!(made.believed["api_domain"].contains("https://www.zohoapis.eu"));
    assert_eq!(made.renewals_in_ten_minutes, Some(10));
    assert_eq!(super::super::renewals_in_ten_minutes("accounts.zohocloud.ca"), Some(10));
    assert_eq!(super::super::renewals_in_ten_minutes("accounts.zoho.com.evil.example"), None);
}
