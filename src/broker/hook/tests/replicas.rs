//! Two workers on one PostgreSQL, each with connections of its own.

use super::*;
use crate::store::open;
use crate::store::postgres_server::Server;
use std::collections::BTreeSet;

fn post(url: &str) -> Post {
    Post::on(open(&url.parse().expect("it is an address")).expect("the server runs").into())
}

#[test]
fn no_delivery_is_sent_by_both() {
    let Some(server) = Server::shared() else { return };
    let url = server.database();
    let workers = [post(&url), post(&url)];
    // Different randomness: they are different processes.
    let mut hosts = door();
    for at in 0..8 {
        hosts["url"] = json!(format!("https://door{at}.example/"));
        workers[0].put(&format!("webhooks.door{at}"), hosts.clone(), &[]);
    }
    let ids: BTreeSet<String> = (0..80).map(|at| workers[0].trigger(&format!("door{}", at % 8)).id).collect();
    let under_way: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let courier = Double::new(move |sent| {
        let id = sent.id().to_owned();
        assert!(under_way.lock().expect("no panic").insert(id.clone()), "{id} is sent by both");
        std::thread::sleep(Duration::from_millis(5));
        assert!(under_way.lock().expect("no panic").remove(&id));
        Ok(reply(200))
    });
    let delivered: usize = std::thread::scope(|scope| {
        let courier = &courier;
        let working: Vec<_> = workers.iter().map(|worker| scope.spawn(move || worker.deliver(courier).delivered)).collect();
        working.into_iter().map(|one| one.join().expect("no worker panics")).sum()
    });
    let sent: Vec<String> = courier.sent().iter().map(|sent| sent.id().to_owned()).collect();
    assert_eq!((delivered, sent.len()), (80, 80));
    assert_eq!(sent.into_iter().collect::<BTreeSet<_>>(), ids);
    assert!(workers[0].broker.verify_audit().is_ok());
}
