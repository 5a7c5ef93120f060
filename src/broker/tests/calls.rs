//! Calls out: only to the service's hosts, only once with each credential, nothing of the caller's own.

use super::service::*;
use super::*;
use crate::broker::{Answered, OutwardError, ToldOutcome};
use http::{HeaderMap, Method};

impl Live {
    fn call_to(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answered, BrokerError> {
        let name = Name::new("c");
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect::<HeaderMap>();
        self.broker().call_out(crate::broker::Outgoing {
            actor: &self.world.actor,
            action: "invoke",
            connection: Some(&name),
            user: None,
            method: Method::POST,
            url: url.parse().expect("a URL"),
            headers,
            body: crate::oauth::Body::Empty,
            body_cap: 1000,
            patience: crate::broker::PATIENCE,
        })
    }
}

#[test]
fn a_credential_goes_to_its_service_s_hosts_only() {
    let live = Live::connected();
    for url in [
        "https://evil.example/",
        "http://api.example.com/",
        "https://api.example.com.evil.example/",
        "https://api.example.com@evil.example/",
        "https://auth.example.com/token",
        "http://127.0.0.1/",
    ] {
        let refused = live.call_to(url, &[]).err().expect(url);
        assert!(matches!(refused, BrokerError::Refused { .. }), "{url}: {refused}");
    }
    assert!(live.service.calls().is_empty());
    assert!(live.call_to("https://api.example.com/x", &[]).is_ok());
}

#[test]
fn a_redirect_is_an_answer_and_nothing_follows_it() {
    let live = Live::connected();
    live.service.will_answer(302, &[("location", "https://evil.example/"), ("set-cookie", "a=b")], "");
    let answered = live.call_to("https://api.example.com/x", &[]).expect("it was sent");
    assert_eq!(answered.response.status(), 302);
    assert!(answered.response.headers().contains_key("location"));
    assert!(!answered.response.headers().contains_key("set-cookie"));
    assert_eq!(live.service.calls().len(), 1);
}

#[test]
fn the_caller_s_own_authorization_is_refused_and_the_rest_stays_at_home() {
    let live = Live::connected();
    let refused = live.call_to("https://api.example.com/x", &[("authorization", "mine")]).err().expect("it is the connection's place");
    assert!(matches!(refused, BrokerError::Placement(_)), "{refused}");
    live.call_to("https://api.example.com/x", &[("cookie", "a=b"), ("x-forwarded-for", "10.0.0.1")]).expect("it was sent");
    assert_eq!(live.service.calls(), [("https://api.example.com/x".to_owned(), "Bearer canary-access-1".to_owned())]);
}

#[test]
fn a_refused_token_is_renewed_once_and_the_call_repeated_once() {
    let live = Live::connected();
    live.clock.forward(100);
    live.service.will_answer(401, &[], "expired");
    let answered = live.call_to("https://api.example.com/x", &[]).expect("it was sent");
    assert_eq!((answered.response.status().as_u16(), answered.renewed), (200, true));
    let sent: Vec<String> = live.service.calls().into_iter().map(|(_, authorization)| authorization).collect();
    assert_eq!(sent, ["Bearer canary-access-1", "Bearer canary-access-2"]);
    // A young token that is refused is not an expired one: no renewal, no loop.
    for _ in 0..3 {
        live.service.will_answer(401, &[], "no permission");
        assert_eq!(live.call_to("https://api.example.com/x", &[]).expect("it was sent").response.status(), 401);
    }
    assert_eq!((live.service.token_requests(), live.service.calls().len()), (2, 5));
}

#[test]
fn a_use_is_written_down_before_it_happens_or_does_not_happen() {
    let live = Live::connected();
    let calls = faults::calls_of(&live.world, |_| live.call("c", None).map(drop));
    let before = live.service.calls().len();
    for nth in 1..=calls {
        live.world.fuse.set(nth, false);
        let error = live.call("c", None).expect_err("the store fails");
        assert!(matches!(error, BrokerError::Store(_)), "{error}");
    }
    assert_eq!(live.service.calls().len(), before, "nothing left without its line");
    assert_eq!(live.call("c", None).expect("all is well"), 200);
    let line = live.broker().audit(0, 1000).expect("readable").pop().expect("a line");
    assert_eq!((line.entry.action.as_str(), line.entry.detail["host"].as_str()), ("invoke", "api.example.com"));
    let report = live.broker().status().expect("readable").remove(0);
    assert_eq!(report.held.last_used, Some(noon()));
}

#[test]
fn keys_and_passwords_are_placed_too() {
    let live = Live::new();
    live.world.put("services.keys", api_key()).expect("allowed");
    live.world.put_with("connections.k", keyed("K"), How::default(), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    assert!(matches!(live.call("k", None), Err(BrokerError::NotConnected { .. })));
    live.world.authorize("connections.k").expect("allowed");
    live.service.will_answer(200, &[], "");
    assert_eq!(live.call("k", None).expect("connected"), 200);
    live.world.put("services.pw", json!({ "name": "P", "auth": { "type": "basic" }, "hosts": ["api.example.com"] })).expect("allowed");
    let given = json!({ "name": "P", "service": "pw", "credentials": { "username": "Aladdin", "password": "open sesame" } });
    live.world.put("connections.p", given).expect("allowed");
    live.world.authorize("connections.p").expect("allowed");
    live.call("p", None).expect("connected");
    assert_eq!(live.service.calls().last().expect("a call").1, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    live.world.revoke("connections.p").expect("allowed");
    assert!(matches!(live.call("p", None), Err(BrokerError::NotConnected { state: ConnectionState::Revoked, .. })));
}

#[test]
fn what_the_service_makes_of_a_revocation_is_said_as_it_is() {
    let call = |live: &Live| {
        let told = live.broker().revoke_and_tell(&live.world.call(How::default()), &at("connections.c"), None).expect("allowed").1;
        told.into_iter().map(|told| told.outcome).collect::<Vec<_>>()
    };
    assert_eq!(call(&Live::connected()), [ToldOutcome::Revoked]);

    let busy = Live::connected();
    busy.service.fail(Fault::Status(503, None));
    assert!(matches!(call(&busy)[..], [ToldOutcome::Queued { .. }]));
    let (state, message) = busy.state("c");
    assert_eq!(state, ConnectionState::Revoked);
    assert!(message.contains("queued for another try"), "{message}");
    assert!(busy.broker().tell_services(None).expect("readable").is_empty(), "not before its time");
    busy.clock.forward(61);
    let told = busy.broker().tell_services(None).expect("readable");
    assert_eq!(told.into_iter().map(|told| told.outcome).collect::<Vec<_>>(), [ToldOutcome::Revoked]);
    assert_eq!(busy.state("c").1, "revoked at the service too");

    let refusing = Live::connected();
    refusing.service.fail(Fault::Body(400, r#"{"error":"unsupported_token_type"}"#));
    assert!(matches!(call(&refusing)[..], [ToldOutcome::Failed { .. }]));

    let deaf = Live::connected();
    let mut body = oauth_service("authorization_code");
    body["auth"].as_object_mut().expect("an object").remove("revoke_url");
    deaf.world.put("services.oauth", body).expect("allowed");
    assert_eq!(call(&deaf), [ToldOutcome::NoEndpoint { instead: None }]);
}

#[test]
fn deleting_leaves_nothing_to_be_opened() {
    let live = Live::connected();
    live.service.fail(Fault::Status(503, None));
    live.world.revoke("connections.c").expect("allowed");
    live.world.delete("connections.c").expect("allowed");
    assert_eq!(live.service.revoked().len(), 2, "the service was told at last");
    let left = live.world.store.read().and_then(|read| read.all_sealed()).expect("readable");
    assert_eq!(left.len(), 3, "the fingerprint key and two client secrets");
}

#[test]
fn trouble_on_the_way_is_said_and_kept() {
    let error = OutwardError::TooLarge { limit: 5 };
    assert!(error.may_have_been_sent());
    assert!(!OutwardError::NotSent(String::new()).may_have_been_sent());
}
