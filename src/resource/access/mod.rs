//! Who may do what: one table of rights and roles, narrowed by what a token was made for and by the object at hand. Pure, and
//! denies what it does not know. Knows nothing of how somebody proves who they are, nor of HTTP.
//!
//! A question has three parts, and each can only take away: the role ([`reach`]), the token ([`TokenScope::covers`] and its
//! projects), and the object ([`ObjectFacts`]). Without an object the answer says whether there is any such object at all:
//! what a list shows is judged one by one.

mod judge;
#[cfg(test)]
mod tests;
mod word;

pub use judge::{Denied, ObjectFacts, Principal, Reach, allowed, reach};
pub use word::{PrincipalKind, Right, Role, TokenScope, UnknownWord};
