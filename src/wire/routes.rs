//! The one table of routes: the router is checked against it, and the OpenAPI document is made from it.

use super::Application;
use super::operation::Operation as Op;
use super::parameter::Parameter as P;
use super::problem::Code;
use super::route::{API, Access, Answer, Method, Route, Shape};
use super::{
    ApplicationWritten, Applications, AuditPage, AuditVerdict, Begun, ConsentAsked, ConsentEnd, Delivery, DeliveryDetail, Dependents, Done,
    Estate, Event, Fingerprinted, Health, Invocation, Invoked, Keys, Lease, LeaseAsked, LeaseRenewed, Leases, Me, NewToken, Page, Ready,
    Report, Resealed, RevokeAsked, Revoked, Script, ServerInfo, Snippets, Spent, ToFingerprint, TokenMade, TokenRotated, Tokens, User,
    UserWritten, Users,
};
use crate::resource::Kind;
use crate::resource::access::Right;

/// Every row, in the order of the document.
pub fn routes() -> Vec<Route> {
    Op::all().map(route).collect()
}

/// The row of an operation.
pub fn route(operation: Op) -> Route {
    match operation {
        Op::List(kind) => of_kind(operation, kind, Method::Get, "", "list", "List"),
        Op::Get(kind) => of_kind(operation, kind, Method::Get, "/{name}", "get", "Read one of the"),
        Op::Put(kind) => of_kind(operation, kind, Method::Put, "/{name}", "put", "Create or update one of the"),
        Op::Delete(kind) => of_kind(operation, kind, Method::Delete, "/{name}", "delete", "Delete one of the"),
        Op::Adopt(kind) => {
            of_kind(operation, kind, Method::Post, "/{name}/adopt", "adopt", "Make the calling project the owner of one of the")
        }
        Op::Forget(kind) => of_kind(operation, kind, Method::Post, "/{name}/forget", "forget", "Make nobody the owner of one of the"),
        Op::Dependents(kind) => of_kind(operation, kind, Method::Get, "/{name}/dependents", "listDependentsOf", "Who refers to one of the"),
        Op::Script | Op::Trigger | Op::Detach | Op::Attach | Op::Deliveries | Op::Delivery | Op::Redeliver => of_webhooks(operation),
        Op::Authorize | Op::Consent | Op::ConsentEnd | Op::Revoke | Op::ConnectionStatus | Op::Snippets | Op::Invoke | Op::Status => {
            of_connections(operation)
        }
        Op::Estate | Op::Fingerprints | Op::Spent | Op::Spend | Op::Leases | Op::TakeLease | Op::RenewLease | Op::ReleaseLease => {
            of_applying(operation)
        }
        Op::Me
        | Op::Users
        | Op::User
        | Op::PutUser
        | Op::DeleteUser
        | Op::Tokens
        | Op::NewToken
        | Op::RotateToken
        | Op::RevokeToken
        | Op::Applications
        | Op::PutApplication
        | Op::DeleteApplication => of_people(operation),
        Op::Audit | Op::VerifyAudit | Op::Keys | Op::Reseal | Op::Server | Op::OpenApi | Op::Health | Op::Ready => of_server(operation),
        Op::ConsentPage | Op::BeginConsent | Op::Callback => of_browsers(operation),
    }
}

/// A row that takes nothing and answers nothing, to be filled in.
fn row(operation: Op, method: Method, path: &str, id: &str, tag: &'static str, access: Access, summary: &str) -> Route {
    Route {
        operation,
        id: id.to_owned(),
        method,
        path: format!("{API}{path}"),
        tag,
        summary: summary.to_owned(),
        access,
        parameters: Vec::new(),
        body: Shape::Nothing,
        answers: Vec::new(),
        problems: Vec::new(),
    }
}

impl Route {
    fn takes(mut self, parameters: &[P]) -> Self {
        self.parameters.extend(parameters);
        self
    }

    fn reads(mut self, body: Shape) -> Self {
        self.body = body;
        self
    }

    fn answers(mut self, status: u16, shape: Shape, words: &'static str) -> Self {
        self.answers.push(Answer { status, shape, words, etag: false });
        self
    }

    /// As [`Route::answers`], with the revision in `ETag`.
    fn names(mut self, status: u16, shape: Shape, words: &'static str) -> Self {
        self.answers.push(Answer { status, shape, words, etag: true });
        self
    }

    fn may_end(mut self, problems: &[Code]) -> Self {
        self.problems.extend(problems);
        self
    }
}

/// What every change of an object may end with.
const CHANGE: [Code; 7] = [Code::Stale, Code::NotFound, Code::NotOwned, Code::Invalid, Code::KeyReused, Code::LeaseHeld, Code::LeaseLost];
const HOW: [P; 4] = [P::IF_MATCH, P::KEY, P::PROJECT, P::FENCE];

fn of_kind(operation: Op, kind: Kind, method: Method, below: &str, verb: &str, phrase: &str) -> Route {
    let (tag, singular) = words(kind);
    let (path, plural) = (format!("/{}{below}", kind.plural()), kind.plural());
    let (id, right) = match operation {
        Op::List(_) => (format!("{verb}{tag}"), Right::See),
        Op::Put(_) | Op::Delete(_) | Op::Adopt(_) | Op::Forget(_) => (format!("{verb}{singular}"), Right::Apply),
        _ => (format!("{verb}{singular}"), Right::See),
    };
    let base = row(operation, method, &path, &id, tag, Access::May(right), &format!("{phrase} {plural}"));
    match operation {
        Op::List(_) => {
            let more: &[P] = if kind == Kind::Connection { &[P::WHOSE, P::STATE, P::OF_SERVICE] } else { &[] };
            base.takes(&[P::LIMIT, P::CURSOR, P::OWNER])
                .takes(more)
                .answers(200, Shape::Page(kind), "A part of the list, by name.")
                .may_end(&[Code::Invalid])
        }
        // How it stands moves on without its revision: a webhook follows its connection, and that one a renewal left behind.
        Op::Get(Kind::Connection | Kind::Webhook) => {
            base.takes(&[P::NAME]).names(200, Shape::Live(kind), "The object.").may_end(&[Code::NotFound])
        }
        Op::Get(_) => base
            .takes(&[P::NAME, P::IF_NONE_MATCH])
            .names(200, Shape::Live(kind), "The object.")
            .names(304, Shape::Nothing, "It is still the revision that is known.")
            .may_end(&[Code::NotFound]),
        Op::Put(_) => base
            .takes(&[P::NAME, P::IF_NONE_MATCH_ANY])
            .takes(&HOW)
            .reads(Shape::Written(kind))
            .names(200, Shape::of::<Done>(), "It was updated.")
            .names(201, Shape::of::<Done>(), "It was created.")
            .may_end(&CHANGE)
            .may_end(&[Code::PreconditionRequired])
            .may_end(rules_of_putting(kind)),
        Op::Adopt(_) | Op::Forget(_) => base
            .takes(&[P::NAME])
            .takes(&HOW)
            .names(200, Shape::of::<Done>(), "It is the same but for its owner.")
            .may_end(&CHANGE)
            .may_end(&[Code::PreconditionRequired]),
        Op::Delete(_) => base.takes(&[P::NAME]).takes(&HOW).answers(200, Shape::of::<Done>(), "It is gone.").may_end(&CHANGE).may_end(&[
            Code::PreconditionRequired,
            Code::Protected,
            Code::DeleteWhileReferenced,
        ]),
        _ => base.takes(&[P::NAME]).answers(200, Shape::of::<Dependents>(), "Who refers to it.").may_end(&[Code::NotFound]),
    }
}

fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Service => ("Services", "Service"),
        Kind::Connection => ("Connections", "Connection"),
        Kind::Webhook => ("Webhooks", "Webhook"),
        Kind::Function => ("Functions", "Function"),
    }
}

fn rules_of_putting(kind: Kind) -> &'static [Code] {
    match kind {
        Kind::Service => &[Code::AuthenticationWhileConnected],
        Kind::Connection => &[Code::UpdateWhileConnected, Code::ScopesWhileInUse, Code::ServiceOfConnection, Code::ScopesOutsideService],
        Kind::Webhook => &[Code::HostOutsideService, Code::PlainHttp],
        Kind::Function => &[],
    }
}

fn of_connections(operation: Op) -> Route {
    let make = |method, path, id, right, summary| row(operation, method, path, id, "Connections", Access::May(right), summary);
    let either = |route: Route| Route { access: Access::Either(Right::Connect, Right::Apply), ..route };
    match operation {
        Op::Authorize => either(make(
            Method::Post,
            "/connections/{name}/authorize",
            "authorizeConnection",
            Right::Connect,
            "Connect what needs nobody's consent, and say what waits for whom where it does",
        ))
        .takes(&[P::NAME, P::FOR_APPLICATION])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE)
        .may_end(&[Code::NeedsApplication]),
        Op::Consent => {
            make(Method::Post, "/connections/{name}/consent", "beginConsent", Right::Connect, "Begin a person's consent in a browser")
                .takes(&[P::NAME])
                .reads(Shape::maybe::<ConsentAsked>())
                .answers(201, Shape::of::<Begun>(), "The link for the person's browser.")
                .may_end(&[
                    Code::NotFound,
                    Code::NothingToConsent,
                    Code::NotReady,
                    Code::NeedsApplication,
                    Code::ConsentFailed,
                    Code::Invalid,
                ])
        }
        Op::ConsentEnd => make(
            Method::Get,
            "/connections/{name}/consents/{consent}",
            "getConsent",
            Right::Connect,
            "What became of a consent, for an hour after it is over",
        )
        .takes(&[P::NAME, P::CONSENT])
        .answers(200, Shape::of::<ConsentEnd>(), "What became of it.")
        .may_end(&[Code::NotFound]),
        Op::Revoke => either(make(
            Method::Post,
            "/connections/{name}/revoke",
            "revokeConnection",
            Right::Connect,
            "Take authorizations away, here and at the service",
        ))
        .takes(&[P::NAME])
        .takes(&HOW)
        .reads(Shape::maybe::<RevokeAsked>())
        .names(200, Shape::of::<Revoked>(), "How it stands now, and what the service made of it.")
        .may_end(&CHANGE),
        Op::ConnectionStatus => {
            make(Method::Get, "/connections/{name}/status", "getConnectionStatus", Right::See, "How one connection stands")
                .takes(&[P::NAME])
                .answers(200, Shape::of::<Report>(), "How it stands.")
                .may_end(&[Code::NotFound])
        }
        Op::Snippets => make(Method::Get, "/connections/{name}/snippets", "listSnippets", Right::See, "Deluge and JSON that use it")
            .takes(&[P::NAME])
            .answers(200, Shape::of::<Snippets>(), "The texts.")
            .may_end(&[Code::NotFound]),
        Op::Invoke => make(
            Method::Post,
            "/connections/{name}/invoke",
            "invokeConnection",
            Right::Invoke,
            "Call a URL with it; the credential is attached on the way and never shown",
        )
        .takes(&[P::NAME])
        .reads(Shape::of::<Invocation>())
        .answers(200, Shape::of::<Invoked>(), "What the service answered, whatever its status.")
        .may_end(&[Code::NotFound, Code::NotConnected, Code::NeedsLoginUser, Code::NotReady, Code::HostOutsideService, Code::PlainHttp])
        .may_end(&[Code::CannotCarry, Code::CallFailed, Code::ServiceFault, Code::NoAccessNow, Code::Invalid]),
        _ => make(Method::Get, "/status", "listStatus", Right::See, "How every connection stands")
            .takes(&[P::LIMIT, P::CURSOR, P::OWNER])
            .answers(200, Shape::of::<Page<Report>>(), "A part of the list, by name.")
            .may_end(&[Code::Invalid]),
    }
}

fn of_webhooks(operation: Op) -> Route {
    let make = |method, path, id, right, summary| row(operation, method, path, id, "Webhooks", Access::May(right), summary);
    match operation {
        Op::Script => row(
            operation,
            Method::Get,
            "/functions/{name}/script",
            "getScript",
            "Functions",
            Access::May(Right::See),
            "The text of a function's script",
        )
        .takes(&[P::NAME])
        .names(200, Shape::of::<Script>(), "The text.")
        .may_end(&[Code::NotFound]),
        Op::Trigger => make(
            Method::Post,
            "/webhooks/{name}/trigger",
            "triggerWebhook",
            Right::Trigger,
            "Fill a webhook with an event and queue the call",
        )
        .takes(&[P::NAME, P::KEY])
        .reads(Shape::of::<Event>())
        .answers(202, Shape::of::<Delivery>(), "It is queued.")
        .may_end(&[Code::NotFound, Code::Unfilled, Code::KeyReused]),
        Op::Detach => make(
            Method::Post,
            "/webhooks/{name}/detach",
            "detachWebhook",
            Right::Apply,
            "Set a webhook aside while its connection is replaced",
        )
        .takes(&[P::NAME])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE),
        Op::Attach => make(
            Method::Post,
            "/webhooks/{name}/attach",
            "attachWebhook",
            Right::Apply,
            "Let a webhook that was set aside select its connection again",
        )
        .takes(&[P::NAME])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE)
        .may_end(&[Code::HostOutsideService, Code::PlainHttp]),
        Op::Delivery => make(Method::Get, "/deliveries/{id}", "getDelivery", Right::See, "One delivery with every try")
            .takes(&[P::DELIVERY])
            .answers(200, Shape::of::<DeliveryDetail>(), "The delivery.")
            .may_end(&[Code::NotFound]),
        Op::Redeliver => make(
            Method::Post,
            "/deliveries/{id}/redeliver",
            "redeliver",
            Right::Trigger,
            "Put a delivery back into the queue, under its old id",
        )
        .takes(&[P::DELIVERY])
        .answers(202, Shape::of::<Delivery>(), "It is queued.")
        .may_end(&[Code::NotFound, Code::UnderWay]),
        _ => make(Method::Get, "/deliveries", "listDeliveries", Right::See, "What webhooks have to deliver, the newest first")
            .takes(&[P::LIMIT, P::CURSOR, P::OF_WEBHOOK, P::DELIVERY_STATE])
            .answers(200, Shape::of::<Page<Delivery>>(), "A part of the list.")
            .may_end(&[Code::Invalid]),
    }
}

fn of_applying(operation: Op) -> Route {
    let make = |method, path, id, right, summary| row(operation, method, path, id, "Applying", Access::May(right), summary);
    match operation {
        Op::Estate => make(Method::Get, "/estate", "getEstate", Right::Plan, "Everything that is live, at once")
            .takes(&[P::IF_NONE_MATCH])
            .names(
                200,
                Shape::of::<Estate>(),
                "Everything, as of one moment; compressed where that is accepted. The tag names what is shown.",
            )
            .names(304, Shape::Nothing, "Nothing has changed."),
        Op::Fingerprints => {
            make(Method::Post, "/fingerprints", "fingerprint", Right::Plan, "Fingerprints of values, to compare with what is held")
                .reads(Shape::of::<ToFingerprint>())
                .answers(200, Shape::of::<Fingerprinted>(), "In the order of the values.")
        }
        Op::Spent => make(Method::Get, "/plans/{plan}", "getPlan", Right::Plan, "Whether a plan was applied").takes(&[P::PLAN]).answers(
            200,
            Shape::of::<Spent>(),
            "When it was.",
        ),
        Op::Spend => make(
            Method::Post,
            "/plans/{plan}/spend",
            "spendPlan",
            Right::Apply,
            "Record that a plan is about to be applied: it is good for one apply",
        )
        .takes(&[P::PLAN, P::KEY])
        .answers(200, Shape::of::<Spent>(), "It may be applied.")
        .may_end(&[Code::Spent]),
        Op::TakeLease => {
            make(Method::Post, "/leases/{project}", "takeLease", Right::Apply, "Take the lease of a project: one apply at a time")
                .takes(&[P::PROJECT_NAME])
                .reads(Shape::of::<LeaseAsked>())
                .answers(201, Shape::of::<Lease>(), "It is yours.")
                .may_end(&[Code::LeaseHeld])
        }
        Op::RenewLease => make(Method::Put, "/leases/{project}", "renewLease", Right::Apply, "Hold a lease for longer")
            .takes(&[P::PROJECT_NAME, P { required: true, ..P::FENCE }])
            .reads(Shape::of::<LeaseRenewed>())
            .answers(200, Shape::of::<Lease>(), "It is yours for longer.")
            .may_end(&[Code::LeaseLost, Code::NotFound]),
        Op::ReleaseLease => Route {
            access: Access::Either(Right::Apply, Right::BreakLease),
            ..make(
                Method::Delete,
                "/leases/{project}",
                "releaseLease",
                Right::Apply,
                "Give a lease back; without a fence, take it away from whoever holds it",
            )
        }
        .takes(&[P::PROJECT_NAME, P::FENCE])
        .answers(204, Shape::Nothing, "Nobody holds it.")
        .may_end(&[Code::LeaseLost, Code::NotFound]),
        _ => make(Method::Get, "/leases", "listLeases", Right::Plan, "Who applies which project").answers(
            200,
            Shape::of::<Leases>(),
            "The leases.",
        ),
    }
}

fn of_people(operation: Op) -> Route {
    let make = |method, path, id, access, summary| row(operation, method, path, id, "People", access, summary);
    let (manage, own) = (Access::May(Right::ManageUsers), Access::May(Right::OwnTokens));
    match operation {
        Op::Me => {
            make(Method::Get, "/me", "getMe", Access::SignedIn, "Who asks, and what may be done").answers(200, Shape::of::<Me>(), "You.")
        }
        Op::Users => make(Method::Get, "/users", "listUsers", manage, "People and services").answers(200, Shape::of::<Users>(), "By name."),
        Op::User => make(Method::Get, "/users/{user}", "getUser", manage, "One person or service")
            .takes(&[P::USER])
            .answers(200, Shape::of::<User>(), "As it is.")
            .may_end(&[Code::NotFound]),
        Op::PutUser => make(Method::Put, "/users/{user}", "putUser", manage, "Add or change a person or a service")
            .takes(&[P::USER])
            .reads(Shape::of::<UserWritten>())
            .answers(200, Shape::of::<User>(), "As it is now.")
            .may_end(&[Code::LastAdministrator, Code::Invalid]),
        Op::DeleteUser => make(Method::Delete, "/users/{user}", "deleteUser", manage, "Remove a person or a service, with all tokens")
            .takes(&[P::USER])
            .answers(204, Shape::Nothing, "Removed.")
            .may_end(&[Code::NotFound, Code::LastAdministrator]),
        Op::Tokens => make(Method::Get, "/users/{user}/tokens", "listTokens", own, "Tokens, without what is secret in them")
            .takes(&[P::USER])
            .answers(200, Shape::of::<Tokens>(), "The tokens.")
            .may_end(&[Code::NotFound]),
        Op::NewToken => make(Method::Post, "/users/{user}/tokens", "createToken", own, "Make a token: it is shown once")
            .takes(&[P::USER])
            .reads(Shape::of::<NewToken>())
            .answers(201, Shape::of::<TokenMade>(), "The token.")
            .may_end(&[Code::NotFound, Code::Invalid]),
        Op::RotateToken => make(
            Method::Post,
            "/users/{user}/tokens/{id}/rotate",
            "rotateToken",
            own,
            "Make a token in another one's place: it is shown once",
        )
        .takes(&[P::USER, P::TOKEN])
        .reads(Shape::maybe::<TokenRotated>())
        .answers(201, Shape::of::<TokenMade>(), "The new token; the old one is good for nothing.")
        .may_end(&[Code::NotFound, Code::Invalid]),
        Op::RevokeToken => make(Method::Delete, "/users/{user}/tokens/{id}", "revokeToken", own, "Make a token good for nothing")
            .takes(&[P::USER, P::TOKEN])
            .answers(204, Shape::Nothing, "It is good for nothing.")
            .may_end(&[Code::NotFound]),
        Op::PutApplication => make(
            Method::Put,
            "/applications/{application}",
            "putApplication",
            Access::May(Right::ManageApplications),
            "Add or change an application of the portal",
        )
        .takes(&[P::APPLICATION])
        .reads(Shape::of::<ApplicationWritten>())
        .answers(200, Shape::of::<Application>(), "As it is now.")
        .may_end(&[Code::Invalid]),
        Op::DeleteApplication => make(
            Method::Delete,
            "/applications/{application}",
            "deleteApplication",
            Access::May(Right::ManageApplications),
            "Remove an application of the portal",
        )
        .takes(&[P::APPLICATION])
        .answers(204, Shape::Nothing, "Removed.")
        .may_end(&[Code::NotFound, Code::ApplicationInUse]),
        _ => make(Method::Get, "/applications", "listApplications", Access::May(Right::See), "The applications of the portal").answers(
            200,
            Shape::of::<Applications>(),
            "By name.",
        ),
    }
}

fn of_server(operation: Op) -> Route {
    let make = |path, id, access, summary| row(operation, Method::Get, path, id, "Server", access, summary);
    let bare = |path: &str, mut route: Route| {
        route.path = path.to_owned();
        route
    };
    match operation {
        Op::Audit => make("/audit", "listAudit", Access::May(Right::Audit), "Who did what, the oldest first")
            .takes(&[P::LIMIT, P::CURSOR, P::AFTER])
            .answers(200, Shape::of::<AuditPage>(), "A part of the lines.")
            .may_end(&[Code::Invalid]),
        Op::VerifyAudit => {
            make("/audit/verification", "verifyAudit", Access::May(Right::Audit), "Check that no line was changed, moved or removed")
                .answers(200, Shape::of::<AuditVerdict>(), "Whether it holds together.")
        }
        Op::Keys => make("/keys", "listKeys", Access::May(Right::Audit), "The vault's keys and what they seal").answers(
            200,
            Shape::of::<Keys>(),
            "By id; never the keys.",
        ),
        Op::Reseal => Route {
            method: Method::Post,
            ..make("/keys/reseal", "reseal", Access::May(Right::ManageUsers), "Seal everything with the newest key")
        }
        .answers(200, Shape::of::<Resealed>(), "How much that was."),
        Op::OpenApi => make("/openapi.json", "getOpenApi", Access::Open, "This document").answers(
            200,
            Shape::Document("application/json"),
            "An OpenAPI 3.1 document.",
        ),
        Op::Health => bare("/health", make("", "getHealth", Access::Open, "Whether the process lives")).answers(
            200,
            Shape::of::<Health>(),
            "It does.",
        ),
        Op::Ready => bare("/ready", make("", "getReadiness", Access::Open, "Whether it can serve: data, key, audit"))
            .answers(200, Shape::of::<Ready>(), "It can.")
            .answers(503, Shape::of::<Ready>(), "It cannot, and why."),
        _ => make("", "getServer", Access::Open, "What answers here").answers(200, Shape::of::<ServerInfo>(), "Its name and version."),
    }
}

/// What people's browsers are sent to. Not part of the document: the paths are nobody's to call.
fn of_browsers(operation: Op) -> Route {
    let make = |method, path: &str, id, summary| Route {
        path: path.to_owned(),
        ..row(operation, method, "", id, "Browsers", Access::Open, summary)
    };
    let page = Shape::Document("text/html; charset=utf-8");
    match operation {
        Op::ConsentPage => make(Method::Get, "/consent/{ticket}", "showConsent", "Who asked for which consent, with a button")
            .takes(&[P::TICKET])
            .answers(200, page, "The page."),
        Op::BeginConsent => make(Method::Post, "/consent/{ticket}", "goToConsent", "On to the service, remembering the browser")
            .takes(&[P::TICKET])
            .answers(303, Shape::Nothing, "On to the service."),
        _ => make(Method::Get, "/callback/{service}", "finishConsent", "Where a service sends the browser back to")
            .takes(&[P::SERVICE])
            .answers(200, page, "What came of it."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_a_row_of_its_own() {
        let all = routes();
        let places: BTreeSet<(Method, &str)> = all.iter().map(|route| (route.method, route.path.as_str())).collect();
        let ids: BTreeSet<&str> = all.iter().map(|route| route.id.as_str()).collect();
        assert_eq!((places.len(), ids.len()), (all.len(), all.len()));
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
