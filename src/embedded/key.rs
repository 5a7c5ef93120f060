//! The vault's key: from the environment or the key file, made on first use.

use super::folder;
use super::open::{OpenError, Opening};
use crate::secret::Secret;
use crate::vault::Keyring;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

const HEADER: &str = "# The key of Bowline's vault. Whoever has it can open the secrets beside it; without it nobody can.\n\
                      # Keep a copy apart from the data, and never in version control.\n";

/// The keys at hand; `None` where there are none and no data needs one.
pub(super) fn find(opening: &Opening<'_>) -> Result<Option<Keyring>, OpenError> {
    if let Some(text) = &opening.vault_key {
        return parse("`BOWLINE_VAULT_KEY`", text).map(Some);
    }
    let path = file(opening);
    // Asked first: whoever is making both at this moment makes the key before the data.
    let has_data = folder::has_data(&opening.data_dir);
    match read(&path) {
        Ok(text) => {
            refuse_exposed(&path)?;
            parse(&format!("`{}`", path.display()), &text).map(Some)
        }
        Err(error) if error.kind() != ErrorKind::NotFound => Err(OpenError::Folder { path, source: error }),
        Err(_) if has_data => Err(OpenError::KeyMissing { data_dir: opening.data_dir.clone(), key_file: path }),
        Err(_) => Ok(None),
    }
}

/// Makes a key and its file (0600), durable before anything is sealed with it. Where somebody else made one meanwhile, that
/// one counts.
pub(super) fn make(opening: &Opening<'_>) -> Result<(Keyring, Option<PathBuf>), OpenError> {
    let path = file(opening);
    let keyring = Keyring::generate(&*opening.random);
    match write(folder_of(opening, &path), &path, &keyring.to_text()) {
        Ok(()) => Ok((keyring, Some(path))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = read(&path).map_err(|source| OpenError::Folder { path: path.clone(), source })?;
            Ok((parse(&format!("`{}`", path.display()), &text)?, None))
        }
        Err(source) => Err(OpenError::Folder { path, source }),
    }
}

/// Puts other keys in the file's place, durable before anything is sealed with them.
pub(super) fn replace(opening: &Opening<'_>, keyring: &Keyring) -> Result<(), OpenError> {
    let path = file(opening);
    let written = || -> Result<(), Error> {
        let folder = folder_of(opening, &path);
        let file = filled(folder, &keyring.to_text())?;
        file.persist(&path).map_err(|error| error.error)?;
        folder::sync(folder)
    };
    written().map_err(|source| OpenError::Folder { path: path.clone(), source })
}

/// Where the key lies, unless it comes from the environment.
pub(super) fn file(opening: &Opening<'_>) -> PathBuf {
    opening.key_file.clone().unwrap_or_else(|| opening.data_dir.join("vault.key"))
}

/// A file is written beside where it will lie.
fn folder_of<'p>(opening: &'p Opening<'_>, path: &'p Path) -> &'p Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(&opening.data_dir)
}

fn parse(origin: &str, text: &Secret<String>) -> Result<Keyring, OpenError> {
    Keyring::parse(text).map_err(|source| OpenError::BadKey { origin: origin.to_owned(), source })
}

#[expect(clippy::disallowed_methods, reason = "the key file is the broker's own")]
fn read(path: &Path) -> Result<Secret<String>, Error> {
    std::fs::read_to_string(path).map(Secret::new)
}

/// Whole or not at all, and never over another key.
fn write(data_dir: &Path, path: &Path, text: &Secret<String>) -> Result<(), Error> {
    filled(data_dir, text)?.persist_noclobber(path).map_err(|error| error.error)?;
    folder::sync(data_dir)
}

/// A file beside, complete and on the disk.
fn filled(data_dir: &Path, text: &Secret<String>) -> Result<tempfile::NamedTempFile, Error> {
    let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
    file.write_all(HEADER.as_bytes())?;
    file.write_all(text.expose().as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), OpenError> {
    let mode = std::fs::metadata(path).map(|metadata| std::os::unix::fs::MetadataExt::mode(&metadata));
    match mode {
        Ok(mode) if mode & 0o077 == 0 => Ok(()),
        Ok(_) => Err(OpenError::KeyExposed { path: path.to_owned() }),
        Err(source) => Err(OpenError::Folder { path: path.to_owned(), source }),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path) -> Result<(), OpenError> {
    Ok(())
}
