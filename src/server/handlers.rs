//! Which function answers which operation.

use super::answer::Answer;
use super::asked::Asked;
use super::routes::{about, applying, audit, browsers, connections, deliveries, objects, people, webhooks};
use super::served::{Served, Sort};
use crate::resource::Kind;
use crate::wire::{Operation, Problem};

/// From a request that may go ahead to its answer.
pub(super) type Handler = fn(&Served, &Asked) -> Result<Answer, Problem>;

pub(super) fn handler(operation: Operation) -> Handler {
    match operation {
        Operation::List(_) => objects::list,
        Operation::Get(_) => objects::get,
        Operation::Put(_) => objects::put,
        Operation::Delete(_) => objects::delete,
        Operation::Dependents(_) => objects::dependents,
        Operation::Adopt(_) => objects::adopt,
        Operation::Forget(_) => objects::forget,
        Operation::Script => objects::script,
        Operation::Authorize => connections::authorize,
        Operation::Consent => browsers::begin,
        Operation::ConsentEnd => connections::consent_end,
        Operation::Revoke => connections::revoke,
        Operation::ConnectionStatus => connections::status,
        Operation::Status => connections::all_status,
        Operation::Snippets => connections::snippets,
        Operation::Invoke => connections::invoke,
        Operation::Trigger => webhooks::trigger,
        Operation::Detach => webhooks::detach,
        Operation::Attach => webhooks::attach,
        Operation::Deliveries => deliveries::list,
        Operation::Delivery => deliveries::get,
        Operation::Redeliver => deliveries::again,
        Operation::Estate => applying::estate,
        Operation::Fingerprints => applying::fingerprints,
        Operation::Spent => applying::spent,
        Operation::Spend => applying::spend,
        Operation::Traces => applying::traces,
        Operation::Leases => applying::leases,
        Operation::TakeLease => applying::take_lease,
        Operation::RenewLease => applying::renew_lease,
        Operation::ReleaseLease => applying::release_lease,
        Operation::Audit => audit::list,
        Operation::VerifyAudit => audit::verify,
        Operation::Keys => audit::keys,
        Operation::Reseal => audit::reseal,
        Operation::Me => people::me,
        Operation::Users => people::users,
        Operation::User => people::user,
        Operation::PutUser => people::put_user,
        Operation::DeleteUser => people::delete_user,
        Operation::Tokens => people::tokens,
        Operation::NewToken => people::new_token,
        Operation::RotateToken => people::rotate_token,
        Operation::RevokeToken => people::revoke_token,
        Operation::Applications => people::applications,
        Operation::PutApplication => people::put_application,
        Operation::DeleteApplication => people::delete_application,
        Operation::Server => about::server,
        Operation::OpenApi => about::openapi,
        Operation::Health => about::health,
        Operation::Ready => about::ready,
        Operation::ConsentPage => browsers::page,
        Operation::BeginConsent => browsers::go,
        Operation::Callback => browsers::back,
    }
}

/// Whether an operation waits for other services: a slow one must not keep others from the store.
pub(super) fn sort(operation: Operation) -> Sort {
    match operation {
        Operation::Invoke
        | Operation::Authorize
        | Operation::Revoke
        | Operation::Consent
        | Operation::Callback
        | Operation::Put(Kind::Connection)
        | Operation::Delete(Kind::Connection) => Sort::Call,
        Operation::List(_)
        | Operation::Get(_)
        | Operation::Put(Kind::Service | Kind::Webhook | Kind::Function)
        | Operation::Delete(Kind::Service | Kind::Webhook | Kind::Function)
        | Operation::Dependents(_)
        | Operation::Adopt(_)
        | Operation::Forget(_)
        | Operation::Script
        | Operation::ConsentEnd
        | Operation::ConnectionStatus
        | Operation::Snippets
        | Operation::Trigger
        | Operation::Detach
        | Operation::Attach
        | Operation::Deliveries
        | Operation::Delivery
        | Operation::Redeliver
        | Operation::Status
        | Operation::Estate
        | Operation::Fingerprints
        | Operation::Spent
        | Operation::Spend
        | Operation::Traces
        | Operation::Leases
        | Operation::TakeLease
        | Operation::RenewLease
        | Operation::ReleaseLease
        | Operation::Audit
        | Operation::VerifyAudit
        | Operation::Keys
        | Operation::Reseal
        | Operation::Me
        | Operation::Users
        | Operation::User
        | Operation::PutUser
        | Operation::DeleteUser
        | Operation::Tokens
        | Operation::NewToken
        | Operation::RotateToken
        | Operation::RevokeToken
        | Operation::Applications
        | Operation::PutApplication
        | Operation::DeleteApplication
        | Operation::Server
        | Operation::OpenApi
        | Operation::Health
        | Operation::Ready
        | Operation::ConsentPage
        | Operation::BeginConsent => Sort::Store,
    }
}
