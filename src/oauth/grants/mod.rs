//! One file per way to a token.

mod client_credentials;
mod code;
mod refresh;

pub use client_credentials::client_credentials;
pub use code::redeem;
pub use refresh::refresh;
