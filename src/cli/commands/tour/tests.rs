//! A tour that cannot fail shows nothing: each step notices when what it stands for did not happen.

use super::project::FILES;
use super::stage::{Missed, Stage};
use super::steps::STEPS;
use crate::cli::args::Cli;
use crate::cli::talk::Talk;
use crate::cli::world::{Terminal, World};
use crate::clock::{FixedClock, Random};
use crate::sandbox::{Fault, FaultKind};
use clap::Parser as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, SystemTime};

struct Ticking(AtomicU8);

impl Random for Ticking {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.0.fetch_add(7, Ordering::SeqCst));
    }
}

fn stage() -> Stage {
    let cli = Cli::try_parse_from(["bowline", "sandbox", "tour"]).expect("the command line has it");
    let world = World {
        folder: PathBuf::new(),
        env: BTreeMap::new(),
        clock: Arc::new(FixedClock(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))),
        random: Arc::new(Ticking(AtomicU8::new(1))),
        browser: &|_| Ok(()),
        stdin: &mut std::io::empty(),
        stdout: &mut std::io::sink(),
        stderr: &mut std::io::sink(),
        terminal: Terminal::default(),
        interrupted: &AtomicBool::new(false),
    };
    Stage::set(&Talk::new(&cli.global, world)).expect("it can be set up")
}

type Spoil = fn(&Stage);

/// Walks with something done right before a step; where and why the walk ended.
fn walk(before: &str, spoil: Spoil) -> Option<(&'static str, String)> {
    let stage = stage();
    for step in STEPS {
        if step.name == before {
            spoil(&stage);
        }
        if let Err(Missed(why)) = (step.take)(&stage) {
            return Some((step.name, why));
        }
    }
    stage.clear().expect("it can be cleared");
    None
}

#[test]
fn every_step_notices_that_it_did_not_happen() {
    let table: [(&str, Spoil); 6] = [
        ("apply", |stage| stage.sandbox.fault(Fault::once("/oauth/token", FaultKind::Garbage))),
        ("consent", |stage| stage.sandbox.fault(Fault::once("/oauth/token", FaultKind::ErrorIn200 { error: "no".to_owned() }))),
        ("call", |stage| stage.sandbox.reset()),
        ("refresh", |stage| stage.sandbox.fault(Fault::once("/oauth/token", FaultKind::ResetAfter))),
        ("revoke", |stage| stage.sandbox.fault(Fault { times: 4, ..Fault::once("/oauth/revoke", FaultKind::ResetBefore) })),
        ("refused", |stage| drop(stage.bowline(&["connect", "readings", "--format", "json"]))),
    ];
    for (step, spoil) in table {
        let (ended, why) = walk(step, spoil).unwrap_or_else(|| panic!("`{step}` noticed nothing"));
        assert_eq!(ended, step, "{why}");
    }
}

#[test]
fn nothing_spoilt_goes_all_the_way() {
    assert_eq!(walk("", |_| ()), None);
}

#[test]
fn it_carries_the_example_as_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/04-sandbox");
    let mut files: Vec<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&folder).expect("it lies below").to_string_lossy().replace('\\', "/"))
        .filter(|path| !path.starts_with('.') && path != "README.md")
        .collect();
    files.sort();
    assert_eq!(files, FILES.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>());
}
