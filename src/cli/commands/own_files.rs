//! Keeps reports off the project's own files: what a report is written over is gone. Any other file may be a report of an
//! earlier run.

use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::compile::Front;
use crate::workspace::ProjectFolder;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders of the project in which nothing is a report: the data of the embedded broker, and templates.
const FOLDERS: [&str; 2] = [".bowline", "templates"];

/// Refuses paths that are files of the project: the project file, what it includes, scripts and secrets that it names,
/// templates, data. All are looked at before the first is written.
pub(super) fn may_be_written<'p>(paths: impl Iterator<Item = &'p Path>, talk: &Talk<'_>) -> Result<(), Failure> {
    // What is not there is nobody's yet.
    let there: Vec<(&Path, PathBuf)> = paths.filter_map(|path| Some((path, talk.path(path).canonicalize().ok()?))).collect();
    let Some(folder) = ProjectFolder::open(&talk.world.folder).ok().filter(|_| !there.is_empty()) else { return Ok(()) };
    let own = own(&folder);
    let is_own = |real: &Path| own.contains(real) || FOLDERS.iter().any(|name| real.starts_with(folder.root().join(name)));
    match there.into_iter().find(|(_, real)| is_own(real)) {
        None => Ok(()),
        Some((path, _)) => {
            Err(Failure::new(Exit::Usage, format!("`{}` is a file of the project: no report is written over it", path.display()))
                .hint("choose another file"))
        }
    }
}

fn own(folder: &ProjectFolder) -> BTreeSet<PathBuf> {
    let front = Front::read(folder);
    let read = front.sources().iter().map(|(_, source)| source.path.to_string());
    let real = |path: String| folder.root().join(path).canonicalize().ok();
    read.chain(front.texts_like_paths()).filter_map(real).collect()
}
