//! Tokens are made, listed, replaced and revoked. The text of one is handed out when it is made, and never again.

use super::authenticate::fault;
use super::users::there;
use crate::broker::call::{Work, whole_seconds};
use crate::broker::put::fits;
use crate::broker::{Actor, Broker, BrokerError, Invalid};
use crate::resource::access::{PrincipalKind, TokenScope};
use crate::resource::unfit_for_name;
use crate::secret::Secret;
use crate::store::{AuditEntry, StoredToken, StoredUser, Transaction};
use crate::vault::MintedToken;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

const DAY: u64 = 24 * 60 * 60;
/// How long a token is good for unless its maker says otherwise.
pub const TOKEN_LIFE: Duration = Duration::from_secs(90 * DAY);
/// How long it is good for at most.
pub const LONGEST_TOKEN_LIFE: Duration = Duration::from_secs(366 * DAY);
/// Good tokens that one user may have.
const TOKENS: usize = 100;
/// Good tokens that a service's clients may have been given: each is good for minutes, and a client asks for one when it needs it.
const CLIENT_TOKENS: usize = 2000;

/// A token that is to be made.
#[derive(Debug, Clone)]
pub struct TokenWanted<'a> {
    pub user: &'a str,
    /// What it is for, for people.
    pub title: &'a str,
    pub scopes: BTreeSet<TokenScope>,
    /// `None` for all projects, and for what no project owns.
    pub projects: Option<BTreeSet<String>>,
    /// How long it is good for; [`TOKEN_LIFE`] for `None`, and 366 days at most.
    pub life: Option<Duration>,
}

/// A new token: what is kept of it, and the text that is shown once.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    pub token: StoredToken,
    pub text: Secret<String>,
}

impl Broker {
    /// A user's tokens, the oldest first, those that are over too; those of all users for `None`.
    pub fn tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, BrokerError> {
        let snapshot = self.store.read()?;
        if let Some(user) = user {
            there(&*snapshot, user)?;
        }
        Ok(snapshot.tokens(user)?)
    }

    pub fn new_token(&self, actor: &Actor, wanted: TokenWanted<'_>) -> Result<IssuedToken, BrokerError> {
        self.new_token_of(actor, wanted, None)
    }

    /// As [`Broker::new_token`], good only while another one is where that is named.
    pub(super) fn new_token_of(&self, actor: &Actor, wanted: TokenWanted<'_>, parent: Option<&str>) -> Result<IssuedToken, BrokerError> {
        let mut entry = self.entry(actor, "new-token", None);
        let scopes: Vec<&str> = wanted.scopes.iter().map(|scope| scope.word()).collect();
        entry.detail.extend([("user".to_owned(), wanted.user.to_owned()), ("scopes".to_owned(), scopes.join(" "))]);
        self.audited(entry, |tx, entry| {
            let issued = self.issue(tx, wanted, parent, entry.at)?;
            entry.detail.insert("token".to_owned(), issued.token.id.clone());
            Ok(Work::New(issued))
        })
    }

    /// Makes a token as good as another one and for as long as that was made for. The old one is good for a while yet, or
    /// for nothing from now on where `grace` is zero.
    pub fn rotate_token(&self, actor: &Actor, user: &str, id: &str, grace: Duration) -> Result<IssuedToken, BrokerError> {
        self.audited(self.entry_of_token(actor, "rotate-token", user, id), |tx, entry| {
            let old = of_user(tx, user, id)?;
            if old.parent.is_some() {
                return Err(BrokerError::Invalid(Invalid::ClientToken));
            }
            if fault(&old, &there(tx, user)?, entry.at).is_some() {
                return Err(BrokerError::Invalid(Invalid::TokenOver { id: id.to_owned() }));
            }
            let life = old.expires.and_then(|at| at.duration_since(old.created).ok());
            let (scopes, projects) = (old.scopes.clone(), old.projects.clone());
            end(tx, &old, entry.at, grace)?;
            let issued = self.issue(tx, TokenWanted { user, title: &old.title, scopes, projects, life }, None, entry.at)?;
            entry.detail.insert("new".to_owned(), issued.token.id.clone());
            Ok(Work::New(issued))
        })
    }

    /// Makes a token good for nothing, at once.
    pub fn revoke_token(&self, actor: &Actor, user: &str, id: &str) -> Result<(), BrokerError> {
        self.audited(self.entry_of_token(actor, "revoke-token", user, id), |tx, entry| {
            let token = of_user(tx, user, id)?;
            Ok(Work::New(end(tx, &token, entry.at, Duration::ZERO)?))
        })
    }

    /// Makes and keeps a token, inside a transaction. `parent` is the one that it is made of, as a client's.
    pub(super) fn issue(
        &self,
        tx: &mut dyn Transaction,
        wanted: TokenWanted<'_>,
        parent: Option<&str>,
        now: SystemTime,
    ) -> Result<IssuedToken, BrokerError> {
        let TokenWanted { user, title, scopes, projects, life } = wanted;
        fits("/title", unfit_for_name(title))?;
        let owner = there(tx, user)?;
        let invalid = |what| Err(BrokerError::Invalid(what));
        if scopes.is_empty() {
            return invalid(Invalid::NoScopes);
        }
        if scopes.contains(&TokenScope::Impersonate) && owner.kind == PrincipalKind::Person {
            return invalid(Invalid::PersonsImpersonate);
        }
        let (clients, own): (Vec<_>, Vec<_>) = tx.tokens(Some(user))?.into_iter().partition(|token| token.parent.is_some());
        let good = own.iter().filter(|token| fault(token, &owner, now).is_none()).count();
        if parent.is_none() && good >= TOKENS {
            return invalid(Invalid::TooManyTokens { name: user.to_owned(), limit: TOKENS });
        }
        let clients = drop_over(tx, clients, &owner, now)?;
        if parent.is_some() && clients.len() >= CLIENT_TOKENS {
            let until = clients.iter().filter_map(|token| token.expires).min().unwrap_or(now);
            return invalid(Invalid::TooManyClientTokens { name: user.to_owned(), limit: CLIENT_TOKENS, until });
        }
        let MintedToken { id, text, digest } = MintedToken::mint(&*self.random);
        let created = whole_seconds(now);
        let token = StoredToken {
            id,
            user: user.to_owned(),
            parent: parent.map(str::to_owned),
            title: title.to_owned(),
            digest,
            scopes,
            projects,
            created,
            expires: Some(created + life.unwrap_or(TOKEN_LIFE).min(LONGEST_TOKEN_LIFE)),
            last_used: None,
            revoked: None,
        };
        tx.put_token(&token)?;
        Ok(IssuedToken { token, text })
    }

    fn entry_of_token(&self, actor: &Actor, action: &str, user: &str, id: &str) -> AuditEntry {
        let mut entry = self.entry(actor, action, None);
        entry.detail.extend([("user".to_owned(), user.to_owned()), ("token".to_owned(), id.to_owned())]);
        entry
    }
}

/// Takes those away that are over: nobody looks for what was good for minutes. The others are handed back.
fn drop_over(
    tx: &mut dyn Transaction,
    tokens: Vec<StoredToken>,
    owner: &StoredUser,
    now: SystemTime,
) -> Result<Vec<StoredToken>, BrokerError> {
    let (over, good): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| fault(token, owner, now).is_some());
    over.iter().try_for_each(|token| tx.delete_token(&token.id))?;
    Ok(good)
}

fn of_user(tx: &dyn Transaction, user: &str, id: &str) -> Result<StoredToken, BrokerError> {
    let no = || BrokerError::NoSuch { what: "token", name: id.to_owned() };
    tx.token(id)?.filter(|token| token.user == user).ok_or_else(no)
}

/// A token that was revoked stays revoked since when it was.
fn end(tx: &mut dyn Transaction, token: &StoredToken, now: SystemTime, grace: Duration) -> Result<(), BrokerError> {
    let now = whole_seconds(now);
    let mut token = token.clone();
    if grace.is_zero() {
        token.revoked = token.revoked.or(Some(now));
    } else {
        token.expires = Some(token.expires.map_or(now + grace, |at| at.min(now + grace)));
    }
    Ok(tx.put_token(&token)?)
}
