//! Opens the data folder: first looks, then touches.

use super::{folder, key};
use crate::broker::{Actor, Broker, BrokerError, DefaultServices, Outward, Surroundings};
use crate::clock::{Clock, Random};
use crate::secret::Secret;
use crate::store::{SqliteStore, Store, StoreError};
use crate::vault::{BadKey, Keyring};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What opening needs from the outside.
pub struct Opening<'a> {
    pub data_dir: PathBuf,
    /// The environment's name; each has a database of its own.
    pub environment: Option<&'a str>,
    /// The value of `BOWLINE_VAULT_KEY`, where it is set: it goes before the key file.
    pub vault_key: Option<Secret<String>>,
    /// Where the key lies otherwise; `None` for `vault.key` in the data folder.
    pub key_file: Option<PathBuf>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Who works, for the audit.
    pub actor: Actor,
    pub default_services: Arc<dyn DefaultServices>,
    /// How requests leave.
    pub outward: Arc<dyn Outward>,
}

/// The platform in this process.
pub struct Embedded {
    pub(super) broker: Broker,
    pub(super) actor: Actor,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) data_dir: PathBuf,
    key_created: Option<PathBuf>,
    /// Whether the database is there. Where it is not, the broker's keys are thrown away with it.
    pub(super) has_data: bool,
}

/// The data folder cannot be used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("`{0}` cannot be the name of an environment's data")]
    BadEnvironment(String),
    #[error("could not use `{}`", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{origin} holds no vault key")]
    BadKey {
        origin: String,
        #[source]
        source: BadKey,
    },
    #[error("other users of this machine can read `{}`: take their access away (chmod 600) and think of it as known", path.display())]
    KeyExposed { path: PathBuf },
    #[error("there is data in `{}`, and its vault key is neither in `BOWLINE_VAULT_KEY` nor in `{}`", data_dir.display(), key_file.display())]
    KeyMissing { data_dir: PathBuf, key_file: PathBuf },
    #[error("could not open `{}`", path.display())]
    Data {
        path: PathBuf,
        #[source]
        source: BrokerError,
    },
}

impl Embedded {
    /// Opens for reading and writing. Makes the folder, its key and the database where they are not there yet.
    pub fn open(opening: Opening<'_>) -> Result<Self, OpenError> {
        let database = database(&opening)?;
        let found = key::find(&opening)?;
        if let (Some(keyring), Some(store)) = (&found, look(&database)?) {
            broker(&opening, &database, Box::new(store), keyring.clone())?;
        }
        folder::make(&opening.data_dir)?;
        let (keyring, key_created) = match found {
            Some(keyring) => (keyring, None),
            None => key::make(&opening)?,
        };
        let store = SqliteStore::open(&database).map_err(at(&database))?;
        let broker = broker(&opening, &database, Box::new(store), keyring)?;
        Ok(Embedded { broker, actor: opening.actor, clock: opening.clock, data_dir: opening.data_dir, key_created, has_data: true })
    }

    /// Opens for reading. Where nothing is there yet nothing is live, and nothing is made; a write is refused.
    pub fn open_read_only(opening: Opening<'_>) -> Result<Self, OpenError> {
        let database = database(&opening)?;
        let found = key::find(&opening)?;
        let there = look(&database)?;
        let has_data = there.is_some();
        let store = match there {
            Some(store) => store,
            None => SqliteStore::in_memory().map_err(at(&database))?.into_read_only(),
        };
        let keyring = found.unwrap_or_else(|| Keyring::generate(&*opening.random));
        let broker = broker(&opening, &database, Box::new(store), keyring)?;
        Ok(Embedded { broker, actor: opening.actor, clock: opening.clock, data_dir: opening.data_dir, key_created: None, has_data })
    }

    /// The use-cases, for what is not part of an apply.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The key file, where this opening made it: the moment to say that it wants a backup.
    pub fn key_created(&self) -> Option<&Path> {
        self.key_created.as_deref()
    }
}

fn look(database: &Path) -> Result<Option<SqliteStore>, OpenError> {
    SqliteStore::open_read_only(database).map_err(at(database))
}

pub(super) fn broker(opening: &Opening<'_>, database: &Path, store: Box<dyn Store>, keyring: Keyring) -> Result<Broker, OpenError> {
    let surroundings = Surroundings {
        clock: opening.clock.clone(),
        random: opening.random.clone(),
        services: opening.default_services.clone(),
        outward: opening.outward.clone(),
    };
    Broker::open(store, keyring, surroundings).map_err(|source| OpenError::Data { path: database.to_owned(), source })
}

fn at(database: &Path) -> impl Fn(StoreError) -> OpenError {
    move |source| OpenError::Data { path: database.to_owned(), source: BrokerError::Store(source) }
}

/// `bowline.db`, or `<environment>.db`.
pub(super) fn database(opening: &Opening<'_>) -> Result<PathBuf, OpenError> {
    let file = match opening.environment {
        None => "bowline.db".to_owned(),
        // An environment of the program's own name must not share the nameless one's data.
        Some("bowline") => "bowline.env.db".to_owned(),
        Some(name) if is_plain(name) => format!("{name}.db"),
        Some(name) => return Err(OpenError::BadEnvironment(name.to_owned())),
    };
    Ok(opening.data_dir.join(file))
}

/// Nothing that could lead out of the folder, or be hidden in it.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
