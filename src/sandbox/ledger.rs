//! Who was granted what: consents, codes, and families of tokens. A family is one consent and every token that came of it.

use super::known::{Account, Client};
use super::unguessable::Unguessable;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Above this many access tokens, those that expired are forgotten.
const PLENTY: usize = 10_000;

pub(super) type Scopes = BTreeSet<String>;

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) pages: BTreeMap<String, Page>,
    codes: BTreeMap<String, Code>,
    pub(super) families: BTreeMap<u64, Family>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    /// Client assertions that were used, until they expire (RFC 7523 section 3, `jti`).
    assertions: BTreeMap<String, SystemTime>,
}

/// A consent page that was shown and not answered yet.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) asked: Asking,
    pub(super) expires_at: SystemTime,
}

/// What an authorization request asks for, checked.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) client: &'static Client,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) scopes: Scopes,
    /// S256.
    pub(super) challenge: Option<String>,
}

struct Code {
    asked: Asking,
    granted: Scopes,
    account: &'static Account,
    expires_at: SystemTime,
    /// The family that it was spent for.
    spent: Option<u64>,
}

/// A person's consent, or a client's own right.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) client: &'static Client,
    pub(super) account: Option<&'static Account>,
    pub(super) asked: Scopes,
    pub(super) granted: Scopes,
    pub(super) since: SystemTime,
    pub(super) refreshes: u64,
    pub(super) revoked: Option<&'static str>,
}

/// An access token as it was issued.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) family: u64,
    pub(super) scopes: Scopes,
    pub(super) issued_at: SystemTime,
    pub(super) expires_at: SystemTime,
}

struct Refresh {
    family: u64,
    spent: bool,
}

/// Why a code or a refresh token is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worthless {
    Unknown,
    Expired,
    OtherClient,
    OtherRedirect,
    Verifier,
    Revoked,
    /// It was used before; its family is revoked now.
    Reused,
}

impl Worthless {
    pub(super) fn words(self) -> &'static str {
        match self {
            Worthless::Unknown => "it is not known",
            Worthless::Expired => "it has expired",
            Worthless::OtherClient => "it was issued to another client",
            Worthless::OtherRedirect => "redirect_uri is not that of the authorization request",
            Worthless::Verifier => "code_verifier does not fit the challenge",
            Worthless::Revoked => "the grant was revoked",
            Worthless::Reused => "it was used before, so the whole grant is revoked",
        }
    }
}

impl Ledger {
    /// Notes that a person agreed, and answers with the code to give to the client.
    pub(super) fn consented(
        &mut self,
        asked: Asking,
        granted: Scopes,
        account: &'static Account,
        draw: &mut Unguessable,
        now: SystemTime,
    ) -> String {
        let code = draw.draw("sbx_code_");
        self.codes.retain(|_, code| code.expires_at + Duration::from_secs(3600) > now);
        self.codes.insert(code.clone(), Code { asked, granted, account, expires_at: now + CODE_LIFETIME, spent: None });
        code
    }

    /// Spends a code. A second use revokes what came of the first (RFC 6749 section 4.1.2).
    pub(super) fn spend_code(
        &mut self,
        code: &str,
        client: &'static Client,
        redirect_uri: Option<&str>,
        verifier_fits: impl FnOnce(Option<&str>) -> bool,
        now: SystemTime,
    ) -> Result<u64, Worthless> {
        let found = self.codes.get_mut(code).ok_or(Worthless::Unknown)?;
        if found.asked.client.id != client.id {
            return Err(Worthless::OtherClient);
        }
        if let Some(family) = found.spent {
            self.revoke(family, "its code was used twice");
            return Err(Worthless::Reused);
        }
        if now >= found.expires_at {
            return Err(Worthless::Expired);
        }
        if redirect_uri != Some(found.asked.redirect_uri.as_str()) {
            return Err(Worthless::OtherRedirect);
        }
        if !verifier_fits(found.asked.challenge.as_deref()) {
            return Err(Worthless::Verifier);
        }
        let family = Family {
            client,
            account: Some(found.account),
            asked: found.asked.scopes.clone(),
            granted: found.granted.clone(),
            since: now,
            refreshes: 0,
            revoked: None,
        };
        let id = self.families.len() as u64 + 1;
        found.spent = Some(id);
        self.families.insert(id, family);
        Ok(id)
    }

    /// A client that speaks for itself.
    pub(super) fn own_right(&mut self, client: &'static Client, granted: Scopes, now: SystemTime) -> u64 {
        let same = |family: &Family| family.account.is_none() && family.client.id == client.id && family.granted == granted;
        if let Some((id, _)) = self.families.iter().find(|(_, family)| same(family) && family.revoked.is_none()) {
            return *id;
        }
        let id = self.families.len() as u64 + 1;
        let family = Family { client, account: None, asked: granted.clone(), granted, since: now, refreshes: 0, revoked: None };
        self.families.insert(id, family);
        id
    }

    /// Finds the family of a refresh token, and spends the token where it rotates.
    pub(super) fn spend_refresh(&mut self, token: &str, client: &Client, rotate: bool) -> Result<u64, Worthless> {
        let family = self.may_refresh(token, client)?;
        if rotate && let Some(found) = self.refresh.get_mut(token) {
            found.spent = true;
        }
        if let Some(family) = self.families.get_mut(&family) {
            family.refreshes += 1;
        }
        Ok(family)
    }

    /// The family of a refresh token that is still good. One that was spent before revokes its family: somebody has a copy.
    pub(super) fn may_refresh(&mut self, token: &str, client: &Client) -> Result<u64, Worthless> {
        let found = self.refresh.get(token).ok_or(Worthless::Unknown)?;
        let (id, spent) = (found.family, found.spent);
        let family = &self.families[&id];
        if family.client.id != client.id {
            return Err(Worthless::OtherClient);
        }
        if family.revoked.is_some() {
            return Err(Worthless::Revoked);
        }
        if spent {
            self.revoke(id, "a spent refresh token was used again");
            return Err(Worthless::Reused);
        }
        Ok(id)
    }

    pub(super) fn issue_access(
        &mut self,
        family: u64,
        scopes: Scopes,
        lifetime: Duration,
        draw: &mut Unguessable,
        now: SystemTime,
    ) -> String {
        if self.access.len() > PLENTY {
            self.access.retain(|_, access| access.expires_at > now);
        }
        let token = draw.draw("sbx_at_");
        self.access.insert(token.clone(), Access { family, scopes, issued_at: now, expires_at: now + lifetime });
        token
    }

    pub(super) fn issue_refresh(&mut self, family: u64, draw: &mut Unguessable) -> String {
        let token = draw.draw("sbx_rt_");
        self.refresh.insert(token.clone(), Refresh { family, spent: false });
        token
    }

    /// An access token that was issued, whether or not it is still good.
    pub(super) fn access(&self, token: &str) -> Option<(&Access, &Family)> {
        let access = self.access.get(token)?;
        Some((access, &self.families[&access.family]))
    }

    /// The family of a refresh token that is neither spent nor revoked.
    pub(super) fn live_refresh(&self, token: &str) -> Option<&Family> {
        let refresh = self.refresh.get(token).filter(|refresh| !refresh.spent)?;
        Some(&self.families[&refresh.family]).filter(|family| family.revoked.is_none())
    }

    /// The client to which a token of either kind was issued.
    pub(super) fn holder(&self, token: &str) -> Option<&'static Client> {
        let family = self.access.get(token).map(|access| access.family).or(self.refresh.get(token).map(|refresh| refresh.family))?;
        Some(self.families[&family].client)
    }

    /// RFC 7009: a refresh token takes its whole family with it, an access token only itself.
    pub(super) fn revoke_token(&mut self, token: &str) {
        match self.refresh.get(token).map(|refresh| refresh.family) {
            Some(family) => self.revoke(family, "the client revoked it"),
            None => {
                self.access.remove(token);
            }
        }
    }

    pub(super) fn revoke(&mut self, family: u64, why: &'static str) {
        if let Some(family) = self.families.get_mut(&family) {
            family.revoked.get_or_insert(why);
        }
    }

    /// Notes a client assertion. `false` where it was used before.
    pub(super) fn first_use(&mut self, assertion: &str, expires_at: SystemTime, now: SystemTime) -> bool {
        self.assertions.retain(|_, until| *until > now);
        self.assertions.insert(assertion.to_owned(), expires_at).is_none()
    }
}
