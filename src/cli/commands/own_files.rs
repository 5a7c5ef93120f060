//! Keeps reports off the project's own files: what a report is written over is gone. Any other file may be a report of an
//! earlier run.

use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};
use crate::compile::Front;
use crate::text::Source;
use crate::workspace::ProjectFolder;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Folders of the project in which nothing is a report: the data of the embedded broker, and templates.
const FOLDERS: [&str; 2] = [".bowline", "templates"];

/// Refuses paths that are files of the project: the project file, what it includes, schemas, scripts and secrets that it names,
/// templates, data, and what this run reads. All are looked at before the first is written.
pub(super) fn may_be_written<'p>(paths: impl Iterator<Item = &'p Path>, read: Option<&Path>, talk: &Talk<'_>) -> Result<(), Failure> {
    let places: Vec<(&Path, PathBuf)> = paths.map(|path| (path, real(path, talk))).collect();
    let Some(folder) = ProjectFolder::open(&talk.world.folder).ok().filter(|_| !places.is_empty()) else { return Ok(()) };
    let mut own = own(&folder, places.iter().any(|(_, place)| place.exists()));
    own.extend(read.map(|path| real(path, talk)));
    let is_own = |place: &Path| own.contains(place) || FOLDERS.iter().any(|name| place.starts_with(folder.root().join(name)));
    match places.into_iter().find(|(_, place)| is_own(place)) {
        None => Ok(()),
        Some((path, _)) => {
            Err(Failure::new(Exit::Usage, format!("`{}` is a file of the project: no report is written over it", path.display()))
                .hint("choose another file"))
        }
    }
}

/// Where a path leads, links followed, whether or not its end is there yet.
fn real(path: &Path, talk: &Talk<'_>) -> PathBuf {
    let mut place = talk.world.folder.canonicalize().unwrap_or_else(|_| talk.world.folder.clone());
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(place.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => place.push(part),
        }
        place = place.canonicalize().unwrap_or(place);
    }
    place
}

/// The files that the project is made of. Where nothing is written over, none of them is in danger.
fn own(folder: &ProjectFolder, in_danger: bool) -> BTreeSet<PathBuf> {
    if !in_danger {
        return BTreeSet::new();
    }
    let front = Front::read(folder);
    let sources = || front.sources().iter().map(|(_, source)| source);
    let read = sources().map(|source| source.path.to_string()).chain(sources().flat_map(schemas));
    // A text without either is a name below the root, and asking the disk of each would take long.
    let is_path = |path: &String| path.contains(['.', '/']);
    let place = |path: String| if is_path(&path) { folder.root().join(path).canonicalize().ok() } else { Some(folder.root().join(path)) };
    read.chain(front.texts_like_paths()).filter_map(place).collect()
}

/// The schemas that a file names for editors: `# yaml-language-server: $schema=…`.
fn schemas(source: &Source) -> impl Iterator<Item = String> {
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let comments = source.text.lines().filter(|line| line.trim_start().starts_with('#'));
    let named = comments.filter_map(|line| line.split_once("$schema=")?.1.split_whitespace().next());
    named.filter(|path| !path.contains("://")).map(move |path| format!("{folder}{}{path}", if folder.is_empty() { "" } else { "/" }))
}
