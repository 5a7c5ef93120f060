//! The words of access: roles, rights, and what tokens are made for.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What somebody is to a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, people and their tokens too.
    Administrator,
    /// Declares, applies, connects and uses.
    Editor,
    /// Reads and plans.
    Viewer,
    /// A user of connections: sees those that run with the credentials of each login user, and connects and uses them with
    /// an own account.
    User,
}

/// Whether a person or a program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    Person,
    Service,
}

/// One thing that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Read objects, their states, dependents and snippets; a webhook's deliveries.
    See,
    /// Read everything at once, and have values fingerprinted.
    Plan,
    /// Write and delete objects, set webhooks aside, spend a plan, hold the lease of a project; take anybody's authorization
    /// of a connection away.
    Apply,
    /// Ask for an authorization, finish a consent, take one's own authorization away.
    Connect,
    /// Call out with a connection.
    Invoke,
    /// Fire a webhook, and deliver once more.
    Trigger,
    /// Read the audit.
    Audit,
    /// Make, change and remove people, services and anybody's tokens.
    ManageUsers,
    /// Make and remove applications of the portal.
    ManageApplications,
    /// Take the lease of an apply away from its holder.
    BreakLease,
    /// Make, list and revoke one's own tokens, with no more in them than one has.
    OwnTokens,
    /// Connect or call out on behalf of a login user.
    Impersonate,
}

/// What a token was made for. A token without a scope is good for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    Read,
    /// Reading too.
    Plan,
    /// Planning and reading too.
    Apply,
    Connect,
    Invoke,
    /// People, tokens, applications, the audit and other people's leases. As it can make any token, it is as good as all of
    /// the others.
    Admin,
    /// Speaking for a login user. For services only, and only beside what is to be done for that user.
    Impersonate,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Administrator, Role::Editor, Role::Viewer, Role::User];

    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Editor => "editor",
            Role::Viewer => "viewer",
            Role::User => "user",
        }
    }
}

impl Right {
    pub const ALL: [Right; 12] = [
        Right::See,
        Right::Plan,
        Right::Apply,
        Right::Connect,
        Right::Invoke,
        Right::Trigger,
        Right::Audit,
        Right::ManageUsers,
        Right::ManageApplications,
        Right::BreakLease,
        Right::OwnTokens,
        Right::Impersonate,
    ];

    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Right::See => "see",
            Right::Plan => "plan",
            Right::Apply => "apply",
            Right::Connect => "connect",
            Right::Invoke => "invoke",
            Right::Trigger => "trigger",
            Right::Audit => "audit",
            Right::ManageUsers => "manage_users",
            Right::ManageApplications => "manage_applications",
            Right::BreakLease => "break_lease",
            Right::OwnTokens => "own_tokens",
            Right::Impersonate => "impersonate",
        }
    }

    /// Whether it is about the whole broker, so that a token for single projects cannot have it.
    pub(super) fn is_general(self) -> bool {
        match self {
            Right::Audit | Right::ManageUsers | Right::ManageApplications => true,
            Right::See | Right::Plan | Right::Apply | Right::Connect | Right::Invoke | Right::Trigger => false,
            Right::BreakLease | Right::OwnTokens | Right::Impersonate => false,
        }
    }
}

impl TokenScope {
    pub const ALL: [TokenScope; 7] = [
        TokenScope::Read,
        TokenScope::Plan,
        TokenScope::Apply,
        TokenScope::Connect,
        TokenScope::Invoke,
        TokenScope::Admin,
        TokenScope::Impersonate,
    ];

    pub fn word(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Plan => "plan",
            TokenScope::Apply => "apply",
            TokenScope::Connect => "connect",
            TokenScope::Invoke => "invoke",
            TokenScope::Admin => "admin",
            TokenScope::Impersonate => "impersonate",
        }
    }

    /// Whether a token with this scope is good for a right. That one may look after one's own tokens needs no scope of its
    /// own: any will do, as a token can make no stronger one.
    pub fn covers(self, right: Right) -> bool {
        match right {
            Right::See => self != TokenScope::Admin && self != TokenScope::Impersonate,
            Right::Plan => self == TokenScope::Plan || self == TokenScope::Apply,
            Right::Apply => self == TokenScope::Apply,
            Right::Connect => self == TokenScope::Connect,
            Right::Invoke | Right::Trigger => self == TokenScope::Invoke,
            Right::Audit | Right::ManageUsers | Right::ManageApplications | Right::BreakLease => self == TokenScope::Admin,
            Right::OwnTokens => true,
            Right::Impersonate => self == TokenScope::Impersonate,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// As the end of "may not …".
impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Right::See => "read this",
            Right::Plan => "plan",
            Right::Apply => "change this",
            Right::Connect => "connect this",
            Right::Invoke => "call out with a connection",
            Right::Trigger => "fire webhooks",
            Right::Audit => "read the audit",
            Right::ManageUsers => "manage people and tokens",
            Right::ManageApplications => "manage applications",
            Right::BreakLease => "take a lease from its holder",
            Right::OwnTokens => "manage own tokens",
            Right::Impersonate => "speak for somebody else",
        })
    }
}

/// The text is no such word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is none of {known}")]
pub struct UnknownWord {
    text: String,
    known: String,
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        named(&Role::ALL, text)
    }
}

impl FromStr for TokenScope {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        named(&TokenScope::ALL, text)
    }
}

fn named<T: Copy + fmt::Display>(all: &[T], text: &str) -> Result<T, UnknownWord> {
    let known = || all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = all.iter().copied().find(|one| one.to_string() == text);
    found.ok_or_else(|| UnknownWord { text: text.to_owned(), known: known() })
}
