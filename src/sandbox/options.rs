//! How a sandbox is started, and what can be changed while it runs.

use crate::clock::Clock;
use crate::secret::Secret;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The port that the examples expect.
pub const DEFAULT_PORT: u16 = 8914;

/// How a sandbox is started.
pub struct Options {
    /// 0 for any free one.
    pub port: u16,
    /// Whether `?auto=allow` and `?auto=deny` decide a consent without a page.
    pub auto_consent: bool,
    /// Redirect addresses that are taken beside those on loopback, compared as text.
    pub redirect_uris: BTreeSet<String>,
    /// The secrets of webhooks, by name; what is sent to a name without one is not checked.
    pub hook_secrets: BTreeMap<String, Secret<String>>,
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    /// What every token and code is drawn from.
    pub seed: [u8; 32],
}

impl Options {
    /// A sandbox on a free port that asks for consent, rotates refresh tokens and echoes scopes.
    pub fn new(clock: Arc<dyn Clock>, seed: [u8; 32]) -> Options {
        Options {
            port: 0,
            auto_consent: false,
            redirect_uris: BTreeSet::new(),
            hook_secrets: BTreeMap::new(),
            settings: Settings::default(),
            clock,
            seed,
        }
    }
}

/// How the provider behaves; may change while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long an access token is good for.
    pub token_lifetime: Duration,
    /// Whether token answers repeat the granted scopes.
    pub echo_scope: bool,
    /// Grants these at most, whatever is asked for and consented to.
    pub grant_only: Option<BTreeSet<String>>,
    /// Whether a refresh spends its refresh token and answers with another.
    pub rotate: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { token_lifetime: Duration::from_secs(3600), echo_scope: true, grant_only: None, rotate: true }
    }
}
