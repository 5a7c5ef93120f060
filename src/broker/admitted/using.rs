//! Connections are authorized, used and given up, and webhooks fire, by who may.

use super::{Admitted, Asked, Facts, not_there};
use crate::broker::hook::{HookError, Listed, Shown};
use crate::broker::{Answered, Arrival, Begun, BrokerError, Connected, Consent, Outgoing, Told};
use crate::oauth::Body;
use crate::resource::access::{Denied, ObjectFacts, Right};
use crate::resource::{Address, Kind, Name};
use crate::store::{Answer, ConsentEnd, Delivery, DeliveryFilter};
use http::{HeaderMap, Method};
use std::time::Duration;
use url::Url;

/// A consent that somebody wants to give.
#[derive(Debug, Clone, Copy)]
pub struct ConsentWanted<'a> {
    pub connection: &'a Name,
    /// The login user who connects an own account; whoever asks for `None`. Counts only where the connection uses login
    /// users' credentials.
    pub user: Option<&'a str>,
    /// The application of the portal that it is for; needed where there are several.
    pub application: Option<&'a Name>,
    pub redirect_uri: &'a Url,
}

/// A call with a connection: see [`Outgoing`].
pub struct Invocation<'a> {
    pub connection: &'a Name,
    /// On whose behalf; whoever asks for `None`. Counts only where the connection uses login users' credentials.
    pub user: Option<&'a str>,
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
    pub body_cap: u64,
    pub patience: Duration,
}

impl Admitted<'_> {
    /// Connects what needs nobody's consent, and says what waits for whom where it does. It is the owner's authorization, so a
    /// user of connections may not: see [`Admitted::begin_consent`].
    pub fn authorize(&self, asked: &Asked<'_>, address: &Address, application: Option<&Name>) -> Result<Answer, BrokerError> {
        let facts = self.seen(address)?;
        self.ask_owner_s(address, &facts)?;
        self.ask_project(asked)?;
        self.ask_used(address)?;
        self.broker.authorize_for(&self.call(asked), address, application)
    }

    /// Takes authorizations away: one user's where one is named, otherwise everybody's. One's own may be given up by who may
    /// connect; everybody's and other people's take the right to change the connection.
    pub fn revoke(&self, asked: &Asked<'_>, address: &Address, user: Option<&str>) -> Result<(Answer, Vec<Told>), BrokerError> {
        let facts = self.seen(address)?;
        match user {
            Some(_) if self.may(Right::Connect, Some(&facts.about(user))).is_ok() => {}
            Some(_) => self.ask_to_change(address, &facts)?,
            None if facts.shared => self.ask_to_change(address, &facts)?,
            None => self.ask_owner_s(address, &facts)?,
        }
        self.ask_project(asked)?;
        self.broker.revoke_and_tell(&self.call(asked), address, user)
    }

    /// Begins a consent, which only the same principal can finish.
    pub fn begin_consent(&self, wanted: ConsentWanted<'_>) -> Result<Begun, BrokerError> {
        let user = self.user_meant(Right::Connect, wanted.connection, wanted.user)?;
        self.broker.begin_consent(Consent {
            actor: &self.actor,
            connection: wanted.connection,
            user: user.as_deref(),
            application: wanted.application,
            redirect_uri: wanted.redirect_uri,
        })
    }

    /// What became of a consent, for who may give it: see [`Broker::consent_end`](crate::broker::Broker::consent_end).
    pub fn consent_end(&self, connection: &Name, consent: &str) -> Result<Option<ConsentEnd>, BrokerError> {
        self.user_meant(Right::Connect, connection, None)?;
        let Some(end) = self.broker.consent_end(connection, consent)? else { return Ok(None) };
        self.user_meant(Right::Connect, connection, Some(&end.user))?;
        Ok(Some(end))
    }

    /// Finishes a consent that this principal began.
    pub fn redeem(&self, url: &Url, allow_other_account: bool) -> Result<Connected, BrokerError> {
        self.ask(Right::Connect)?;
        self.broker.redeem(Arrival { actor: &self.actor, is_user: true, url, allow_other_account })
    }

    /// Calls out with a connection.
    pub fn invoke(&self, invocation: Invocation<'_>) -> Result<Answered, BrokerError> {
        let address = Address { kind: Kind::Connection, name: invocation.connection.clone() };
        self.ask(Right::Invoke)?;
        // Judged and used as one view shows it.
        let snapshot = self.broker.store.read()?;
        let object = snapshot.object(&address)?.ok_or_else(|| not_there(&address))?;
        let user = match self.judged_user(Right::Invoke, &Facts::of(&object), invocation.user) {
            Ok(user) => user,
            Err(denied) => {
                drop(snapshot);
                return Err(self.deny(Right::Invoke, Some(&address), denied));
            }
        };
        self.ask_used_by(&*snapshot, &object)?;
        let party = self.broker.party_of(&*snapshot, &object, user.as_deref())?;
        let Invocation { connection, method, url, headers, body, body_cap, patience, .. } = invocation;
        let (actor, connection, user) = (&self.actor, Some(connection), user.as_deref());
        let outgoing = Outgoing { actor, action: "invoke", connection, user, method, url, headers, body, body_cap, patience };
        self.broker.call_as(snapshot, party, &outgoing)
    }

    /// Fires a webhook: on behalf of the login user who is named, or whoever asks for `None`, where its connection uses login
    /// users' credentials. To name another takes what calling with that one's authorization takes.
    pub fn trigger(
        &self,
        webhook: &Name,
        event: &serde_json::Value,
        (key, user): (Option<&str>, Option<&str>),
    ) -> Result<Delivery, HookError> {
        self.ask_of(Right::Trigger, &hook(webhook), None)?;
        self.ask_used(&hook(webhook))?;
        let user = user.unwrap_or(&self.principal.name);
        self.ask_behalf(webhook, user)?;
        self.broker.trigger_for(&self.actor, webhook, event, (key, Some(user)))
    }

    pub fn redeliver(&self, id: &str) -> Result<Delivery, HookError> {
        let shown = self.broker.delivery(id)?.ok_or_else(|| HookError::NoDelivery(id.to_owned()))?;
        self.ask_of(Right::Trigger, &hook(&shown.listed.delivery.webhook), None).map_err(|error| no_delivery(error, id))?;
        self.ask_used(&hook(&shown.listed.delivery.webhook))?;
        self.ask_behalf(&shown.listed.delivery.webhook, &shown.listed.delivery.user)?;
        self.broker.redeliver(&self.actor, id)
    }

    /// The newest deliveries first: those of webhooks that whoever asks may see. A page may be short of its limit.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Listed>, HookError> {
        self.ask(Right::See)?;
        let mut all = self.broker.deliveries(filter)?;
        let mut seen = std::collections::BTreeMap::new();
        for one in &all {
            let webhook = &one.delivery.webhook;
            if !seen.contains_key(webhook) {
                let facts = self.facts(&hook(webhook))?;
                let is_seen = facts.is_some_and(|facts| self.may(Right::See, Some(&facts.about(None))).is_ok());
                seen.insert(webhook.clone(), is_seen);
            }
        }
        all.retain(|one| seen[&one.delivery.webhook]);
        Ok(all)
    }

    /// One delivery with every try.
    pub fn delivery(&self, id: &str) -> Result<Shown, HookError> {
        self.ask(Right::See)?;
        let shown = self.broker.delivery(id)?.ok_or_else(|| HookError::NoDelivery(id.to_owned()))?;
        self.ask_of(Right::See, &hook(&shown.listed.delivery.webhook), None).map_err(|error| no_delivery(error, id))?;
        Ok(shown)
    }

    /// Whether a webhook may be fired with somebody's authorization of its connection. One's own needs no more than firing it.
    fn ask_behalf(&self, webhook: &Name, user: &str) -> Result<(), HookError> {
        let signed_by = self.broker.webhook(webhook)?.and_then(|webhook| webhook.connection().cloned());
        if let Some(connection) = signed_by.filter(|_| !user.is_empty() && user != self.principal.name) {
            self.user_meant(Right::Invoke, &connection, Some(user))?;
        }
        Ok(())
    }

    /// The login user on whose behalf something is done: whoever asks, unless somebody else is named. Nobody where the owner's
    /// credentials count for all.
    fn user_meant(&self, right: Right, connection: &Name, named: Option<&str>) -> Result<Option<String>, BrokerError> {
        let address = Address { kind: Kind::Connection, name: connection.clone() };
        self.ask(right)?;
        let facts = self.facts(&address)?.ok_or_else(|| not_there(&address))?;
        let user = self.judged_user(right, &facts, named).map_err(|denied| self.deny(right, Some(&address), denied))?;
        self.ask_used(&address)?;
        Ok(user)
    }

    fn judged_user(&self, right: Right, facts: &Facts, named: Option<&str>) -> Result<Option<String>, Denied> {
        let user = facts.shared.then(|| named.unwrap_or(&self.principal.name).to_owned());
        self.may(right, Some(&facts.about(user.as_deref()))).map(|()| user)
    }

    /// What is known of a connection over which whoever asks has a right, were it the least one.
    fn seen(&self, address: &Address) -> Result<Facts, BrokerError> {
        const RIGHTS: [Right; 2] = [Right::Connect, Right::Apply];
        if let [Err(_), Err(denied)] = RIGHTS.map(|right| self.may(right, None)) {
            return Err(self.deny(Right::Apply, None, denied));
        }
        let facts = self.facts(address)?.ok_or_else(|| not_there(address))?;
        match RIGHTS.map(|right| self.may(right, Some(&facts.about(None)))) {
            [Ok(()), _] | [_, Ok(())] => Ok(facts),
            [Err(Denied::Hidden), _] | [_, Err(Denied::Hidden)] => Err(self.deny(Right::Connect, Some(address), Denied::Hidden)),
            [_, Err(denied)] => Err(self.deny(Right::Apply, Some(address), denied)),
        }
    }

    /// The right over the owner's authorization: to change the connection, or to connect any.
    fn ask_owner_s(&self, address: &Address, facts: &Facts) -> Result<(), BrokerError> {
        let owner_s = ObjectFacts { shared: false, ..facts.about(None) };
        if self.may(Right::Connect, Some(&owner_s)).is_ok() { Ok(()) } else { self.ask_to_change(address, facts) }
    }

    fn ask_to_change(&self, address: &Address, facts: &Facts) -> Result<(), BrokerError> {
        self.may(Right::Apply, Some(&facts.about(None))).map_err(|denied| self.deny(Right::Apply, Some(address), denied))
    }
}

fn hook(name: &Name) -> Address {
    Address { kind: Kind::Webhook, name: name.clone() }
}

/// Deliveries of a webhook that whoever asks may not know of are not there either.
fn no_delivery(error: BrokerError, id: &str) -> HookError {
    match error {
        BrokerError::NotFound { .. } => HookError::NoDelivery(id.to_owned()),
        other => other.into(),
    }
}
