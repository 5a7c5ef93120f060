//! A service's own token, shown as a client's secret, is good for a short-lived one (RFC 6749 section 4.4): what goes along
//! with every request is then good for minutes, and the secret is shown rarely.

use super::Unauthentic;
use super::tokens::{IssuedToken, TokenWanted};
use crate::broker::{Actor, Broker, BrokerError, Invalid};
use crate::resource::access::{PrincipalKind, TokenScope};
use crate::secret::Secret;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long such a token is good for, unless what it was made from ends before.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// Of the tokens that are made so, for people.
const TITLE: &str = "client credentials";

impl Broker {
    /// A token for a client: `id` is a service's name and `secret` one of its tokens. No wider than that one, in scopes,
    /// projects and time; narrower in scopes where they are said.
    pub fn token_for_client(
        &self,
        id: &str,
        secret: &Secret<String>,
        scopes: Option<BTreeSet<TokenScope>>,
    ) -> Result<(IssuedToken, Duration), BrokerError> {
        let unknown = || BrokerError::Unauthenticated(Unauthentic::Unknown);
        let principal = self.authenticate(secret)?;
        if principal.name != id || principal.kind != PrincipalKind::Service {
            return Err(unknown());
        }
        let kept = self.store.read()?.token(&principal.token)?.filter(|token| token.parent.is_none()).ok_or_else(unknown)?;
        let scopes = scopes.unwrap_or_else(|| principal.scopes.clone());
        if !scopes.is_subset(&principal.scopes) {
            return Err(BrokerError::Invalid(Invalid::StrongerToken));
        }
        let left = kept.expires.map(|at| at.duration_since(self.clock.now()).unwrap_or_default());
        let life = left.map_or(LIFE, |left| left.min(LIFE));
        let actor = Actor { name: principal.name.clone() };
        let wanted = TokenWanted { user: id, title: TITLE, scopes, projects: principal.projects, life: Some(life) };
        Ok((self.new_token_of(&actor, wanted, Some(&kept.id))?, life))
    }
}
