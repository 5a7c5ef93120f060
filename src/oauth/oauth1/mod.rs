//! OAuth 1.0a (RFC 5849), three-legged: a request token, a person's consent, an access token, and the signature of every
//! call. Signs with HMAC-SHA1 and HMAC-SHA256.

mod flow;
mod signature;

pub use flow::{Asked1, Callback1, Flow1Error, Pending1, Provider1, Token1, begin, redeem};
pub use signature::Oauth1Credential;

pub(super) use signature::attach;
