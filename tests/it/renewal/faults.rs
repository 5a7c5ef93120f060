//! Every fault of a network between broker and service, on the way of a renewal, of a call and of a webhook.

use super::lab::{LIFE, Lab};
use crate::proxy::Trick;
use bowline::broker::hook::{Carrier, Outing, Verdict};
use bowline::broker::{BrokerError, OutwardError, ToldOutcome};
use bowline::resource::{ConnectionState, Name};
use bowline::store::DeliveryState;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What a fault of the token endpoint is taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    /// No fault in the end.
    Fine,
    /// Nothing was spent: again after a wait.
    Again,
    /// The refresh token may be spent.
    Uncertain,
    /// Nobody's grant is to blame.
    Service,
}

fn plain(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn oversized() -> Vec<u8> {
    let body = " ".repeat(6 * 1024 * 1024);
    plain("200 OK", &body).into_bytes()
}

fn garbage() -> Vec<u8> {
    let mut answer = plain("200 OK", "").replace("content-length: 0", "content-length: 6").into_bytes();
    answer.extend_from_slice(b"\xff\x00{\"a\xfe");
    answer
}

/// Name, what happens, whether the service has obeyed by then, and what it is taken for.
fn table(elsewhere: u16) -> Vec<(&'static str, Trick, bool, Class)> {
    let to = format!("307 Temporary Redirect\r\nlocation: http://127.0.0.1:{elsewhere}/stolen");
    vec![
        ("latency", Trick::Latency(Duration::from_millis(200)), true, Class::Fine),
        ("reset before", Trick::ResetBefore, false, Class::Uncertain),
        ("reset after", Trick::ResetAfter, true, Class::Uncertain),
        ("429", Trick::Instead(plain("429 Too Many Requests\r\nretry-after: 30", "{}")), false, Class::Again),
        ("503", Trick::Instead(plain("503 Service Unavailable\r\nretry-after: 30", "busy")), false, Class::Again),
        ("502", Trick::Instead(plain("502 Bad Gateway", "<html>")), false, Class::Uncertain),
        ("500 after", Trick::InsteadAfter(plain("500 Internal Server Error", "oops").into_bytes()), true, Class::Uncertain),
        ("truncated", Trick::Truncated, true, Class::Uncertain),
        ("garbage", Trick::Instead(String::from_utf8_lossy(&garbage()).into_owned()), false, Class::Uncertain),
        ("garbage after", Trick::InsteadAfter(garbage()), true, Class::Uncertain),
        ("no HTTP", Trick::Instead("HELO who is there\r\n\r\n".to_owned()), false, Class::Uncertain),
        ("redirect", Trick::Instead(plain(&to, "")), false, Class::Service),
        ("slow answer", Trick::Drip, true, Class::Uncertain),
        ("oversized", Trick::InsteadAfter(oversized()), true, Class::Uncertain),
    ]
}

/// What is slow without end is given little time; everything else enough, however busy the machine.
fn hurried<T>(lab: &Lab, name: &str, work: impl FnOnce() -> T) -> T {
    if name == "slow answer" { lab.hurried(work) } else { work() }
}

/// A listener that nothing may ever reach.
fn elsewhere() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("it can be asked without waiting");
    (listener.local_addr().expect("it is bound").port(), listener)
}

#[test]
fn no_fault_of_a_renewal_loses_a_grant_or_asks_twice() {
    let (port, strays) = elsewhere();
    for (name, trick, obeyed, class) in table(port) {
        for rotates in [true, false] {
            renewed(name, trick.clone(), obeyed, class, rotates);
        }
    }
    assert!(strays.accept().is_err(), "a redirect was followed");
}

/// The access is over when the renewal meets the fault.
fn renewed(name: &str, trick: Trick, obeyed: bool, class: Class, rotates: bool) {
    let lab = Lab::connected();
    lab.sandbox.change(|settings| settings.rotate = rotates);
    lab.clock.forward(LIFE);
    lab.proxy.play("/oauth/token", trick);
    let before = lab.proxy.arrived("/oauth/token");
    let called = hurried(&lab, name, || lab.call());
    assert_eq!(lab.proxy.arrived("/oauth/token"), before + 1, "{name}: it is asked once");
    assert_eq!(lab.refreshes(), u64::from(obeyed), "{name}");
    if class == Class::Fine {
        assert_eq!(called.expect(name), 200);
        return;
    }
    assert!(called.is_err(), "{name}");
    let report = lab.report();
    match class {
        Class::Fine => unreachable!("it returned"),
        Class::Again => assert_eq!(report.state, ConnectionState::Connected, "{name}: {}", report.message),
        Class::Uncertain => {
            assert!(report.state == ConnectionState::Error && report.message.starts_with("uncertain: "), "{name}: {}", report.message);
        }
        Class::Service => assert_eq!(report.state, ConnectionState::Error, "{name}: {}", report.message),
    }
    assert!(lab.call().is_err(), "{name}: not before its time");
    assert_eq!(lab.proxy.arrived("/oauth/token"), before + 1, "{name}: no storm");
    if class == Class::Again {
        lab.clock.forward(29);
        assert!(lab.call().is_err(), "{name}: Retry-After says 30");
    }
    lab.clock.forward(120);
    let again = lab.call();
    if obeyed && rotates {
        // The one token that could have renewed it was on the wire. That is said, and never taken for connected.
        let Err(BrokerError::NotConnected { state: ConnectionState::Expired, message, .. }) = again else { panic!("{name}: {again:?}") };
        assert!(message.contains("the answer to an earlier renewal was lost"), "{name}: {message}");
        lab.connect();
        assert_eq!(lab.call().expect(name), 200);
        return;
    }
    assert_eq!(again.unwrap_or_else(|error| panic!("{name}: the grant was lost: {error}")), 200);
    assert_eq!(lab.report().state, ConnectionState::Connected, "{name}");
    let asked = lab.refreshes();
    lab.clock.forward(LIFE);
    assert_eq!((lab.call().expect(name), lab.refreshes()), (200, asked + 1), "{name}: and it goes on");
    assert_eq!(lab.sandbox.stats().reuse_detections, 0, "{name}");
}

/// The access is due and still good: no fault before the service reaches the caller, and none makes a storm.
#[test]
fn while_the_old_access_is_good_no_fault_reaches_the_caller() {
    let (port, _strays) = elsewhere();
    for (name, trick, obeyed, _) in table(port) {
        let lab = Lab::connected();
        lab.clock.forward(LIFE - 200);
        lab.proxy.play("/oauth/token", trick);
        let before = lab.proxy.arrived("/oauth/token");
        for _ in 0..3 {
            assert_eq!(hurried(&lab, name, || lab.call()).unwrap_or_else(|error| panic!("{name}: {error}")), 200, "{name}");
        }
        assert_eq!(lab.proxy.arrived("/oauth/token"), before + 1, "{name}: no storm");
        assert_eq!(lab.refreshes(), u64::from(obeyed), "{name}");
    }
}

/// A call is made once, whatever becomes of it, and nothing that happens to it touches the grant.
#[test]
fn a_call_is_never_repeated() {
    let (port, strays) = elsewhere();
    for (name, trick, obeyed, _) in table(port) {
        for is_post in [true, false] {
            called(name, trick.clone(), obeyed, is_post);
        }
    }
    assert!(strays.accept().is_err(), "a redirect was followed");
}

fn called(name: &str, trick: Trick, obeyed: bool, is_post: bool) {
    let lab = Lab::connected();
    let path = if is_post { "/api/messages" } else { "/api/devices" };
    let call = || if is_post { lab.post() } else { lab.call() };
    lab.proxy.play(path, trick);
    let called = hurried(&lab, name, call);
    match name {
        "latency" => assert!(matches!(called, Ok(200 | 201)), "{called:?}"),
        "429" => assert_eq!(called.expect(name), 429),
        "503" => assert_eq!(called.expect(name), 503),
        "502" => assert_eq!(called.expect(name), 502),
        "500 after" => assert_eq!(called.expect(name), 500),
        "redirect" => assert_eq!(called.expect(name), 307, "handed out, not followed"),
        // Bytes that are no JSON are the caller's to judge.
        "garbage" | "garbage after" => assert_eq!(called.expect(name), 200),
        "oversized" => assert!(matches!(called, Err(BrokerError::Call(OutwardError::TooLarge { .. }))), "{called:?}"),
        "truncated" => assert!(matches!(called, Err(BrokerError::Call(OutwardError::BadAnswer(_)))), "{called:?}"),
        _ => assert!(matches!(called, Err(BrokerError::Call(OutwardError::MayHaveBeenSent(_)))), "{name}: {called:?}"),
    }
    let admitted = |lab: &Lab| lab.sandbox.stats().api_calls.get(path).copied().unwrap_or_default();
    assert_eq!((lab.proxy.arrived(path), admitted(&lab)), (1, u64::from(obeyed)), "{name}: once");
    assert_eq!((lab.report().state, lab.refreshes()), (ConnectionState::Connected, 0), "{name}");
    assert!(matches!(call(), Ok(200 | 201)), "{name}: the next one goes through");
}

/// A webhook is repeated, later and under the same id, so that who receives it can tell.
#[test]
fn a_webhook_is_repeated_under_the_same_id() {
    let (port, strays) = elsewhere();
    for (name, trick, obeyed, _) in table(port) {
        delivered(name, trick, obeyed);
    }
    assert!(strays.accept().is_err(), "a redirect was followed");
}

fn delivered(name: &str, trick: Trick, obeyed: bool) {
    const HOOK: &str = "/hooks/hook";
    let lab = Lab::connected();
    lab.proxy.play(HOOK, trick);
    let carrier = Carrier { broker: &lab.broker, actor: &lab.actor };
    let outing = Outing { actor: &lab.actor, courier: &carrier, stop: &AtomicBool::new(false) };
    let delivery = lab.broker.trigger(&lab.actor, &Name::new("hook"), &json!({}), None).expect("it is active");
    let tried = hurried(&lab, name, || lab.broker.deliver_one(&outing, &delivery.id));
    let tried = tried.expect("it can be worked").expect("it is due");
    assert_eq!(lab.proxy.arrived(HOOK), 1, "{name}: one try, one call");
    // What was answered with 2xx has arrived, whatever its text.
    let arrived = ["latency", "garbage", "garbage after"].contains(&name);
    assert_eq!(tried.verdict, if arrived { Verdict::Delivered } else { Verdict::Again }, "{name}: {:?}", tried.attempt);
    if !arrived {
        let due = tried.delivery.due;
        let waits = if ["429", "503"].contains(&name) { 30 } else { 5 };
        let earliest = bowline::clock::Clock::now(&*lab.clock) + Duration::from_secs(waits);
        assert!(due >= earliest, "{name}: {due:?}");
        assert_eq!(lab.broker.deliver_due(&outing, &mut |_| ()).expect("it can be worked").delivered, 0, "{name}: not before its time");
        lab.clock.forward(60);
        assert_eq!(lab.broker.deliver_due(&outing, &mut |_| ()).expect("it can be worked").delivered, 1, "{name}");
    }
    let shown = lab.broker.delivery(&delivery.id).expect("readable").expect("it is there");
    assert_eq!((shown.listed.delivery.state, shown.attempts.len()), (DeliveryState::Delivered, if arrived { 1 } else { 2 }), "{name}");
    let log = crate::connect::get(&lab.sandbox.url("/hooks/hook/log"));
    let log: Value = serde_json::from_str(log.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    let received = log["received"].as_array().expect("a list");
    let expected = u64::from(obeyed) + u64::from(!arrived);
    assert_eq!(received.len() as u64, expected, "{name}: {log}");
    assert!(received.iter().all(|one| one["id"] == delivery.id.as_str()), "{name}: {log}");
}

/// What is revoked is over here at once, whatever becomes of telling the service, and the service is told in the end.
#[test]
fn a_revocation_holds_here_and_is_told_in_the_end() {
    let (port, strays) = elsewhere();
    for (name, trick, _, _) in table(port) {
        revoked(name, trick);
    }
    assert!(strays.accept().is_err(), "a redirect was followed");
}

fn revoked(name: &str, trick: Trick) {
    let lab = Lab::connected();
    lab.proxy.play("/oauth/revoke", trick);
    let outcome = hurried(&lab, name, || lab.revoke());
    assert_eq!(lab.report().state, ConnectionState::Revoked, "{name}");
    assert!(matches!(lab.call(), Err(BrokerError::NotConnected { state: ConnectionState::Revoked, .. })), "{name}");
    assert_eq!(lab.proxy.arrived("/api/devices"), 0, "{name}: nothing goes out any more");
    let outcome = match outcome {
        ToldOutcome::Queued { again, .. } => {
            let asked = lab.proxy.arrived("/oauth/revoke");
            assert!(lab.broker.tell_services(None).expect("it can be told").is_empty(), "{name}: not before its time");
            assert_eq!(lab.proxy.arrived("/oauth/revoke"), asked, "{name}");
            let wait = again.duration_since(bowline::clock::Clock::now(&*lab.clock)).expect("later");
            lab.clock.forward(wait.as_secs());
            lab.broker.tell_services(None).expect("it can be told").remove(0).outcome
        }
        other => other,
    };
    match name {
        // Said with the connection: a person has to end it there.
        "redirect" => assert!(matches!(outcome, ToldOutcome::Failed { .. }), "{outcome:?}"),
        // Status 200 says that it was done (RFC 7009 section 2.2), and this one lies.
        "garbage" => assert_eq!(outcome, ToldOutcome::Revoked),
        _ => {
            assert_eq!(outcome, ToldOutcome::Revoked, "{name}");
            assert!(lab.sandbox.stats().revocations > 0, "{name}");
        }
    }
}
