//! Carries out a plan against a platform: the executor, its `Remote` port, and the plan file. Knows no HTTP, no database
//! and no terminal.

mod remote;

pub use remote::{Done, IdempotencyKey, Material, MaterialError, Order, Outcome, Remote, RemoteError};
