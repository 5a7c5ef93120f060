//! Calls out: only to the service's hosts, only once with each credential, nothing of the caller's own.

use super::service::*;
use super::*;
use crate::broker::hook::{Carrier, HookError, Outing, Verdict};
use crate::broker::{Answered, Invalid, OutwardError, Told, ToldOutcome, UserWanted};
use crate::resource::access::{PrincipalKind, Role};
use http::{HeaderMap, Method};
use std::sync::atomic::AtomicBool;

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

#[test]
fn nobody_s_authorization_is_not_taken_away() {
    let live = Live::connected();
    live.consent("each", Some("zoe")).expect("consented");
    let revoke = |address: &str, user| live.broker().revoke_and_tell(&live.world.call(How::default()), &at(address), Some(user));
    assert!(matches!(revoke("connections.each", "zo"), Err(BrokerError::NoSuch { name, .. }) if name == "zo"));
    assert!(matches!(revoke("connections.c", "zoe"), Err(BrokerError::Invalid(Invalid::NoLoginUsers { .. }))));
    assert!(revoke("connections.each", "zoe").is_ok() && revoke("connections.each", "zoe").is_ok(), "once more is no fault");
    assert_eq!(live.state("c").0, ConnectionState::Connected);
}

#[test]
fn what_waits_to_be_told_is_said_again() {
    let live = Live::connected();
    live.service.fail(Fault::Status(503, None));
    let call = live.world.call(How::default());
    for _ in 0..2 {
        let told = live.broker().revoke_and_tell(&call, &at("connections.c"), None).expect("allowed").1;
        assert!(matches!(&told[..], [Told { outcome: ToldOutcome::Queued { .. }, .. }]), "{told:?}");
    }
    assert!(live.broker().has_untold().expect("readable"));
    live.clock.forward(61);
    let told = live.broker().revoke_and_tell(&call, &at("connections.c"), None).expect("allowed").1;
    assert!(matches!(&told[..], [Told { outcome: ToldOutcome::Revoked, .. }]), "it was due: {told:?}");
    assert!(!live.broker().has_untold().expect("readable"));
}

#[test]
fn a_webhook_of_login_users_fires_on_behalf_of_one() {
    let live = Live::new();
    live.world.put("webhooks.w", hook("each")).expect("allowed");
    let fire = |key, user| live.broker().trigger_for(&live.world.actor, &Name::new("w"), &json!({}), (key, user));
    assert!(matches!(fire(None, None), Err(HookError::Broker(BrokerError::NeedsLoginUser { .. }))));
    live.consent("each", Some("zoe")).expect("consented");
    let (carrier, stop) = (Carrier { broker: live.broker(), actor: &live.world.actor }, AtomicBool::new(false));
    let outing = Outing { actor: &live.world.actor, courier: &carrier, stop: &stop };
    let verdict = |id: &str| live.broker().deliver_one(&outing, id).expect("worked").expect("it is due").verdict;
    let hers = fire(Some("k"), Some("zoe")).expect("filled");
    assert_eq!((hers.user.as_str(), verdict(&hers.id)), ("zoe", Verdict::Delivered));
    assert_eq!(live.service.calls().last().expect("a call").1, "Bearer canary-access-1");
    assert!(matches!(fire(Some("k"), Some("yan")), Err(HookError::KeyReused(_))), "it is hers");
    let his = fire(None, Some("yan")).expect("filled");
    assert_eq!(verdict(&his.id), Verdict::Waits, "nobody stands in for him");
    let redelivered = live.broker().redeliver(&live.world.actor, &hers.id).expect("kept");
    assert_eq!((redelivered.user.as_str(), verdict(&hers.id)), ("zoe", Verdict::Delivered));
}

#[test]
fn why_a_call_was_not_let_in_is_said_and_kept() {
    let call = |live: &Live| {
        let outgoing = outgoing(&live.world.actor, "https://api.example.com/v1/things");
        live.broker().call_out(outgoing).expect("it came back").hints
    };
    let error = |live: &Live| live.broker().status().expect("readable").remove(0).held.last_error;
    let young = Live::connected();
    young.service.will_answer(401, &[], "{}");
    assert!(call(&young)[0].ends_with("to reconnect: bowline connect c"), "{:?}", call(&young));
    assert_eq!(error(&young), "the service does not accept the access of `connections.c`");
    young.world.revoke("connections.c").expect("allowed");
    assert_eq!(error(&young), "", "it is over with the access");

    let old = Live::connected();
    old.clock.forward(120);
    old.service.will_answer(401, &[], "{}");
    old.service.fail(Fault::Body(400, r#"{"error":"invalid_grant"}"#));
    let hints = call(&old);
    assert!(hints[0].contains("`invalid_grant`") && hints[0].contains("to reconnect: bowline connect c"), "{hints:?}");
    assert_eq!(old.state("c").0, ConnectionState::Expired);
}

#[test]
fn a_call_that_is_refused_leaves_a_line_and_no_trouble() {
    let live = Live::connected();
    for (url, code) in [("https://evil.example/", "host-outside-service"), ("ftp://api.example.com/", "invalid")] {
        assert!(live.broker().call_out(outgoing(&live.world.actor, url)).is_err(), "{url}");
        let line = live.broker().audit(0, 1000).expect("readable").pop().expect("a line").entry;
        assert_eq!((line.action.as_str(), line.outcome), ("invoke", format!("refused: {code}")), "{url}");
        assert_eq!(line.detail["method"], "GET");
    }
    assert_eq!(live.broker().status().expect("readable").remove(0).held.last_error, "");
    assert!(live.service.calls().is_empty());
}

#[test]
fn text_for_people_holds_nothing_that_check_would_refuse() {
    let world = World::new();
    let unfit = |error: BrokerError| match error {
        BrokerError::Invalid(Invalid::Unfit { pointer, .. }) => pointer,
        other => panic!("{other:?}"),
    };
    let named = |name: &str, description: &str| {
        let mut body = api_key();
        (body["name"], body["description"]) = (json!(name), json!(description));
        world.put("services.keys", body)
    };
    assert_eq!(unfit(named("a\u{202e}b", "").expect_err("it turns")), "/body/name");
    assert_eq!(unfit(named("a\nb", "").expect_err("two lines")), "/body/name");
    assert_eq!(unfit(named("a", "\u{1b}[2J").expect_err("it steers")), "/body/description");
    named("a", "two\nlines").expect("a description may be long");
    let title = "Roof\u{202e}";
    assert_eq!(unfit(world.broker.put_application(&world.actor, &Name::new("roof"), title).expect_err("it turns")), "/title");
    let wanted = UserWanted { name: "eve", kind: PrincipalKind::Person, title, role: Role::Viewer, disabled: false };
    assert_eq!(unfit(world.broker.put_user(&world.actor, wanted).expect_err("it turns")), "/title");
}
