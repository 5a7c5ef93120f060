//! Everything that can be asked of the API.

use crate::resource::Kind;

/// One use of one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    List(Kind),
    Get(Kind),
    Put(Kind),
    Delete(Kind),
    Dependents(Kind),
    Adopt(Kind),
    Forget(Kind),
    Script,
    Authorize,
    Consent,
    ConsentEnd,
    Revoke,
    ConnectionStatus,
    Snippets,
    Invoke,
    Trigger,
    Detach,
    Attach,
    Deliveries,
    Delivery,
    Redeliver,
    Status,
    Estate,
    Fingerprints,
    Spent,
    Spend,
    Traces,
    Leases,
    TakeLease,
    RenewLease,
    ReleaseLease,
    Audit,
    VerifyAudit,
    Keys,
    Reseal,
    Me,
    Users,
    User,
    PutUser,
    DeleteUser,
    Tokens,
    NewToken,
    RotateToken,
    RevokeToken,
    Applications,
    PutApplication,
    DeleteApplication,
    Server,
    OpenApi,
    Health,
    Ready,
    ConsentPage,
    BeginConsent,
    Callback,
}

impl Operation {
    /// Those that there are of each kind of resource.
    const OF_KIND: [fn(Kind) -> Operation; 7] =
        [Operation::List, Operation::Get, Operation::Put, Operation::Delete, Operation::Dependents, Operation::Adopt, Operation::Forget];

    const OTHERS: [Operation; 47] = [
        Operation::Script,
        Operation::Authorize,
        Operation::Consent,
        Operation::ConsentEnd,
        Operation::Revoke,
        Operation::ConnectionStatus,
        Operation::Snippets,
        Operation::Invoke,
        Operation::Trigger,
        Operation::Detach,
        Operation::Attach,
        Operation::Deliveries,
        Operation::Delivery,
        Operation::Redeliver,
        Operation::Status,
        Operation::Estate,
        Operation::Fingerprints,
        Operation::Spent,
        Operation::Spend,
        Operation::Traces,
        Operation::Leases,
        Operation::TakeLease,
        Operation::RenewLease,
        Operation::ReleaseLease,
        Operation::Audit,
        Operation::VerifyAudit,
        Operation::Keys,
        Operation::Reseal,
        Operation::Me,
        Operation::Users,
        Operation::User,
        Operation::PutUser,
        Operation::DeleteUser,
        Operation::Tokens,
        Operation::NewToken,
        Operation::RotateToken,
        Operation::RevokeToken,
        Operation::Applications,
        Operation::PutApplication,
        Operation::DeleteApplication,
        Operation::Server,
        Operation::OpenApi,
        Operation::Health,
        Operation::Ready,
        Operation::ConsentPage,
        Operation::BeginConsent,
        Operation::Callback,
    ];

    pub fn all() -> impl Iterator<Item = Operation> {
        let of_kinds = Kind::ALL.into_iter().flat_map(|kind| Operation::OF_KIND.into_iter().map(move |of| of(kind)));
        of_kinds.chain(Operation::OTHERS)
    }

    /// The kind of the one resource that it names, or of those that it lists; `None` where it is about something else.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Operation::List(kind)
            | Operation::Get(kind)
            | Operation::Put(kind)
            | Operation::Delete(kind)
            | Operation::Dependents(kind)
            | Operation::Adopt(kind)
            | Operation::Forget(kind) => Some(kind),
            Operation::Script => Some(Kind::Function),
            Operation::Trigger | Operation::Detach | Operation::Attach => Some(Kind::Webhook),
            Operation::Authorize
            | Operation::Consent
            | Operation::ConsentEnd
            | Operation::Revoke
            | Operation::ConnectionStatus
            | Operation::Snippets
            | Operation::Invoke => Some(Kind::Connection),
            Operation::Deliveries
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
            | Operation::BeginConsent
            | Operation::Callback => None,
        }
    }
}
