//! What there is of each kind of resource.

use super::row::{At, CHANGE, HOW};
use crate::resource::Kind;
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::May;
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{Dependents, Done};

pub(super) fn list(kind: Kind) -> Route {
    let more: &[P] = match kind {
        Kind::Connection => &[P::WHOSE, P::STATE, P::OF_SERVICE],
        Kind::Service | Kind::Webhook | Kind::Function => &[],
    };
    let (tag, plural) = (words(kind).0, kind.plural());
    At(Op::List(kind), Method::Get, &format!("/{plural}"))
        .row(tag, May(Right::See), &format!("list{tag}"), &format!("List {plural}"))
        .takes(&[P::LIMIT, P::CURSOR, P::OWNER])
        .takes(more)
        .answers(200, Shape::Page(kind), "A part of the list, by name.")
        .may_end(&[Code::Invalid])
}

pub(super) fn get(kind: Kind) -> Route {
    let row = one(At(Op::Get(kind), Method::Get, "/{name}"), kind, Right::See, "get", "Read one of the");
    match kind {
        // How it stands moves on without its revision: a webhook follows its connection, and that one a renewal left behind.
        Kind::Connection | Kind::Webhook => row.names(200, Shape::Live(kind), "The object.").may_end(&[Code::NotFound]),
        Kind::Service | Kind::Function => row
            .takes(&[P::IF_NONE_MATCH])
            .names(200, Shape::Live(kind), "The object.")
            .names(304, Shape::Nothing, "It is still the revision that is known.")
            .may_end(&[Code::NotFound]),
    }
}

pub(super) fn put(kind: Kind) -> Route {
    one(At(Op::Put(kind), Method::Put, "/{name}"), kind, Right::Apply, "put", "Create or update one of the")
        .takes(&[P::IF_NONE_MATCH_ANY])
        .takes(&HOW)
        .reads(Shape::Written(kind))
        .names(200, Shape::of::<Done>(), "It was updated.")
        .names(201, Shape::of::<Done>(), "It was created.")
        .may_end(&CHANGE)
        .may_end(&[Code::PreconditionRequired])
        .may_end(rules_of_putting(kind))
}

pub(super) fn delete(kind: Kind) -> Route {
    one(At(Op::Delete(kind), Method::Delete, "/{name}"), kind, Right::Apply, "delete", "Delete one of the")
        .takes(&HOW)
        .answers(200, Shape::of::<Done>(), "It is gone.")
        .may_end(&CHANGE)
        .may_end(&[Code::PreconditionRequired, Code::Protected, Code::DeleteWhileReferenced])
}

pub(super) fn dependents(kind: Kind) -> Route {
    one(At(Op::Dependents(kind), Method::Get, "/{name}/dependents"), kind, Right::See, "listDependentsOf", "Who refers to one of the")
        .answers(200, Shape::of::<Dependents>(), "Who refers to it.")
        .may_end(&[Code::NotFound])
}

pub(super) fn adopt(kind: Kind) -> Route {
    let at = At(Op::Adopt(kind), Method::Post, "/{name}/adopt");
    owned_otherwise(one(at, kind, Right::Apply, "adopt", "Make the calling project the owner of one of the"))
}

pub(super) fn forget(kind: Kind) -> Route {
    let at = At(Op::Forget(kind), Method::Post, "/{name}/forget");
    owned_otherwise(one(at, kind, Right::Apply, "forget", "Make nobody the owner of one of the"))
}

fn owned_otherwise(row: Route) -> Route {
    row.takes(&HOW)
        .names(200, Shape::of::<Done>(), "It is the same but for its owner.")
        .may_end(&CHANGE)
        .may_end(&[Code::PreconditionRequired])
}

/// A row about one object of a kind; `at` is below the kind's own path.
fn one(At(operation, method, below): At<'_>, kind: Kind, right: Right, verb: &str, phrase: &str) -> Route {
    let ((tag, singular), plural) = (words(kind), kind.plural());
    At(operation, method, &format!("/{plural}{below}"))
        .row(tag, May(right), &format!("{verb}{singular}"), &format!("{phrase} {plural}"))
        .takes(&[P::NAME])
}

/// Their heading, and one of them in an operation's id.
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
