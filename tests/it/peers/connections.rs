//! The same lives as connections of the broker: what is bound, spent, renewed by one only and told at the end.

use super::browser::{self, Person};
use super::flows::redirect_uri;
use super::party::Party;
use super::platform::Platform;
use super::server::{LIFE, Peer};
use bowline::broker::{BrokerError, ToldOutcome};
use bowline::resource::ConnectionState;
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
fn client_credentials_with_each_proof() {
    for party in [Party::Basic, Party::Post, Party::PrivateKeyJwt] {
        by_itself(party);
    }
}

/// Consent → call → expiry → rotated refresh → call → revoke → refused → consent again.
fn consented(party: Party) {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, party, "authorization_code");
    assert_eq!(refused_as(platform.call(Method::GET)), ConnectionState::NotConnected);
    assert!(!platform.connect(Person::Allows).expect("connected").scopes.narrower());
    assert_eq!(platform.call(Method::GET).expect("connected"), 200);
    for renewals in 1..=2 {
        peer.pass(LIFE);
        assert_eq!(platform.call(Method::POST).expect("renewed"), 200);
        assert_eq!(peer.token_requests(), 1 + renewals);
    }
    let held = platform.held();
    assert_eq!(platform.call_past_the_broker(&held), 200);
    let told = platform.revoke();
    assert_eq!(platform.call_past_the_broker(&held), 401, "the provider knows that it is over");
    assert_eq!(told.iter().map(|one| &one.outcome).collect::<Vec<_>>(), [&ToldOutcome::Revoked]);
    assert_eq!(refused_as(platform.call(Method::GET)), ConnectionState::Revoked);
    platform.connect(Person::Allows).expect("connected again");
    assert_eq!(platform.call(Method::GET).expect("connected"), 200);
    assert!(platform.broker.verify_audit().is_ok());
}

/// Token → call → expiry → another token → call → revoke → refused.
fn by_itself(party: Party) {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, party, "client_credentials");
    assert!(matches!(platform.begin(), Err(BrokerError::NothingToConsent { .. })));
    platform.authorize();
    assert_eq!(platform.report().state, ConnectionState::Connected, "{}", platform.report().message);
    assert_eq!(platform.call(Method::GET).expect("connected"), 200);
    peer.pass(LIFE);
    assert_eq!(platform.call(Method::POST).expect("another token"), 200);
    assert_eq!(peer.token_requests(), 2);
    let held = platform.held();
    assert_eq!(platform.revoke().len(), 1);
    assert_eq!(platform.call_past_the_broker(&held), 401);
    assert_eq!(refused_as(platform.call(Method::GET)), ConnectionState::Revoked);
}

#[test]
fn consent_denied() {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, Party::Basic, "authorization_code");
    let denied = platform.connect(Person::Denies);
    assert!(matches!(&denied, Err(BrokerError::Flow { error, .. }) if error.to_string().contains("consent was denied")), "{denied:?}");
    assert_eq!(platform.report().state, ConnectionState::AwaitingConsent);
    assert_eq!(peer.token_requests(), 0);
}

#[test]
fn a_state_replayed_reaches_nobody() {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, Party::Post, "authorization_code");
    let arrived = browser::consent(&platform.begin().expect("a link"), &redirect_uri(), Person::Allows);
    platform.arrive(&arrived).expect("connected");
    assert!(matches!(platform.arrive(&arrived), Err(BrokerError::UnknownConsent)));
    assert_eq!(peer.token_requests(), 1, "the provider would have taken the grant back");
    assert_eq!(platform.call(Method::GET).expect("it stands"), 200);
}

/// RFC 9207, where the issuer is known: as it is of default services.
#[test]
fn an_answer_of_another_server_costs_no_secret() {
    let (Some(honest), Some(other)) = (Peer::start(), Peer::start()) else { return };
    let platform = Platform::of_default(&honest);
    let mut led_astray = other.url("/auth");
    led_astray.set_query(platform.begin().expect("a link").query());
    let mixed_up = platform.arrive(&browser::consent(&led_astray, &redirect_uri(), Person::Allows));
    assert!(matches!(&mixed_up, Err(BrokerError::Flow { error, .. }) if error.to_string().contains(&other.issuer)), "{mixed_up:?}");
    assert_eq!((honest.token_requests(), other.token_requests()), (0, 0));
    assert_eq!(platform.report().state, ConnectionState::AwaitingConsent);
    platform.connect(Person::Allows).expect("by the right server");
    assert_eq!(platform.call(Method::GET).expect("connected"), 200);
}

#[test]
fn narrower_scopes_are_shown() {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, Party::Basic, "authorization_code");
    assert!(platform.connect(Person::AllowsOnly(&["read"])).expect("connected").scopes.narrower());
    let report = platform.report();
    assert_eq!((report.state, report.message.as_str()), (ConnectionState::Connected, "limited: the service did not grant write"));
    assert_eq!((platform.call(Method::GET).expect("connected"), platform.call(Method::POST).expect("connected")), (200, 403));
}

/// The provider takes the grant back when a refresh token comes twice. So that the calls go on says that it never did.
#[test]
fn many_callers_of_two_processes_renew_once_each_time() {
    const CALLERS: usize = 8;
    const EXPIRIES: u64 = 4;
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, Party::PrivateKeyJwt, "authorization_code");
    platform.connect(Person::Allows).expect("connected");
    let other = platform.another();
    for expiry in 1..=EXPIRIES {
        peer.pass(LIFE);
        std::thread::scope(|scope| {
            for caller in 0..CALLERS {
                let broker = if caller % 2 == 0 { &platform.broker } else { &other };
                let platform = &platform;
                scope.spawn(move || assert_eq!(platform.call_by(broker, Method::GET).expect("renewed"), 200));
            }
        });
        assert_eq!(peer.token_requests(), 1 + expiry);
    }
}

/// A person ended it in the settings of their account there.
#[test]
fn a_grant_that_was_ended_at_the_provider_is_expired_here() {
    let Some(peer) = Peer::start() else { return };
    let platform = Platform::new(&peer, Party::Post, "authorization_code");
    platform.connect(Person::Allows).expect("connected");
    peer.forget_grants();
    peer.pass(LIFE);
    assert_eq!(refused_as(platform.call(Method::GET)), ConnectionState::Expired);
    assert_eq!(platform.report().state, ConnectionState::Expired);
    let asked = peer.token_requests();
    assert_eq!(refused_as(platform.call(Method::GET)), ConnectionState::Expired);
    assert_eq!(peer.token_requests(), asked, "what is over is not asked for again");
    platform.connect(Person::Allows).expect("connected again");
    assert_eq!(platform.call(Method::GET).expect("connected"), 200);
}

fn refused_as(called: Result<u16, BrokerError>) -> ConnectionState {
    match called {
        Err(BrokerError::NotConnected { state, .. }) => state,
        other => panic!("it should not have been connected: {other:?}"),
    }
}
