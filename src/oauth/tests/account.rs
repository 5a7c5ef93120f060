//! Whose account a grant is of: one name for a person, whichever way the service tells.

use super::*;

fn told(provider: &Provider, answer: Result<HttpResponse, SendError>) -> (Option<Secret<String>>, Scripted) {
    let server = Scripted::new([answer]);
    let account = server.with(now(), |outside| ask_account(provider, &token_set(provider), outside));
    (account, server)
}

fn with_userinfo(account: &str) -> Provider {
    let userinfo = Userinfo { url: url("https://login.example.com/userinfo"), account: account.to_owned() };
    Provider {
        userinfo: Some(userinfo),
        place: Place::Header { name: "Authorization".to_owned(), format: "Own {}".to_owned() },
        ..provider()
    }
}

#[test]
fn userinfo_and_id_token_name_the_same_account() {
    let provider = with_userinfo(SUBJECT);
    let (asked, server) = told(&provider, json(200, r#"{"sub":"7","email":"a@b"}"#));
    assert_eq!(server.header(0, "authorization").as_deref(), Some("Own access-canary"), "as the service's API wants it");
    assert_eq!(server.header(0, "accept").as_deref(), Some("application/json"));
    let mut tokens = token_set(&provider);
    tokens.extra.insert(ID_TOKEN.to_owned(), "e30.eyJzdWIiOiI3In0.x".to_owned());
    let from_token = account(&mut tokens).expect("the token says");
    assert_eq!(asked.expect("it says").expose(), from_token.expose());
    assert!(!tokens.extra.contains_key(ID_TOKEN));
}

#[test]
fn a_number_deep_inside_names_an_account_too_and_only_at_its_own_data_centre() {
    let provider = with_userinfo("data.ZUID");
    let (asked, _) = told(&provider, json(200, r#"{"data":{"ZUID":623}}"#));
    assert_eq!(asked.expect("it says").expose(), "login.example.com data.ZUID:623");
}

#[test]
fn what_cannot_be_trusted_names_nobody() {
    let provider = with_userinfo(SUBJECT);
    for answer in [
        json(401, r#"{"sub":"7"}"#),
        json(302, r#"{"sub":"7"}"#),
        json(200, r#"{"sub":""}"#),
        json(200, r#"{"sub":["7"]}"#),
        json(200, "[]"),
        answer(200, "text/html", "<html>"),
        Err(SendError::NotSent("down".to_owned())),
        Err(SendError::BadAnswer("too large".to_owned())),
    ] {
        assert!(told(&provider, answer).0.is_none());
    }
    let without = Scripted::new([]);
    let provider = self::provider();
    assert!(without.with(now(), |outside| ask_account(&provider, &token_set(&provider), outside)).is_none());
    assert_eq!(without.count(), 0, "nobody was asked");
}

#[test]
fn the_data_centre_of_the_grant_is_asked() {
    let moved = MovedHost { field: "accounts-server".to_owned(), hosts: words(&["login.example.com", "login.example.eu"]) };
    let provider = Provider { moved: Some(moved), ..with_userinfo("ZUID") };
    let mut tokens = token_set(&provider);
    tokens.issued_by.host = Some("login.example.eu".to_owned());
    let server = Scripted::new([json(200, r#"{"ZUID":"9"}"#)]);
    let account = server.with(now(), |outside| ask_account(&provider, &tokens, outside));
    assert_eq!(server.uri(0), "https://login.example.eu/userinfo");
    assert_eq!(account.expect("it says").expose(), "login.example.eu ZUID:9");
}
