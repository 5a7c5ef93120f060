//! Which discussion, and how its API is spoken to.

use super::VcsError;
use super::call::Call;
use super::{github, gitlab};
use url::Url;

/// Whose API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vcs {
    Github,
    Gitlab,
}

/// The discussion of one pull or merge request.
#[derive(Debug, Clone)]
pub struct Thread {
    pub vcs: Vcs,
    /// Without a slash at its end: `https://api.github.com`, `https://gitlab.com/api/v4`.
    pub api: Url,
    /// `owner/name`; of GitLab the project's path or number.
    pub repository: String,
    /// Of the pull or merge request.
    pub number: u64,
}

/// A comment as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) body: String,
    /// Whether the token's account wrote it.
    pub(super) own: bool,
}

/// One page of a discussion, and whether another follows.
pub(super) struct Page {
    pub(super) comments: Vec<Comment>,
    pub(super) more: bool,
}

/// Whose comments count as our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    Id(u64),
    /// The token belongs to an app, which may not ask who it is: its comments are those of bots.
    App,
}

impl Thread {
    pub(super) fn account(&self, call: &Call<'_>) -> Result<Account, VcsError> {
        match self.vcs {
            Vcs::Github => github::account(self, call),
            Vcs::Gitlab => gitlab::account(self, call),
        }
    }

    pub(super) fn page(&self, call: &Call<'_>, account: &Account, number: usize) -> Result<Page, VcsError> {
        match self.vcs {
            Vcs::Github => github::page(self, call, account, number),
            Vcs::Gitlab => gitlab::page(self, call, account, number),
        }
    }

    pub(super) fn create(&self, call: &Call<'_>, body: &str) -> Result<(), VcsError> {
        match self.vcs {
            Vcs::Github => github::create(self, call, body),
            Vcs::Gitlab => gitlab::create(self, call, body),
        }
    }

    pub(super) fn update(&self, call: &Call<'_>, id: u64, body: &str) -> Result<(), VcsError> {
        match self.vcs {
            Vcs::Github => github::update(self, call, id, body),
            Vcs::Gitlab => gitlab::update(self, call, id, body),
        }
    }

    /// An address below the API; each segment is one, whatever signs it holds.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.api.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}
