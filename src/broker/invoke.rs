//! Calls out with a connection: the platform's `invokeurl`, and what a webhook's delivery is made of.

use super::headers::{clean_incoming, clean_outgoing};
use super::outward::{Inbound, Outbound, OutwardError};
use super::party::{Party, Server};
use super::refresh::{Renewal, not_connected};
use super::{Actor, Broker, BrokerError, Invalid, Spelling};
use crate::oauth::{self, Call, Credential, PlacementError};
use crate::resource::lifecycle;
use crate::resource::{Address, Auth, ConnectionState, Grant, HostPattern, Name, SecretPath};
use crate::secret::Secret;
use crate::store::{Authorization, Snapshot, StoredGrant, Use};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use url::Url;

/// What the platform gives one call.
pub const PATIENCE: Duration = Duration::from_secs(40);
/// What the platform lets an answer be.
pub const BODY_CAP: u64 = 5 * 1024 * 1024;

/// What a connection proves itself with, where it may go, and of which generation it is.
#[derive(Debug, Clone)]
pub struct Attached {
    pub credential: oauth::Credential,
    /// L9: where it may be sent, and nowhere else.
    pub hosts: BTreeSet<HostPattern>,
    /// Moves on with every renewal. 0 for credentials that are never renewed.
    pub generation: u64,
}

/// A call that is to be made. Nothing of the connection's credential is in it yet.
pub struct Outgoing<'a> {
    pub actor: &'a Actor,
    /// `invoke`, `deliver`: the word in the audit.
    pub action: &'a str,
    /// Whose credential it carries; `None` for a webhook of authentication type *general*.
    pub connection: Option<&'a Name>,
    /// The login user on whose behalf it is made. Counts only where the connection uses login users' credentials.
    pub user: Option<&'a str>,
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: oauth::Body,
    /// Bytes of the answer's body.
    pub body_cap: u64,
    pub patience: Duration,
}

/// What came back.
pub struct Answered {
    /// Without the headers that belong to one hop or to a browser.
    pub response: Inbound,
    /// Whether the access was renewed on the way because the service said that it had expired.
    pub renewed: bool,
    /// Why the service may refuse access that is fresh; empty where it did not.
    pub hints: Vec<String>,
}

/// A party with what it proves itself with.
struct Armed {
    party: Party,
    credential: Credential,
    generation: u64,
    /// What the service's own headers may name.
    fields: BTreeMap<String, Secret<String>>,
}

impl Broker {
    /// What a connection proves itself with now: renewed where it is due. Not audited by itself: whoever spends it writes
    /// the line, as [`Broker::call_out`] does.
    pub fn credential(&self, connection: &Name, user: Option<&str>) -> Result<Attached, BrokerError> {
        let snapshot = self.store.read()?;
        let party = self.party(&*snapshot, connection, user)?;
        let armed = self.arm(snapshot, party, None)?;
        Ok(Attached { credential: armed.credential, hosts: lifecycle::hosts_of(&armed.party.service), generation: armed.generation })
    }

    /// Checks the host (L9), attaches the credential, sends, and where the service says that the access has expired renews
    /// it once and sends once more. The line in the audit is written before anything is sent.
    pub fn call_out(&self, request: Outgoing<'_>) -> Result<Answered, BrokerError> {
        let Some(connection) = request.connection else { return self.call_plain(&request) };
        let snapshot = self.store.read()?;
        let party = self.party(&*snapshot, connection, request.user)?;
        self.call_as(snapshot, party, &request)
    }

    /// As [`Broker::call_out`], on one side of a connection and from the view in which that was read.
    pub(super) fn call_as(&self, snapshot: Box<dyn Snapshot + '_>, party: Party, request: &Outgoing<'_>) -> Result<Answered, BrokerError> {
        if let Err(error) = check_target(&party, request) {
            drop(snapshot);
            return Err(self.note_refusal(request, &party.address, error));
        }
        let armed = self.arm(snapshot, party, None)?;
        self.note_use(request, &armed)?;
        let first = self.send(request, &armed)?;
        if !armed.party.rules.says_expired(first.status().as_u16(), first.body()) {
            return Ok(answered(first, false, Vec::new()));
        }
        match self.arm_again(&armed) {
            Ok(again) if again.generation != armed.generation => {
                let second = self.send(request, &again)?;
                let is_refused = again.party.rules.says_expired(second.status().as_u16(), second.body());
                Ok(answered(second, true, if is_refused { again.party.rules.when_refused } else { Vec::new() }))
            }
            // Nothing newer is to be had: the service's own words come along.
            Ok(_) => {
                let why = self.note_refused(&armed);
                Ok(answered(first, false, why_and(why, armed.party.rules.when_refused)))
            }
            // It stands with the connection already.
            Err(error) => Ok(answered(first, false, why_and(error.to_string(), armed.party.rules.when_refused))),
        }
    }

    /// A webhook of authentication type *general*: what it proves itself with is among its own headers.
    fn call_plain(&self, request: &Outgoing<'_>) -> Result<Answered, BrokerError> {
        let mut headers = request.headers.clone();
        clean_outgoing(&mut headers);
        let call = Call { method: request.method.clone(), url: request.url.clone(), headers, body: request.body.clone() };
        let sent = self.outward.call(Outbound { request: call.into_request()?, patience: request.patience }, request.body_cap);
        Ok(answered(sent.map_err(BrokerError::Call)?, false, Vec::new()))
    }

    /// What is refused leaves a line too.
    fn note_refusal(&self, request: &Outgoing<'_>, address: &Address, error: BrokerError) -> BrokerError {
        let mut entry = self.entry(request.actor, request.action, Some(address));
        entry.detail.extend([
            ("method".to_owned(), request.method.to_string()),
            ("host".to_owned(), request.url.host_str().unwrap_or_default().to_owned()),
            ("user".to_owned(), request.user.unwrap_or_default().to_owned()),
        ]);
        let audited: Result<(), BrokerError> = self.audited(entry, |_, _| Err(error));
        audited.expect_err("the work is the refusal")
    }

    /// The same side again, whose access its service has refused.
    fn arm_again(&self, refused: &Armed) -> Result<Armed, BrokerError> {
        let snapshot = self.store.read()?;
        let party = self.party(&*snapshot, refused.party.name(), Some(&refused.party.user))?;
        self.arm(snapshot, party, Some(refused.generation))
    }

    /// From the view in which the party was read. A renewal looks anew.
    fn arm(&self, snapshot: Box<dyn Snapshot + '_>, party: Party, refused: Option<u64>) -> Result<Armed, BrokerError> {
        let standing = self.check_asked(&*snapshot, &party)?;
        let (credential, generation, fields) = match self.server(&*snapshot, &party)? {
            Server::Oauth2 { provider, grant } => {
                let current = self.current(snapshot, &Renewal { party: &party, provider: &provider, grant, refused })?;
                let is_moved = grant == Grant::AuthorizationCode && !current.tokens.issued_by.is_still(&provider);
                if is_moved {
                    let why = "its service's token URL or client was changed since it was connected: connect it again".to_owned();
                    return Err(BrokerError::Unready { address: party.address, why });
                }
                let mut fields: BTreeMap<String, Secret<String>> =
                    current.tokens.extra.iter().map(|(name, value)| (name.clone(), Secret::new(value.clone()))).collect();
                fields.insert("client_id".to_owned(), Secret::new(provider.client_id.clone()));
                (Credential::token(current.tokens.access.clone(), provider.place.clone()), current.generation, fields)
            }
            Server::Oauth1(provider) => {
                let grant = self.grant_of(&*snapshot, &party)?;
                let token = self.open_token1(&grant)?.ok_or_else(|| not_connected(&party, ConnectionState::NotConnected, String::new()))?;
                (Credential::Oauth1(provider.signs_with(&token)), grant.generation, BTreeMap::new())
            }
            Server::Declared => {
                let (credential, fields) = self.declared(&*snapshot, &party, standing)?;
                (credential, 0, fields)
            }
        };
        Ok(Armed { party, credential, generation, fields })
    }

    /// Asked before the client is looked for, so that the first thing said is that nobody connected.
    fn check_asked(&self, snapshot: &dyn Snapshot, party: &Party) -> Result<Authorization, BrokerError> {
        let standing = snapshot.authorizations(party.name())?.into_iter().find(|one| one.user == party.user);
        match standing {
            Some(one) if matches!(one.state, ConnectionState::Connected | ConnectionState::Error) => Ok(one),
            Some(one) => Err(not_connected(party, one.state, one.message)),
            None => Err(not_connected(party, ConnectionState::NotConnected, String::new())),
        }
    }

    /// Keys, or user name and password, as the connection gives them.
    fn declared(
        &self,
        snapshot: &dyn Snapshot,
        party: &Party,
        standing: Authorization,
    ) -> Result<(Credential, BTreeMap<String, Secret<String>>), BrokerError> {
        if standing.state != ConnectionState::Connected {
            return Err(not_connected(party, standing.state, standing.message));
        }
        let value = |(key, value): (&String, &_)| {
            let path = SecretPath::of(["credentials", key]);
            Ok::<_, BrokerError>((key.clone(), self.value(snapshot, &party.address, path, value, &party.address)?))
        };
        let fields: BTreeMap<String, Secret<String>> = party.connection.credentials.iter().map(value).collect::<Result<_, _>>()?;
        let take = |name: &str| fields.get(name).cloned().ok_or_else(|| PlacementError::MissingKey(name.to_owned()));
        let credential = match (&party.service.auth, &party.rules.spelling) {
            (_, Some(Spelling { place: None, .. })) => {
                let why = "its service wants the key in a place that calls cannot put it yet".to_owned();
                return Err(BrokerError::Unready { address: party.address.clone(), why });
            }
            (Auth::ApiKey(_), Some(Spelling { place: Some(place), format })) => Credential::formed(format, &fields, place.clone())?,
            (Auth::ApiKey(service), None) => Credential::api_keys(service, &fields)?,
            (Auth::Basic | Auth::Oauth1(_) | Auth::Oauth2(_), _) => {
                Credential::Basic { username: take("username")?, password: take("password")? }
            }
        };
        Ok((credential, fields))
    }

    /// The audit's line and the time of the last use, durable before the credential leaves.
    fn note_use(&self, request: &Outgoing<'_>, armed: &Armed) -> Result<(), BrokerError> {
        let party = &armed.party;
        let mut entry = self.entry(request.actor, request.action, Some(&party.address));
        entry.detail.extend([
            ("method".to_owned(), request.method.to_string()),
            ("host".to_owned(), request.url.host_str().unwrap_or_default().to_owned()),
            ("generation".to_owned(), armed.generation.to_string()),
            ("user".to_owned(), party.user.clone()),
        ]);
        Ok(self.store.note_use(Use { connection: party.name().clone(), user: party.user.clone(), entry })?)
    }

    fn send(&self, request: &Outgoing<'_>, armed: &Armed) -> Result<Inbound, BrokerError> {
        let mut headers = request.headers.clone();
        clean_outgoing(&mut headers);
        for (name, format) in &armed.party.rules.headers {
            let own = oauth::own_header(name, format, &armed.fields);
            if let Some((name, value)) = own {
                headers.entry(name).or_insert(value);
            }
        }
        let mut call = Call { method: request.method.clone(), url: request.url.clone(), headers, body: request.body.clone() };
        oauth::attach(&armed.credential, &mut call, &*self.random, self.clock.now())?;
        let outbound = Outbound { request: call.into_request()?, patience: request.patience };
        self.outward.call(outbound, request.body_cap).map_err(|error| {
            self.note_trouble(&armed.party, &error);
            BrokerError::Call(error)
        })
    }

    /// Says with the connection that the service does not accept it, unless a renewal that failed has said why already; and
    /// for who called, what can be done.
    fn note_refused(&self, armed: &Armed) -> String {
        let party = &armed.party;
        let why = format!("the service does not accept the access of `{}`", party.address);
        let written = || -> Result<(), BrokerError> {
            let mut tx = self.store.begin_about(party.about())?;
            let grant = self.grant_of(&*tx, party)?;
            if grant.last_error.is_empty() {
                tx.put_grant(&StoredGrant { last_error: why.clone(), ..grant })?;
                tx.commit()?;
            }
            Ok(())
        };
        let _ = written();
        let user = if party.user.is_empty() { String::new() } else { format!(" --as {}", party.user) };
        match armed.generation {
            0 => format!("{why}: see whether its credentials are still good"),
            _ => format!("{why}; to reconnect: bowline connect {}{user}", party.name()),
        }
    }

    /// What went wrong last, for `status`. Nothing depends on it, so that it cannot be written is no failure of the call's.
    fn note_trouble(&self, party: &Party, error: &OutwardError) {
        let written = || -> Result<(), BrokerError> {
            let mut tx = self.store.begin_about(party.about())?;
            let grant = self.grant_of(&*tx, party)?;
            tx.put_grant(&StoredGrant { last_error: error.to_string(), ..grant })?;
            Ok(tx.commit()?)
        };
        let _ = written();
    }
}

fn why_and(why: String, hints: Vec<String>) -> Vec<String> {
    std::iter::once(why).chain(hints).collect()
}

fn answered(mut response: Inbound, renewed: bool, hints: Vec<String>) -> Answered {
    clean_incoming(response.headers_mut());
    Answered { response, renewed, hints }
}

/// Everything that can be refused without opening a secret: the host, the scheme, a credential of the caller's own.
fn check_target(party: &Party, request: &Outgoing<'_>) -> Result<(), BrokerError> {
    if !["http", "https"].contains(&request.url.scheme()) {
        return Err(BrokerError::Invalid(Invalid::NotHttp { scheme: request.url.scheme().to_owned() }));
    }
    lifecycle::signed_call(&party.service, request.url.as_str()).map_err(BrokerError::refused(&party.address))?;
    if request.headers.contains_key(AUTHORIZATION) {
        return Err(BrokerError::Placement(PlacementError::Occupied("Authorization".to_owned())));
    }
    Ok(())
}
