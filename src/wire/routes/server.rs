//! The audit, the vault's keys, and the server itself.

use super::row::At;
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::{May, Open};
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{AuditPage, AuditVerdict, Health, Keys, Ready, Resealed, ServerInfo};

const TAG: &str = "Server";

pub(super) fn audit() -> Route {
    At(Op::Audit, Method::Get, "/audit")
        .row(TAG, May(Right::Audit), "listAudit", "Who did what, the oldest first")
        .takes(&[P::LIMIT, P::CURSOR, P::AFTER])
        .answers(200, Shape::of::<AuditPage>(), "A part of the lines.")
        .may_end(&[Code::Invalid])
}

pub(super) fn verify_audit() -> Route {
    At(Op::VerifyAudit, Method::Get, "/audit/verification")
        .row(TAG, May(Right::Audit), "verifyAudit", "Check that no line was changed, moved or removed")
        .answers(200, Shape::of::<AuditVerdict>(), "Whether it holds together.")
}

pub(super) fn keys() -> Route {
    At(Op::Keys, Method::Get, "/keys").row(TAG, May(Right::Audit), "listKeys", "The vault's keys and what they seal").answers(
        200,
        Shape::of::<Keys>(),
        "By id; never the keys.",
    )
}

pub(super) fn reseal() -> Route {
    At(Op::Reseal, Method::Post, "/keys/reseal").row(TAG, May(Right::ManageUsers), "reseal", "Seal everything with the newest key").answers(
        200,
        Shape::of::<Resealed>(),
        "How much that was.",
    )
}

pub(super) fn open_api() -> Route {
    At(Op::OpenApi, Method::Get, "/openapi.json").row(TAG, Open, "getOpenApi", "This document").answers(
        200,
        Shape::Document("application/json"),
        "An OpenAPI 3.1 document.",
    )
}

pub(super) fn health() -> Route {
    At(Op::Health, Method::Get, "/health").row(TAG, Open, "getHealth", "Whether the process lives").at_the_root().answers(
        200,
        Shape::of::<Health>(),
        "It does.",
    )
}

pub(super) fn ready() -> Route {
    At(Op::Ready, Method::Get, "/ready")
        .row(TAG, Open, "getReadiness", "Whether it can serve: data, key, audit")
        .at_the_root()
        .answers(200, Shape::of::<Ready>(), "It can.")
        .answers(503, Shape::of::<Ready>(), "It cannot, and why.")
}

pub(super) fn server() -> Route {
    At(Op::Server, Method::Get, "").row(TAG, Open, "getServer", "What answers here").answers(
        200,
        Shape::of::<ServerInfo>(),
        "Its name and version.",
    )
}
