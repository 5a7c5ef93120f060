//! The OAuth 2.0 provider: RFC 6749, 7009, 7523, 7636, 7662, 8414, 9207, and of RFC 9700 what concerns a provider.

mod authorize;
mod introspect;
mod metadata;
mod proof;
mod refused;
mod revoke;
mod token;
mod userinfo;

pub(super) use authorize::{ask, decide, may_return_to};
pub(super) use introspect::introspect;
pub(super) use metadata::metadata;
pub(super) use revoke::revoke;
pub(super) use token::token;
pub(super) use userinfo::userinfo;
