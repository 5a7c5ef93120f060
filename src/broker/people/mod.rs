//! People and services: who they are, what tokens they have, and whether a token that somebody shows is good. What they may
//! do is `resource::access`'s to say, and `admitted`'s to ask.
//!
//! A token's text is made here and handed out once; what is kept is its digest. That a token was used is written down at
//! most every few minutes, so that reading costs no write.

mod authenticate;
mod client;
mod tokens;
mod tries;
mod users;

pub use authenticate::Unauthentic;
pub use tokens::{IssuedToken, LONGEST_TOKEN_LIFE, TOKEN_LIFE, TokenWanted};
pub use tries::{FailedTries, Wait};
pub use users::{LONGEST_USER_NAME, UserWanted};
