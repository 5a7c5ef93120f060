//! GitHub's REST API (docs.github.com/rest/issues/comments): a pull request is an issue, its discussion the issue's.

use super::VcsError;
use super::call::{Call, Credential};
use super::thread::{Account, Comment, Page, Thread};
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use url::Url;

const HEADERS: &[(&str, &str)] = &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
const PER_PAGE: &str = "100";

#[derive(Deserialize)]
struct Found {
    id: u64,
    /// Null where it is empty.
    body: Option<String>,
    /// Null where the account is gone.
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    #[serde(rename = "type", default)]
    kind: String,
}

/// The token of a workflow belongs to an app and may not ask: 403, or 401 from older servers.
pub(super) fn account(thread: &Thread, call: &Call<'_>) -> Result<Account, VcsError> {
    match send::<User>(call, Method::GET, &thread.url(&["user"]), None) {
        Ok((_, user)) => Ok(Account::Id(user.id)),
        Err(VcsError::NotPermitted(403)) => Ok(Account::App),
        Err(error) => Err(error),
    }
}

pub(super) fn page(thread: &Thread, call: &Call<'_>, account: &Account, number: usize) -> Result<Page, VcsError> {
    let mut url = discussion(thread)?;
    url.query_pairs_mut().append_pair("per_page", PER_PAGE).append_pair("page", &number.to_string());
    let (headers, found): (HeaderMap, Vec<Found>) = send(call, Method::GET, &url, None)?;
    // The next page's address is not followed: it is the server's word, and the token would go wherever it points.
    let more = headers.get_all("link").iter().filter_map(|link| link.to_str().ok()).any(|link| link.contains("rel=\"next\""));
    let own = |user: Option<&User>| match (account, user) {
        (Account::Id(id), Some(user)) => user.id == *id,
        (Account::App, Some(user)) => user.kind == "Bot",
        (Account::Id(_) | Account::App, None) => false,
    };
    let comments = found.into_iter().map(|one| Comment { id: one.id, own: own(one.user.as_ref()), body: one.body.unwrap_or_default() });
    Ok(Page { comments: comments.collect(), more })
}

pub(super) fn create(thread: &Thread, call: &Call<'_>, body: &str) -> Result<(), VcsError> {
    send::<IgnoredAny>(call, Method::POST, &discussion(thread)?, Some(&json!({ "body": body }))).map(drop)
}

pub(super) fn update(thread: &Thread, call: &Call<'_>, id: u64, body: &str) -> Result<(), VcsError> {
    let (owner, name) = repository(thread)?;
    let url = thread.url(&["repos", owner, name, "issues", "comments", &id.to_string()]);
    send::<IgnoredAny>(call, Method::PATCH, &url, Some(&json!({ "body": body }))).map(drop)
}

fn discussion(thread: &Thread) -> Result<Url, VcsError> {
    let (owner, name) = repository(thread)?;
    Ok(thread.url(&["repos", owner, name, "issues", &thread.number.to_string(), "comments"]))
}

fn repository(thread: &Thread) -> Result<(&str, &str), VcsError> {
    let parts = thread.repository.split_once('/');
    let whole = |part: &str| !part.is_empty() && !part.contains('/') && part != "." && part != "..";
    parts.filter(|(owner, name)| whole(owner) && whole(name)).ok_or_else(|| VcsError::NotARepository(thread.repository.clone()))
}

fn send<T: DeserializeOwned>(call: &Call<'_>, method: Method, url: &Url, body: Option<&Value>) -> Result<(HeaderMap, T), VcsError> {
    call.send((method, url), Credential::Bearer, HEADERS, body)
}
