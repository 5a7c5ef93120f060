//! What the tables hold of grants: tokens as the vault sealed them, and what may be known without opening them.

use crate::resource::{Address, Fingerprint, Name, Scope, SecretPath};
use crate::vault::Sealed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// How long after its consent was over it is known what became of it.
pub(super) const CONSENT_ENDS_KEPT: Duration = Duration::from_secs(60 * 60);

/// What is held of one person's grant of one connection. Times are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    pub connection: Name,
    /// Empty for the connection's owner.
    pub user: String,
    /// Moves with every change of the tokens, never back.
    pub generation: u64,
    /// `None` where there are no tokens, or none any more.
    pub sealed: Option<Sealed>,
    pub granted: BTreeSet<Scope>,
    /// When the access ends unless it is renewed.
    pub expires: Option<SystemTime>,
    /// When a person has to connect again, as far as that is known beforehand.
    pub ends: Option<SystemTime>,
    /// Tells accounts at the service apart, where the service says whose it is.
    pub account: Option<Fingerprint>,
    /// Whether a renewal was about to be asked for, and its end was not written down.
    pub spending: bool,
    pub lease: Option<Lease>,
    /// When it was renewed lately, the oldest first; for services that count.
    pub renewals: Vec<SystemTime>,
    /// Renewals that failed in a row.
    pub failures: u32,
    /// No renewal is asked for before.
    pub retry_at: Option<SystemTime>,
    pub last_used: Option<SystemTime>,
    /// Empty where the last use or renewal was fine.
    pub last_error: String,
}

/// Who renews, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub owner: String,
    pub until: SystemTime,
}

impl StoredGrant {
    /// Nothing is held yet.
    pub fn new(connection: &Name, user: &str) -> Self {
        StoredGrant {
            connection: connection.clone(),
            user: user.to_owned(),
            generation: 0,
            sealed: None,
            granted: BTreeSet::new(),
            expires: None,
            ends: None,
            account: None,
            spending: false,
            lease: None,
            renewals: Vec::new(),
            failures: 0,
            retry_at: None,
            last_used: None,
            last_error: String::new(),
        }
    }

    /// Whether somebody renews at this moment.
    pub fn is_leased(&self, now: SystemTime) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    /// Whether a renewal was asked for and nobody knows what became of it: the tokens may be spent.
    pub fn is_uncertain(&self, now: SystemTime) -> bool {
        self.spending && !self.is_leased(now)
    }
}

/// A consent that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConsent {
    /// Who began it, and so alone may finish it.
    pub actor: String,
    /// Of the state, so that who reads the table cannot finish it.
    pub digest: String,
    pub connection: Name,
    pub user: String,
    /// The application of the portal that was chosen when it was begun.
    pub application: Option<Name>,
    pub sealed: Sealed,
    pub expires: SystemTime,
}

/// What became of a consent. Known to who has its digest, also after the consent itself was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEnd {
    pub digest: String,
    pub connection: Name,
    pub user: String,
    pub state: ConsentState,
    /// Why it failed, or what there is to know of the connection that was made. Holds no secret.
    pub message: String,
    /// When the consent is over in any case.
    pub expires: SystemTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Nobody answered yet.
    Pending,
    Connected,
    Failed,
}

/// A grant that its service has still to be told is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRevocation {
    pub id: String,
    pub connection: Name,
    pub user: String,
    pub sealed: Sealed,
    pub due: SystemTime,
    pub tries: u32,
    /// Whose account at the service it was, where the service said so.
    pub account: Option<Fingerprint>,
}

/// Where something sealed lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedAt {
    VaultCheck,
    Secret {
        address: Address,
        field: SecretPath,
    },
    Grant {
        connection: Name,
        user: String,
    },
    Consent {
        digest: String,
        connection: Name,
    },
    Revocation {
        id: String,
        connection: Name,
    },
    /// What a webhook's delivery sends.
    Delivery {
        id: String,
    },
}
