//! The table of rights and roles, and the judgement.

use super::{PrincipalKind, Right, Role, TokenScope};
use std::collections::BTreeSet;

/// How far a right goes in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Nothing,
    /// Connections that run with the credentials of each login user.
    Shared,
    Everything,
}

/// Who asks, after having proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name in the audit, and of the login user whose credentials count.
    pub name: String,
    pub kind: PrincipalKind,
    pub role: Role,
    pub scopes: BTreeSet<TokenScope>,
    /// The projects that the token is good for; `None` for all of them, and for what no project owns.
    pub projects: Option<BTreeSet<String>>,
    /// The id of the token that was shown, which is no secret; empty where none was needed.
    pub token: String,
}

/// What has to be known of an object to judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectFacts<'a> {
    /// The project that owns it.
    pub project: Option<&'a str>,
    /// Whether it is a connection that runs with the credentials of each login user.
    pub shared: bool,
    /// The login user whose authorization it is about; `None` where it is about nobody's in particular.
    pub user: Option<&'a str>,
}

/// It is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("{} may not {right}", with_article(*role))]
    Role { role: Role, right: Right },
    #[error("the token is not made to {right}: that takes the scope {}", any_of(*right))]
    Scope { right: Right },
    #[error("the token is made for single projects, and may not {right}")]
    Limited { right: Right },
    /// Whoever asks may not know that it exists: to be answered as if it were not there.
    #[error("it is not there for whoever asks")]
    Hidden,
    #[error("the authorization of `{user}` is for `{user}` to use")]
    NotYours { user: String },
}

impl Principal {
    /// Whoever holds the data in the own hands: the embedded broker's user, who needs no token and can lose nothing by one.
    pub fn operator(name: &str) -> Self {
        Principal {
            name: name.to_owned(),
            kind: PrincipalKind::Person,
            role: Role::Administrator,
            scopes: TokenScope::ALL.into(),
            projects: None,
            token: String::new(),
        }
    }

    /// Whether what a project owns, or nobody for `None`, is within what the token is good for.
    pub fn reaches(&self, project: Option<&str>) -> bool {
        self.projects.as_ref().is_none_or(|projects| project.is_some_and(|project| projects.contains(project)))
    }
}

/// The table. What it does not give is denied.
pub fn reach(role: Role, right: Right) -> Reach {
    use Reach::{Everything, Nothing, Shared};
    match (right, role) {
        (_, Role::Administrator) => Everything,
        (Right::See | Right::Plan, Role::Editor | Role::Viewer) => Everything,
        (Right::Apply | Right::Connect | Right::Invoke | Right::Trigger | Right::Impersonate, Role::Editor) => Everything,
        (Right::See | Right::Connect | Right::Invoke | Right::Impersonate, Role::User) => Shared,
        (Right::OwnTokens, Role::Editor | Role::Viewer | Role::User) => Everything,
        (Right::Apply | Right::Connect | Right::Invoke | Right::Trigger | Right::Impersonate, Role::Viewer) => Nothing,
        (Right::Plan | Right::Apply | Right::Trigger, Role::User) => Nothing,
        (Right::Audit | Right::ManageUsers | Right::ManageApplications | Right::BreakLease, Role::Editor | Role::Viewer | Role::User) => {
            Nothing
        }
    }
}

/// Judges. `on` is the object that it is done to; without one the answer is whether there is anything that it could be done
/// to, and what it is done to has to be judged again.
pub fn allowed(principal: &Principal, right: Right, on: Option<&ObjectFacts<'_>>) -> Result<(), Denied> {
    let reach = reach(principal.role, right);
    if reach == Reach::Nothing {
        return Err(Denied::Role { role: principal.role, right });
    }
    if !principal.scopes.iter().any(|scope| scope.covers(right)) {
        return Err(Denied::Scope { right });
    }
    if principal.projects.is_some() && right.is_general() {
        return Err(Denied::Limited { right });
    }
    let Some(facts) = on else { return Ok(()) };
    if !principal.reaches(facts.project) || (reach == Reach::Shared && !facts.shared) {
        return Err(Denied::Hidden);
    }
    match facts.user {
        Some(user) if user != principal.name && is_personal(right) => speaks_for(principal, user),
        Some(_) | None => Ok(()),
    }
}

/// Whether a right over somebody's authorization is that person's own.
fn is_personal(right: Right) -> bool {
    match right {
        Right::Connect | Right::Invoke => true,
        Right::See | Right::Plan | Right::Apply | Right::Trigger | Right::Audit | Right::ManageUsers => false,
        Right::ManageApplications | Right::BreakLease | Right::OwnTokens | Right::Impersonate => false,
    }
}

/// A person's role never stretches to another person's credentials; that takes a token that was made for it.
fn speaks_for(principal: &Principal, user: &str) -> Result<(), Denied> {
    allowed(principal, Right::Impersonate, None).map_err(|_| Denied::NotYours { user: user.to_owned() })
}

fn with_article(role: Role) -> String {
    let article = if matches!(role, Role::Administrator | Role::Editor) { "an" } else { "a" };
    format!("{article} {role}")
}

fn any_of(right: Right) -> String {
    let words: Vec<String> = TokenScope::ALL.into_iter().filter(|scope| scope.covers(right)).map(|scope| format!("`{scope}`")).collect();
    words.join(" or ")
}
