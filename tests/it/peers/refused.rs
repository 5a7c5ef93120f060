//! What goes wrong between a person, two servers and a thief.

use super::browser::{self, Person};
use super::flows::{Flows, redirect_uri, scopes};
use super::party::Party;
use super::server::{LIFE, Peer};
use bowline::oauth::{ClientProof, FinalReason, FlowError, RefreshError, TokenSet, compare};
use bowline::secret::Secret;
use http::Method;
use std::collections::BTreeSet;
use url::Url;

#[test]
fn consent_denied() {
    let Some(peer) = Peer::start() else { return };
    let denied = Flows::new(&peer, Party::Basic).connect(&["read"], Person::Denies).expect_err("the person said no");
    assert_eq!(denied, FlowError::Denied { description: Some("the person said no".to_owned()) });
    assert_eq!(peer.token_requests(), 0);
}

/// The person leaves one of two boxes.
#[test]
fn narrower_scopes() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Post);
    let tokens = flows.connect(&["read", "write"], Person::AllowsOnly(&["read"])).expect("tokens");
    let report = compare(&scopes(&["read", "write"]), &tokens.granted, &BTreeSet::new());
    assert_eq!((report.missing, report.extra), (scopes(&["write"]), scopes(&[])));
    assert_eq!((flows.call(&tokens, Method::GET), flows.call(&tokens, Method::POST)), (200, 403));
    peer.pass(LIFE);
    let renewed = flows.refresh(&tokens).expect("renewed");
    assert_eq!(renewed.granted, scopes(&["read"]), "a renewal widens nothing");
    assert_eq!(flows.call(&renewed, Method::POST), 403);
}

/// The same answer once more, as by a broker that forgot to spend the state: the code is good once, and the server takes
/// the grant back (RFC 6749 section 4.1.2). That the state is spent is the store's to see to.
#[test]
fn an_answer_replayed() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Public);
    let (link, pending) = flows.begin(&["read"]);
    let arrived = browser::consent(&link, &redirect_uri(), Person::Allows);
    let tokens = flows.redeem(&pending, &arrived).expect("tokens");
    let replayed = flows.redeem(&pending, &arrived).expect_err("it was spent");
    assert!(matches!(&replayed, FlowError::Refused { code, .. } if code == "invalid_grant"), "{replayed:?}");
    assert_eq!(flows.call(&tokens, Method::GET), 401);
    assert!(is_over(flows.refresh(&tokens)));
}

#[test]
fn an_answer_to_another_consent() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Basic);
    let (link, pending) = flows.begin(&["read"]);
    let arrived = browser::consent(&link, &redirect_uri(), Person::Allows);
    let (_, other) = flows.begin(&["read"]);
    assert_eq!(flows.redeem(&other, &arrived).expect_err("its state is another"), FlowError::WrongState);
    assert_eq!(peer.token_requests(), 0);
    assert!(flows.redeem(&pending, &arrived).is_ok(), "the code was not shown to anyone");
}

/// A code that was begun with another proof key is of no use (RFC 7636), even with our own client and state.
#[test]
fn a_code_of_somebody_else() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Public);
    let (theirs, _) = flows.begin(&["read"]);
    let stolen = browser::consent(&theirs, &redirect_uri(), Person::Allows);
    let (link, pending) = flows.begin(&["read"]);
    let injected = with_parameter(&stolen, "state", &parameter(&link, "state"));
    let refused = flows.redeem(&pending, &injected).expect_err("the proof key is another");
    assert!(matches!(&refused, FlowError::Refused { code, .. } if code == "invalid_grant"), "{refused:?}");
}

/// RFC 9207: the person was led to another server with our link, and its answer names itself. No code is sent to either.
#[test]
fn an_answer_of_another_server() {
    let (Some(honest), Some(other)) = (Peer::start(), Peer::start()) else { return };
    let flows = Flows::new(&honest, Party::Basic);
    let (link, pending) = flows.begin(&["read"]);
    let mut led_astray = other.url("/auth");
    led_astray.set_query(link.query());
    let arrived = browser::consent(&led_astray, &redirect_uri(), Person::Allows);
    let mixed_up = flows.redeem(&pending, &arrived).expect_err("it is another server's");
    assert_eq!(mixed_up, FlowError::IssuerMismatch { expected: honest.issuer.clone(), got: other.issuer.clone() });
    assert_eq!((honest.token_requests(), other.token_requests()), (0, 0));
}

#[test]
fn an_answer_whose_iss_was_changed_or_taken_out() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Post);
    let (link, pending) = flows.begin(&["read"]);
    let arrived = browser::consent(&link, &redirect_uri(), Person::Allows);
    assert_eq!(parameter(&arrived, "iss"), peer.issuer, "the peer says who it is");
    let changed = with_parameter(&arrived, "iss", &format!("{}/", peer.issuer));
    assert!(matches!(flows.redeem(&pending, &changed), Err(FlowError::IssuerMismatch { .. })));
    let taken_out = with_parameter(&arrived, "iss", "");
    assert!(matches!(flows.redeem(&pending, &taken_out), Err(FlowError::IssuerMissing { .. })));
    assert_eq!(peer.token_requests(), 0);
    assert!(flows.redeem(&pending, &arrived).is_ok());
}

/// A thief and the owner hold the same refresh token. Whoever comes second ends the grant for both.
#[test]
fn a_refresh_token_used_twice() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::PrivateKeyJwt);
    let first = flows.connect(&["read"], Person::Allows).expect("tokens");
    let second = flows.refresh(&first).expect("renewed");
    assert_eq!(flows.call(&second, Method::GET), 200);
    assert!(is_over(flows.refresh(&first)), "it was spent");
    assert_eq!(flows.call(&second, Method::GET), 401, "the provider took everything back");
    assert!(is_over(flows.refresh(&second)));
}

/// A wrong client secret says nothing about the grant: once it is mended the grant goes on.
#[test]
fn a_wrong_client_secret_does_not_end_a_grant() {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, Party::Basic);
    let tokens = flows.connect(&["read"], Person::Allows).expect("tokens");
    let mut wrong = Flows::new(&peer, Party::Basic);
    wrong.provider.proof = ClientProof::Basic(Secret::new("not it".to_owned()));
    let fault = wrong.refresh(&tokens).expect_err("the secret is wrong");
    assert!(matches!(&fault, RefreshError::ServiceFault { code, .. } if code == "invalid_client"), "{fault:?}");
    assert!(flows.refresh(&tokens).is_ok());
}

fn is_over(refreshed: Result<TokenSet, RefreshError>) -> bool {
    matches!(&refreshed, Err(RefreshError::Final(FinalReason::Refused { code, .. })) if code == "invalid_grant")
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(found, _)| found != name).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
    changed
}
