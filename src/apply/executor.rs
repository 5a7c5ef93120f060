//! Runs the steps of a plan: a ready queue over a pool of threads. One thread, the caller's, decides and tells; the others
//! only carry out. A failed step stops what waits for it and nothing else.

use super::carry::{Place, address, subject};
use super::remote::{Done, Material, Outcome, Remote, RemoteError};
use super::report::{Because, Event, Report, StepError, Task};
use crate::plan::{Change, Plan, Step, StepId};
use crate::resource::{Address, ConnectionState, Etag, WebhookState};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// What an apply works with.
pub struct Applying<'a> {
    /// Makes the steps of this plan known to the platform, so that none is done twice: [`super::PlanFile::run_id`].
    pub run_id: &'a str,
    /// The owner of what is written.
    pub project: &'a str,
    pub remote: &'a dyn Remote,
    pub material: &'a dyn Material,
    /// How many steps run at the same time; at least one does.
    pub parallelism: usize,
    /// Set by somebody else: running steps finish, no further one starts.
    pub cancelled: &'a AtomicBool,
}

/// Carries out a plan. That it is spent ([`Remote::spend`]) is the caller's matter, before.
pub fn apply(plan: &Plan, applying: Applying<'_>, on_event: &mut dyn FnMut(Event)) -> Report {
    let steps = steps(plan);
    let place = Place { run_id: applying.run_id, project: applying.project, remote: applying.remote, material: applying.material };
    let (jobs, queue) = channel::<Job>();
    let (tell, told) = channel::<Message>();
    let queue = Mutex::new(queue);
    let threads = applying.parallelism.clamp(1, steps.len().max(1));
    let mut run = Run::new(plan, &steps, on_event);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let tell = tell.clone();
            let (place, steps, queue) = (&place, &steps, &queue);
            scope.spawn(move || work(place, steps, queue, &tell));
        }
        drop(tell);
        run.drive(threads, applying.cancelled, jobs, &told);
    });
    run.finish(plan)
}

type Placed<'p> = (&'p Change, &'p Step);

/// All steps as they are numbered, which is an order in which they could run one by one.
fn steps(plan: &Plan) -> Vec<Placed<'_>> {
    let number = |step: &Step| step.id.0.trim_start_matches('s').parse().unwrap_or(u64::MAX);
    let mut steps: Vec<Placed<'_>> = plan.changes.iter().flat_map(|change| change.steps.iter().map(move |step| (change, step))).collect();
    steps.sort_by(|(_, a), (_, b)| (number(a), &a.id).cmp(&(number(b), &b.id)));
    steps
}

struct Job {
    number: usize,
    if_match: Option<Etag>,
}

enum Message {
    Again {
        number: usize,
        again: usize,
    },
    Ended {
        number: usize,
        result: Result<Done, StepError>,
    },
    /// A thread broke down; its panic goes on when the others have ended.
    Lost,
}

fn work(place: &Place<'_>, steps: &[Placed<'_>], queue: &Mutex<Receiver<Job>>, tell: &Sender<Message>) {
    let alarm = Alarm(tell);
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { number, if_match }) = next else { return };
        let mut again = |again| drop(alarm.0.send(Message::Again { number, again }));
        let result = place.carry_out(steps[number], if_match, &mut again);
        if alarm.0.send(Message::Ended { number, result }).is_err() {
            return;
        }
    }
}

/// Tells when its thread breaks down, so that nobody waits for it.
struct Alarm<'a>(&'a Sender<Message>);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            drop(self.0.send(Message::Lost));
        }
    }
}

/// The state of a run, on the caller's thread only.
struct Run<'p, 'e> {
    steps: &'p [Placed<'p>],
    /// How many steps each still waits for.
    waits: Vec<usize>,
    followers: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    running: usize,
    /// Steps that ended or will never start.
    settled: Vec<bool>,
    /// Whether the platform refused a step because the lease is somebody else's: no further one starts.
    is_lost: bool,
    /// The revision of each object, as far as it is known: chained from step to step.
    etags: BTreeMap<&'p Address, Etag>,
    report: Report,
    on_event: &'e mut dyn FnMut(Event),
}

impl<'p, 'e> Run<'p, 'e> {
    fn new(plan: &'p Plan, steps: &'p [Placed<'p>], on_event: &'e mut dyn FnMut(Event)) -> Self {
        let numbers: BTreeMap<&StepId, usize> = steps.iter().enumerate().map(|(number, (_, step))| (&step.id, number)).collect();
        let mut waits = vec![0; steps.len()];
        let mut followers = vec![Vec::new(); steps.len()];
        for (number, (_, step)) in steps.iter().enumerate() {
            for before in step.after.iter().filter_map(|id| numbers.get(id)) {
                followers[*before].push(number);
                waits[number] += 1;
            }
        }
        let ready = (0..steps.len()).filter(|number| waits[*number] == 0).collect();
        let settled = vec![false; steps.len()];
        Run { steps, waits, followers, ready, running: 0, settled, is_lost: false, etags: etags(plan), report: Report::default(), on_event }
    }

    fn drive(&mut self, threads: usize, cancelled: &AtomicBool, jobs: Sender<Job>, told: &Receiver<Message>) {
        loop {
            while self.running < threads && !self.is_lost && !cancelled.load(Ordering::SeqCst) {
                let Some(number) = self.ready.pop_first() else { break };
                self.start(number, &jobs);
            }
            if self.running == 0 {
                return;
            }
            match told.recv() {
                Ok(Message::Again { number, again }) => {
                    let task = self.task(number);
                    (self.on_event)(Event::Retried { task, again });
                }
                Ok(Message::Ended { number, result }) => self.end(number, result),
                Ok(Message::Lost) | Err(_) => return,
            }
        }
    }

    fn start(&mut self, number: usize, jobs: &Sender<Job>) {
        let (change, step) = self.steps[number];
        let if_match = self.etags.get(address(change, step)).cloned();
        self.running += 1;
        let task = self.task(number);
        (self.on_event)(Event::Started(task));
        jobs.send(Job { number, if_match }).expect("the queue's other end lives as long as the threads");
    }

    fn end(&mut self, number: usize, result: Result<Done, StepError>) {
        self.running -= 1;
        self.settled[number] = true;
        let task = self.task(number);
        match result {
            Ok(done) => self.done(number, task, done),
            Err(error) => {
                self.is_lost |= matches!(error, StepError::Remote(RemoteError::LeaseLost { .. }));
                (self.on_event)(Event::Failed { task: task.clone(), message: error.to_string() });
                self.abandon(number, &Because::Failed(task.step.clone()));
                self.report.failed.push((task, error));
            }
        }
    }

    fn done(&mut self, number: usize, task: Task, done: Done) {
        let (change, step) = self.steps[number];
        let object = address(change, step);
        match done.etag {
            Some(etag) => drop(self.etags.insert(object, etag)),
            None => drop(self.etags.remove(object)),
        }
        for follower in std::mem::take(&mut self.followers[number]) {
            self.waits[follower] -= 1;
            if self.waits[follower] == 0 && !self.settled[follower] {
                self.ready.insert(follower);
            }
        }
        self.note(change, object, done.outcome);
        (self.on_event)(Event::Done { task: task.clone(), outcome: done.outcome });
        self.report.done.push((task, done.outcome));
    }

    fn note(&mut self, change: &Change, object: &Address, outcome: Outcome) {
        match outcome {
            Outcome::Connection(state @ (ConnectionState::AwaitingConsent | ConnectionState::Error)) => {
                let is_asked = state == ConnectionState::AwaitingConsent;
                if is_asked { &mut self.report.waiting } else { &mut self.report.not_connected }.insert(object.clone());
                self.report.blocked.extend(change.affects.webhooks.iter().cloned());
            }
            Outcome::Webhook(WebhookState::Blocked) => drop(self.report.blocked.insert(object.clone())),
            // What it was before, if anything, is outdated.
            Outcome::Webhook(WebhookState::Active) => drop(self.report.blocked.remove(object)),
            Outcome::Done | Outcome::Connection(_) | Outcome::Webhook(WebhookState::Detached) => {}
        }
    }

    /// Gives up everything that waits for a step, however far.
    fn abandon(&mut self, number: usize, because: &Because) {
        let mut open = std::mem::take(&mut self.followers[number]);
        while let Some(number) = open.pop() {
            if !self.settled[number] {
                open.extend(std::mem::take(&mut self.followers[number]));
                self.give_up(number, because.clone());
            }
        }
    }

    fn give_up(&mut self, number: usize, because: Because) {
        self.settled[number] = true;
        let task = self.task(number);
        (self.on_event)(Event::NotAttempted { task: task.clone(), because: because.clone() });
        self.report.not_attempted.push((task, because));
    }

    /// What never came to its turn was cancelled, or is somebody else's by now.
    fn finish(mut self, plan: &Plan) -> Report {
        for number in 0..self.steps.len() {
            if !self.settled[number] {
                self.give_up(number, if self.is_lost { Because::LeaseLost } else { Because::Cancelled });
            }
        }
        let refused = plan.changes.iter().filter_map(|change| Some((change.address.clone(), change.refused.clone()?)));
        self.report.refused = refused.collect();
        self.report.stands(plan);
        self.report
    }

    fn task(&self, number: usize) -> Task {
        let (change, step) = self.steps[number];
        Task { step: step.id.clone(), action: step.action, address: address(change, step).clone() }
    }
}

/// The revisions that the plan was made against.
fn etags(plan: &Plan) -> BTreeMap<&Address, Etag> {
    let changes = plan.changes.iter().filter_map(|change| Some((subject(change), change.precondition.as_ref()?)));
    let steps = plan.changes.iter().flat_map(|change| change.steps.iter().map(move |step| (change, step)));
    let targets = steps.filter_map(|(change, step)| Some((address(change, step), step.precondition.as_ref()?)));
    changes.chain(targets).map(|(address, precondition)| (address, precondition.etag.clone())).collect()
}
