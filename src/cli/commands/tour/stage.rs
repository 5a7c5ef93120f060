//! Where the tour takes place: a sandbox in this process, a copy of the example in a temporary folder, a clock that both go
//! by, and the commands run in between as a person would run them.

use super::project;
use super::visitor::{Visited, Visitor};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::cli::world::{Terminal, World};
use crate::clock::{Clock, Random};
use crate::sandbox::{self, Options, Running, Stats};
use crate::workspace;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

pub(super) struct Stage {
    pub(super) sandbox: Running,
    folder: TempDir,
    clock: Arc<Forward>,
    random: Arc<dyn Random>,
    visitor: Visitor,
}

/// A clock that can be put forward.
struct Forward {
    clock: Arc<dyn Clock>,
    seconds: AtomicU64,
}

impl Clock for Forward {
    fn now(&self) -> SystemTime {
        self.clock.now() + Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }
}

/// Why a step cannot be shown to have happened.
#[derive(Debug)]
pub(super) struct Missed(pub(super) String);

impl Missed {
    pub(super) fn failure(self, step: &str) -> Failure {
        Failure::because(Exit::Failed, format!("the tour ended at `{step}`"), self.0)
            .hint("every step succeeds where a program may call itself at 127.0.0.1; should it end there too, please report it")
    }
}

/// What a command answered.
pub(super) struct Ran {
    pub(super) exit: Exit,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// The answer of a command that had to succeed.
    pub(super) fn done(self) -> Result<Value, Missed> {
        let said = Missed(format!("a command ended with {}: {}", self.exit.code(), self.stderr.trim()));
        if self.exit != Exit::Done {
            return Err(said);
        }
        serde_json::from_str(&self.stdout).map_err(|_| said)
    }

    pub(super) fn says(&self, words: &str) -> bool {
        self.stdout.contains(words) || self.stderr.contains(words)
    }
}

impl Stage {
    pub(super) fn set(talk: &Talk<'_>) -> Result<Stage, Failure> {
        let failed = |what: &str| format!("could not set the tour up: {what}");
        let clock = Arc::new(Forward { clock: talk.world.clock.clone(), seconds: AtomicU64::new(0) });
        let random = talk.world.random.clone();
        let mut seed = [0; 32];
        random.fill(&mut seed);
        let sandbox = sandbox::start(Options::new(clock.clone(), seed))
            .map_err(|error| Failure::because(Exit::Failed, failed("the sandbox does not start"), error))?;
        let visitor = Visitor::new().map_err(|error| Failure::because(Exit::Failed, failed("no HTTP client"), error))?;
        let folder = tempfile::Builder::new()
            .prefix("bowline-tour-")
            .tempdir()
            .map_err(|error| Failure::because(Exit::Failed, failed("no temporary folder"), error))?;
        workspace::write_tree(folder.path(), &project::at(&sandbox.url("")))
            .map_err(|error| Failure::because(Exit::Failed, failed("the example cannot be written"), error))?;
        Ok(Stage { sandbox, folder, clock, random, visitor })
    }

    /// Stops the sandbox and removes the folder.
    pub(super) fn clear(self) -> Result<(), Failure> {
        self.sandbox.stop();
        let path = self.folder.path().display().to_string();
        self.folder.close().map_err(|error| Failure::because(Exit::Failed, format!("could not remove `{path}`"), error))
    }

    /// Runs one command line in the project, in a world of its own: no terminal, no environment, the tour's clock, and a
    /// person who allows what a consent page asks.
    pub(super) fn bowline(&self, words: &[&str]) -> Ran {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let world = World {
            folder: self.folder.path().to_path_buf(),
            env: BTreeMap::from([("BOWLINE_ACTOR".to_owned(), "tour".to_owned())]),
            clock: self.clock.clone(),
            random: self.random.clone(),
            browser: &|link| self.visitor.open(link),
            stdin: &mut std::io::empty(),
            stdout: &mut stdout,
            stderr: &mut stderr,
            terminal: Terminal::default(),
            interrupted: &AtomicBool::new(false),
        };
        let exit = crate::cli::run(words.iter().map(OsString::from), world);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { exit, stdout: text(stdout), stderr: text(stderr) }
    }

    pub(super) fn visited(&self) -> Result<Visited, Missed> {
        self.visitor.visited().map_err(Missed)
    }

    pub(super) fn put_clock_forward(&self, by: Duration) {
        self.clock.seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(super) fn stats(&self) -> Stats {
        self.sandbox.stats()
    }

    /// What the sandbox answers at a path.
    pub(super) fn at_sandbox(&self, path: &str) -> Result<Value, Missed> {
        let answer = self.visitor.get(&self.sandbox.url(path)).map_err(Missed)?;
        serde_json::from_slice(answer.body()).map_err(|error| Missed(format!("{path} of the sandbox: {error}")))
    }
}
