//! Which operation has which row.

use super::{applying, browsers, connections, objects, people, server, webhooks};
use crate::wire::operation::Operation as Op;
use crate::wire::route::Route;

/// Every row, in the order of the document.
pub fn routes() -> Vec<Route> {
    Op::all().map(route).collect()
}

/// The row of an operation.
pub fn route(operation: Op) -> Route {
    match operation {
        Op::List(kind) => objects::list(kind),
        Op::Get(kind) => objects::get(kind),
        Op::Put(kind) => objects::put(kind),
        Op::Delete(kind) => objects::delete(kind),
        Op::Dependents(kind) => objects::dependents(kind),
        Op::Adopt(kind) => objects::adopt(kind),
        Op::Forget(kind) => objects::forget(kind),
        Op::Script => webhooks::script(),
        Op::Authorize => connections::authorize(),
        Op::Consent => connections::consent(),
        Op::ConsentEnd => connections::consent_end(),
        Op::Revoke => connections::revoke(),
        Op::ConnectionStatus => connections::connection_status(),
        Op::Snippets => connections::snippets(),
        Op::Invoke => connections::invoke(),
        Op::Trigger => webhooks::trigger(),
        Op::Detach => webhooks::detach(),
        Op::Attach => webhooks::attach(),
        Op::Deliveries => webhooks::deliveries(),
        Op::Delivery => webhooks::delivery(),
        Op::Redeliver => webhooks::redeliver(),
        Op::Status => connections::status(),
        Op::Estate => applying::estate(),
        Op::Fingerprints => applying::fingerprints(),
        Op::Spent => applying::spent(),
        Op::Spend => applying::spend(),
        Op::Traces => applying::traces(),
        Op::Leases => applying::leases(),
        Op::TakeLease => applying::take_lease(),
        Op::RenewLease => applying::renew_lease(),
        Op::ReleaseLease => applying::release_lease(),
        Op::Audit => server::audit(),
        Op::VerifyAudit => server::verify_audit(),
        Op::Keys => server::keys(),
        Op::Reseal => server::reseal(),
        Op::Me => people::me(),
        Op::Users => people::users(),
        Op::User => people::user(),
        Op::PutUser => people::put_user(),
        Op::DeleteUser => people::delete_user(),
        Op::Tokens => people::tokens(),
        Op::NewToken => people::new_token(),
        Op::RotateToken => people::rotate_token(),
        Op::RevokeToken => people::revoke_token(),
        Op::Applications => people::applications(),
        Op::PutApplication => people::put_application(),
        Op::DeleteApplication => people::delete_application(),
        Op::Server => server::server(),
        Op::OpenApi => server::open_api(),
        Op::Health => server::health(),
        Op::Ready => server::ready(),
        Op::ConsentPage => browsers::consent_page(),
        Op::BeginConsent => browsers::begin_consent(),
        Op::Callback => browsers::callback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::route::{Access, Method};
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_a_row_of_its_own() {
        let all = routes();
        let places: BTreeSet<(Method, &str)> = all.iter().map(|route| (route.method, route.path.as_str())).collect();
        let ids: BTreeSet<&str> = all.iter().map(|route| route.id.as_str()).collect();
        assert_eq!((places.len(), ids.len()), (all.len(), all.len()));
        assert_eq!(all.iter().map(|route| route.operation).collect::<Vec<_>>(), Op::all().collect::<Vec<_>>());
        for route in all {
            assert!(!route.answers.is_empty(), "{}", route.id);
            let named = route.path.matches('{').count();
            let taken = route.parameters.iter().filter(|one| route.path.contains(&format!("{{{}}}", one.name))).count();
            assert_eq!(named, taken, "{}", route.id);
        }
    }

    #[test]
    fn nothing_is_changed_by_whoever_can_reach_the_server() {
        for route in routes().into_iter().filter(|route| route.access == Access::Open) {
            assert!(route.method == Method::Get || route.operation == Op::BeginConsent, "{}", route.id);
        }
    }
}
