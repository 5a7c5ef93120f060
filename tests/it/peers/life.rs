//! Whole lives of grants, from consent to refusal, for each way in which a client proves itself.

use super::browser::Person;
use super::flows::{Flows, scopes};
use super::party::Party;
use super::server::{LIFE, Peer};
use bowline::clock::Clock;
use bowline::oauth::{FinalReason, RefreshError, RevokeOutcome, TokenSet};
use http::Method;

#[test]
fn a_consent_with_basic() {
    consented(Party::Basic);
}

#[test]
fn a_consent_with_post() {
    consented(Party::Post);
}

#[test]
fn a_consent_with_private_key_jwt() {
    consented(Party::PrivateKeyJwt);
}

#[test]
fn a_consent_of_a_public_client() {
    consented(Party::Public);
}

#[test]
fn client_credentials_with_basic() {
    by_itself(Party::Basic);
}

#[test]
fn client_credentials_with_post() {
    by_itself(Party::Post);
}

#[test]
fn client_credentials_with_private_key_jwt() {
    by_itself(Party::PrivateKeyJwt);
}

/// Consent → call → expiry → rotated refresh → call → revoke → refused.
fn consented(party: Party) {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows::new(&peer, party);
    let first = flows.connect(&["read", "write"], Person::Allows).expect("tokens");
    assert_eq!(first.granted, scopes(&["read", "write"]));
    assert_eq!((flows.call(&first, Method::GET), flows.call(&first, Method::POST)), (200, 200));

    expire(&flows, &first);
    let second = flows.refresh(&first).expect("renewed");
    let refresh = |tokens: &TokenSet| tokens.refresh.as_ref().map(|token| token.expose().clone()).expect("a refresh token");
    assert!(refresh(&first) != refresh(&second), "the refresh token is rotated");
    assert_eq!(second.granted, first.granted);
    assert_eq!(flows.call(&second, Method::GET), 200);

    expire(&flows, &second);
    let third = flows.refresh(&second).expect("renewed by the rotated token");
    assert_eq!(flows.call(&third, Method::GET), 200);

    assert_eq!(flows.revoke(&third), RevokeOutcome::Revoked);
    assert_eq!(flows.call(&third, Method::GET), 401);
    assert!(is_over(flows.refresh(&third)));
    assert_eq!(flows.revoke(&third), RevokeOutcome::Revoked, "what is gone is revoked");
}

/// Token → call → expiry → another token → call → revoke → refused.
fn by_itself(party: Party) {
    let Some(peer) = Peer::start() else { return };
    let flows = Flows { peer: &peer, provider: party.provider(&peer, "client_credentials") };
    let first = flows.client_credentials(&["read"]).expect("a token");
    assert!(first.refresh.is_none());
    assert_eq!(first.granted, scopes(&["read"]));
    assert_eq!((flows.call(&first, Method::GET), flows.call(&first, Method::POST)), (200, 403));

    expire(&flows, &first);
    assert!(is_without_refresh(flows.refresh(&first)));
    let second = flows.client_credentials(&["read"]).expect("another token");
    assert_eq!(flows.call(&second, Method::GET), 200);

    assert_eq!(flows.revoke(&second), RevokeOutcome::Revoked);
    assert_eq!(flows.call(&second, Method::GET), 401);
}

fn expire(flows: &Flows<'_>, tokens: &TokenSet) {
    assert!(!tokens.due(flows.peer.clock.now()), "it is fresh");
    flows.peer.pass(LIFE);
    assert!(tokens.expired(flows.peer.clock.now()), "we know that it is over");
    assert_eq!(flows.call(tokens, Method::GET), 401, "and so does the API");
}

fn is_over(refreshed: Result<TokenSet, RefreshError>) -> bool {
    matches!(&refreshed, Err(RefreshError::Final(FinalReason::Refused { code, .. })) if code == "invalid_grant")
}

fn is_without_refresh(refreshed: Result<TokenSet, RefreshError>) -> bool {
    matches!(refreshed, Err(RefreshError::Final(FinalReason::NoRefreshToken)))
}
