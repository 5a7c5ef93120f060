//! Tests that need more than one room, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests read the checkout and make folders of their own")]

mod architecture;
mod canary;
mod connect;
mod delivery;
mod deluge;
mod examples;
mod peers;
mod plans;
mod process;
mod remote;
mod sandbox;
#[path = "../support/mod.rs"]
mod support;
