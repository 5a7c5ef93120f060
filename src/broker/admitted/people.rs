//! People, tokens, applications and keys, by who may look after them.

use super::Admitted;
use crate::broker::{ApplicationUse, BrokerError, IssuedToken, TokenWanted, UserWanted};
use crate::resource::Name;
use crate::resource::access::{Denied, Right};
use crate::store::{StoredApplication, StoredToken, StoredUser};
use crate::vault::KeyId;
use std::collections::BTreeMap;
use std::time::Duration;

impl Admitted<'_> {
    pub fn users(&self) -> Result<Vec<StoredUser>, BrokerError> {
        self.ask(Right::ManageUsers)?;
        self.broker.users()
    }

    /// One person or service; oneself always.
    pub fn user(&self, name: &str) -> Result<StoredUser, BrokerError> {
        if name != self.principal.name {
            self.ask(Right::ManageUsers)?;
        }
        self.broker.user(name)?.ok_or_else(|| BrokerError::NoSuch { what: "user", name: name.to_owned() })
    }

    pub fn put_user(&self, wanted: UserWanted<'_>) -> Result<StoredUser, BrokerError> {
        self.ask(Right::ManageUsers)?;
        self.broker.put_user(&self.actor, wanted)
    }

    pub fn delete_user(&self, name: &str) -> Result<(), BrokerError> {
        self.ask(Right::ManageUsers)?;
        self.broker.delete_user(&self.actor, name)
    }

    /// A user's tokens; everybody's for `None`.
    pub fn tokens(&self, user: Option<&str>) -> Result<Vec<StoredToken>, BrokerError> {
        self.ask_tokens_of(user)?;
        self.broker.tokens(user)
    }

    /// Makes a token. Who may not manage people makes them for themselves, no stronger than the one that was shown, and good
    /// for no longer. One that a client was given for a while makes none at all, or it would not end.
    pub fn new_token(&self, mut wanted: TokenWanted<'_>) -> Result<IssuedToken, BrokerError> {
        self.ask_tokens_of(Some(wanted.user))?;
        self.ask_lasting()?;
        if self.may(Right::ManageUsers, None).is_err() {
            self.keep_below_own(&mut wanted)?;
        }
        self.broker.new_token(&self.actor, wanted)
    }

    /// Puts another token in one's place. Who may not manage people rotates the token that was shown, and no stronger one.
    pub fn rotate_token(&self, user: &str, id: &str, grace: Duration) -> Result<IssuedToken, BrokerError> {
        self.ask_tokens_of(Some(user))?;
        self.ask_lasting()?;
        if self.may(Right::ManageUsers, None).is_err() && id != self.principal.token {
            return Err(self.deny(Right::ManageUsers, None, Denied::Scope { right: Right::ManageUsers }));
        }
        self.broker.rotate_token(&self.actor, user, id, grace)
    }

    pub fn revoke_token(&self, user: &str, id: &str) -> Result<(), BrokerError> {
        self.ask_tokens_of(Some(user))?;
        self.broker.revoke_token(&self.actor, user, id)
    }

    /// The applications of the portal; what is connected for them is for who may see everything.
    pub fn applications(&self) -> Result<Vec<ApplicationUse>, BrokerError> {
        self.ask(Right::See)?;
        let mut all = self.broker.applications()?;
        if self.may(Right::ManageApplications, None).is_err() {
            all.iter_mut().for_each(|one| one.connections.clear());
        }
        Ok(all)
    }

    pub fn put_application(&self, name: &Name, title: &str) -> Result<StoredApplication, BrokerError> {
        self.ask(Right::ManageApplications)?;
        self.broker.put_application(&self.actor, name, title)
    }

    pub fn delete_application(&self, name: &Name) -> Result<(), BrokerError> {
        self.ask(Right::ManageApplications)?;
        self.broker.delete_application(&self.actor, name)
    }

    /// How many records each key of the vault seals.
    pub fn sealed_by(&self) -> Result<BTreeMap<Option<KeyId>, usize>, BrokerError> {
        self.ask(Right::Audit)?;
        self.broker.sealed_by()
    }

    /// Seals everything with the newest key of the vault.
    pub fn reseal(&self) -> Result<usize, BrokerError> {
        self.ask(Right::ManageUsers)?;
        self.broker.reseal(&self.actor)
    }

    fn ask_tokens_of(&self, user: Option<&str>) -> Result<(), BrokerError> {
        let is_own = user == Some(&self.principal.name);
        self.ask(if is_own { Right::OwnTokens } else { Right::ManageUsers })
    }

    fn ask_lasting(&self) -> Result<(), BrokerError> {
        let shown = self.broker.store.read()?.token(&self.principal.token)?;
        match shown.and_then(|token| token.parent) {
            Some(_) => Err(BrokerError::Invalid(crate::broker::Invalid::ClientToken)),
            None => Ok(()),
        }
    }

    fn keep_below_own(&self, wanted: &mut TokenWanted<'_>) -> Result<(), BrokerError> {
        let stronger = || BrokerError::Invalid(crate::broker::Invalid::StrongerToken);
        let projects = match (&self.principal.projects, &wanted.projects) {
            (None, _) => true,
            (Some(own), Some(wanted)) => wanted.is_subset(own),
            (Some(_), None) => false,
        };
        if !projects || !wanted.scopes.is_subset(&self.principal.scopes) {
            return Err(stronger());
        }
        let own = self.broker.store.read()?.token(&self.principal.token)?.ok_or_else(stronger)?;
        let left = own.expires.map(|at| at.duration_since(self.broker.clock.now()).unwrap_or_default());
        wanted.life = match (wanted.life, left) {
            (wanted, None) => wanted,
            (wanted, Some(left)) => Some(wanted.unwrap_or(left).min(left)),
        };
        Ok(())
    }
}
