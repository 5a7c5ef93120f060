//! Webhooks and what they have to deliver, and the scripts of functions.

use super::row::{At, CHANGE, HOW};
use crate::resource::access::Right;
use crate::wire::operation::Operation as Op;
use crate::wire::parameter::Parameter as P;
use crate::wire::problem::Code;
use crate::wire::route::Access::May;
use crate::wire::route::{Method, Route, Shape};
use crate::wire::{Delivery, DeliveryDetail, Done, Event, Page, Script};

const TAG: &str = "Webhooks";

pub(super) fn script() -> Route {
    At(Op::Script, Method::Get, "/functions/{name}/script")
        .row("Functions", May(Right::See), "getScript", "The text of a function's script")
        .takes(&[P::NAME])
        .names(200, Shape::of::<Script>(), "The text.")
        .may_end(&[Code::NotFound])
}

pub(super) fn trigger() -> Route {
    At(Op::Trigger, Method::Post, "/webhooks/{name}/trigger")
        .row(TAG, May(Right::Trigger), "triggerWebhook", "Fill a webhook with an event and queue the call")
        .takes(&[P::NAME, P::KEY])
        .reads(Shape::of::<Event>())
        .answers(202, Shape::of::<Delivery>(), "It is queued.")
        .may_end(&[Code::NotFound, Code::Unfilled, Code::KeyReused])
}

pub(super) fn detach() -> Route {
    At(Op::Detach, Method::Post, "/webhooks/{name}/detach")
        .row(TAG, May(Right::Apply), "detachWebhook", "Set a webhook aside while its connection is replaced")
        .takes(&[P::NAME])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE)
}

pub(super) fn attach() -> Route {
    At(Op::Attach, Method::Post, "/webhooks/{name}/attach")
        .row(TAG, May(Right::Apply), "attachWebhook", "Let a webhook that was set aside select its connection again")
        .takes(&[P::NAME])
        .takes(&HOW)
        .names(200, Shape::of::<Done>(), "How it stands now.")
        .may_end(&CHANGE)
        .may_end(&[Code::HostOutsideService, Code::PlainHttp])
}

pub(super) fn delivery() -> Route {
    At(Op::Delivery, Method::Get, "/deliveries/{id}")
        .row(TAG, May(Right::See), "getDelivery", "One delivery with every try")
        .takes(&[P::DELIVERY])
        .answers(200, Shape::of::<DeliveryDetail>(), "The delivery.")
        .may_end(&[Code::NotFound])
}

pub(super) fn redeliver() -> Route {
    At(Op::Redeliver, Method::Post, "/deliveries/{id}/redeliver")
        .row(TAG, May(Right::Trigger), "redeliver", "Put a delivery back into the queue, under its old id")
        .takes(&[P::DELIVERY])
        .answers(202, Shape::of::<Delivery>(), "It is queued.")
        .may_end(&[Code::NotFound, Code::UnderWay])
}

pub(super) fn deliveries() -> Route {
    At(Op::Deliveries, Method::Get, "/deliveries")
        .row(TAG, May(Right::See), "listDeliveries", "What webhooks have to deliver, the newest first")
        .takes(&[P::LIMIT, P::CURSOR, P::OF_WEBHOOK, P::DELIVERY_STATE])
        .answers(200, Shape::of::<Page<Delivery>>(), "A part of the list.")
        .may_end(&[Code::Invalid])
}
