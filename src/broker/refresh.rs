//! Tokens that are good for now: whether those that are there are, and whose turn it is where they are not. One renewal at a
//! time for each grant: threads of this process take turns, processes take a lease in the store.
//!
//! Before the service is asked, the intent is written down; the new tokens are durable before they are used, and only
//! where the generation is still the one that was spent. So a process that dies in between leaves an intent behind whose
//! lease runs out, and such a grant counts as uncertain, never as connected: its tokens may be spent.

use super::party::Party;
use super::{Broker, BrokerError};
use crate::oauth::{Provider, TokenSet};
use crate::resource::{ConnectionState, Grant, Name};
use crate::store::{Lease, Snapshot, StoredGrant};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How long a renewal is another's without a sign of life.
pub(super) const LEASE: Duration = Duration::from_secs(15);
/// Between two looks at a lease of another process.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Looks at another's lease; together longer than any renewal can take.
const LOOKS: usize = 2500;
/// A token younger than this that is refused has not expired: renewing it would help nobody and lock the account out.
const TOO_YOUNG: Duration = Duration::from_secs(60);
/// The time over which services count renewals.
const COUNTED: Duration = Duration::from_secs(10 * 60);

/// Tokens and their generation.
pub(super) struct Current {
    pub(super) tokens: TokenSet,
    pub(super) generation: u64,
}

/// Whose turn it is, for each grant that this process ever renewed.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<BTreeMap<(Name, String), Turn>>);

type Turn = Arc<Mutex<()>>;

impl Turns {
    fn of(&self, party: &Party) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry((party.name().clone(), party.user.clone())).or_default().clone()
    }
}

/// What is asked of an authorization server, and by whom.
pub(super) struct Renewal<'a> {
    pub(super) party: &'a Party,
    pub(super) provider: &'a Provider,
    pub(super) grant: Grant,
    /// The generation that the service's API has refused, where one was.
    pub(super) refused: Option<u64>,
}

/// What is to be done about a grant.
enum Judged {
    Serve(Current),
    /// Another process is at it.
    Elsewhere,
    Renew(Claimed),
}

/// A renewal that is ours to do.
pub(super) struct Claimed {
    pub(super) tokens: Option<TokenSet>,
    pub(super) generation: u64,
    pub(super) was_uncertain: bool,
    pub(super) lease: String,
    pub(super) failures: u32,
}

impl Broker {
    /// Good tokens: those that are there, or new ones where those are due or were refused.
    pub(super) fn current(&self, renewal: &Renewal<'_>) -> Result<Current, BrokerError> {
        if let Judged::Serve(current) = self.look(renewal)? {
            return Ok(current);
        }
        let turn = self.turns.of(renewal.party);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..LOOKS {
            // Most who waited for their turn find it done: looking keeps them out of the one writer's way.
            let judged = match self.look(renewal)? {
                Judged::Renew(_) => self.claim(renewal)?,
                judged @ (Judged::Serve(_) | Judged::Elsewhere) => judged,
            };
            match judged {
                Judged::Serve(current) => return Ok(current),
                Judged::Elsewhere => std::thread::sleep(LOOK_AGAIN),
                Judged::Renew(claimed) => return self.renew(renewal, claimed),
            }
        }
        Err(self.busy(renewal.party, "another process has been renewing the access for too long".to_owned(), None))
    }

    fn look(&self, renewal: &Renewal<'_>) -> Result<Judged, BrokerError> {
        let snapshot = self.store.read()?;
        let (grant, tokens) = self.usable(&*snapshot, renewal)?;
        self.judge(renewal, &grant, tokens)
    }

    /// The grant, where its state lets it be used at all.
    pub(super) fn usable(&self, snapshot: &dyn Snapshot, renewal: &Renewal<'_>) -> Result<(StoredGrant, Option<TokenSet>), BrokerError> {
        let party = renewal.party;
        let authorizations = snapshot.authorizations(party.name())?;
        let standing = authorizations.into_iter().find(|one| one.user == party.user);
        let state = standing.as_ref().map_or(ConnectionState::NotConnected, |one| one.state);
        let grant = self.grant_of(snapshot, party)?;
        let can_ask_anew = renewal.grant == Grant::ClientCredentials;
        let is_usable = match state {
            ConnectionState::Connected => true,
            ConnectionState::Error => grant.sealed.is_some() || can_ask_anew,
            ConnectionState::NotConnected | ConnectionState::AwaitingConsent | ConnectionState::Expired | ConnectionState::Revoked => false,
        };
        let tokens = self.open_tokens(&grant)?;
        if is_usable && (tokens.is_some() || can_ask_anew) {
            return Ok((grant, tokens));
        }
        Err(not_connected(party, state, standing.map(|one| one.message).unwrap_or_default()))
    }

    fn judge(&self, renewal: &Renewal<'_>, grant: &StoredGrant, tokens: Option<TokenSet>) -> Result<Judged, BrokerError> {
        let now = self.clock.now();
        let generation = grant.generation;
        let Some(tokens) = tokens else { return self.ours_or_wait(renewal, grant, None, now) };
        let is_old_enough = tokens.obtained_at + TOO_YOUNG <= now;
        let was_refused = renewal.refused == Some(generation) && is_old_enough;
        let uncertain = grant.is_uncertain(now);
        let expired = tokens.expired(now);
        let wants = was_refused || uncertain || expired || tokens.due(now) || tokens.lapses(renewal.provider, now);
        let can_renew = renewal.grant == Grant::ClientCredentials || tokens.refresh.is_some();
        let waits = grant.retry_at.is_some_and(|at| at > now) || grant.is_leased(now) || used_up(renewal, grant, now).is_some();
        if !wants || (!expired && (!can_renew || waits)) {
            return Ok(Judged::Serve(Current { tokens, generation }));
        }
        self.ours_or_wait(renewal, grant, Some(tokens), now)
    }

    fn ours_or_wait(
        &self,
        renewal: &Renewal<'_>,
        grant: &StoredGrant,
        tokens: Option<TokenSet>,
        now: SystemTime,
    ) -> Result<Judged, BrokerError> {
        if grant.is_leased(now) {
            return Ok(Judged::Elsewhere);
        }
        if let Some(at) = grant.retry_at.filter(|at| *at > now) {
            return Err(self.busy(renewal.party, grant.last_error.clone(), Some(at)));
        }
        if let Some((count, again)) = used_up(renewal, grant, now) {
            let why = format!("the service allows {count} renewals in ten minutes and would lock the connection out for more");
            return Err(self.busy(renewal.party, why, Some(again)));
        }
        let (was_uncertain, failures) = (grant.is_uncertain(now), grant.failures);
        Ok(Judged::Renew(Claimed { tokens, generation: grant.generation, was_uncertain, lease: self.unique(), failures }))
    }

    /// Looks again inside a transaction, and where the renewal is ours writes the intent down.
    fn claim(&self, renewal: &Renewal<'_>) -> Result<Judged, BrokerError> {
        let mut tx = self.store.begin_about(renewal.party.about())?;
        let (mut grant, tokens) = self.usable(&*tx, renewal)?;
        let judged = self.judge(renewal, &grant, tokens)?;
        if let Judged::Renew(claimed) = &judged {
            // Refused now rather than after the old refresh token was spent.
            self.may_seal(&*tx)?;
            grant.spending = true;
            grant.renewals = recent(&grant, self.clock.now()).chain([super::call::whole_seconds(self.clock.now())]).collect();
            grant.lease = Some(Lease { owner: claimed.lease.clone(), until: self.clock.now() + LEASE });
            tx.put_grant(&grant)?;
            tx.commit()?;
        }
        Ok(judged)
    }

    pub(super) fn busy(&self, party: &Party, why: String, again: Option<SystemTime>) -> BrokerError {
        BrokerError::Busy { address: party.address.clone(), why, again }
    }
}

/// Renewals of the last ten minutes.
fn recent(grant: &StoredGrant, now: SystemTime) -> impl Iterator<Item = SystemTime> {
    grant.renewals.iter().copied().filter(move |at| *at + COUNTED > now)
}

/// Where the service counts renewals and one more would be too many: how many it allows, and when there is room again.
fn used_up(renewal: &Renewal<'_>, grant: &StoredGrant, now: SystemTime) -> Option<(u32, SystemTime)> {
    let allowed = renewal.provider.renewals_in_ten_minutes.filter(|_| renewal.grant == Grant::AuthorizationCode)?;
    let newest_first: Vec<SystemTime> = recent(grant, now).collect::<Vec<_>>().into_iter().rev().collect();
    let in_the_way = newest_first.get(usize::try_from(allowed).ok()?.checked_sub(1)?)?;
    Some((allowed, *in_the_way + COUNTED))
}

pub(super) fn not_connected(party: &Party, state: ConnectionState, message: String) -> BrokerError {
    BrokerError::NotConnected { address: party.address.clone(), user: party.user.clone(), state, message }
}
