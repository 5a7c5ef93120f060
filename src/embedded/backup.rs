//! Backups of one environment's data, and their way back. The vault's key is never in one: without it a backup opens nothing.

use super::open::{OpenError, Opening};
use super::{folder, key, open};
use crate::broker::BrokerError;
use crate::store::{SqliteStore, StoreError};
use crate::vault::{KeyId, Keyring};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub objects: usize,
    /// Lines of the audit.
    pub lines: u64,
    /// The keys that its secrets are sealed with: it wants them to be restored.
    pub keys: Vec<KeyId>,
}

/// No backup was made, or none put back; the data is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("there is no data yet")]
    NoData,
    #[error("there is data in `{}` already", path.display())]
    DataThere { path: PathBuf },
    #[error("its vault key is neither in `BOWLINE_VAULT_KEY` nor in the key file: put it there first")]
    NoKey,
    #[error("some of it is sealed with the key {0}, which is not at hand")]
    KeyNotAtHand(KeyId),
    #[error("some of it is sealed in no form that this program knows")]
    Unknown,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("could not use `{}`", path.display())]
    Data {
        path: PathBuf,
        #[source]
        source: BrokerError,
    },
}

/// Copies the data into a new file while others go on, and reads it back as a restore would.
pub fn backup(opening: &Opening<'_>, file: &Path) -> Result<Backup, BackupError> {
    let database = open::database(opening)?;
    let store = SqliteStore::open_read_only(&database).map_err(data(&database))?.ok_or(BackupError::NoData)?;
    store.copy_to(file).map_err(data(file))?;
    let checked = checked(opening, file);
    if checked.is_err() {
        // Nobody shall rely on it.
        let _ = std::fs::remove_file(file);
    }
    Ok(checked?.1)
}

/// Puts a backup back, once its pages, its schema, its keys and its audit were found good. Over other data only where that is
/// wanted: `replace`. One of an older program is brought up to date.
pub fn restore(opening: &Opening<'_>, file: &Path, replace: bool) -> Result<Backup, BackupError> {
    let database = open::database(opening)?;
    if !replace && database.exists() {
        return Err(BackupError::DataThere { path: database });
    }
    folder::make(&opening.data_dir)?;
    let (copy, backup) = checked(opening, file)?;
    SqliteStore::put_into_place(copy, &database).map_err(data(&database))?;
    Ok(backup)
}

/// A private copy beside the data that opened, and whose every part can be read. It already says that it was restored.
fn checked(opening: &Opening<'_>, file: &Path) -> Result<(TempPath, Backup), BackupError> {
    let copy = SqliteStore::copy_of(file, &opening.data_dir).map_err(data(file))?;
    let keyring = keyring(opening)?;
    let at_hand = keyring.ids();
    let store = SqliteStore::open(&copy).map_err(data(file))?;
    let broker = open::broker(opening, file, Box::new(store), keyring)?;
    let failed = |source| BackupError::Data { path: file.to_owned(), source };
    let lines = broker.verify_audit().map_err(failed)?.seq;
    let mut keys = Vec::new();
    for id in broker.sealed_by().map_err(failed)?.into_keys() {
        match id {
            Some(id) if at_hand.contains(&id) => keys.push(id),
            Some(id) => return Err(BackupError::KeyNotAtHand(id)),
            None => return Err(BackupError::Unknown),
        }
    }
    let objects = broker.observe().map_err(failed)?.objects.len();
    broker.note(&opening.actor, "restore").map_err(failed)?;
    Ok((copy, Backup { objects, lines, keys }))
}

fn keyring(opening: &Opening<'_>) -> Result<Keyring, BackupError> {
    match key::find(opening) {
        Ok(Some(keyring)) => Ok(keyring),
        Ok(None) | Err(OpenError::KeyMissing { .. }) => Err(BackupError::NoKey),
        Err(error) => Err(error.into()),
    }
}

fn data(path: &Path) -> impl Fn(StoreError) -> BackupError {
    move |source| BackupError::Data { path: path.to_owned(), source: BrokerError::Store(source) }
}
