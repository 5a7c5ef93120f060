//! Writes a file anew in place of itself: with its permissions, and where a link leads.

use super::WriteError;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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

/// Puts other bytes in several files, all of them or none. Every new text is on the disk, and every old one is what it was
/// thought to be, before the first takes its place; where one cannot, those before it are put back.
pub fn replace_files(files: &[Replacement<'_>]) -> Result<(), WriteError> {
    let mut staged = Vec::new();
    for file in files {
        let failed = |source| WriteError::Io { path: file.path.to_owned(), source };
        let staged_file = match file.before {
            Some(before) if !super::holds(file.path, before) => Err(io::Error::other("somebody has changed it meanwhile")),
            Some(_) => stage(file.path, file.after),
            None => stage_new(file.path, file.after),
        };
        staged.push((file, staged_file.map_err(failed)?));
    }
    let mut done: Vec<&Replacement<'_>> = Vec::new();
    for (file, (target, staged)) in staged {
        let put = if file.before.is_some() { staged.persist(&target) } else { staged.persist_noclobber(&target) };
        if let Err(error) = put {
            for earlier in done {
                match earlier.before {
                    Some(before) => replace_file(earlier.path, before)?,
                    None => {
                        let failed = |source| WriteError::Io { path: earlier.path.to_owned(), source };
                        std::fs::remove_file(earlier.path).map_err(failed)?;
                    }
                }
            }
            return Err(WriteError::Io { path: file.path.to_owned(), source: error.error });
        }
        done.push(file);
    }
    Ok(())
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, file) = stage(path, bytes)?;
    file.persist(&target).map(drop).map_err(|error| error.error)
}

/// Writes the bytes of a new file beside its place, for everybody to read, with the folders above it.
fn stage_new(path: &Path, bytes: &[u8]) -> io::Result<(PathBuf, tempfile::NamedTempFile)> {
    let folder = path.parent().ok_or_else(|| io::Error::other("it lies in no folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".bowline-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    super::write::make_public(file.as_file())?;
    file.as_file().sync_all()?;
    Ok((path.to_owned(), file))
}

/// Writes the new bytes beside a file, with its permissions.
fn stage(path: &Path, bytes: &[u8]) -> io::Result<(PathBuf, tempfile::NamedTempFile)> {
    let target = path.canonicalize()?;
    let permissions = std::fs::metadata(&target)?.permissions();
    let folder = target.parent().ok_or_else(|| io::Error::other("it lies in no folder"))?;
    let mut file = tempfile::Builder::new().prefix(".bowline-").tempfile_in(folder)?;
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
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        std::fs::write(&a, "1").expect("written");
        std::fs::write(&b, "changed by somebody").expect("written");
        let files = |before: &'static [u8]| {
            [Replacement { path: &a, before: Some(b"1"), after: b"2" }, Replacement { path: &b, before: Some(before), after: b"3" }]
        };
        assert!(replace_files(&files(b"1")).is_err());
        assert_eq!(std::fs::read_to_string(&a).expect("read"), "1");
        replace_files(&files(b"changed by somebody")).expect("replaced");
        assert_eq!((std::fs::read(&a).expect("read"), std::fs::read(&b).expect("read")), (b"2".to_vec(), b"3".to_vec()));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 2);
    }
}
