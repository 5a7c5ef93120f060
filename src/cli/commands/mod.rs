//! One file a verb: each puts the rooms together for its command and owns the glue between them.

pub(super) mod apply;
pub(super) mod audit;
pub(super) mod check;
pub(super) mod completions;
pub(super) mod connect;
mod default_services;
pub(super) mod destroy;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod graph;
pub(super) mod init;
pub(super) mod invoke;
pub(super) mod keys;
mod opened;
mod party;
pub(super) mod plan;
mod planning;
mod platform;
pub(super) mod render;
pub(super) mod revoke;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod services;
pub(super) mod show;
pub(super) mod status;
mod tour;
pub(super) mod webhook;
