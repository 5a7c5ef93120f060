//! One file a verb: each puts the rooms together for its command and owns the glue between them.

pub(super) mod apply;
pub(super) mod check;
pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod graph;
pub(super) mod init;
mod opened;
pub(super) mod plan;
mod planning;
mod platform;
pub(super) mod render;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod services;
pub(super) mod show;
pub(super) mod status;
