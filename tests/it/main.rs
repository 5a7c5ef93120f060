//! Tests that need more than one room, in one binary.

#![allow(clippy::disallowed_methods, reason = "tests read the checkout and make folders of their own")]

mod architecture;
mod canary;
#[path = "../support/child.rs"]
mod child;
mod comment;
mod connect;
mod delivery;
mod deluge;
mod examples;
mod forbidden;
mod formats;
mod operation;
#[path = "../support/other_process.rs"]
mod other_process;
mod peers;
mod plans;
#[path = "../support/postgres.rs"]
mod postgres_server;
mod process;
#[path = "../support/proxy.rs"]
mod proxy;
mod pull_request;
mod recipes;
mod remote;
mod renewal;
mod sandbox;
mod schemas;
#[path = "../support/served.rs"]
mod served;
mod server;
#[path = "../support/mod.rs"]
mod support;

use postgres_server::required;
