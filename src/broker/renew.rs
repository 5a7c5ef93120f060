//! A renewal that is ours to do: the service is asked under the lease, and what came of it is written down. No transaction is
//! open while the service is asked.

use super::grants::{empty, ends, set_state};
use super::party::Party;
use super::refresh::{Claimed, Current, LEASE, LOOK_AGAIN, Renewal, not_connected};
use super::{Broker, BrokerError};
use crate::oauth::{self, FinalReason, FlowError, Provider, RefreshError, TokenSet};
use crate::resource::{ConnectionState, Grant};
use crate::store::Lease;
use std::sync::mpsc;
use std::time::Duration;

const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// Tries to write new tokens down: they are all there is of the grant. Together they wait for a database that is started
/// again, and no longer than the lease runs.
#[cfg(not(test))]
const WRITES: u32 = 20;
/// The faults of unit tests do not go away by waiting.
#[cfg(test)]
const WRITES: u32 = 4;
const LONGEST_WRITE_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
const FAULT_WAIT: Duration = Duration::from_secs(60);

impl Broker {
    pub(super) fn renew(&self, renewal: &Renewal<'_>, claimed: Claimed) -> Result<Current, BrokerError> {
        let asked = self.while_leased(renewal.party, &claimed.lease, || self.ask(renewal, claimed.tokens.as_ref()));
        self.renewals.count(&asked);
        match asked {
            Ok(tokens) => self.keep_all_the_same(renewal, &claimed, tokens),
            Err(error) => self.not_renewed(renewal, claimed, error),
        }
    }

    fn ask(&self, renewal: &Renewal<'_>, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        match (renewal.grant, tokens) {
            (Grant::ClientCredentials, _) => self.ask_for_own(renewal.party, renewal.provider).map_err(of_client_credentials),
            (Grant::AuthorizationCode, Some(tokens)) => self.outside(|outside| oauth::refresh(renewal.provider, tokens, outside)),
            (Grant::AuthorizationCode, None) => Err(RefreshError::Final(FinalReason::NoRefreshToken)),
        }
    }

    /// Client credentials: a token of the application's own.
    pub(super) fn ask_for_own(&self, party: &Party, provider: &Provider) -> Result<TokenSet, FlowError> {
        self.outside(|outside| oauth::client_credentials(provider, &party.connection.scopes, outside))
    }

    /// Gives signs of life while something takes its time.
    fn while_leased<T: Send>(&self, party: &Party, lease: &str, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let (done, is_done) = mpsc::channel::<()>();
            scope.spawn(move || {
                while is_done.recv_timeout(SIGN_OF_LIFE) == Err(mpsc::RecvTimeoutError::Timeout) {
                    // A sign that fails is a lease that runs out: others then find an uncertain grant and try by themselves,
                    // and the generation decides whose tokens stay.
                    let _ = self.extend(party, lease);
                }
            });
            let result = work();
            drop(done);
            result
        })
    }

    fn extend(&self, party: &Party, owner: &str) -> Result<(), BrokerError> {
        let mut tx = self.store.begin_about(party.about())?;
        let mut grant = self.grant_of(&*tx, party)?;
        if grant.lease.as_ref().is_some_and(|lease| lease.owner == owner) {
            grant.lease = Some(Lease { owner: owner.to_owned(), until: self.clock.now() + LEASE });
            tx.put_grant(&grant)?;
            tx.commit()?;
        }
        Ok(())
    }

    /// Writes new tokens down, again where the store fails: the old refresh token may be spent, so these are all there is.
    fn keep_all_the_same(&self, renewal: &Renewal<'_>, claimed: &Claimed, tokens: TokenSet) -> Result<Current, BrokerError> {
        let mut tries = 1;
        loop {
            match self.keep(renewal, claimed, &tokens) {
                Err(BrokerError::Store(_)) if tries < WRITES => {
                    std::thread::sleep((LOOK_AGAIN * (1 << tries.min(6))).min(LONGEST_WRITE_WAIT));
                    tries += 1;
                }
                Ok(true) => return Ok(Current { tokens, generation: claimed.generation + 1 }),
                // Another has written meanwhile, or an earlier try did although it seemed not to: what stands there counts.
                Ok(false) => return self.what_stands(renewal, Some(tokens)),
                Err(error) => return Err(error),
            }
        }
    }

    /// Compare and swap: `false` where the generation has moved on.
    fn keep(&self, renewal: &Renewal<'_>, claimed: &Claimed, tokens: &TokenSet) -> Result<bool, BrokerError> {
        let party = renewal.party;
        let mut tx = self.store.begin_about(party.about())?;
        let mut grant = self.grant_of(&*tx, party)?;
        if grant.generation != claimed.generation {
            return Ok(false);
        }
        let now = super::call::whole_seconds(self.clock.now());
        self.fill(&*tx, &mut grant, &tokens.to_sealed_bytes())?;
        (grant.granted, grant.expires) = (tokens.granted.clone(), tokens.expires_at);
        grant.ends = if renewal.grant == Grant::ClientCredentials { None } else { ends(renewal.provider, tokens) };
        tx.put_grant(&grant)?;
        set_state(
            &mut *tx,
            &party.address,
            &party.user,
            (ConnectionState::Connected, self.narrowness(party, renewal.provider, tokens)),
            now,
        )?;
        let mut entry = self.entry(&super::Actor { name: "broker".to_owned() }, "renew", Some(&party.address));
        entry.detail.extend([("generation".to_owned(), grant.generation.to_string()), ("user".to_owned(), party.user.clone())]);
        tx.append_audit(&entry)?;
        tx.commit()?;
        Ok(true)
    }

    /// The winner's tokens. Where there are none, the grant was taken away while it was renewed: the stray tokens are given
    /// back to the service.
    fn what_stands(&self, renewal: &Renewal<'_>, stray: Option<TokenSet>) -> Result<Current, BrokerError> {
        let stands = {
            let snapshot = self.store.read()?;
            let usable = self.usable(&*snapshot, renewal);
            usable.map(|(grant, tokens)| tokens.map(|tokens| Current { tokens, generation: grant.generation }))
        };
        match (stands, stray) {
            (Ok(Some(current)), _) => Ok(current),
            (stands, stray) => {
                if let Some(stray) = stray {
                    // Best effort: the grant itself was revoked by whoever took it away.
                    let _ = self.outside(|outside| oauth::revoke(renewal.provider, &stray, outside));
                }
                Err(stands.err().unwrap_or_else(|| not_connected(renewal.party, ConnectionState::NotConnected, String::new())))
            }
        }
    }

    /// Writes down why nothing came, and serves the old tokens where they are still good.
    fn not_renewed(&self, renewal: &Renewal<'_>, claimed: Claimed, error: RefreshError) -> Result<Current, BrokerError> {
        let party = renewal.party;
        let now = super::call::whole_seconds(self.clock.now());
        let mut tx = self.store.begin_about(party.about())?;
        let mut grant = self.grant_of(&*tx, party)?;
        if grant.generation != claimed.generation {
            drop(tx);
            return self.what_stands(renewal, None);
        }
        let still_good = claimed.tokens.as_ref().is_some_and(|tokens| !tokens.expired(now));
        if grant.lease.as_ref().is_none_or(|lease| lease.owner != claimed.lease) {
            // It took longer than the lease, and others went on: their intent stands, and what came of it is theirs to say.
            return match claimed.tokens {
                Some(tokens) if still_good => Ok(Current { tokens, generation: claimed.generation }),
                Some(_) | None => Err(self.busy(party, error.to_string(), grant.retry_at)),
            };
        }
        (grant.lease, grant.failures) = (None, grant.failures.saturating_add(1));
        grant.spending = claimed.was_uncertain || matches!(error, RefreshError::Uncertain { .. });
        grant.last_error = error.to_string();
        grant.retry_at = Some(now + self.wait(&error, claimed.failures));
        let mut entry = self.entry(&super::Actor { name: "broker".to_owned() }, "renew", Some(&party.address));
        entry.outcome = format!("failed: {}", class(&error));
        entry.detail.insert("user".to_owned(), party.user.clone());
        let state = match &error {
            RefreshError::Final(reason) => {
                empty(&mut grant);
                Some((ConnectionState::Expired, expired_words(party, reason, claimed.was_uncertain)))
            }
            RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } if !still_good => {
                Some((ConnectionState::Error, error.to_string()))
            }
            RefreshError::ServiceFault { .. }
            | RefreshError::Redirects { .. }
            | RefreshError::Transient { .. }
            | RefreshError::Uncertain { .. } => None,
        };
        tx.put_grant(&grant)?;
        if let Some((state, message)) = state.clone() {
            set_state(&mut *tx, &party.address, &party.user, (state, message), now)?;
        }
        tx.append_audit(&entry)?;
        tx.commit()?;
        match (error, state, claimed.tokens) {
            (RefreshError::Final(_), Some((state, message)), _) => Err(not_connected(party, state, message)),
            (_, _, Some(tokens)) if still_good => Ok(Current { tokens, generation: claimed.generation }),
            (error @ (RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. }), _, _) => {
                Err(BrokerError::ServiceFault { address: party.address.clone(), why: error.to_string() })
            }
            (error, _, _) => Err(self.busy(party, error.to_string(), grant.retry_at)),
        }
    }

    /// Longer each time, with jitter so that many do not come back at once, and never less than the service asks for.
    fn wait(&self, error: &RefreshError, failures: u32) -> Duration {
        let doubled = Duration::from_secs(1 << failures.min(9)).min(LONGEST_WAIT);
        let mut byte = [0];
        self.random.fill(&mut byte);
        let backoff = doubled.mul_f64(0.75 + f64::from(byte[0]) / 1024.0).max(Duration::from_secs(1));
        match error {
            RefreshError::Transient { retry_after, .. } | RefreshError::Uncertain { retry_after, .. } => {
                retry_after.unwrap_or_default().max(backoff)
            }
            RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } => FAULT_WAIT.max(backoff),
            RefreshError::Final(_) => Duration::ZERO,
        }
    }

    /// What a person should know of a grant that is narrower than what was asked for.
    pub(super) fn narrowness(&self, party: &Party, provider: &Provider, tokens: &TokenSet) -> String {
        if !party.rules.asks_scopes {
            return String::new();
        }
        let report = oauth::compare(&party.connection.scopes, &tokens.granted, &provider.unechoed);
        if !report.narrower() {
            return String::new();
        }
        let missing: Vec<&str> = report.missing.iter().map(|scope| scope.0.as_str()).collect();
        let why = if party.rules.when_narrower.is_empty() { String::new() } else { format!(" ({})", party.rules.when_narrower.join("; ")) };
        format!("limited: the service did not grant {}{why}", missing.join(", "))
    }
}

fn expired_words(party: &Party, reason: &FinalReason, was_uncertain: bool) -> String {
    let lost = if was_uncertain { ", after the answer to an earlier renewal was lost" } else { "" };
    let user = if party.user.is_empty() { String::new() } else { format!(" --as {}", party.user) };
    format!("the access cannot be renewed: {reason}{lost}; to reconnect: bowline connect {}{user}", party.name())
}

fn class(error: &RefreshError) -> &'static str {
    match error {
        RefreshError::Transient { .. } => "transient",
        RefreshError::Uncertain { .. } => "uncertain",
        RefreshError::Final(_) => "final",
        RefreshError::ServiceFault { .. } | RefreshError::Redirects { .. } => "service",
    }
}

/// Asking for a token of one's own spends nothing, so nothing about it is uncertain, and no refusal is final.
fn of_client_credentials(error: FlowError) -> RefreshError {
    match error {
        FlowError::Busy { why, retry_after } => RefreshError::Transient { retry_after, why },
        FlowError::ServiceFault { code, description } | FlowError::Refused { code, description } => {
            RefreshError::ServiceFault { code, description }
        }
        FlowError::Redirects { status } => RefreshError::Redirects { status },
        FlowError::Unreachable(error) => RefreshError::Transient { retry_after: None, why: error.to_string() },
        other => RefreshError::Transient { retry_after: None, why: other.to_string() },
    }
}
