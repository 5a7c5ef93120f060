//! Whether a broker can do its work: cheap enough to be asked every few seconds.

use super::{Broker, BrokerError};
use crate::store::{AuditHead, verify};
use crate::vault::{CannotOpen, FingerprintKey, KeyId};

impl Broker {
    /// Whether the master keys at hand are those that the data is sealed with, and what is sealed now can be opened later.
    pub fn check_key(&self) -> Result<(), BrokerError> {
        let snapshot = self.store.read()?;
        let sealed = snapshot.vault_check()?.ok_or(BrokerError::ForeignKey(CannotOpen::Form))?;
        FingerprintKey::open(&self.keyring, &sealed).map_err(BrokerError::ForeignKey)?;
        self.may_seal(&*snapshot)
    }

    /// Whether the last line of the audit is the one that its end speaks of.
    pub fn check_audit_end(&self) -> Result<(), BrokerError> {
        let snapshot = self.store.read()?;
        let kept = snapshot.audit_head()?;
        let Some(before) = kept.seq.checked_sub(1) else { return Ok(()) };
        let lines = snapshot.audit(before, 1)?;
        let previous = lines.first().map(|line| line.previous.clone()).unwrap_or_default();
        let end = verify(AuditHead { seq: before, digest: previous }, &lines).map_err(BrokerError::Audit)?;
        end.check_against(kept).map(drop).map_err(BrokerError::Audit)
    }

    /// The master keys at hand, the newest first.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keyring.ids()
    }
}
