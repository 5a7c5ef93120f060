//! Another master key for everything that is sealed, while others work: every record by itself, and only where it is still
//! the one that was read.

use super::{Actor, Broker, BrokerError};
use crate::store::SealedAt;
use crate::vault::{self, KeyId, Owner, Sealed};
use std::collections::BTreeMap;

/// Records that are sealed anew in one transaction.
const AT_ONCE: usize = 200;

impl Broker {
    /// How many records each key seals. A record in no known form counts under `None`.
    pub fn sealed_by(&self) -> Result<BTreeMap<Option<KeyId>, usize>, BrokerError> {
        let mut counts = BTreeMap::new();
        for (_, sealed) in self.store.read()?.all_sealed()? {
            *counts.entry(sealed.key_id()).or_default() += 1;
        }
        Ok(counts)
    }

    /// Seals everything with the newest key that is not yet, and says how much that was. The record that tells the right
    /// key goes first: from then on no process that knows the old key only seals anything. It may be stopped anywhere and
    /// run again.
    pub fn reseal(&self, actor: &Actor) -> Result<usize, BrokerError> {
        let mut done = self.reseal_check()?;
        loop {
            let old: Vec<(SealedAt, Sealed)> = {
                let newest = Some(self.keyring.newest_id());
                let all = self.store.read()?.all_sealed()?;
                all.into_iter().filter(|(_, sealed)| sealed.key_id() != newest).take(AT_ONCE).collect()
            };
            if old.is_empty() {
                break;
            }
            done += self.reseal_some(&old)?;
        }
        if done > 0 {
            let mut entry = self.entry(actor, "rotate-key", None);
            entry.detail.extend([("records".to_owned(), done.to_string()), ("key".to_owned(), self.keyring.newest_id().to_string())]);
            self.audited(entry, |_, _| Ok(super::call::Work::New(())))?;
        }
        Ok(done)
    }

    fn reseal_check(&self) -> Result<usize, BrokerError> {
        let mut tx = self.store.begin()?;
        let is_old = tx.vault_check()?.and_then(|sealed| sealed.key_id()) != Some(self.keyring.newest_id());
        if is_old {
            tx.put_vault_check(&self.fingerprints.seal(&self.keyring))?;
            tx.commit()?;
        }
        Ok(is_old.into())
    }

    fn reseal_some(&self, old: &[(SealedAt, Sealed)]) -> Result<usize, BrokerError> {
        let mut tx = self.store.begin()?;
        let mut done = 0;
        for (at, sealed) in old {
            let new = match owner_of(at) {
                Some(owner) => {
                    let bytes = vault::open(&self.keyring, &owner, sealed).map_err(BrokerError::ForeignKey)?;
                    vault::seal(&self.keyring, &owner, &bytes)
                }
                None => self.fingerprints.seal(&self.keyring),
            };
            done += usize::from(tx.reseal(at, sealed, &new)?);
        }
        tx.commit()?;
        Ok(done)
    }
}

/// Whom a record is bound to; `None` for the fingerprint key, which has a form of its own.
fn owner_of(at: &SealedAt) -> Option<Owner> {
    match at {
        SealedAt::VaultCheck => None,
        SealedAt::Secret { address, field } => Some(super::put::owner(address, field)),
        SealedAt::Grant { connection, user } => Some(super::grants::grant_owner(connection, user)),
        SealedAt::Consent { digest, connection } => Some(super::grants::consent_owner(connection, digest)),
        SealedAt::Revocation { id, connection } => Some(super::grants::revocation_owner(connection, id)),
    }
}
