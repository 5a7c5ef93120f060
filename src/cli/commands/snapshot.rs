//! `snapshot`: what is live, as a file to plan from where nobody has credentials.

use super::{opened, platform};
use crate::apply::{Remote, SnapshotFile};
use crate::cli::args::Snapshot;
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::compile::shape::snapshot_faults;
use crate::resource::Observed;
use crate::workspace;
use std::path::Path;

/// Bytes of a snapshot that are read at most.
const LIMIT: u64 = 1 << 30;
/// Faults of a snapshot that are told at most.
const FAULTS_SHOWN: usize = 10;

pub(crate) fn run(args: &Snapshot, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let observed = platform::look(&opened, &args.broker, talk)?.observe().map_err(platform::failure)?;
    let environment = &opened.compiled.environment;
    let now = talk.world.clock.now();
    let file = SnapshotFile::take(&observed, environment.name.as_deref(), platform::api(&environment.api), now);
    match &args.save {
        None => talk.data(&file.to_text()),
        Some(path) => {
            may_be_written(path, talk)?;
            workspace::write_file(&talk.path(path), file.to_text().as_bytes())
                .map_err(|error| Failure::because(Exit::Failed, "could not save the snapshot", error))?;
            talk.aside(&format!("Saved. To plan from it: bowline plan --snapshot {}\n", path.display()));
        }
    }
    Ok(Exit::Done)
}

/// Reads a snapshot, and judges it before anything is made of it.
pub(super) fn read(path: &Path, talk: &mut Talk<'_>) -> Result<(SnapshotFile, Observed), Failure> {
    let text = workspace::read_file(&talk.path(path), LIMIT)
        .map_err(|error| Failure::because(Exit::Failed, format!("could not read the snapshot `{}`", path.display()), error))?;
    let unusable = || format!("the snapshot `{}` cannot be used", path.display());
    let value = serde_json::from_str(&text).map_err(|error| Failure::because(Exit::Invalid, unusable(), error))?;
    let faults = snapshot_faults(&value, FAULTS_SHOWN);
    if !faults.is_empty() {
        let mut page = talk.aside_page();
        for fault in &faults {
            page.line(&format!("  {}: {}", if fault.path.is_empty() { "the document" } else { &fault.path }, fault.message));
        }
        talk.insist(&page.into_text());
        return Err(Failure::new(Exit::Invalid, format!("{}: it does not fit `schemas/snapshot.schema.json`", unusable()))
            .hint("`bowline snapshot` takes one; `bowline schema snapshot` prints the schema"));
    }
    let file = SnapshotFile::read(value).map_err(|error| Failure::because(Exit::Invalid, unusable(), error))?;
    let observed = file.observed().map_err(|error| Failure::because(Exit::Invalid, unusable(), error))?;
    Ok((file, observed))
}

/// Only a snapshot is written over: anything else that is there was put there by somebody.
fn may_be_written(path: &Path, talk: &Talk<'_>) -> Result<(), Failure> {
    let place = talk.path(path);
    let is_one = |text: &str| serde_json::from_str(text).is_ok_and(|value| snapshot_faults(&value, 1).is_empty());
    if !place.exists() || workspace::read_file(&place, LIMIT).is_ok_and(|text| is_one(&text)) {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("`{}` is there and is no snapshot: it is not written over", path.display()))
        .hint("choose another file"))
}
