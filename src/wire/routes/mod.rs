//! The one table of routes: the router is checked against it, and the OpenAPI document is made from it.
//!
//! A group of operations is a file, and an operation a function of it, which names everything about its row.

mod applying;
mod browsers;
mod connections;
mod objects;
mod people;
mod row;
mod server;
mod table;
mod webhooks;

pub use table::{route, routes};
