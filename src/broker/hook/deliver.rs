//! Works the queue: several deliveries at once, few to any one host, so that a slow one holds up only itself.

use super::courier::Courier;
use super::error::HookError;
use super::send::{Tried, Verdict};
use crate::broker::{Actor, Broker};
use crate::resource::Name;
use crate::store::Pick;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

/// Tries at one moment.
const WORKERS: usize = 32;
/// Tries at one moment to one host.
const PER_HOST: usize = 4;

/// What working the queue needs from outside.
#[derive(Clone, Copy)]
pub struct Outing<'a> {
    /// Who works, for the audit.
    pub actor: &'a Actor,
    pub courier: &'a dyn Courier,
    /// Once set nothing new is begun; what is under way is finished.
    pub stop: &'a AtomicBool,
}

/// What a round came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub delivered: usize,
    pub again: usize,
    pub dead: usize,
    /// Webhooks whose deliveries wait, because they cannot fire now.
    pub waiting: BTreeSet<Name>,
}

impl Broker {
    /// Tries everything that is due, until nothing is. `told` hears of every try as it ends.
    pub fn deliver_due(&self, outing: &Outing<'_>, told: &mut dyn FnMut(&Tried)) -> Result<Tally, HookError> {
        let (mut tally, mut pick, mut busy) = (Tally::default(), Pick::default(), Busy::default());
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            loop {
                while busy.total < WORKERS && !outing.stop.load(Ordering::SeqCst) {
                    pick.not_hosts = busy.full();
                    let Some(leased) = self.lease(outing.actor, &mut pick)? else { break };
                    let (host, sender) = (leased.delivery.host.clone(), sender.clone());
                    busy.begin(&host);
                    scope.spawn(move || {
                        let tried = catch_unwind(AssertUnwindSafe(|| self.try_once(outing.courier, leased)));
                        // Nobody listens any more where the round has failed: what was tried is written down all the same.
                        let _ = sender.send((host, tried));
                    });
                }
                if busy.total == 0 {
                    break;
                }
                let (host, tried) = receiver.recv().expect("a sender is held here");
                busy.end(&host);
                let tried = tried.unwrap_or_else(|panic| resume_unwind(panic))?;
                tally.count(&tried);
                told(&tried);
            }
            tally.waiting.append(&mut pick.not_webhooks);
            Ok(tally)
        })
    }

    /// Tries one delivery at once, where it is due and its webhook can fire; `None` where it is not ours to try now.
    pub fn deliver_one(&self, outing: &Outing<'_>, id: &str) -> Result<Option<Tried>, HookError> {
        let mut pick = Pick { only: Some(id.to_owned()), ..Pick::default() };
        match self.lease(outing.actor, &mut pick)? {
            Some(leased) => self.try_once(outing.courier, leased).map(Some),
            None => Ok(None),
        }
    }
}

impl Tally {
    fn count(&mut self, tried: &Tried) {
        match tried.verdict {
            Verdict::Delivered => self.delivered += 1,
            Verdict::Again => self.again += 1,
            Verdict::Dead => self.dead += 1,
            Verdict::Waits => {
                self.waiting.insert(tried.delivery.webhook.clone());
            }
            Verdict::Overtaken => {}
        }
    }
}

/// How many tries are under way, by host.
#[derive(Default)]
struct Busy {
    total: usize,
    hosts: BTreeMap<String, usize>,
}

impl Busy {
    fn begin(&mut self, host: &str) {
        self.total += 1;
        *self.hosts.entry(host.to_owned()).or_default() += 1;
    }

    fn end(&mut self, host: &str) {
        self.total -= 1;
        if let Some(count) = self.hosts.get_mut(host) {
            *count -= 1;
        }
    }

    fn full(&self) -> BTreeSet<String> {
        self.hosts.iter().filter(|(_, count)| **count >= PER_HOST).map(|(host, _)| host.clone()).collect()
    }
}
