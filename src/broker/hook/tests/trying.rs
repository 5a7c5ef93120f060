//! When a delivery is tried, by whom, and how it ends.

use super::*;
use crate::store::DeliveryState;
use std::sync::mpsc;

#[test]
fn a_call_goes_out_once_with_its_id_and_time() {
    let post = Post::with_door();
    let id = post.trigger("door").id;
    let courier = Double::status(204);
    assert_eq!(post.deliver(&courier), Tally { delivered: 1, ..Tally::default() });
    assert_eq!(post.deliver(&courier), Tally::default());
    let sent = courier.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].id(), sent[0].headers["webhook-timestamp"].as_str()), (id.as_str(), "1800000000"));
    assert_eq!(sent[0].url, "https://door.example/north%20gate");
    assert_eq!(sent[0].body, r#"{"text":"Open: north gate"}"#);
    assert!(!sent[0].headers.contains_key("webhook-signature"));
    let shown = post.shown(&id);
    assert_eq!((shown.listed.delivery.state, shown.listed.delivery.tries), (DeliveryState::Delivered, 1));
    assert_eq!((shown.attempts[0].result.as_str(), shown.attempts[0].status), ("delivered", Some(204)));
}

#[test]
fn waits_grow_until_it_is_given_up() {
    let post = Post::with_door();
    let id = post.trigger("door").id;
    let courier = Double::status(503);
    for wait in SCHEDULE {
        assert_eq!(post.deliver(&courier).again, 1);
        let due = post.shown(&id).listed.delivery.due.duration_since(post.clock.now()).expect("it is later");
        assert!(wait <= due && due <= wait + wait / 5 + Duration::from_secs(1), "{due:?} is not about {wait:?}");
        post.pass(due - Duration::from_millis(250));
        assert_eq!(post.deliver(&courier), Tally::default(), "it is not due yet");
        post.pass(Duration::from_secs(1));
    }
    assert_eq!(post.deliver(&courier).dead, 1);
    let shown = post.shown(&id);
    assert_eq!((shown.listed.delivery.state, shown.attempts.len() as u32), (DeliveryState::Dead, TRIES));
    assert_eq!(shown.listed.delivery.reason, "the receiver answered 503");
    post.pass(Duration::from_secs(1_000_000));
    assert_eq!(post.deliver(&courier), Tally::default());
}

#[test]
fn answers_decide_what_follows() {
    let cases: [(Result<u16, Undelivered>, Verdict); 14] = [
        (Ok(200), Verdict::Delivered),
        (Ok(299), Verdict::Delivered),
        (Ok(301), Verdict::Again),
        (Ok(400), Verdict::Dead),
        (Ok(408), Verdict::Again),
        (Ok(410), Verdict::Dead),
        (Ok(425), Verdict::Again),
        (Ok(429), Verdict::Again),
        (Ok(500), Verdict::Again),
        (Err(Undelivered::NotSent("x".to_owned())), Verdict::Again),
        (Err(Undelivered::NoAnswer("x".to_owned())), Verdict::Again),
        (Err(Undelivered::Forbidden("x".to_owned())), Verdict::Dead),
        (Err(Undelivered::NoCredential("x".to_owned())), Verdict::Again),
        (Err(Undelivered::NotConnected("x".to_owned())), Verdict::Waits),
    ];
    for (answer, verdict) in cases {
        let post = Post::with_door();
        let id = post.trigger("door").id;
        let said = answer.clone();
        let courier = Double::new(move |_| said.clone().map(reply));
        let tried = post.broker.deliver_one(&post.outing(&courier), &id).expect("the store works").expect("it is due");
        assert_eq!(tried.verdict, verdict, "{answer:?}");
        assert_eq!(post.shown(&id).attempts.len(), usize::from(verdict != Verdict::Waits), "{answer:?}");
    }
}

#[test]
fn a_receiver_may_ask_for_more_time_and_not_for_less() {
    for (asked, least) in [(900, 900), (0, 5)] {
        let post = Post::with_door();
        let id = post.trigger("door").id;
        let courier = Double::new(move |_| Ok(Reply { retry_after: Some(Duration::from_secs(asked)), ..reply(429) }));
        post.deliver(&courier);
        let due = post.shown(&id).listed.delivery.due.duration_since(noon()).expect("it is later").as_secs();
        assert!((least..=least + 2).contains(&due), "{due}");
    }
}

#[test]
fn a_dead_letter_goes_again_when_asked_for_under_its_old_id() {
    let post = Post::with_door();
    let id = post.trigger("door").id;
    post.deliver(&Double::status(410));
    let again = post.broker.redeliver(&post.actor, &id).expect("it is dead");
    assert_eq!((again.state, again.tries), (DeliveryState::Pending, 0));
    let courier = Double::status(200);
    assert_eq!(post.deliver(&courier).delivered, 1);
    assert_eq!(courier.sent()[0].id(), id);
    assert_eq!(post.shown(&id).attempts.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(post.broker.redeliver(&post.actor, "msg_x"), Err(HookError::NoDelivery(_))));
}

#[test]
fn a_blocked_webhook_waits_and_goes_on_after_consent() {
    let post = Post::with_door();
    post.put_roof();
    let id = post.trigger("roof").id;
    post.trigger("door");
    let courier = Double::status(200);
    let tally = post.deliver(&courier);
    assert_eq!((tally.delivered, tally.waiting), (1, [Name::new("roof")].into()));
    assert!(post.shown(&id).listed.waits.is_some());
    post.pass(Duration::from_secs(1_000_000));
    assert_eq!(post.deliver(&courier).waiting.len(), 1);
    assert_eq!((post.shown(&id).attempts.len(), post.shown(&id).listed.delivery.tries), (0, 0));

    post.connect(ConnectionState::Connected);
    assert_eq!(post.deliver(&courier).delivered, 1);
    assert_eq!(courier.sent()[1].connection.as_deref(), Some("c"));
    assert_eq!(courier.sent()[1].id(), id);
}

#[test]
fn twenty_calls_to_a_slow_host_do_not_hold_up_another() {
    let post = Post::with_door();
    post.put("webhooks.slow", json!({ "name": "Slow", "url": "https://slow.example/" }), &[]);
    for _ in 0..20 {
        post.trigger("slow");
    }
    post.trigger("door");
    let (open, opened) = mpsc::channel::<()>();
    let (open, opened) = (Mutex::new(open), Mutex::new(opened));
    let most = Arc::new(AtomicU64::new(0));
    let (seen, now) = (most.clone(), AtomicU64::new(0));
    let courier = Double::new(move |sent| {
        if sent.url.starts_with("https://door.example/") {
            for _ in 0..20 {
                open.lock().expect("no panic").send(()).expect("somebody waits");
            }
            return Ok(reply(200));
        }
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // None of the slow ones gets on before the other host was called.
        opened.lock().expect("no panic").recv_timeout(Duration::from_secs(20)).expect("the other host was starved");
        now.fetch_sub(1, Ordering::SeqCst);
        Ok(reply(200))
    });
    assert_eq!(post.deliver(&courier).delivered, 21);
    // How many had begun when the other host was called is the machine's affair; that there are never more is ours.
    assert!((1..=4).contains(&most.load(Ordering::SeqCst)), "a host is called by few at once");
}

#[test]
fn two_that_work_the_queue_try_nothing_twice() {
    let post = Post::with_door();
    for _ in 0..40 {
        post.trigger("door");
    }
    let courier = Double::status(200);
    let delivered: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(|| post.deliver(&courier).delivered)).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).sum()
    });
    let ids: std::collections::BTreeSet<String> = courier.sent().iter().map(|sent| sent.id().to_owned()).collect();
    assert_eq!((delivered, courier.sent().len(), ids.len()), (40, 40, 40));
}

#[test]
fn a_stop_begins_nothing_new() {
    let post = Post::with_door();
    post.trigger("door");
    post.stop.store(true, Ordering::SeqCst);
    assert_eq!(post.deliver(&Double::status(200)), Tally::default());
}
