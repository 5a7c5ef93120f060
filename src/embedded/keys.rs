//! The vault's keys: which there are, what they seal, and another one in place of the old, for the data of every
//! environment at once, since they share it.

use super::open::{OpenError, Opening};
use super::{folder, key};
use crate::broker::{Actor, Broker, BrokerError, Surroundings};
use crate::store::SqliteStore;
use crate::vault::{KeyId, Keyring};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One key and how many records it seals, by file of data. A key that is not at hand seals what nobody can open here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    pub id: KeyId,
    pub is_newest: bool,
    pub is_at_hand: bool,
    pub records: BTreeMap<String, usize>,
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    pub newest: KeyId,
    /// Not needed any more. Taken out of the key file; what comes from the environment is the operator's to take away.
    pub retired: Vec<KeyId>,
    pub records: usize,
    /// Whether an earlier one had been stopped half-way.
    pub resumed: bool,
    pub from_environment: bool,
}

/// No rotation, or a part of one: it may be run again.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error("there is no key yet, and nothing that needs one")]
    NoKey,
    #[error("the key comes from `BOWLINE_VAULT_KEY`: put a new one in front of it there, on a line of its own, and run this again")]
    OneInEnvironment,
    #[error("some records of `{}` are still sealed with an old key: run this again", path.display())]
    Unfinished { path: PathBuf },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("could not seal `{}` anew", path.display())]
    Data {
        path: PathBuf,
        #[source]
        source: BrokerError,
    },
}

/// Which keys there are and what each seals.
pub fn keys(opening: &Opening<'_>) -> Result<Vec<KeyUse>, RotateError> {
    let keyring = key::find(opening)?.ok_or(RotateError::NoKey)?;
    let mut uses: Vec<KeyUse> = keyring.ids().into_iter().map(|id| unused(id, true)).collect();
    uses[0].is_newest = true;
    for path in folder::databases(&opening.data_dir) {
        let Some(store) = SqliteStore::open_read_only(&path).map_err(|error| data(&path, error.into()))? else { continue };
        let broker = broker(opening, Box::new(store), keyring.clone()).map_err(|error| data(&path, error))?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (id, count) in broker.sealed_by().map_err(|error| data(&path, error))? {
            let Some(id) = id else { continue };
            let at = uses.iter().position(|one| one.id == id).unwrap_or_else(|| {
                uses.push(unused(id, false));
                uses.len() - 1
            });
            uses[at].records.insert(file.clone(), count);
        }
    }
    Ok(uses)
}

/// Puts another key in the old one's place. The new one is durable before anything is sealed with it, and the old one stays
/// at hand until nothing needs it; stopped anywhere, it goes on where it was.
pub fn rotate(opening: &Opening<'_>) -> Result<Rotated, RotateError> {
    let found = key::find(opening)?.ok_or(RotateError::NoKey)?;
    let from_environment = opening.vault_key.is_some();
    let resumed = found.ids().len() > 1;
    let keyring = match (resumed, from_environment) {
        (true, _) => found,
        (false, true) => return Err(RotateError::OneInEnvironment),
        (false, false) => {
            let more = found.with_new(&*opening.random);
            key::replace(opening, &more)?;
            more
        }
    };
    let mut records = 0;
    for path in folder::databases(&opening.data_dir) {
        records += reseal(opening, &path, &keyring)?;
    }
    // Looked at once more, with what may have been made meanwhile: a key that something needs is not let go.
    let newest = keyring.newest_id();
    for path in folder::databases(&opening.data_dir) {
        let store = SqliteStore::open(&path).map_err(|error| data(&path, error.into()))?;
        let broker = broker(opening, Box::new(store), keyring.clone()).map_err(|error| data(&path, error))?;
        if broker.sealed_by().map_err(|error| data(&path, error))?.keys().any(|id| *id != Some(newest)) {
            return Err(RotateError::Unfinished { path });
        }
    }
    let retired = keyring.ids().into_iter().skip(1).collect();
    if !from_environment {
        key::replace(opening, &keyring.newest_only())?;
    }
    Ok(Rotated { newest, retired, records, resumed: resumed && !from_environment, from_environment })
}

fn reseal(opening: &Opening<'_>, path: &Path, keyring: &Keyring) -> Result<usize, RotateError> {
    let store = SqliteStore::open(path).map_err(|error| data(path, error.into()))?;
    let broker = broker(opening, Box::new(store), keyring.clone()).map_err(|error| data(path, error))?;
    let actor = Actor { name: opening.actor.name.clone() };
    broker.reseal(&actor).and_then(|done| broker.checkpoint().map(|()| done).or(Ok(done))).map_err(|error| data(path, error))
}

fn broker(opening: &Opening<'_>, store: Box<dyn crate::store::Store>, keyring: Keyring) -> Result<Broker, BrokerError> {
    let surroundings = Surroundings {
        clock: opening.clock.clone(),
        random: opening.random.clone(),
        services: opening.default_services.clone(),
        outward: opening.outward.clone(),
    };
    Broker::open(store, keyring, surroundings)
}

fn unused(id: KeyId, is_at_hand: bool) -> KeyUse {
    KeyUse { id, is_newest: false, is_at_hand, records: BTreeMap::new() }
}

fn data(path: &Path, source: BrokerError) -> RotateError {
    RotateError::Data { path: path.to_owned(), source }
}
