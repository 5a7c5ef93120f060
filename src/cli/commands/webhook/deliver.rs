//! `webhook deliver`: works the queue in the foreground.

use super::work_here;
use crate::broker::hook::{Carrier, Outing, Tally};
use crate::cli::args::Deliver;
use crate::cli::commands::platform::hook_failure;
use crate::cli::exit::Exit;
use crate::cli::report::delivery_text;
use crate::cli::talk::{Failure, Talk};
use crate::embedded::Embedded;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often a watch looks for what is due.
const PAUSE: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &Deliver, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    if args.watch {
        talk.aside("Watching the queue; Ctrl-C ends it.\n");
    }
    let mut tally = Tally::default();
    loop {
        let next = match work_here(&args.project, &args.broker, talk)? {
            Some(platform) => rounds(args, &platform, talk)?,
            // A project that had nothing to deliver so far may come to it while it is watched.
            None => Tally::default(),
        };
        tally = sum(&tally, next);
        if !args.watch || wait(talk) {
            break;
        }
    }
    let mut page = talk.page();
    delivery_text::tally(&tally, &mut page);
    talk.data(&page.into_text());
    Ok(match tally {
        _ if talk.world.interrupted.load(Ordering::SeqCst) => Exit::Interrupted,
        Tally { dead: 1.., .. } => Exit::Failed,
        Tally { again: 1.., .. } => Exit::Incomplete,
        Tally { .. } => Exit::Done,
    })
}

/// One round, or with a watch as many as there is time for.
fn rounds(args: &Deliver, platform: &Embedded, talk: &mut Talk<'_>) -> Result<Tally, Failure> {
    platform.broker().forget_old().map_err(hook_failure)?;
    let mut tally = round(platform, talk)?;
    while args.watch && !wait(talk) {
        tally = sum(&tally, round(platform, talk)?);
    }
    Ok(tally)
}

/// What waits is what waits now.
fn sum(before: &Tally, next: Tally) -> Tally {
    Tally {
        delivered: before.delivered + next.delivered,
        again: before.again + next.again,
        dead: before.dead + next.dead,
        waiting: next.waiting,
    }
}

fn round(platform: &Embedded, talk: &mut Talk<'_>) -> Result<Tally, Failure> {
    let (broker, actor) = (platform.broker(), platform.actor());
    // The other queue: services that have still to be told that an access is over. What comes of it stands with the connection.
    let _ = broker.tell_services(None);
    let carrier = Carrier { broker, actor };
    let outing = Outing { actor, courier: &carrier, stop: talk.world.interrupted };
    let told = &mut |tried: &_| {
        let mut page = talk.aside_page();
        delivery_text::tried(tried, &mut page);
        talk.aside(&page.into_text());
    };
    broker.deliver_due(&outing, told).map_err(hook_failure)
}

/// Waits for the next round; `true` where the person asked to stop.
fn wait(talk: &Talk<'_>) -> bool {
    for _ in 0..10 {
        if talk.world.interrupted.load(Ordering::SeqCst) {
            return true;
        }
        std::thread::sleep(PAUSE / 10);
    }
    talk.world.interrupted.load(Ordering::SeqCst)
}
