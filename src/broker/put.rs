//! Creates or updates an object, with its secrets and its script.

use super::call::{answer, live, rewrite};
use super::consult::{Origin, as_connection, as_webhook, connections_of, names, not_a, status, webhook_state, webhooks_of};
use super::undeclarable::undeclarable;
use super::{Broker, BrokerError, Call, Invalid};
use crate::resource::lifecycle;
use crate::resource::{Address, Connection, Fingerprint, Function, Kind, Name, Resource, SecretPath, Service, Webhook};
use crate::resource::{unfit_for_name, unfit_for_text};
use crate::secret::Secret;
use crate::store::{Answer, Authorization, Object, Outcome, Snapshot, Transaction};
use crate::vault::{self, Owner};
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

/// What is put at an address.
#[derive(Debug, Clone, Copy)]
pub struct Put<'a> {
    pub resource: &'a Resource,
    /// Values of references in the body. Where one is missing the broker keeps what it holds.
    pub secrets: &'a BTreeMap<SecretPath, Secret<String>>,
    /// The text of a function's script; may be left out where the live one is the same.
    pub script: Option<&'a str>,
}

/// Refuses text for people that `check` would refuse in a file.
pub(super) fn fits(pointer: &'static str, unfit: Option<char>) -> Result<(), BrokerError> {
    match unfit {
        Some(character) => Err(BrokerError::Invalid(Invalid::Unfit { pointer, character })),
        None => Ok(()),
    }
}

impl Broker {
    /// Creates or updates an object. Answers with a webhook's state (rule L5), or that it is done.
    pub fn put(&self, call: &Call<'_>, address: &Address, put: Put<'_>) -> Result<Answer, BrokerError> {
        let prints = self.prints(put);
        let wanted = (put.resource, &prints, put.script.map(script_digest));
        self.undertake(call, ("put", &wanted), address, |tx, entry| {
            let live = live(tx, call, address)?;
            has_references(address, put)?;
            self.allow(tx, address, live.as_ref(), put, &prints)?;
            if let Some(live) = &live {
                self.drop_old_grants(tx, live, put.resource, entry.at)?;
            }
            let object = write(tx, call, address, live, put.resource, entry.at)?;
            self.keep_secrets(tx, address, put, &prints)?;
            if put.script.is_some() {
                tx.put_script(address, put.script)?;
            }
            if !prints.is_empty() {
                let prints: Vec<String> = prints.iter().map(|(path, print)| format!("{path} {print}")).collect();
                entry.detail.insert("secrets".to_owned(), prints.join(", "));
            }
            Ok(answer(&object, outcome(tx, &object, entry.at)?))
        })
    }

    fn prints(&self, put: Put<'_>) -> BTreeMap<SecretPath, Fingerprint> {
        put.secrets.iter().map(|(path, value)| (path.clone(), self.fingerprints.fingerprint(value))).collect()
    }

    /// Asks every rule that speaks about this kind, before anything is written.
    fn allow(
        &self,
        tx: &dyn Transaction,
        address: &Address,
        live: Option<&Object>,
        put: Put<'_>,
        prints: &BTreeMap<SecretPath, Fingerprint>,
    ) -> Result<(), BrokerError> {
        if put.resource.kind() != address.kind {
            return Err(not_a(address.kind, address));
        }
        fits("/body/name", unfit_for_name(put.resource.display_name()))?;
        fits("/body/description", unfit_for_text(put.resource.description()))?;
        if let Some(path) = undeclarable(put.resource) {
            return Err(BrokerError::Invalid(Invalid::Undeclarable { address: address.clone(), path }));
        }
        match put.resource {
            Resource::Service(wanted) => allow_service(tx, address, live, wanted, self.clock.now()),
            Resource::Connection(wanted) => self.allow_connection(tx, address, live, wanted, prints),
            Resource::Webhook(wanted) => self.allow_webhook(tx, address, live, wanted),
            Resource::Function(wanted) => allow_function(address, live, wanted, put.script),
        }
    }

    /// L1, L2 and L6.
    fn allow_connection(
        &self,
        tx: &dyn Transaction,
        address: &Address,
        live: Option<&Object>,
        wanted: &Connection,
        prints: &BTreeMap<SecretPath, Fingerprint>,
    ) -> Result<(), BrokerError> {
        let refused = BrokerError::refused(address);
        if let Origin::Custom(service) = self.service_of(tx, address, wanted)? {
            lifecycle::scopes_of_custom_service(&service, wanted).map_err(&refused)?;
        }
        let Some(live) = live else { return Ok(()) };
        let status = status(tx, &address.name, self.clock.now())?;
        let webhooks = names(&webhooks_of(tx, address)?);
        lifecycle::update_connection(as_connection(live)?, wanted, &status, &webhooks).map_err(&refused)?;
        let held = tx.held(address)?;
        if prints.iter().any(|(path, print)| held.get(path) != Some(print)) {
            lifecycle::rewrite_secrets(&status).map_err(&refused)?;
        }
        Ok(())
    }

    /// L9. While it is set aside, its connection need not be there.
    fn allow_webhook(&self, tx: &dyn Transaction, address: &Address, live: Option<&Object>, wanted: &Webhook) -> Result<(), BrokerError> {
        let Some(name) = wanted.connection() else { return Ok(()) };
        let waits = live.is_some_and(|live| stays_aside(live, wanted));
        match self.allow_signing(tx, address, wanted, name) {
            Err(BrokerError::Invalid(Invalid::UnknownConnection { .. })) if waits => Ok(()),
            other => other,
        }
    }

    /// L9: whether a connection may sign this webhook's calls.
    pub(super) fn allow_signing(
        &self,
        snapshot: &dyn Snapshot,
        address: &Address,
        webhook: &Webhook,
        name: &Name,
    ) -> Result<(), BrokerError> {
        let at = Address { kind: Kind::Connection, name: name.clone() };
        let unknown = || Invalid::UnknownConnection { address: address.clone(), connection: name.to_string() };
        let connection = snapshot.object(&at)?.ok_or_else(|| BrokerError::Invalid(unknown()))?;
        let origin = self.service_of(snapshot, &at, as_connection(&connection)?)?;
        lifecycle::signed_call(origin.service(), &webhook.url).map_err(BrokerError::refused(address))
    }

    /// A grant that is held although the connection is not connected (its renewal is in doubt) was given to the body as it
    /// was: it does not outlive a change of it.
    fn drop_old_grants(&self, tx: &mut dyn Transaction, live: &Object, wanted: &Resource, now: SystemTime) -> Result<(), BrokerError> {
        let (Resource::Connection(before), Resource::Connection(after)) = (&*live.resource, wanted) else { return Ok(()) };
        for one in tx.authorizations(&live.address.name)? {
            if lifecycle::connection_differs(before, after) {
                self.queue_grant(tx, &live.address.name, &one.user, now)?;
            }
            let state = lifecycle::state_when_updated(one.state);
            if state != one.state {
                tx.put_authorization(&Authorization { state, message: String::new(), updated: now, ..one })?;
            }
        }
        Ok(())
    }

    /// Seals what was given, and drops what the body has no reference to any more.
    fn keep_secrets(
        &self,
        tx: &mut dyn Transaction,
        address: &Address,
        put: Put<'_>,
        prints: &BTreeMap<SecretPath, Fingerprint>,
    ) -> Result<(), BrokerError> {
        let references = put.resource.secrets();
        for path in tx.held(address)?.keys().filter(|path| !references.contains_key(path)) {
            tx.delete_secret(address, path)?;
        }
        if !put.secrets.is_empty() {
            self.may_seal(tx)?;
        }
        for (path, value) in put.secrets {
            let sealed = vault::seal_text(&self.keyring, &owner(address, path), value);
            tx.put_secret(address, path, &sealed, &prints[path])?;
        }
        Ok(())
    }
}

/// Whether every secret that is given stands in the body.
fn has_references(address: &Address, put: Put<'_>) -> Result<(), BrokerError> {
    let references = put.resource.secrets();
    match put.secrets.keys().find(|path| !references.contains_key(path)) {
        Some(path) => Err(BrokerError::Invalid(Invalid::NoReference { address: address.clone(), path: path.clone() })),
        None => Ok(()),
    }
}

fn script_digest(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

/// Whose secret a field of an object is.
pub(super) fn owner(address: &Address, path: &SecretPath) -> Owner {
    Owner { kind: address.kind.plural().to_owned(), name: address.name.to_string(), field: path.0.clone() }
}

/// L7.
fn allow_service(
    tx: &dyn Transaction,
    address: &Address,
    live: Option<&Object>,
    wanted: &Service,
    now: SystemTime,
) -> Result<(), BrokerError> {
    let Some(Resource::Service(live)) = live.map(|live| &*live.resource) else { return Ok(()) };
    let mut connected = BTreeSet::new();
    for connection in connections_of(tx, address)? {
        if status(tx, &connection.name, now)?.is_connected() {
            connected.insert(connection.name);
        }
    }
    lifecycle::update_service(live, wanted, &connected).map_err(BrokerError::refused(address))
}

fn allow_function(address: &Address, live: Option<&Object>, wanted: &Function, script: Option<&str>) -> Result<(), BrokerError> {
    let live_digest = match live.map(|live| &*live.resource) {
        Some(Resource::Function(function)) => Some(&function.script.sha256),
        Some(Resource::Service(_) | Resource::Connection(_) | Resource::Webhook(_)) | None => None,
    };
    match script {
        Some(text) if script_digest(text) == wanted.script.sha256 => Ok(()),
        Some(_) => Err(BrokerError::Invalid(Invalid::ScriptDiffers { address: address.clone() })),
        None if live_digest == Some(&wanted.script.sha256) => Ok(()),
        None => Err(BrokerError::Invalid(Invalid::ScriptMissing { address: address.clone() })),
    }
}

/// Writes the body. What an apply wrote last is kept where somebody else moves away from it, so that the drift shows.
fn write(
    tx: &mut dyn Transaction,
    call: &Call<'_>,
    address: &Address,
    live: Option<Object>,
    wanted: &Resource,
    now: SystemTime,
) -> Result<Object, BrokerError> {
    let wanted = Arc::new(wanted.clone());
    let by_apply = call.is_of_apply();
    let mut object = match live {
        Some(live) => Object {
            detached: matches!(&*wanted, Resource::Webhook(webhook) if stays_aside(&live, webhook)),
            applied: if by_apply { None } else { moved_away(&live, &wanted) },
            resource: wanted,
            ..live
        },
        None => Object {
            address: address.clone(),
            resource: wanted,
            owner: call.project.map(str::to_owned),
            maker: Some(call.actor.name.clone()),
            revision: 0,
            applied: None,
            detached: false,
            created: now,
            updated: now,
        },
    };
    rewrite(tx, &mut object, now)?;
    Ok(object)
}

fn moved_away(live: &Object, wanted: &Arc<Resource>) -> Option<Arc<Resource>> {
    let applied = live.applied.clone().or_else(|| live.owner.is_some().then(|| live.resource.clone()));
    applied.filter(|applied| applied != wanted)
}

/// A webhook that was set aside stays so until it is attached, or selects another connection.
fn stays_aside(live: &Object, wanted: &Webhook) -> bool {
    live.detached && as_webhook(live).is_ok_and(|body| body.connection() == wanted.connection())
}

fn outcome(tx: &dyn Transaction, object: &Object, now: SystemTime) -> Result<Outcome, BrokerError> {
    match &*object.resource {
        Resource::Webhook(webhook) => Ok(Outcome::Webhook(webhook_state(object, webhook, |name| status(tx, name, now))?)),
        Resource::Service(_) | Resource::Connection(_) | Resource::Function(_) => Ok(Outcome::Done),
    }
}
