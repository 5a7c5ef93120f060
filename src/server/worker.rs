//! Works the queues beside the requests: deliveries of webhooks, and services that have to be told of revocations.

use super::served::Served;
use super::watch::{Event, outcome};
use crate::broker::Actor;
use crate::broker::hook::{Carrier, Outing};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it looks for what is due.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks at whether it should stop.
const LOOK: Duration = Duration::from_millis(20);

/// A thread that works until it is asked to stop.
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(served: Arc<Served>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("deliver".to_owned()).spawn(move || work(&served, &asked))?;
        Ok(Worker { stop, thread })
    }

    /// Nothing new is begun from now on.
    pub(super) fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether what was under way ended within a time. What did not is taken over once its lease lapses.
    pub(super) fn ended(self, within: Duration) -> bool {
        let looks = within.as_millis() / LOOK.as_millis().max(1);
        for _ in 0..looks {
            if self.thread.is_finished() {
                break;
            }
            std::thread::sleep(LOOK);
        }
        self.thread.is_finished()
    }
}

fn work(served: &Served, stop: &AtomicBool) {
    let actor = Actor { name: "deliveries".to_owned() };
    while !stop.load(Ordering::SeqCst) {
        let round = std::panic::AssertUnwindSafe(|| round(served, &actor, stop));
        if std::panic::catch_unwind(round).is_err() {
            served.bug("deliveries");
        }
        served.nap(PAUSE, stop);
    }
}

/// What fails now (the store is away, say) is there in the next round.
fn round(served: &Served, actor: &Actor, stop: &AtomicBool) {
    let carrier = Carrier { broker: &served.broker, actor };
    let _ = served.broker.deliver_due(&Outing { actor, courier: &carrier, stop }, &mut |tried| {
        let outcome = outcome(&tried.verdict);
        served.meter.tried(outcome);
        served.journal.note(&Event::Delivery { delivery: tried.delivery.id.clone(), outcome });
    });
    let _ = served.broker.tell_services(None);
}
