//! The data folder, private and out of version control.

use super::OpenError;
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

/// Makes the folder (0700) where it is not there. A folder that somebody else filled is used as it is.
pub(super) fn make(data_dir: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Folder { path: data_dir.to_owned(), source };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir).map_err(failed)?;
    if is_empty(data_dir).map_err(failed)? {
        ignore(data_dir).map_err(failed)?;
    }
    Ok(())
}

/// Whether a database of any environment lies in the folder.
pub(super) fn has_data(data_dir: &Path) -> bool {
    !databases(data_dir).is_empty()
}

/// The database of every environment, by name.
pub(super) fn databases(data_dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data_dir).into_iter().flatten().flatten();
    let is_database = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "db");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_database).collect();
    paths.sort();
    paths
}

/// Makes the folder's entries durable.
#[expect(clippy::disallowed_methods, reason = "the folder is the broker's own, and only synced")]
pub(super) fn sync(data_dir: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    std::fs::File::open(data_dir)?.sync_all()?;
    Ok(())
}

fn is_empty(data_dir: &Path) -> Result<bool, Error> {
    Ok(std::fs::read_dir(data_dir)?.next().is_none())
}

fn ignore(data_dir: &Path) -> Result<(), Error> {
    let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
    file.write_all(b"*\n")?;
    match file.persist_noclobber(data_dir.join(".gitignore")) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error),
        Ok(_) | Err(_) => Ok(()),
    }
}
