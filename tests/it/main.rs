//! Tests that need more than one room, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests read the checkout and make folders of their own")]

mod architecture;
mod canary;
mod deluge;
mod delivery;
mod examples;
mod process;
#[path = "../support/mod.rs"]
mod support;
