//! What webhooks have to deliver, and how each try went, as the tables hold it.

use super::grant::Lease;
use crate::resource::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// One call that a webhook owes, however often it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same for every try: the receiver tells repetitions by it.
    pub id: String,
    pub webhook: Name,
    /// The host that is called, with its port where the URL names one.
    pub host: String,
    pub state: DeliveryState,
    /// Tries since it was put into the queue, by an event or by hand.
    pub tries: u32,
    /// Whole seconds.
    pub created: SystemTime,
    /// Who triggered it.
    pub actor: String,
    /// The login user on whose behalf it is sent; empty where its connection uses its owner's credentials, or it has none.
    pub user: String,
    /// When it is to be tried next, in whole seconds; says nothing unless it is pending.
    pub due: SystemTime,
    /// Who is trying it, different for every claim, and until when nobody else does.
    pub lease: Option<Lease>,
    /// When it was delivered or given up, in whole seconds.
    pub finished: Option<SystemTime>,
    /// Why it is not delivered; empty where there is nothing to say. Holds no secret.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried when it is due.
    Pending,
    Delivered,
    /// It is not tried again unless somebody asks for it.
    Dead,
}

/// One try. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1 over the delivery's whole life.
    pub number: u32,
    /// Whole seconds.
    pub at: SystemTime,
    /// Whole milliseconds.
    pub took: Duration,
    /// A word for machines: `delivered`, `status`, `not-sent` …
    pub result: String,
    /// The answer's status, where there was an answer.
    pub status: Option<u16>,
    pub message: String,
    /// The beginning of the answer's body, without secrets.
    pub excerpt: String,
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    pub state: Option<DeliveryState>,
    pub webhook: Option<Name>,
    /// The newest so many.
    pub limit: usize,
}

/// Which delivery may be taken next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pick {
    /// This one and no other.
    pub only: Option<String>,
    /// None of these webhooks: they cannot fire.
    pub not_webhooks: BTreeSet<Name>,
    /// None to these hosts: they are busy enough.
    pub not_hosts: BTreeSet<String>,
}
