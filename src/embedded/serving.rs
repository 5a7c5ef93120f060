//! A broker for a server: on a store that is opened elsewhere, with its key found or made as for the data folder.

use super::open::{OpenError, Opening};
use super::{folder, key};
use crate::broker::{Broker, BrokerError, Surroundings};
use crate::store::{Store, StoreError};
use std::path::PathBuf;

/// A broker that is to be served.
pub struct Served {
    pub broker: Broker,
    /// The key file, where this opening made it: the moment to say that it wants a backup.
    pub key_created: Option<PathBuf>,
}

/// Opens a broker on a store. `file` is the store's own, where it is one: where that is there, its key is never made anew.
pub fn open_served(
    opening: Opening<'_>,
    file: Option<PathBuf>,
    store: impl FnOnce() -> Result<Box<dyn Store>, StoreError>,
) -> Result<Served, OpenError> {
    let path = file.clone().unwrap_or_else(|| opening.data_dir.clone());
    let (keyring, key_created) = match key::find(&opening)? {
        Some(keyring) => (keyring, None),
        None if file.as_ref().is_some_and(|file| file.exists()) => {
            return Err(OpenError::KeyMissing { data_dir: opening.data_dir.clone(), key_file: key::file(&opening) });
        }
        None => {
            folder::make(&opening.data_dir)?;
            key::make(&opening)?
        }
    };
    let surroundings = Surroundings {
        clock: opening.clock.clone(),
        random: opening.random.clone(),
        services: opening.default_services.clone(),
        outward: opening.outward.clone(),
    };
    let failed = |source| OpenError::Data { path: path.clone(), source };
    let store = store().map_err(|error| failed(BrokerError::Store(error)))?;
    Ok(Served { broker: Broker::open(store, keyring, surroundings).map_err(failed)?, key_created })
}
