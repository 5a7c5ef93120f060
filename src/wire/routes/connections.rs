//! Connections: authorizing, consents, revoking, calls, texts that use them, and how they stand.

use super::row::{At, CHANGE, HOW};
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::{Either, May};
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{Begun, ConsentAsked, ConsentEnd, Done, Invocation, Invoked, Page, Report, RevokeAsked, Revoked, Snippets};

const TAG: &str = "Connections";

pub(super) fn authorize() -> Route {
    At(Op::Authorize, Method::Post, "/connections/{name}/authorize")
        .row(
            TAG,
            Either(Right::Connect, Right::Apply),
            "authorizeConnection",
            "Connect what needs nobody's consent, and say what waits for whom where it does",
        )
        .takes(&[P::NAME, P::FOR_APPLICATION])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE)
        .may_end(&[Code::NeedsApplication])
}

pub(super) fn consent() -> Route {
    At(Op::Consent, Method::Post, "/connections/{name}/consent")
        .row(TAG, May(Right::Connect), "beginConsent", "Begin a person's consent in a browser")
        .takes(&[P::NAME])
        .reads(Shape::maybe::<ConsentAsked>())
        .answers(201, Shape::of::<Begun>(), "The link for the person's browser.")
        .may_end(&[Code::NotFound, Code::NothingToConsent, Code::NotReady, Code::NeedsApplication, Code::ConsentFailed, Code::Invalid])
}

pub(super) fn consent_end() -> Route {
    At(Op::ConsentEnd, Method::Get, "/connections/{name}/consents/{consent}")
        .row(TAG, May(Right::Connect), "getConsent", "What became of a consent, for an hour after it is over")
        .takes(&[P::NAME, P::CONSENT])
        .answers(200, Shape::of::<ConsentEnd>(), "What became of it.")
        .may_end(&[Code::NotFound])
}

pub(super) fn revoke() -> Route {
    At(Op::Revoke, Method::Post, "/connections/{name}/revoke")
        .row(TAG, Either(Right::Connect, Right::Apply), "revokeConnection", "Take authorizations away, here and at the service")
        .takes(&[P::NAME])
        .takes(&HOW)
        .reads(Shape::maybe::<RevokeAsked>())
        .names(200, Shape::of::<Revoked>(), "How it stands now, and what the service made of it.")
        .may_end(&CHANGE)
}

pub(super) fn connection_status() -> Route {
    At(Op::ConnectionStatus, Method::Get, "/connections/{name}/status")
        .row(TAG, May(Right::See), "getConnectionStatus", "How one connection stands")
        .takes(&[P::NAME])
        .answers(200, Shape::of::<Report>(), "How it stands.")
        .may_end(&[Code::NotFound])
}

pub(super) fn snippets() -> Route {
    At(Op::Snippets, Method::Get, "/connections/{name}/snippets")
        .row(TAG, May(Right::See), "listSnippets", "Deluge and JSON that use it")
        .takes(&[P::NAME])
        .answers(200, Shape::of::<Snippets>(), "The texts.")
        .may_end(&[Code::NotFound])
}

pub(super) fn invoke() -> Route {
    At(Op::Invoke, Method::Post, "/connections/{name}/invoke")
        .row(TAG, May(Right::Invoke), "invokeConnection", "Call a URL with it; the credential is attached on the way and never shown")
        .takes(&[P::NAME])
        .reads(Shape::of::<Invocation>())
        .answers(200, Shape::of::<Invoked>(), "What the service answered, whatever its status.")
        .may_end(&[Code::NotFound, Code::NotConnected, Code::NeedsLoginUser, Code::NotReady, Code::HostOutsideService, Code::PlainHttp])
        .may_end(&[Code::CannotCarry, Code::CallFailed, Code::ServiceFault, Code::NoAccessNow, Code::Invalid])
}

pub(super) fn status() -> Route {
    At(Op::Status, Method::Get, "/status")
        .row(TAG, May(Right::See), "listStatus", "How every connection stands")
        .takes(&[P::LIMIT, P::CURSOR, P::OWNER])
        .answers(200, Shape::of::<Page<Report>>(), "A part of the list, by name.")
        .may_end(&[Code::Invalid])
}
