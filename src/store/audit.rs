//! The audit's chain: every line carries the digest of the one before it. Pure, and the same for every database.

use crate::clock;
use crate::resource::Address;
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Something that was done or refused. Never holds a secret: fingerprints and names of fields at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Whole seconds.
    pub at: SystemTime,
    pub actor: String,
    /// `put`, `delete`, `authorize` …
    pub action: String,
    pub address: Option<Address>,
    /// `done`, or `refused` and the code of the reason: `refused: not-owned`.
    pub outcome: String,
    pub detail: BTreeMap<String, String>,
}

/// An entry in its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Counts from 1, without a gap.
    pub seq: u64,
    pub entry: AuditEntry,
    /// The digest of the line before; of the first one [`AuditHead::START`].
    pub previous: String,
    /// SHA-256 of `previous` and the line, in hex.
    pub digest: String,
}

/// Where a chain ends. Kept apart from the lines, so that cutting off the last ones shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    pub seq: u64,
    pub digest: String,
}

impl AuditHead {
    /// What the first line follows.
    pub const START: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";

    /// The head of an audit that has no line yet.
    pub fn start() -> Self {
        AuditHead { seq: 0, digest: AuditHead::START.to_owned() }
    }

    /// Puts an entry at the end.
    pub fn follow(&self, entry: AuditEntry) -> AuditLine {
        let seq = self.seq + 1;
        let digest = link(&self.digest, seq, &entry);
        AuditLine { seq, entry, previous: self.digest.clone(), digest }
    }

    /// Compares the end that the lines lead to with the end that was kept: the last lines may have been cut off.
    pub fn check_against(self, kept: AuditHead) -> Result<AuditHead, AuditFault> {
        if self == kept {
            Ok(self)
        } else if self.seq < kept.seq {
            Err(AuditFault::Missing { seq: self.seq + 1 })
        } else {
            Err(AuditFault::Changed { seq: self.seq })
        }
    }
}

/// The chain is broken at a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    #[error("line {seq} of the audit was changed")]
    Changed { seq: u64 },
    #[error("line {seq} of the audit is missing")]
    Missing { seq: u64 },
}

/// Checks that lines continue a chain, and hands out its new end.
pub fn verify(mut head: AuditHead, lines: &[AuditLine]) -> Result<AuditHead, AuditFault> {
    for line in lines {
        let seq = head.seq + 1;
        if line.seq != seq {
            return Err(AuditFault::Missing { seq });
        }
        if line.previous != head.digest || line.digest != link(&line.previous, seq, &line.entry) {
            return Err(AuditFault::Changed { seq });
        }
        head = AuditHead { seq, digest: line.digest.clone() };
    }
    Ok(head)
}

/// SHA-256 over the previous digest and one canonical line: a JSON array, so that no two entries read the same.
fn link(previous: &str, seq: u64, entry: &AuditEntry) -> String {
    let address = entry.address.as_ref().map(ToString::to_string);
    let line = (previous, seq, clock::rfc3339(entry.at), &entry.actor, &entry.action, address, &entry.outcome, &entry.detail);
    let line = serde_json::to_vec(&line).expect("texts and a number have JSON");
    hex::encode(digest(&SHA256, &line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Kind;
    use std::time::Duration;

    fn entry(action: &str) -> AuditEntry {
        AuditEntry {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
            actor: "ada".to_owned(),
            action: action.to_owned(),
            address: Some(Address::new(Kind::Connection, "crm")),
            outcome: "done".to_owned(),
            detail: [("project".to_owned(), "cold_chain".to_owned())].into(),
        }
    }

    fn chain() -> Vec<AuditLine> {
        let mut head = AuditHead::start();
        ["put", "authorize", "revoke", "delete"]
            .into_iter()
            .map(|action| {
                let line = head.follow(entry(action));
                head = AuditHead { seq: line.seq, digest: line.digest.clone() };
                line
            })
            .collect()
    }

    #[test]
    fn an_untouched_chain_holds() {
        let lines = chain();
        let head = verify(AuditHead::start(), &lines).expect("nobody touched it");
        assert_eq!((head.seq, &head.digest), (4, &lines[3].digest));
    }

    #[test]
    fn every_changed_field_of_every_line_is_found() {
        let changes: [fn(&mut AuditLine); 8] = [
            |line| line.entry.at += Duration::from_secs(1),
            |line| line.entry.actor.push('x'),
            |line| line.entry.action.push('x'),
            |line| line.entry.address = None,
            |line| line.entry.outcome.push('x'),
            |line| line.entry.detail.clear(),
            |line| line.digest.replace_range(0..1, "g"),
            |line| line.previous.replace_range(0..1, "g"),
        ];
        for at in 0..4 {
            for change in changes {
                let mut lines = chain();
                change(&mut lines[at]);
                assert!(verify(AuditHead::start(), &lines).is_err());
            }
        }
    }

    #[test]
    fn a_removed_or_moved_line_is_found() {
        let whole = verify(AuditHead::start(), &chain()).expect("nobody touched it");
        for at in 0..4 {
            let mut lines = chain();
            lines.remove(at);
            assert_ne!(verify(AuditHead::start(), &lines), Ok(whole.clone()));
        }
        for at in 0..3 {
            let mut lines = chain();
            lines.swap(at, at + 1);
            assert!(verify(AuditHead::start(), &lines).is_err());
            let seqs: Vec<u64> = vec![lines[at + 1].seq, lines[at].seq];
            (lines[at].seq, lines[at + 1].seq) = (seqs[0], seqs[1]);
            assert!(verify(AuditHead::start(), &lines).is_err());
        }
    }
}
