//! Seals secrets and opens them again. Pure: keys and sealed bytes are handed in, and it does not know what it seals, where
//! that is kept, or where keys come from.
//!
//! Why an envelope: every record has a data key of its own, and only that key is wrapped by the master key. A new master
//! key then means rewrapping 40 bytes a record, never touching the secret itself, and no nonce is ever used twice.
//! Why fingerprints have a key of their own, itself sealed: they must stay comparable when the master key changes. The
//! same record tells at opening whether the master key at hand is the right one.

mod envelope;
mod fingerprint;
mod keyring;
mod signing;
mod token;

pub use envelope::{CannotOpen, Owner, Sealed, open, open_private, open_text, seal, seal_private, seal_text};
pub use fingerprint::FingerprintKey;
pub use keyring::{BadKey, KeyId, Keyring};
pub use signing::{BadSigningKey, SigningKey};
pub use token::{MintedToken, ShownToken, TokenDigest};
