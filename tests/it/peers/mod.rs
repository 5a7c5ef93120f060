//! Grants against an authorization server that others wrote: `oidc-provider`, a certified one, from `tests/peers`. What is
//! right by our own fakes only would be a misreading shared by both sides.
//!
//! Needs Node.js and npm. Where they are not, the tests are left out with a line that says so, unless
//! `BOWLINE_REQUIRE_PEERS=1`: then they fail.

mod browser;
mod command;
mod connections;
mod flows;
mod life;
mod party;
mod platform;
mod refused;
mod server;
mod set_up;

pub(crate) use set_up::installed;
