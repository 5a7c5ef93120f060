//! The queue: events go in, deliveries are leased out of it and put back, people look at it and ask for another try.

use super::error::HookError;
use super::fill::plain_fields;
use super::message::Message;
use super::render::render;
use crate::broker::consult::{as_connection, as_webhook, status, webhook_state};
use crate::broker::party::side;
use crate::broker::{Actor, Broker, BrokerError};
use crate::resource::{Address, Kind, Name, SecretPath, Webhook, WebhookState};
use crate::store::{About, Attempt, Delivery, DeliveryFilter, DeliveryState, Lease, Pick, Snapshot};
use crate::vault::{self, Owner, Sealed};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};
use url::Url;

/// How long a try may take until another process takes the delivery over: a renewal of the credential, the call, and once
/// more after the service said that the credential had expired.
pub(super) const LEASE: Duration = Duration::from_secs(180);

/// How long a finished delivery is kept, for people to look at and to try again. Longer than any plan is good for.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A delivery as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub delivery: Delivery,
    /// Why it is not tried although it is due: its webhook cannot fire.
    pub waits: Option<WebhookState>,
}

/// One delivery with all its tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub listed: Listed,
    pub attempts: Vec<Attempt>,
}

/// A delivery that is ours to try, with what it takes.
pub(super) struct Leased {
    pub(super) delivery: Delivery,
    pub(super) webhook: Webhook,
    pub(super) request: Sealed,
    pub(super) secrets: BTreeMap<SecretPath, Sealed>,
}

impl Broker {
    /// Fills a webhook with an event and puts the call into the queue, once and for all: what happens to the webhook later
    /// changes neither text nor address of it.
    ///
    /// With a key the same event counts once for a webhook, for as long as its delivery is kept: the delivery that is there
    /// is given back. Another event under a key that was used is refused.
    pub fn trigger(&self, actor: &Actor, webhook: &Name, event: &Json, key: Option<&str>) -> Result<Delivery, HookError> {
        self.trigger_for(actor, webhook, event, (key, None))
    }

    /// As [`Broker::trigger`], on behalf of the login user who is named: needed where the webhook's connection uses login users'
    /// credentials, and without effect elsewhere.
    pub fn trigger_for(
        &self,
        actor: &Actor,
        webhook: &Name,
        event: &Json,
        (key, user): (Option<&str>, Option<&str>),
    ) -> Result<Delivery, HookError> {
        let address = Address { kind: Kind::Webhook, name: webhook.clone() };
        let mut tx = self.store.begin_about(About::Deliveries)?;
        let object = tx.object(&address)?.ok_or_else(|| BrokerError::NotFound { address: address.clone() })?;
        let hook = as_webhook(&object)?;
        let user = behalf(&*tx, hook, user)?;
        let message = render(hook, event).map_err(|source| HookError::Unfilled { webhook: address.clone(), source })?;
        let id = match key {
            Some(key) => format!("msg_{}", of_key(webhook, key)),
            None => format!("msg_{}", self.mint(&*tx)?),
        };
        if let Some(there) = tx.delivery(&id)? {
            let is_same = there.user == user && self.says(&*tx, &id, &message)?;
            return if is_same { Ok(there) } else { Err(HookError::KeyReused(key.unwrap_or_default().to_owned())) };
        }
        let mut entry = self.entry(actor, "trigger", Some(&address));
        let delivery = Delivery {
            id,
            webhook: webhook.clone(),
            host: host(&message.url).unwrap_or_default(),
            state: DeliveryState::Pending,
            tries: 0,
            created: entry.at,
            actor: actor.name.clone(),
            user,
            due: entry.at,
            lease: None,
            finished: None,
            reason: String::new(),
        };
        entry.detail.insert("delivery".to_owned(), delivery.id.clone());
        let sealed = vault::seal_private(&self.keyring, &request_owner(&delivery.id), &message.to_bytes());
        tx.add_delivery(&delivery, &sealed)?;
        tx.append_audit(&entry)?;
        tx.commit()?;
        Ok(delivery)
    }

    /// Puts a delivery back into the queue, to be tried at once under its old id: the receiver can tell that it is the same.
    pub fn redeliver(&self, actor: &Actor, id: &str) -> Result<Delivery, HookError> {
        let mut tx = self.store.begin_about(About::Deliveries)?;
        let mut delivery = tx.delivery(id)?.ok_or_else(|| HookError::NoDelivery(id.to_owned()))?;
        let mut entry = self.entry(actor, "redeliver", Some(&Address { kind: Kind::Webhook, name: delivery.webhook.clone() }));
        if delivery.lease.as_ref().is_some_and(|lease| lease.until > entry.at) {
            return Err(HookError::UnderWay(id.to_owned()));
        }
        delivery = Delivery { state: DeliveryState::Pending, tries: 0, due: entry.at, lease: None, finished: None, ..delivery };
        entry.detail.insert("delivery".to_owned(), delivery.id.clone());
        tx.put_delivery(&delivery)?;
        tx.append_audit(&entry)?;
        tx.commit()?;
        Ok(delivery)
    }

    /// The newest deliveries first.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Listed>, HookError> {
        let snapshot = self.store.read()?;
        snapshot.deliveries(filter)?.into_iter().map(|delivery| listed(&*snapshot, delivery, self.clock.now())).collect()
    }

    /// One delivery, with every try; `None` where there is none of that id.
    pub fn delivery(&self, id: &str) -> Result<Option<Shown>, HookError> {
        let snapshot = self.store.read()?;
        let Some(delivery) = snapshot.delivery(id)? else { return Ok(None) };
        Ok(Some(Shown { listed: listed(&*snapshot, delivery, self.clock.now())?, attempts: snapshot.attempts(id)? }))
    }

    /// The webhook that is live under a name.
    pub fn webhook(&self, name: &Name) -> Result<Option<Webhook>, HookError> {
        let object = self.store.read()?.object(&Address { kind: Kind::Webhook, name: name.clone() })?;
        Ok(object.as_ref().map(as_webhook).transpose()?.cloned())
    }

    /// Claims the next delivery that may be tried. Webhooks that cannot fire are noted in `pick`, and passed over.
    pub(super) fn lease(&self, actor: &Actor, pick: &mut Pick) -> Result<Option<Leased>, HookError> {
        loop {
            let mut tx = self.store.begin_about(About::Deliveries)?;
            let now = self.clock.now();
            let lease = Lease { owner: self.mint(&*tx)?, until: now + LEASE };
            let Some(delivery) = tx.lease_delivery(now, &lease, pick)? else { return Ok(None) };
            let address = Address { kind: Kind::Webhook, name: delivery.webhook.clone() };
            let object = tx.object(&address)?.ok_or_else(|| BrokerError::NotFound { address: address.clone() })?;
            let webhook = as_webhook(&object)?.clone();
            if webhook_state(&object, &webhook, |name| status(&*tx, name, now))? != WebhookState::Active {
                // The claim goes away with its transaction.
                pick.not_webhooks.insert(delivery.webhook);
                continue;
            }
            let request = tx.delivery_request(&delivery.id)?.ok_or_else(|| HookError::NoDelivery(delivery.id.clone()))?;
            let mut secrets = BTreeMap::new();
            for path in tx.held(&address)?.into_keys() {
                if let Some(sealed) = tx.sealed(&address, &path)? {
                    secrets.insert(path, sealed);
                }
            }
            let mut entry = self.entry(actor, "deliver", Some(&address));
            entry.detail.insert("delivery".to_owned(), delivery.id.clone());
            tx.append_audit(&entry)?;
            tx.commit()?;
            return Ok(Some(Leased { delivery, webhook, request, secrets }));
        }
    }

    /// Writes down how a try went. `change` is left undone where somebody else has taken the delivery over since: theirs is
    /// the word. `None` where the webhook is gone, and its deliveries with it.
    pub(super) fn settle(
        &self,
        leased: &Delivery,
        mut attempt: Attempt,
        change: impl FnOnce(&mut Delivery),
    ) -> Result<Option<(Delivery, Attempt)>, HookError> {
        let mut tx = self.store.begin_about(About::Deliveries)?;
        let Some(mut delivery) = tx.delivery(&leased.id)? else { return Ok(None) };
        attempt.number = u32::try_from(tx.attempts(&leased.id)?.len()).unwrap_or(u32::MAX).saturating_add(1);
        tx.add_attempt(&leased.id, &attempt)?;
        if is_ours(&delivery, leased) {
            change(&mut delivery);
            delivery.lease = None;
            tx.put_delivery(&delivery)?;
        }
        tx.commit()?;
        Ok(Some((delivery, attempt)))
    }

    /// Puts a delivery back that was not tried after all.
    pub(super) fn put_back(&self, leased: &Delivery, due: SystemTime, reason: String) -> Result<(), HookError> {
        let mut tx = self.store.begin_about(About::Deliveries)?;
        match tx.delivery(&leased.id)? {
            Some(delivery) if is_ours(&delivery, leased) => {
                tx.put_delivery(&Delivery { due: whole(due), lease: None, reason, ..delivery })?;
                Ok(tx.commit()?)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a delivery that is kept sends this.
    fn says(&self, snapshot: &dyn Snapshot, id: &str, message: &Message) -> Result<bool, HookError> {
        let Some(sealed) = snapshot.delivery_request(id)? else { return Ok(false) };
        let kept = vault::open_private(&self.keyring, &request_owner(id), &sealed).map_err(BrokerError::ForeignKey)?;
        Ok(kept.as_slice() == message.to_bytes().as_slice())
    }

    /// Forgets what was finished long ago: deliveries, and the answers that a retried change would get. A plan whose steps
    /// they were has expired by then.
    pub fn forget_old(&self) -> Result<u64, HookError> {
        let before = self.clock.now().checked_sub(KEPT).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut tx = self.store.begin()?;
        let count = tx.drop_deliveries(before)? + tx.drop_records(before)?;
        tx.commit()?;
        Ok(count)
    }

    /// Ninety-six bits that nothing had before: random ones, and the end of the audit, which moves on with every use.
    fn mint(&self, snapshot: &dyn Snapshot) -> Result<String, HookError> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        let mut text = bytes.to_vec();
        text.extend_from_slice(snapshot.audit_head()?.digest.as_bytes());
        Ok(hex::encode(&digest(&SHA256, &text).as_ref()[..12]))
    }
}

/// Whose authorization signs what a webhook sends. A connection that is gone refuses nothing: the delivery waits for it.
fn behalf(snapshot: &dyn Snapshot, webhook: &Webhook, user: Option<&str>) -> Result<String, BrokerError> {
    let Some(name) = webhook.connection() else { return Ok(String::new()) };
    let address = Address { kind: Kind::Connection, name: name.clone() };
    match snapshot.object(&address)? {
        Some(object) => side(&address, as_connection(&object)?, user),
        None => Ok(user.unwrap_or_default().to_owned()),
    }
}

/// What a key of the sender's stands for: the same for every try, and another for each webhook.
fn of_key(webhook: &Name, key: &str) -> String {
    hex::encode(&digest(&SHA256, format!("{webhook}\n{key}").as_bytes()).as_ref()[..12])
}

/// Whether nobody has taken a delivery over since it was leased. (The times of a lease lose their fractions in the store.)
fn is_ours(now: &Delivery, leased: &Delivery) -> bool {
    let owner = |delivery: &Delivery| delivery.lease.as_ref().map(|lease| lease.owner.clone());
    owner(now) == owner(leased)
}

/// Whose the sealed message of a delivery is.
pub(in crate::broker) fn request_owner(id: &str) -> Owner {
    Owner { kind: "deliveries".to_owned(), name: id.to_owned(), field: "request".to_owned() }
}

/// The next whole second: what is stored is never earlier than what was meant.
pub(super) fn whole(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() + u64::from(since.subsec_nanos() > 0))
}

/// Host, and port where it is named, of a URL that may still hold merge fields.
pub(super) fn host(url: &str) -> Option<String> {
    let url = Url::parse(&plain_fields(url)).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn listed(snapshot: &dyn Snapshot, delivery: Delivery, now: SystemTime) -> Result<Listed, HookError> {
    let address = Address { kind: Kind::Webhook, name: delivery.webhook.clone() };
    let waits = match snapshot.object(&address)? {
        Some(object) if delivery.state == DeliveryState::Pending => {
            let state = webhook_state(&object, as_webhook(&object)?, |name| status(snapshot, name, now))?;
            Some(state).filter(|state| *state != WebhookState::Active)
        }
        Some(_) | None => None,
    };
    Ok(Listed { delivery, waits })
}
