//! What the tables hold of people and programs, of their tokens, of the applies that are under way, and of the portal's
//! applications. A token's text is not among it: only a digest is.

use crate::resource::Name;
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use crate::vault::TokenDigest;
use std::collections::BTreeSet;
use std::time::SystemTime;

/// A person or a service. Times are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUser {
    /// What the audit and login users' authorizations know it by; never changes.
    pub name: String,
    pub kind: PrincipalKind,
    /// For people to read; may be empty.
    pub title: String,
    pub role: Role,
    pub created: SystemTime,
    pub updated: SystemTime,
    /// Since when none of its tokens is good.
    pub disabled: Option<SystemTime>,
}

/// A token of a user's. Times are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// No secret: it stands in the token's text and finds it here.
    pub id: String,
    pub user: String,
    /// The token that it was made of, as a client's; `None` for one that somebody made. It is good only while that one is.
    pub parent: Option<String>,
    /// What it is for, in its maker's words; may be empty.
    pub title: String,
    pub digest: TokenDigest,
    pub scopes: BTreeSet<TokenScope>,
    /// `None` for every project, and for what no project owns.
    pub projects: Option<BTreeSet<String>>,
    pub created: SystemTime,
    pub expires: Option<SystemTime>,
    /// Coarse: it lags behind by minutes.
    pub last_used: Option<SystemTime>,
    pub revoked: Option<SystemTime>,
}

/// Who may apply a project. It stays when it is released, so that its fence never moves back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyLease {
    pub project: String,
    /// Moves on with every holder. A writer that comes with an older one has lost the lease.
    pub fence: u64,
    /// `None` where it was released.
    pub held: Option<Held>,
}

/// Who holds a lease. Times are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub holder: String,
    /// Chosen by the holder, so that asking again after a lost answer is told from a second apply of the same person.
    pub claim: String,
    pub since: SystemTime,
    /// From then on somebody else may take it.
    pub until: SystemTime,
}

/// An application of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApplication {
    pub name: Name,
    /// The display name.
    pub title: String,
    /// Who made it.
    pub maker: String,
    /// Whole seconds.
    pub created: SystemTime,
}
