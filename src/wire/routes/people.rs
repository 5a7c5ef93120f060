//! People, services, their tokens, and applications of the portal.

use super::row::At;
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::{May, SignedIn};
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{Application, ApplicationWritten, Applications, Me, NewToken, TokenMade, TokenRotated, Tokens, User, UserWritten, Users};

const TAG: &str = "People";

pub(super) fn me() -> Route {
    At(Op::Me, Method::Get, "/me").row(TAG, SignedIn, "getMe", "Who asks, and what may be done").answers(200, Shape::of::<Me>(), "You.")
}

pub(super) fn users() -> Route {
    At(Op::Users, Method::Get, "/users").row(TAG, May(Right::ManageUsers), "listUsers", "People and services").answers(
        200,
        Shape::of::<Users>(),
        "By name.",
    )
}

pub(super) fn user() -> Route {
    At(Op::User, Method::Get, "/users/{user}")
        .row(TAG, May(Right::ManageUsers), "getUser", "One person or service")
        .takes(&[P::USER])
        .answers(200, Shape::of::<User>(), "As it is.")
        .may_end(&[Code::NotFound])
}

pub(super) fn put_user() -> Route {
    At(Op::PutUser, Method::Put, "/users/{user}")
        .row(TAG, May(Right::ManageUsers), "putUser", "Add or change a person or a service")
        .takes(&[P::USER])
        .reads(Shape::of::<UserWritten>())
        .answers(200, Shape::of::<User>(), "As it is now.")
        .may_end(&[Code::LastAdministrator, Code::Invalid])
}

pub(super) fn delete_user() -> Route {
    At(Op::DeleteUser, Method::Delete, "/users/{user}")
        .row(TAG, May(Right::ManageUsers), "deleteUser", "Remove a person or a service, with all tokens")
        .takes(&[P::USER])
        .answers(204, Shape::Nothing, "Removed.")
        .may_end(&[Code::NotFound, Code::LastAdministrator])
}

pub(super) fn tokens() -> Route {
    At(Op::Tokens, Method::Get, "/users/{user}/tokens")
        .row(TAG, May(Right::OwnTokens), "listTokens", "Tokens, without what is secret in them")
        .takes(&[P::USER])
        .answers(200, Shape::of::<Tokens>(), "The tokens.")
        .may_end(&[Code::NotFound])
}

pub(super) fn new_token() -> Route {
    At(Op::NewToken, Method::Post, "/users/{user}/tokens")
        .row(TAG, May(Right::OwnTokens), "createToken", "Make a token: it is shown once")
        .takes(&[P::USER])
        .reads(Shape::of::<NewToken>())
        .answers(201, Shape::of::<TokenMade>(), "The token.")
        .may_end(&[Code::NotFound, Code::Invalid])
}

pub(super) fn rotate_token() -> Route {
    At(Op::RotateToken, Method::Post, "/users/{user}/tokens/{id}/rotate")
        .row(TAG, May(Right::OwnTokens), "rotateToken", "Make a token in another one's place: it is shown once")
        .takes(&[P::USER, P::TOKEN])
        .reads(Shape::maybe::<TokenRotated>())
        .answers(201, Shape::of::<TokenMade>(), "The new token; the old one is good for nothing.")
        .may_end(&[Code::NotFound, Code::Invalid])
}

pub(super) fn revoke_token() -> Route {
    At(Op::RevokeToken, Method::Delete, "/users/{user}/tokens/{id}")
        .row(TAG, May(Right::OwnTokens), "revokeToken", "Make a token good for nothing")
        .takes(&[P::USER, P::TOKEN])
        .answers(204, Shape::Nothing, "It is good for nothing.")
        .may_end(&[Code::NotFound])
}

pub(super) fn put_application() -> Route {
    At(Op::PutApplication, Method::Put, "/applications/{application}")
        .row(TAG, May(Right::ManageApplications), "putApplication", "Add or change an application of the portal")
        .takes(&[P::APPLICATION])
        .reads(Shape::of::<ApplicationWritten>())
        .answers(200, Shape::of::<Application>(), "As it is now.")
        .may_end(&[Code::Invalid])
}

pub(super) fn delete_application() -> Route {
    At(Op::DeleteApplication, Method::Delete, "/applications/{application}")
        .row(TAG, May(Right::ManageApplications), "deleteApplication", "Remove an application of the portal")
        .takes(&[P::APPLICATION])
        .answers(204, Shape::Nothing, "Removed.")
        .may_end(&[Code::NotFound, Code::ApplicationInUse])
}

pub(super) fn applications() -> Route {
    At(Op::Applications, Method::Get, "/applications")
        .row(TAG, May(Right::See), "listApplications", "The applications of the portal")
        .answers(200, Shape::of::<Applications>(), "By name.")
}
