//! The broker itself, and the frame around every change: who asks, on which condition, once only, audited.

use super::figures::Renewals;
use super::lease::fenced;
use super::refresh::Turns;
use super::{BrokerError, DefaultServices, Invalid, Outward};
use crate::clock::{Clock, Random};
use crate::resource::lifecycle;
use crate::resource::{Address, Etag, Fingerprint};
use crate::secret::Secret;
use crate::store::{Answer, AuditEntry, AuditHead, AuditLine, Object, Outcome, Recorded, Snapshot, Store, StoreError, Transaction, verify};
use crate::vault::{FingerprintKey, Keyring};
use aws_lc_rs::digest::{SHA256, digest};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

/// Lines of the audit that are read at once.
const AUDIT_PAGE: usize = 1000;

/// Holds connections and what refers to them.
pub struct Broker {
    pub(super) store: Box<dyn Store>,
    pub(super) keyring: Keyring,
    pub(super) fingerprints: FingerprintKey,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) services: Arc<dyn DefaultServices>,
    pub(super) outward: Arc<dyn Outward>,
    pub(super) turns: Turns,
    pub(super) renewals: Renewals,
}

/// What a broker needs from outside.
#[derive(Clone)]
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub services: Arc<dyn DefaultServices>,
    pub outward: Arc<dyn Outward>,
}

/// Who does something, for the audit: a person or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub name: String,
}

/// How a change is asked for.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub actor: &'a Actor,
    /// The project that speaks, and touches only what it owns; `None` for a person who works by hand.
    pub project: Option<&'a str>,
    /// The same for every try of one change.
    pub key: Option<&'a str>,
    pub expect: Expect,
    /// The fence of the lease under which an apply writes; `None` for what is done without one.
    pub fence: Option<u64>,
}

impl Call<'_> {
    /// Whether an apply speaks: a project, under a key. What is done otherwise shows as drift.
    pub(super) fn is_of_apply(&self) -> bool {
        self.project.is_some() && self.key.is_some()
    }
}

/// What must be live for a change to go ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    Absent,
    /// Whichever revision there is.
    Present,
    Revision(Etag),
    Whatever,
}

/// What work inside a transaction came to.
pub(super) enum Work<T> {
    New(T),
    /// It had been done before: nothing is written.
    Before(T),
}

impl Broker {
    /// Takes charge of a store. Fails, having changed nothing, where the store was sealed with other keys.
    pub fn open(store: Box<dyn Store>, keyring: Keyring, surroundings: Surroundings) -> Result<Self, BrokerError> {
        let Surroundings { clock, random, services, outward } = surroundings;
        let fingerprints = fingerprint_key(&*store, &keyring, &*random)?;
        Ok(Broker {
            store,
            keyring,
            fingerprints,
            clock,
            random,
            services,
            outward,
            turns: Turns::default(),
            renewals: Renewals::default(),
        })
    }

    /// A name that nothing else has.
    pub(super) fn unique(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// Fingerprints of values, in the order given.
    pub fn fingerprint(&self, values: &[Secret<String>]) -> Vec<Fingerprint> {
        values.iter().map(|value| self.fingerprints.fingerprint(value)).collect()
    }

    /// Records that a plan is about to be applied; a plan is good for one apply.
    pub fn spend(&self, actor: &Actor, plan_id: &str) -> Result<(), BrokerError> {
        self.spend_under(&Call { actor, project: None, key: None, expect: Expect::Whatever, fence: None }, plan_id)
    }

    /// As [`Broker::spend`], under the lease of the call's project. The key of the call tells a try whose answer was lost,
    /// which is answered as the first one was, from another apply.
    pub fn spend_under(&self, call: &Call<'_>, plan_id: &str) -> Result<(), BrokerError> {
        let mut entry = self.entry(call.actor, "spend", None);
        entry.detail.insert("plan".to_owned(), plan_id.to_owned());
        self.audited(entry, |tx, entry| {
            fenced(tx, call, entry.at)?;
            if let Some(at) = tx.spent(plan_id)? {
                if call.key.is_some() && tx.spent_under(plan_id)?.as_deref() == call.key {
                    return Ok(Work::Before(()));
                }
                return Err(BrokerError::Spent { at });
            }
            // A plan that was spent and did nothing must not plan again to the same run id.
            tx.next_revision()?;
            Ok(Work::New(tx.spend(plan_id, entry.at, call.key)?))
        })
    }

    /// Writes a line into the audit about something that was done to the data as a whole.
    pub fn note(&self, actor: &Actor, action: &str) -> Result<(), BrokerError> {
        self.audited(self.entry(actor, action, None), |_, _| Ok(Work::New(())))
    }

    /// When a plan was applied; `None` where it was not.
    pub fn spent(&self, plan_id: &str) -> Result<Option<SystemTime>, BrokerError> {
        Ok(self.store.read()?.spent(plan_id)?)
    }

    /// When a plan was last applied, whatever was live then, and by whom: its id alone. Reads the whole audit.
    pub fn applied(&self, plan_id: &str) -> Result<Option<(SystemTime, String)>, BrokerError> {
        let mut last = None;
        self.each_line(|line| {
            let plan = line.entry.detail.get("plan").and_then(|run| run.split('@').next());
            if line.entry.action == "spend" && plan == Some(plan_id) && line.entry.outcome == "done" {
                last = Some((line.entry.at, line.entry.actor.clone()));
            }
        })?;
        Ok(last)
    }

    /// Shows every line of the audit, oldest first.
    pub(super) fn each_line(&self, mut look: impl FnMut(&AuditLine)) -> Result<(), BrokerError> {
        let snapshot = self.store.read()?;
        let mut after = 0;
        loop {
            let lines = snapshot.audit(after, AUDIT_PAGE)?;
            let Some(last) = lines.last() else { return Ok(()) };
            after = last.seq;
            lines.iter().for_each(&mut look);
        }
    }

    /// Lines of the audit after a sequence number, so many at most.
    pub fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditLine>, BrokerError> {
        Ok(self.store.read()?.audit(after, limit)?)
    }

    /// Where the audit ends, unchecked.
    pub fn audit_head(&self) -> Result<AuditHead, BrokerError> {
        Ok(self.store.read()?.audit_head()?)
    }

    /// Checks that no line of the audit was changed, moved or removed, and says where it ends.
    pub fn verify_audit(&self) -> Result<AuditHead, BrokerError> {
        let snapshot = self.store.read()?;
        let kept = snapshot.audit_head()?;
        let mut head = AuditHead::start();
        loop {
            let lines = snapshot.audit(head.seq, AUDIT_PAGE)?;
            if lines.is_empty() {
                return head.check_against(kept).map_err(BrokerError::Audit);
            }
            head = verify(head, &lines).map_err(BrokerError::Audit)?;
        }
    }

    /// Does one change of one object in a transaction of its own. `work` writes the effect and answers; what it adds to the
    /// entry's detail goes into the audit.
    ///
    /// `wanted` is what is asked for beyond the call, the action and the address: the same key with another one is refused.
    pub(super) fn undertake(
        &self,
        call: &Call<'_>,
        (action, wanted): (&str, &impl Serialize),
        address: &Address,
        work: impl FnOnce(&mut dyn Transaction, &mut AuditEntry) -> Result<Answer, BrokerError>,
    ) -> Result<Answer, BrokerError> {
        let mut entry = self.entry(call.actor, action, Some(address));
        let origin = [("project", call.project), ("key", call.key)];
        entry.detail.extend(origin.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
        self.audited(entry, |tx, entry| {
            fenced(tx, call, entry.at)?;
            let Some(key) = call.key else { return work(tx, entry).map(Work::New) };
            let asked = digest_of(call, wanted);
            if let Some(answer) = answered(tx, key, action, address, &asked)? {
                return Ok(Work::Before(answer));
            }
            let answer = work(tx, entry)?;
            let recorded = Recorded { action: action.to_owned(), address: address.clone(), asked: Some(asked), answer, at: entry.at };
            tx.record(key, &recorded)?;
            Ok(Work::New(recorded.answer))
        })
    }

    /// One transaction: the work and its line. Where the work is refused, a line alone says so.
    pub(super) fn audited<T>(
        &self,
        mut entry: AuditEntry,
        work: impl FnOnce(&mut dyn Transaction, &mut AuditEntry) -> Result<Work<T>, BrokerError>,
    ) -> Result<T, BrokerError> {
        let mut tx = self.store.begin()?;
        let worked = work(&mut *tx, &mut entry);
        if let Err(error) = &worked {
            let Some(code) = error.code() else { return worked.map(Work::into_inner) };
            entry.outcome = format!("refused: {code}");
            // What the work may have written before it was refused goes away with its transaction.
            drop(tx);
            tx = self.store.begin()?;
        }
        if !matches!(worked, Ok(Work::Before(_))) {
            tx.append_audit(&entry)?;
            tx.commit()?;
        }
        worked.map(Work::into_inner)
    }

    pub(super) fn entry(&self, actor: &Actor, action: &str, address: Option<&Address>) -> AuditEntry {
        AuditEntry {
            at: self.clock.now(),
            actor: actor.name.clone(),
            action: action.to_owned(),
            address: address.cloned(),
            outcome: "done".to_owned(),
            detail: BTreeMap::new(),
        }
    }
}

impl<T> Work<T> {
    fn into_inner(self) -> T {
        match self {
            Work::New(value) | Work::Before(value) => value,
        }
    }
}

/// As the store keeps times.
pub(super) fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs())
}

/// What is live at an address, where it is the caller's to touch and as the caller expects it.
pub(super) fn live(snapshot: &dyn Snapshot, call: &Call<'_>, address: &Address) -> Result<Option<Object>, BrokerError> {
    let live = snapshot.object(address)?;
    if let (Some(object), Some(project)) = (&live, call.project) {
        lifecycle::owned_by(object.owner.as_deref(), project).map_err(BrokerError::refused(address))?;
    }
    match (&call.expect, &live) {
        (Expect::Whatever, _) | (Expect::Absent, None) | (Expect::Present, Some(_)) => Ok(live),
        (Expect::Revision(etag), Some(object)) if object.etag() == *etag => Ok(live),
        (Expect::Revision(_) | Expect::Present, None) => Err(BrokerError::NotFound { address: address.clone() }),
        (Expect::Absent | Expect::Revision(_), Some(_)) => Err(BrokerError::Stale { address: address.clone() }),
    }
}

/// As [`live`], where something has to be there.
pub(super) fn there(snapshot: &dyn Snapshot, call: &Call<'_>, address: &Address) -> Result<Object, BrokerError> {
    live(snapshot, call, address)?.ok_or_else(|| BrokerError::NotFound { address: address.clone() })
}

/// Gives an object a new revision and writes it.
pub(super) fn rewrite(tx: &mut dyn Transaction, object: &mut Object, now: SystemTime) -> Result<(), BrokerError> {
    object.revision = tx.next_revision()?;
    object.updated = now;
    Ok(tx.put_object(object)?)
}

pub(super) fn answer(object: &Object, outcome: Outcome) -> Answer {
    Answer { etag: Some(object.etag()), outcome }
}

fn answered(tx: &dyn Transaction, key: &str, action: &str, address: &Address, asked: &str) -> Result<Option<Answer>, BrokerError> {
    let is_same = |recorded: &Recorded| {
        let asks_same = recorded.asked.as_deref().is_none_or(|before| before == asked);
        recorded.action == action && recorded.address == *address && asks_same
    };
    match tx.recorded(key)? {
        None => Ok(None),
        Some(recorded) if is_same(&recorded) => Ok(Some(recorded.answer)),
        Some(_) => Err(BrokerError::Invalid(Invalid::KeyReused { key: key.to_owned() })),
    }
}

/// Tells what is asked for under a key from anything else. The fence is no part of it: a later apply may bring the key again.
fn digest_of(call: &Call<'_>, wanted: &impl Serialize) -> String {
    let expect = match &call.expect {
        Expect::Absent => "absent".to_owned(),
        Expect::Present => "present".to_owned(),
        Expect::Revision(etag) => format!("revision {}", etag.0),
        Expect::Whatever => "whatever".to_owned(),
    };
    let asked = serde_json::to_vec(&(call.project, expect, wanted)).expect("it is plain data");
    hex::encode(digest(&SHA256, &asked))
}

/// Opens the store's fingerprint key, which tells whether the master key is the right one; makes it where there is none.
fn fingerprint_key(store: &dyn Store, keyring: &Keyring, random: &dyn Random) -> Result<FingerprintKey, BrokerError> {
    let open = |sealed| FingerprintKey::open(keyring, &sealed).map_err(BrokerError::ForeignKey);
    if let Some(sealed) = store.read()?.vault_check()? {
        return open(sealed);
    }
    let mut tx = match store.begin() {
        // Nothing was ever sealed in it and nothing will be: any key serves.
        Err(StoreError::ReadOnly) => return Ok(FingerprintKey::generate(random)),
        begun => begun?,
    };
    // Somebody else may have made it between the two looks.
    if let Some(sealed) = tx.vault_check()? {
        return open(sealed);
    }
    let made = FingerprintKey::generate(random);
    tx.put_vault_check(&made.seal(keyring))?;
    tx.commit()?;
    Ok(made)
}
