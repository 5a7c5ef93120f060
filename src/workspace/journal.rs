//! The journal of a change to several files: what each held and is to hold, on the disk before the first is touched. Whoever
//! opens the project after such a change was broken off finishes it. It lies beside the project file, its owner's alone, and
//! is locked while its change goes on.

use super::WriteError;
use super::replace::{CHANGING, Replacement, replace_file, stage_new};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

/// The journal's name below the project's folder.
const JOURNAL: &str = ".bowline-change.json";
/// Bytes of a journal that are read at most: as many files as a project may have.
const LIMIT: u64 = 256 << 20;

/// Why a change that was broken off is not finished.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    #[error("another command is changing the project's files")]
    GoesOn,
    /// Neither what the file held nor what it is to hold is there.
    #[error("`{path}` was changed by somebody after a change of several files was broken off")]
    Changed { path: String },
    /// Not a journal of this program, or one that would write elsewhere.
    #[error("`{JOURNAL}` is no journal of a change to this project's files")]
    Strange,
    #[error(transparent)]
    Unwritten(#[from] WriteError),
}

impl Unfinished {
    /// What a person can do.
    pub fn advice(&self) -> String {
        match self {
            Unfinished::GoesOn => "wait until it has ended".to_owned(),
            Unfinished::Changed { .. } => format!("put the files as you want them, then remove `{JOURNAL}`: it has their texts"),
            Unfinished::Strange => format!("look at it, and remove `{JOURNAL}`"),
            Unfinished::Unwritten(_) => format!("make it writable; `{JOURNAL}` has what is to be written"),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Below the project's folder, with `/`.
    path: String,
    before: Option<String>,
    after: String,
}

/// A change that goes on.
pub(super) struct Journal {
    path: PathBuf,
    /// Locked while it is open.
    _file: File,
}

impl Journal {
    /// Writes down what is to be done. Refused while another change goes on or waits to be finished.
    pub(super) fn begin(root: &Path, files: &[Replacement<'_>]) -> io::Result<Journal> {
        let entries: Option<Vec<Entry>> = files.iter().map(|file| entry(root, file)).collect();
        let entries =
            entries.ok_or_else(|| io::Error::other("a file that is to change is no text, or lies in no open folder of the project"))?;
        let mut file = tempfile::Builder::new().prefix(CHANGING).tempfile_in(root)?;
        file.write_all(&serde_json::to_vec(&entries)?)?;
        file.as_file().sync_all()?;
        file.as_file().try_lock()?;
        let path = root.join(JOURNAL);
        let file = file.persist_noclobber(&path)?;
        sync_folder(root)?;
        Ok(Journal { path, _file: file })
    }

    /// The change is done, or undone. What earlier ones left beside the files goes as well.
    pub(super) fn end(self, files: &[Replacement<'_>]) -> io::Result<()> {
        files.iter().for_each(|file| sweep(file.path));
        sweep(&self.path);
        std::fs::remove_file(&self.path)
    }
}

/// Finishes a change of several files that was broken off, and says how many it wrote; `None` where there is none.
pub fn finish_change(root: &Path) -> Result<Option<usize>, Unfinished> {
    let path = root.join(JOURNAL);
    let failed = |source| Unfinished::Unwritten(WriteError::Io { path: path.clone(), source });
    let file = match OpenOptions::new().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Unfinished::GoesOn),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    // It may have ended between the two.
    if !path.exists() {
        return Ok(None);
    }
    let entries = read(&path, &file)?;
    let missing = missing(root, &entries)?;
    for entry in &missing {
        let target = root.join(&entry.path);
        put(&target, entry).map_err(|source| WriteError::Io { path: target.clone(), source })?;
    }
    entries.iter().for_each(|entry| sweep(&root.join(&entry.path)));
    sweep(&path);
    std::fs::remove_file(&path).map_err(failed)?;
    Ok(Some(missing.len()))
}

fn entry(root: &Path, file: &Replacement<'_>) -> Option<Entry> {
    let path = file.path.strip_prefix(root).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let before = match file.before {
        Some(before) => Some(text(before)?),
        None => None,
    };
    is_open(&path).then_some(Entry { path, before, after: text(file.after)? })
}

/// A file of a project, and none that a program or Bowline itself keeps in a hidden folder: a journal may have come with a
/// project from elsewhere.
fn is_open(path: &str) -> bool {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(name) if !name.as_encoded_bytes().starts_with(b"."));
    !path.is_empty() && Path::new(path).components().all(is_plain)
}

fn read(path: &Path, file: &File) -> Result<Vec<Entry>, Unfinished> {
    let text = super::read_file(path, LIMIT).map_err(|_| Unfinished::Strange)?;
    let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|_| Unfinished::Strange)?;
    if is_private(file) && entries.iter().all(|entry| is_open(&entry.path)) { Ok(entries) } else { Err(Unfinished::Strange) }
}

/// What is not done yet. Every file is looked at before any is written.
fn missing<'e>(root: &Path, entries: &'e [Entry]) -> Result<Vec<&'e Entry>, Unfinished> {
    let mut missing = Vec::new();
    for entry in entries {
        super::refuse_link_out(root, Path::new(&entry.path))?;
        let target = root.join(&entry.path);
        let is_as_before = match &entry.before {
            Some(before) => super::holds(&target, before.as_bytes()),
            None => std::fs::symlink_metadata(&target).is_err_and(|error| error.kind() == ErrorKind::NotFound),
        };
        if is_as_before {
            missing.push(entry);
        } else if !super::holds(&target, entry.after.as_bytes()) {
            return Err(Unfinished::Changed { path: entry.path.clone() });
        }
    }
    Ok(missing)
}

fn put(target: &Path, entry: &Entry) -> io::Result<()> {
    if entry.before.is_some() {
        return replace_file(target, entry.after.as_bytes()).map_err(io::Error::other);
    }
    let (target, staged) = stage_new(target, entry.after.as_bytes())?;
    staged.persist_noclobber(target).map(drop).map_err(|error| error.error)
}

/// Removes what a change that was broken off left beside a file: its new texts that did not take their place.
fn sweep(target: &Path) {
    let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let there = target.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    for entry in there.into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(CHANGING.as_bytes()) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // One that stays is hidden and harms nobody.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Nothing that was checked out or unpacked in the usual way is its owner's alone.
#[cfg(unix)]
fn is_private(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(_: &File) -> bool {
    true
}

#[expect(clippy::disallowed_methods, reason = "the folder is only synced")]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests look at files")]
mod tests {
    use super::super::replace::stage;
    use super::*;

    const FILES: [(&str, Option<&str>, &str); 3] =
        [("a.yaml", Some("1"), "one"), ("b/c.ds", Some("2"), "two"), ("d/new.yaml", None, "three")];

    struct Project {
        _dir: tempfile::TempDir,
        root: PathBuf,
        paths: Vec<PathBuf>,
    }

    impl Project {
        fn new() -> Project {
            let dir = tempfile::tempdir().expect("a temporary folder");
            let root = dir.path().canonicalize().expect("it is there");
            let paths: Vec<PathBuf> = FILES.iter().map(|(path, ..)| root.join(path)).collect();
            for (path, (_, before, _)) in paths.iter().zip(FILES) {
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                before.into_iter().for_each(|before| std::fs::write(path, before).expect("written"));
            }
            Project { _dir: dir, root, paths }
        }

        fn replacements(&self) -> Vec<Replacement<'_>> {
            self.paths
                .iter()
                .zip(FILES)
                .map(|(path, (_, before, after))| Replacement { path, before: before.map(str::as_bytes), after: after.as_bytes() })
                .collect()
        }

        /// As a process leaves it that is killed after so many renames.
        fn broken_off(&self, renames: usize) {
            let files = self.replacements();
            drop(Journal::begin(&self.root, &files).expect("nothing is in the way"));
            for (at, file) in files.iter().enumerate() {
                let staged = if file.before.is_some() { stage(file.path, file.after) } else { stage_new(file.path, file.after) };
                let (target, staged) = staged.expect("staged");
                if at < renames {
                    staged.persist(target).expect("renamed");
                } else {
                    staged.keep().expect("kept");
                }
            }
        }

        fn hidden(&self) -> usize {
            let files = walkdir::WalkDir::new(&self.root).min_depth(1).into_iter().map(|entry| entry.expect("listed"));
            files.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b".")).count()
        }
    }

    #[test]
    fn a_change_that_is_broken_off_after_any_rename_is_finished() {
        for renames in 0..=FILES.len() {
            let project = Project::new();
            project.broken_off(renames);
            assert!(super::super::replace_files(&project.root, &project.replacements()).is_err(), "the first change comes first");
            assert_eq!(finish_change(&project.root).expect("finished"), Some(FILES.len() - renames));
            for (path, (_, _, after)) in project.paths.iter().zip(FILES) {
                assert_eq!(std::fs::read_to_string(path).expect("there"), after, "{renames}");
            }
            assert_eq!(project.hidden(), 0, "{renames}");
            assert_eq!(finish_change(&project.root).expect("nothing to do"), None);
        }
    }

    #[test]
    fn what_somebody_changed_meanwhile_stays_with_all_the_rest() {
        let project = Project::new();
        project.broken_off(0);
        std::fs::write(&project.paths[1], "theirs").expect("written");
        assert!(matches!(finish_change(&project.root), Err(Unfinished::Changed { path }) if path == "b/c.ds"));
        assert_eq!(std::fs::read_to_string(&project.paths[0]).expect("there"), "1");
    }

    #[test]
    fn a_change_that_goes_on_is_left_alone() {
        let project = Project::new();
        let journal = Journal::begin(&project.root, &project.replacements()).expect("nothing is in the way");
        assert!(matches!(finish_change(&project.root), Err(Unfinished::GoesOn)));
        journal.end(&project.replacements()).expect("removed");
        assert_eq!(finish_change(&project.root).expect("nothing to do"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_that_came_from_elsewhere_writes_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        for (path, mode) in [("../x", 0o600), (".git/config", 0o600), ("/x", 0o600), ("x", 0o644)] {
            let project = Project::new();
            let journal = project.root.join(JOURNAL);
            std::fs::write(&journal, format!("[{{\"path\":\"{path}\",\"before\":null,\"after\":\"x\"}}]")).expect("written");
            std::fs::set_permissions(&journal, std::fs::Permissions::from_mode(mode)).expect("set");
            assert!(matches!(finish_change(&project.root), Err(Unfinished::Strange)), "{path}");
        }
    }
}
