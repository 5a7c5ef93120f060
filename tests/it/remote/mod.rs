//! The platform elsewhere: one suite for the embedded broker and the served one, and whole applies against a server that is
//! killed, restarted, shared and refused.

mod applies;
mod suite;
mod uses;
