//! The comment of a pull or merge request, through GitHub's and GitLab's APIs: found by its marker, changed in place, made
//! where there is none. Knows nothing of plans or projects, and takes the token from whoever calls.
//!
//! Only a comment of the token's own account is changed: a marker is text that anybody can write, and a comment that
//! somebody else can edit afterwards is no place for a verdict.
//!
//! Every try looks for the comment anew, so that a try whose answer was lost does not make a second one.

mod call;
mod error;
mod github;
mod gitlab;
mod post;
mod thread;

pub use error::VcsError;
pub use post::{Posted, post};
pub use thread::{Thread, Vcs};
