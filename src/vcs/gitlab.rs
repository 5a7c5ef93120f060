//! GitLab's REST API, version 4 (docs.gitlab.com/api/notes): the notes of a merge request.

use super::VcsError;
use super::call::{Call, Credential};
use super::thread::{Account, Comment, Page, Thread};
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use url::Url;

const HEADERS: &[(&str, &str)] = &[("accept", "application/json")];
/// A note may be a million characters long.
const PER_PAGE: &str = "50";

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: String,
    /// What GitLab itself remarks: a label was set, a commit was added.
    #[serde(default)]
    system: bool,
    author: User,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

pub(super) fn account(thread: &Thread, call: &Call<'_>) -> Result<Account, VcsError> {
    let (_, user): (HeaderMap, User) = send(call, Method::GET, &thread.url(&["user"]), None)?;
    Ok(Account::Id(user.id))
}

pub(super) fn page(thread: &Thread, call: &Call<'_>, account: &Account, number: usize) -> Result<Page, VcsError> {
    let mut url = notes(thread)?;
    let order = [("sort", "asc"), ("order_by", "created_at"), ("per_page", PER_PAGE), ("page", &number.to_string())];
    url.query_pairs_mut().extend_pairs(order);
    let (headers, found): (HeaderMap, Vec<Note>) = send(call, Method::GET, &url, None)?;
    let more = headers.get("x-next-page").is_some_and(|next| !next.is_empty());
    let own = |note: &Note| !note.system && *account == Account::Id(note.author.id);
    Ok(Page { comments: found.into_iter().map(|note| Comment { id: note.id, own: own(&note), body: note.body }).collect(), more })
}

pub(super) fn create(thread: &Thread, call: &Call<'_>, body: &str) -> Result<(), VcsError> {
    send::<IgnoredAny>(call, Method::POST, &notes(thread)?, Some(&json!({ "body": body }))).map(drop)
}

pub(super) fn update(thread: &Thread, call: &Call<'_>, id: u64, body: &str) -> Result<(), VcsError> {
    let mut url = notes(thread)?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(&id.to_string());
    }
    send::<IgnoredAny>(call, Method::PUT, &url, Some(&json!({ "body": body }))).map(drop)
}

/// The project's path is one segment, its slashes encoded.
fn notes(thread: &Thread) -> Result<Url, VcsError> {
    if thread.repository.is_empty() || thread.repository.split('/').any(|part| ["", ".", ".."].contains(&part)) {
        return Err(VcsError::NotARepository(thread.repository.clone()));
    }
    Ok(thread.url(&["projects", &thread.repository, "merge_requests", &thread.number.to_string(), "notes"]))
}

fn send<T: DeserializeOwned>(call: &Call<'_>, method: Method, url: &Url, body: Option<&Value>) -> Result<(HeaderMap, T), VcsError> {
    call.send((method, url), Credential::PrivateToken, HEADERS, body)
}
