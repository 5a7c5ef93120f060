//! What a plan and its apply need.

use super::row::At;
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::{Either, May};
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{Estate, Fingerprinted, Lease, LeaseAsked, LeaseRenewed, Leases, Spent, ToFingerprint, Traces};

const TAG: &str = "Applying";

pub(super) fn estate() -> Route {
    At(Op::Estate, Method::Get, "/estate")
        .row(TAG, May(Right::Plan), "getEstate", "Everything that is live, at once")
        .takes(&[P::IF_NONE_MATCH])
        .names(200, Shape::of::<Estate>(), "Everything, as of one moment; compressed where that is accepted. The tag names what is shown.")
        .names(304, Shape::Nothing, "Nothing has changed.")
}

pub(super) fn fingerprints() -> Route {
    At(Op::Fingerprints, Method::Post, "/fingerprints")
        .row(TAG, May(Right::Plan), "fingerprint", "Fingerprints of values, to compare with what is held")
        .reads(Shape::of::<ToFingerprint>())
        .answers(200, Shape::of::<Fingerprinted>(), "In the order of the values.")
}

pub(super) fn spent() -> Route {
    At(Op::Spent, Method::Get, "/plans/{plan}")
        .row(TAG, May(Right::Plan), "getPlan", "Whether a plan was applied")
        .takes(&[P::PLAN])
        .answers(200, Shape::of::<Spent>(), "When it was.")
}

pub(super) fn spend() -> Route {
    At(Op::Spend, Method::Post, "/plans/{plan}/spend")
        .row(TAG, May(Right::Apply), "spendPlan", "Record that a plan is about to be applied: it is good for one apply")
        .takes(&[P::PLAN, P::KEY])
        .answers(200, Shape::of::<Spent>(), "It may be applied.")
        .may_end(&[Code::Spent])
}

pub(super) fn traces() -> Route {
    At(Op::Traces, Method::Get, "/projects/{project}/traces")
        .row(TAG, May(Right::Plan), "listTraces", "Who did what last to each object of a project, those that are gone too")
        .takes(&[P::PROJECT_NAME])
        .answers(200, Shape::of::<Traces>(), "By address.")
        .may_end(&[Code::NotFound])
}

pub(super) fn take_lease() -> Route {
    At(Op::TakeLease, Method::Post, "/leases/{project}")
        .row(TAG, May(Right::Apply), "takeLease", "Take the lease of a project: one apply at a time")
        .takes(&[P::PROJECT_NAME])
        .reads(Shape::of::<LeaseAsked>())
        .answers(201, Shape::of::<Lease>(), "It is yours.")
        .may_end(&[Code::LeaseHeld])
}

pub(super) fn renew_lease() -> Route {
    At(Op::RenewLease, Method::Put, "/leases/{project}")
        .row(TAG, May(Right::Apply), "renewLease", "Hold a lease for longer")
        .takes(&[P::PROJECT_NAME, P { required: true, ..P::FENCE }])
        .reads(Shape::of::<LeaseRenewed>())
        .answers(200, Shape::of::<Lease>(), "It is yours for longer.")
        .may_end(&[Code::LeaseLost, Code::NotFound])
}

pub(super) fn release_lease() -> Route {
    At(Op::ReleaseLease, Method::Delete, "/leases/{project}")
        .row(
            TAG,
            Either(Right::Apply, Right::BreakLease),
            "releaseLease",
            "Give a lease back; without a fence, take it away from whoever holds it",
        )
        .takes(&[P::PROJECT_NAME, P::FENCE])
        .answers(204, Shape::Nothing, "Nobody holds it.")
        .may_end(&[Code::LeaseLost, Code::NotFound])
}

pub(super) fn leases() -> Route {
    At(Op::Leases, Method::Get, "/leases").row(TAG, May(Right::Plan), "listLeases", "Who applies which project").answers(
        200,
        Shape::of::<Leases>(),
        "The leases.",
    )
}
