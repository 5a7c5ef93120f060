//! Receives webhooks, checks what is signed as Standard Webhooks says, and remembers the last ones.

mod log;
mod standard;

pub(super) use log::{Hooks, listed, receive};
