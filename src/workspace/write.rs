//! Writes files: beside their target, then renamed into place, so that nobody ever sees half of one.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// A file could not be written. What stood there before still does.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("could not write `{}`", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{}` leads out of the folder that is written to", path.display())]
    Escapes { path: PathBuf },
}

/// Writes one file that only its owner may read (a saved plan, say), with the folders above it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).and_then(|()| put(folder, path, bytes, false)).map_err(|source| failed(path, source))
}

/// Whether [`write_file`] could write there now. Nothing is left behind but the folder.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(failed(path, std::io::Error::from(std::io::ErrorKind::IsADirectory)));
    }
    let tried = std::fs::create_dir_all(folder).and_then(|()| tempfile::NamedTempFile::new_in(folder));
    tried.map(drop).map_err(|source| failed(path, source))
}

/// Writes files below a folder, by path with `/`, for everybody to read. All of their places are looked at before the first
/// is written.
pub fn write_tree(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), WriteError> {
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let root = folder.canonicalize().map_err(|source| failed(folder, source))?;
    for path in files.keys() {
        refuse_escape(&root, Path::new(path))?;
    }
    for (path, bytes) in files {
        let target = root.join(path);
        let parent = target.parent().unwrap_or(&root);
        std::fs::create_dir_all(parent).and_then(|()| put(parent, &target, bytes, true)).map_err(|source| failed(&target, source))?;
    }
    Ok(())
}

/// Refuses a folder that is named as one below `base` and lies elsewhere, through a link. One that is named by an absolute
/// path or with `..` is wanted where it is.
pub fn refuse_link_out(base: &Path, named: &Path) -> Result<(), WriteError> {
    if !named.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(());
    }
    let root = base.canonicalize().map_err(|source| failed(base, source))?;
    let there = root.join(named).ancestors().find_map(|folder| folder.canonicalize().ok());
    if there.is_some_and(|there| there.starts_with(&root)) { Ok(()) } else { Err(WriteError::Escapes { path: named.to_owned() }) }
}

/// Refuses a path that leaves the root: by `..`, or through a link in a folder that is there already.
fn refuse_escape(root: &Path, path: &Path) -> Result<(), WriteError> {
    let escapes = || WriteError::Escapes { path: path.to_owned() };
    let plain = path.file_name().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)));
    if !plain {
        return Err(escapes());
    }
    let target = root.join(path);
    let there = target.ancestors().skip(1).find_map(|folder| folder.canonicalize().ok());
    if there.is_some_and(|there| there.starts_with(root)) { Ok(()) } else { Err(escapes()) }
}

fn put(folder: &Path, target: &Path, bytes: &[u8], is_public: bool) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".bowline-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    if is_public {
        make_public(file.as_file())?;
    }
    file.as_file().sync_all()?;
    file.persist(target).map(drop).map_err(|error| error.error)
}

#[cfg(unix)]
pub(super) fn make_public(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn make_public(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}

fn failed(path: &Path, source: io::Error) -> WriteError {
    WriteError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_written_whole_and_stays_inside() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let out = dir.path().join("out");
        let files = BTreeMap::from([("a.txt".to_owned(), b"a".to_vec()), ("b/c.txt".to_owned(), b"c".to_vec())]);
        write_tree(&out, &files).expect("written");
        write_tree(&out, &files).expect("written again");
        assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), 2);
        for path in ["../x", "/x", "b/../../x", "", "."] {
            let files = BTreeMap::from([("new.txt".to_owned(), vec![]), (path.to_owned(), vec![])]);
            assert!(matches!(write_tree(&out, &files), Err(WriteError::Escapes { .. })), "{path}");
            assert!(!out.join("new.txt").exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_out_are_refused_and_plans_are_private() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().expect("a temporary folder");
        let out = dir.path().join("out");
        write_file(&out.join("plan.json"), b"{}").expect("written");
        let mode = std::fs::metadata(out.join("plan.json")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        symlink(dir.path(), out.join("up")).expect("a link");
        let refused = |named: &Path| refuse_link_out(&out, named).is_err();
        assert!(refused(Path::new("up")) && refused(Path::new("./up/new")));
        assert!(!refused(Path::new("gen/new")) && !refused(Path::new("../x")) && !refused(&out.join("up")));
        let files = BTreeMap::from([("up/x".to_owned(), vec![])]);
        assert!(matches!(write_tree(&out, &files), Err(WriteError::Escapes { .. })));
    }
}
