//! One file a verb: each puts the rooms together for its command and owns the glue between them.

pub mod apply;
pub mod check;
pub mod completions;
pub mod destroy;
pub mod explain;
pub mod graph;
pub mod init;
mod opened;
mod planning;
mod platform;
pub mod plan;
pub mod render;
pub mod schema;
pub mod services;
pub mod show;
pub mod status;
