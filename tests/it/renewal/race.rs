//! Two processes of the operating system, fifty callers in each, one database: an expiry costs one token request.

use super::lab::{Hands, LIFE, Lab, call_with, opened};
use bowline::broker::{Actor, Broker};
use bowline::resource::Name;
use bowline::sandbox::{Fault, FaultKind};
use http::Method;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const CALLERS: usize = 50;
const EXPIRIES: u64 = 200;
/// Where the other process finds the data, and whom it calls.
const FOLDER: &str = "BOWLINE_RACE_FOLDER";
const TARGET: &str = "BOWLINE_RACE_TARGET";

#[test]
fn two_processes_with_fifty_callers_each_ask_once_an_expiry() {
    let lab = Lab::connected();
    // Long enough for everybody to want the same.
    let delay = Duration::from_millis(5);
    lab.sandbox.fault(Fault { times: u32::MAX, delay, ..Fault::once("/oauth/token", FaultKind::Latency) });
    let target = lab.sandbox.url("/api/devices");
    let mut other = Other::start(lab.folder.path(), &target);
    for expiry in 1..=EXPIRIES {
        lab.clock.forward(LIFE);
        other.begin(lab.clock.0.load(Ordering::SeqCst));
        let failed = callers(&lab.broker, &lab.actor, &target);
        assert_eq!((failed, other.end()), (0, 0), "expiry {expiry}");
        assert_eq!(lab.refreshes(), expiry);
    }
    let stats = lab.sandbox.stats();
    assert_eq!((stats.reuse_detections, stats.refusals.len()), (0, 0), "{:?}", stats.refusals);
    assert_eq!(stats.api_calls["/api/devices"], 2 * EXPIRIES, "the calls of both arrived");
    assert!(lab.broker.verify_audit().is_ok());
    other.stop();
}

/// Every caller asks for what the connection proves itself with, one makes the call; how many failed.
fn callers(broker: &Broker, actor: &Actor, target: &str) -> usize {
    let failed = AtomicUsize::new(0);
    let count = |ok: bool| failed.fetch_add(usize::from(!ok), Ordering::SeqCst);
    std::thread::scope(|scope| {
        scope.spawn(|| count(matches!(call_with(broker, actor, Method::GET, target), Ok(200))));
        for _ in 1..CALLERS {
            scope.spawn(|| count(broker.credential(&Name::new("it"), None).is_ok()));
        }
    });
    failed.into_inner()
}

/// The other process: this test's own program, which runs [`the_other_process`] and nothing else.
struct Other {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Other {
    fn start(folder: &Path, target: &str) -> Other {
        let mut child = Command::new(std::env::current_exe().expect("it runs"))
            .args(["--exact", "renewal::race::the_other_process", "--nocapture", "--test-threads", "1"])
            .env(FOLDER, folder)
            .env(TARGET, target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut other = Other { child, said };
        assert_eq!(other.end(), 0, "it is ready");
        other
    }

    fn begin(&mut self, seconds: u64) {
        writeln!(self.child.stdin.as_mut().expect("it is piped"), "{seconds}").expect("it listens");
    }

    /// How many of its callers failed.
    fn end(&mut self) -> usize {
        let mut line = String::new();
        while self.said.read_line(&mut line).expect("it speaks") > 0 {
            // Whoever runs the tests speaks on the same line.
            if let Some((_, failed)) = line.trim_end().split_once("failed: ") {
                return failed.parse().expect("a number");
            }
            line.clear();
        }
        panic!("the other process ended: {:?}", self.child.wait());
    }

    fn stop(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it ends").success());
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does nothing unless it was started by the race.
#[test]
fn the_other_process() {
    let (Ok(folder), Ok(target)) = (std::env::var(FOLDER), std::env::var(TARGET)) else { return };
    let clock = Hands::new();
    let broker = opened(Path::new(&folder), clock.clone());
    let actor = Actor { name: "zoe".to_owned() };
    let tell = |failed: usize| writeln!(std::io::stdout(), "failed: {failed}").expect("somebody reads");
    tell(0);
    for line in std::io::stdin().lines() {
        clock.0.store(line.expect("a line").parse().expect("seconds"), Ordering::SeqCst);
        tell(callers(&broker, &actor, &target));
    }
}
