//! The platform in this process: a broker on a data folder, and the apply's `Remote` port answered by it.
//!
//! The folder (`.bowline/`, 0700) holds the database of each environment, the vault's key and the apply lock. It is made on
//! the first write; reading makes nothing. Where the key does not fit the data, or the data is newer than this program,
//! opening is refused and nothing is touched.

mod backup;
mod folder;
mod key;
mod keys;
mod lock;
mod open;
mod outward;
mod receiver;
mod remote;
mod serving;
#[cfg(test)]
mod tests;

pub use backup::{Backup, BackupError, backup, restore};
pub use keys::{KeyUse, RotateError, Rotated, keys, rotate};
pub use lock::{ApplyLock, LockError};
pub use open::{Embedded, OpenError, Opening};
pub use outward::Guarded;
pub use receiver::{LOOK, Receiver, Visit};
pub use serving::{Served, open_served};
