//! Rules against small projects in memory. Shape is taken for granted here; whole runs are tried in `tests/cases/check/`.

mod connections;
mod graph;
mod laws;
mod scripts;
mod services;
mod webhooks;
mod world;

use world::{check, codes, run};
