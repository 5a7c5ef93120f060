//! Token sets: when they are due, and that bytes hold everything and prints hold nothing.

use super::*;
use proptest::prelude::*;

#[test]
fn due_a_fifth_of_its_life_early_and_at_most_five_minutes() {
    let due_from = |lifetime: u64| {
        let tokens = TokenSet { expires_at: Some(now() + Duration::from_secs(lifetime)), ..token_set(&provider()) };
        (0..=lifetime).find(|second| tokens.due(now() + Duration::from_secs(*second))).expect("some day")
    };
    assert_eq!(due_from(3600), 3300);
    assert_eq!(due_from(60), 48);
    assert_eq!(due_from(5), 4);
    assert_eq!(due_from(86_400), 86_100);
    let endless = TokenSet { expires_at: None, ..token_set(&provider()) };
    assert!(!endless.due(now() + Duration::from_secs(1 << 40)));
}

#[test]
fn an_idle_refresh_token_is_used_before_it_lapses() {
    let tokens = token_set(&provider());
    let days = |days: u64| now() + Duration::from_secs(days * 86_400);
    let fading = Provider { refresh_lifetime: Some(Duration::from_secs(60 * 86_400)), ..provider() };
    assert!(!tokens.lapses(&fading, days(29)));
    assert!(tokens.lapses(&fading, days(30)));
    assert!(!tokens.lapses(&provider(), days(1000)));
    assert!(!TokenSet { refresh: None, ..tokens }.lapses(&fading, days(59)));
}

#[test]
fn a_clock_that_jumps_costs_one_renewal() {
    let tokens = token_set(&provider());
    let back = now() - Duration::from_secs(3600);
    assert!(tokens.due(back));
    let renewed = TokenSet { obtained_at: back, expires_at: Some(back + Duration::from_secs(3600)), ..tokens.clone() };
    assert!(!renewed.due(back));
    assert!(!tokens.due(now() - Duration::from_secs(60)), "a small correction costs none");
}

#[test]
fn nothing_prints_a_token() {
    let provider = provider();
    let (_, pending, state) = begun(&provider);
    let given = callback(&[("code", "code-canary"), ("state", &state)]);
    let printed = format!("{:?} {:?} {:?} {:?}", token_set(&provider), provider, pending, given);
    assert!(!printed.contains("canary") && !printed.contains(&state));
    assert!(!printed.contains(pending.verifier.expect("always").expose().as_str()));
    assert_eq!(token_set(&provider).scrub("Bearer access-canary, refresh-canary"), "Bearer •••, •••");
}

#[test]
fn a_pending_consent_survives_its_bytes() {
    let (_, pending, state) = begun(&provider());
    let again = Pending::from_bytes(pending.to_sealed_bytes().expose()).expect("the same version");
    assert_eq!(again.asked, pending.asked);
    assert_eq!(again.verifier.expect("always").expose(), pending.verifier.expect("always").expose());
    assert_eq!((again.expires_at, again.issued_by, &again.state_digest), (pending.expires_at, pending.issued_by, &pending.state_digest));
    assert_eq!(callback(&[("state", &state)]).state_digest(), Some(again.state_digest));
    assert!(Pending::from_bytes(b"{}").is_err());
}

proptest! {
    #[test]
    fn bytes_hold_everything(access in ".*", refresh in proptest::option::of(".*"), life in proptest::option::of(0_u64..1 << 33), scope in ".*", value in ".*") {
        let tokens = TokenSet {
            access: Secret::new(access.clone()),
            refresh: refresh.clone().map(Secret::new),
            expires_at: life.map(|life| now() + Duration::from_secs(life)),
            granted: scopes(&[&scope]),
            extra: BTreeMap::from([("k".to_owned(), value)]),
            ..token_set(&provider())
        };
        let again = TokenSet::from_bytes(tokens.to_sealed_bytes().expose()).expect("the same version");
        prop_assert_eq!(again.access.expose(), &access);
        prop_assert_eq!(again.refresh.map(|token| token.expose().clone()), refresh);
        prop_assert_eq!((again.obtained_at, again.expires_at), (tokens.obtained_at, tokens.expires_at));
        prop_assert_eq!((again.granted, again.extra, again.issued_by, again.token_type), (tokens.granted, tokens.extra, tokens.issued_by, tokens.token_type));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TokenSet::from_bytes(&bytes);
        let _ = Pending::from_bytes(&bytes);
        let response = http::Response::builder().status(200).body(bytes).expect("an answer");
        let server = Scripted::new([Ok(response)]);
        let _ = server.with(now(), |outside| refresh(&provider(), &token_set(&provider()), outside));
    }
}
