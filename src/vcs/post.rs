//! Finds our comment and changes it, or makes it; tries again where that may help.

use super::VcsError;
use super::call::Call;
use super::thread::{Comment, Thread};
use crate::secret::Secret;
use crate::upstream::Upstream;
use std::time::Duration;

/// How often it is tried at most.
const TRIES: u32 = 4;
/// Pages of a discussion that are read at most.
const PAGES: usize = 200;

/// What became of the comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    Created,
    Updated,
    /// It said the same already; nothing was written.
    Unchanged,
}

/// Makes the comment that starts with `marker` say `body`. `pause` waits between tries.
pub fn post(
    thread: &Thread,
    line: &Upstream,
    token: &Secret<String>,
    (marker, body): (&str, &str),
    pause: &dyn Fn(Duration),
) -> Result<Posted, VcsError> {
    let call = Call { line, token };
    let mut tries = 1;
    loop {
        match once(thread, &call, marker, body) {
            Err(error) if error.passes() && tries < TRIES => {
                pause(error.wait().unwrap_or(Duration::from_secs(1 << tries)));
                tries += 1;
            }
            ended => return ended,
        }
    }
}

fn once(thread: &Thread, call: &Call<'_>, marker: &str, body: &str) -> Result<Posted, VcsError> {
    match find(thread, call, marker)? {
        // The sites keep no white space at the end.
        Some(found) if found.body.trim_end() == body.trim_end() => Ok(Posted::Unchanged),
        Some(found) => thread.update(call, found.id, body).map(|()| Posted::Updated),
        None => thread.create(call, body).map(|()| Posted::Created),
    }
}

/// The first comment of our own that starts with the marker.
fn find(thread: &Thread, call: &Call<'_>, marker: &str) -> Result<Option<Comment>, VcsError> {
    let account = thread.account(call)?;
    let mut read = 0;
    for number in 1..=PAGES {
        let page = thread.page(call, &account, number)?;
        read += page.comments.len();
        let mut comments = page.comments.into_iter();
        if let Some(found) = comments.find(|comment| comment.own && comment.body.starts_with(marker)) {
            return Ok(Some(found));
        }
        if !page.more {
            return Ok(None);
        }
    }
    Err(VcsError::TooLong(read))
}
