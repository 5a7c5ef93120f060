//! Tests that need more than one room, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests read the checkout and make folders of their own")]

mod architecture;
mod canary;
mod connect;
mod delivery;
mod deluge;
mod examples;
mod forbidden;
mod operation;
mod peers;
mod plans;
mod process;
#[path = "../support/proxy.rs"]
mod proxy;
mod renewal;
mod sandbox;
mod server;
#[path = "../support/mod.rs"]
mod support;
