//! What people's browsers are sent to. Not part of the document: the paths are nobody's to call.

use super::row::At;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::route::Access::Open;
use crate::wire::route::{Method, Route, Shape};

const TAG: &str = "Browsers";
const PAGE: Shape = Shape::Document("text/html; charset=utf-8");

pub(super) fn consent_page() -> Route {
    At(Op::ConsentPage, Method::Get, "/consent/{ticket}")
        .row(TAG, Open, "showConsent", "Who asked for which consent, with a button")
        .at_the_root()
        .takes(&[P::TICKET])
        .answers(200, PAGE, "The page.")
}

pub(super) fn begin_consent() -> Route {
    At(Op::BeginConsent, Method::Post, "/consent/{ticket}")
        .row(TAG, Open, "goToConsent", "On to the service, remembering the browser")
        .at_the_root()
        .takes(&[P::TICKET])
        .answers(303, Shape::Nothing, "On to the service.")
}

pub(super) fn callback() -> Route {
    At(Op::Callback, Method::Get, "/callback/{service}")
        .row(TAG, Open, "finishConsent", "Where a service sends the browser back to")
        .at_the_root()
        .takes(&[P::SERVICE])
        .answers(200, PAGE, "What came of it.")
}
