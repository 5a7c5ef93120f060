//! Whether a token that somebody shows is good, and whose it is.

use crate::broker::{Broker, BrokerError};
use crate::resource::access::Principal;
use crate::secret::Secret;
use crate::store::{Snapshot, StoredToken, StoredUser};
use crate::vault::{ShownToken, TokenDigest};
use std::fmt;
use std::time::{Duration, SystemTime};

/// How much the time of a token's last use may lag behind.
const LAG: Duration = Duration::from_secs(10 * 60);

/// Why a token is not good. Only who shows the right secret learns more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthentic {
    /// It has not the form of one, nobody was given it, or its secret is another.
    Unknown,
    Expired,
    Revoked,
    /// Its user is disabled.
    Disabled,
}

impl fmt::Display for Unauthentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unauthentic::Unknown => "the token is not one that is known here",
            Unauthentic::Expired => "the token has expired",
            Unauthentic::Revoked => "the token was revoked",
            Unauthentic::Disabled => "whoever the token was made for is disabled",
        })
    }
}

impl Broker {
    /// Who shows a token. An unknown id takes as long as a wrong secret.
    pub fn authenticate(&self, shown: &Secret<String>) -> Result<Principal, BrokerError> {
        let no = |why| Err(BrokerError::Unauthenticated(why));
        let Some(shown) = ShownToken::read(shown) else { return no(Unauthentic::Unknown) };
        let now = self.clock.now();
        let kept = known(&*self.store.read()?, &shown.id)?;
        let digest = kept.as_ref().map_or_else(nobody, |known| known.token.digest);
        let is_shown = shown.is(&digest);
        let Some(Known { token, parent, user }) = kept.filter(|_| is_shown) else { return no(Unauthentic::Unknown) };
        // A token is good only while the one is that it was made of.
        if let Some(why) = [&token].into_iter().chain(&parent).find_map(|one| fault(one, &user, now)) {
            return no(why);
        }
        if token.last_used.is_none_or(|at| at + LAG <= now) {
            // Nothing depends on it, so that it cannot be written keeps nobody out.
            let _ = self.touch(&token.id, now);
        }
        Ok(principal(token, user))
    }

    fn touch(&self, id: &str, now: SystemTime) -> Result<(), BrokerError> {
        let mut tx = self.store.begin()?;
        tx.touch_token(id, now)?;
        Ok(tx.commit()?)
    }
}

/// Why a token of this user's is good for nothing, where it is.
pub(super) fn fault(token: &StoredToken, user: &StoredUser, now: SystemTime) -> Option<Unauthentic> {
    if token.revoked.is_some() {
        Some(Unauthentic::Revoked)
    } else if user.disabled.is_some() {
        Some(Unauthentic::Disabled)
    } else if token.expires.is_some_and(|at| at <= now) {
        Some(Unauthentic::Expired)
    } else {
        None
    }
}

struct Known {
    token: StoredToken,
    parent: Option<StoredToken>,
    user: StoredUser,
}

fn known(snapshot: &dyn Snapshot, id: &str) -> Result<Option<Known>, BrokerError> {
    let Some(token) = snapshot.token(id)? else { return Ok(None) };
    let parent = token.parent.as_deref().map(|id| snapshot.token(id)).transpose()?.flatten();
    Ok(snapshot.user(&token.user)?.map(|user| Known { token, parent, user }))
}

/// Compared with where there is nothing to compare with.
fn nobody() -> TokenDigest {
    TokenDigest::from_hex(&"00".repeat(32)).expect("64 hex digits")
}

fn principal(token: StoredToken, user: StoredUser) -> Principal {
    Principal { name: user.name, kind: user.kind, role: user.role, scopes: token.scopes, projects: token.projects, token: token.id }
}
