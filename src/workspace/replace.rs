//! Writes a file anew in place of itself: with its permissions, and where a link leads.

use super::WriteError;
use super::journal::{Journal, sync_folder};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How the names of new texts begin that are to take the place of a file.
pub(super) const CHANGING: &str = ".bowline-change-";

/// Puts other bytes in a file that is there. Nobody ever sees half of it; who may read it does not change.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    replace(path, bytes).map_err(|source| WriteError::Io { path: PathBuf::from(path), source })
}

/// A file that is to read differently, or to be there.
#[derive(Debug, Clone, Copy)]
pub struct Replacement<'a> {
    pub path: &'a Path,
    /// What it has to hold now; `None` where nothing may be there.
    pub before: Option<&'a [u8]>,
    pub after: &'a [u8],
}

/// Puts other bytes in several files of a project, all of them or none. Every old text is what it was thought to be, and every
/// new one is on the disk, before the first takes its place; where one cannot, those before it are put back. Where the process
/// ends half-way, [`finish_change`](super::finish_change) does the rest.
pub fn replace_files(root: &Path, files: &[Replacement<'_>]) -> Result<(), WriteError> {
    let failed = |path: &Path, source| WriteError::Io { path: path.to_owned(), source };
    for file in files {
        if file.before.is_some_and(|before| !super::holds(file.path, before)) {
            return Err(failed(file.path, io::Error::other("somebody has changed it meanwhile")));
        }
    }
    let journal = Journal::begin(root, files).map_err(|source| failed(root, source))?;
    let (outcome, is_whole) = match put_all(files) {
        Ok(()) => (Ok(()), true),
        Err((error, done)) => (Err(error), put_back(done).is_ok()),
    };
    if is_whole {
        journal.end(files).map_err(|source| failed(root, source))?;
    }
    outcome
}

/// What went wrong, and which files had been replaced by then.
type Half<'f> = (WriteError, &'f [Replacement<'f>]);

fn put_all<'f>(files: &'f [Replacement<'f>]) -> Result<(), Half<'f>> {
    let failed = |at: usize, source| (WriteError::Io { path: files[at].path.to_owned(), source }, at);
    let none = |(error, _)| (error, &files[..0]);
    let mut staged = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let one = if file.before.is_some() { stage(file.path, file.after) } else { stage_new(file.path, file.after) };
        staged.push(one.map_err(|source| none(failed(at, source)))?);
    }
    let mut folders = BTreeSet::new();
    for (at, (target, staged)) in staged.into_iter().enumerate() {
        let put = if files[at].before.is_some() { staged.persist(&target) } else { staged.persist_noclobber(&target) };
        put.map_err(|error| failed(at, error.error)).map_err(|(error, at)| (error, &files[..at]))?;
        folders.extend(target.parent().map(Path::to_owned));
    }
    folders.iter().try_for_each(|folder| sync_folder(folder).map_err(|source| (WriteError::Io { path: folder.clone(), source }, files)))
}

fn put_back(done: &[Replacement<'_>]) -> io::Result<()> {
    for file in done {
        match file.before {
            Some(before) => replace(file.path, before)?,
            None => std::fs::remove_file(file.path)?,
        }
    }
    Ok(())
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, file) = stage(path, bytes)?;
    file.persist(&target).map(drop).map_err(|error| error.error)
}

/// Writes the bytes of a new file beside its place, for everybody to read, with the folders above it.
pub(super) fn stage_new(path: &Path, bytes: &[u8]) -> io::Result<(PathBuf, tempfile::NamedTempFile)> {
    let folder = path.parent().ok_or_else(|| io::Error::other("it lies in no folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(CHANGING).tempfile_in(folder)?;
    file.write_all(bytes)?;
    super::write::make_public(file.as_file())?;
    file.as_file().sync_all()?;
    Ok((path.to_owned(), file))
}

/// Writes the new bytes beside a file, with its permissions.
pub(super) fn stage(path: &Path, bytes: &[u8]) -> io::Result<(PathBuf, tempfile::NamedTempFile)> {
    let target = path.canonicalize()?;
    let permissions = std::fs::metadata(&target)?.permissions();
    let folder = target.parent().ok_or_else(|| io::Error::other("it lies in no folder"))?;
    let mut file = tempfile::Builder::new().prefix(CHANGING).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    Ok((target, file))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test looks at files")]
    fn permissions_and_links_stay() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (dir.path().join("a.yaml"), dir.path().join("link.yaml"));
        std::fs::write(&file, "old").expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("set");
        symlink(&file, &link).expect("a link");
        replace_file(&link, b"new").expect("replaced");
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "new");
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
        assert!(replace_file(&dir.path().join("missing"), b"").is_err());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test looks at files")]
    fn several_files_are_replaced_together_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().to_owned();
        let (a, b) = (root.join("a"), root.join("b"));
        std::fs::write(&a, "1").expect("written");
        std::fs::write(&b, "changed by somebody").expect("written");
        let files = |before: &'static [u8]| {
            [Replacement { path: &a, before: Some(b"1"), after: b"2" }, Replacement { path: &b, before: Some(before), after: b"3" }]
        };
        assert!(replace_files(&root, &files(b"1")).is_err());
        assert_eq!(std::fs::read_to_string(&a).expect("read"), "1");
        replace_files(&root, &files(b"changed by somebody")).expect("replaced");
        assert_eq!((std::fs::read(&a).expect("read"), std::fs::read(&b).expect("read")), (b"2".to_vec(), b"3".to_vec()));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2);
    }
}
