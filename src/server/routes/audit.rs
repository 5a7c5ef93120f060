//! Who did what, and the vault's keys.

use crate::broker::BrokerError;
use crate::clock::rfc3339;
use crate::server::answer::Answer;
use crate::server::asked::{Asked, foreign_cursor};
use crate::server::served::Served;
use crate::server::trouble;
use crate::store::{AuditHead, AuditLine};
use crate::wire::{self, AuditEnd, AuditPage, AuditVerdict, Key, Keys, Parameter, Problem, Resealed};

pub(in crate::server) fn list(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let cursor = asked.after()?.map(|text| text.parse().map_err(|_| foreign_cursor())).transpose()?;
    let after = cursor.or(asked.number(Parameter::AFTER)).unwrap_or(0);
    let lines = asked.admitted(served).audit(after, asked.limit()).map_err(trouble::broker)?;
    let head = end(served.broker.audit_head().map_err(trouble::broker)?);
    let last = lines.last().map(|line| line.seq).filter(|seq| *seq < head.seq);
    Ok(Answer::ok(&AuditPage { items: lines.into_iter().map(line).collect(), next: asked.cursor(last.map(|seq| seq.to_string())), head }))
}

/// A broken chain is an answer, not a failure.
pub(in crate::server) fn verify(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let verdict = match asked.admitted(served).verify_audit() {
        Ok(head) => AuditVerdict { holds: true, head: Some(end(head)), fault: None },
        Err(BrokerError::Audit(fault)) => AuditVerdict { holds: false, head: None, fault: Some(fault.to_string()) },
        Err(error) => return Err(trouble::broker(error)),
    };
    Ok(Answer::ok(&verdict))
}

pub(in crate::server) fn keys(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let sealed = asked.admitted(served).sealed_by().map_err(trouble::broker)?;
    let at_hand = served.broker.key_ids();
    let mut items: Vec<Key> = Vec::new();
    for (at, id) in at_hand.iter().enumerate() {
        let records = sealed.get(&Some(*id)).copied().unwrap_or_default() as u64;
        items.push(Key { id: id.to_string(), is_newest: at == 0, is_at_hand: true, records });
    }
    for (id, records) in sealed.iter().filter_map(|(id, records)| Some(((*id)?, records))).filter(|(id, _)| !at_hand.contains(id)) {
        items.push(Key { id: id.to_string(), is_newest: false, is_at_hand: false, records: *records as u64 });
    }
    Ok(Answer::ok(&Keys { items }))
}

pub(in crate::server) fn reseal(served: &Served, asked: &Asked) -> Result<Answer, Problem> {
    let records = asked.admitted(served).reseal().map_err(trouble::broker)?;
    let key = served.broker.key_ids().first().map(ToString::to_string).unwrap_or_default();
    Ok(Answer::ok(&Resealed { records: records as u64, key }))
}

fn end(head: AuditHead) -> AuditEnd {
    AuditEnd { seq: head.seq, digest: head.digest }
}

fn line(line: AuditLine) -> wire::AuditLine {
    let entry = line.entry;
    wire::AuditLine {
        seq: line.seq,
        at: rfc3339(entry.at),
        actor: entry.actor,
        action: entry.action,
        address: entry.address,
        outcome: entry.outcome,
        detail: entry.detail,
        digest: line.digest,
    }
}
